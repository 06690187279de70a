"""The made-up orthophoto of the rows on prediction, and networks of random weights, in the formats that IGN publishes.

Random weights compute as long as trained ones. The image has fields, grain and edges, so that files compress as
usual; every pixel is a function of its tile and a seed.
"""

import hashlib
import os
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.windows import Window as RasterWindow

from benchmarks._peers import module_missing
from benchmarks._raster import PIXEL_M, scratch

BANDS = 5
CLASSES = 19
NAME = "FLAIR-INC_rgbie_15cl_resnet34-unet"
_BLOCK = 512
_CELL = 64
_WEST, _NORTH = 700_000.0, 6_600_000.0


def networks_missing() -> str | None:
    """How to install what makes the network; None when it is there."""
    for module in ("torch", "segmentation_models_pytorch", "onnx"):
        if module_missing(module) is not None:
            return "needs pip install torch==2.13.0, then pip install 'millesime[published]'"
    return None


def orthophoto(px: int) -> Path:
    """Five bands as one tiled GeoTIFF; made once and kept."""
    path = scratch() / f"orthophoto-{px}.tif"
    if path.exists():
        return path
    part = path.with_suffix(".partial")
    profile = {
        "driver": "GTiff", "width": px, "height": px, "count": BANDS, "dtype": "uint8", "crs": "EPSG:2154",
        "transform": rasterio.Affine(PIXEL_M, 0, _WEST, 0, -PIXEL_M, _NORTH), "tiled": True, "blockxsize": _BLOCK,
        "blockysize": _BLOCK, "compress": "deflate", "interleave": "pixel",
    }  # fmt: skip
    with rasterio.open(part, "w", **profile) as file:
        for row in range(0, px, _BLOCK):
            for col in range(0, px, _BLOCK):
                height, width = min(_BLOCK, px - row), min(_BLOCK, px - col)
                file.write(_block(row, col)[:, :height, :width], window=RasterWindow(col, row, width, height))
    part.replace(path)
    return path


def _block(row: int, col: int) -> npt.NDArray[np.uint8]:
    random = np.random.Generator(np.random.PCG64([row, col, 7]))
    fields = random.integers(20, 220, (BANDS, _BLOCK // _CELL, _BLOCK // _CELL)).astype(np.int16)
    grain = random.integers(-12, 13, (BANDS, _BLOCK, _BLOCK), dtype=np.int16)
    flat = fields.repeat(_CELL, axis=1).repeat(_CELL, axis=2)
    return np.clip(flat + grain, 0, 255).astype(np.uint8)


def repeated(px: int, *, tile_px: int) -> Path:
    """A virtual raster of `px` that repeats one orthophoto, when it is larger: little on the disk, however large."""
    if px <= tile_px:
        return orthophoto(px)
    tile = orthophoto(tile_px)
    path = scratch() / f"orthophoto-{px}-of-{tile_px}.vrt"
    bands = "".join(
        f'<VRTRasterBand dataType="Byte" band="{band}">'
        f"{''.join(_sources(tile.name, band, px, tile_px))}</VRTRasterBand>"
        for band in range(1, BANDS + 1)
    )
    transform = f"{_WEST}, {PIXEL_M}, 0, {_NORTH}, 0, -{PIXEL_M}"
    path.write_text(
        f'<VRTDataset rasterXSize="{px}" rasterYSize="{px}"><SRS>EPSG:2154</SRS>'
        f"<GeoTransform>{transform}</GeoTransform>{bands}</VRTDataset>",
        encoding="utf-8",
    )
    return path


def _sources(name: str, band: int, px: int, tile_px: int) -> Iterator[str]:
    for row in range(0, px, tile_px):
        for col in range(0, px, tile_px):
            width, height = min(tile_px, px - col), min(tile_px, px - row)
            size = f'xSize="{width}" ySize="{height}"'
            yield (
                f'<SimpleSource><SourceFilename relativeToVRT="1">{name}</SourceFilename>'
                f"<SourceBand>{band}</SourceBand>"
                f'<SourceProperties RasterXSize="{tile_px}" RasterYSize="{tile_px}" DataType="Byte" '
                f'BlockXSize="{_BLOCK}" BlockYSize="{_BLOCK}"/>'
                f'<SrcRect xOff="0" yOff="0" {size}/><DstRect xOff="{col}" yOff="{row}" {size}/></SimpleSource>'
            )


def weights_file() -> Path:
    """Random weights of resnet34-unet as FLAIR-INC's files have them."""
    path = scratch() / f"{NAME}_weights.pth"
    if not path.exists():
        import torch

        from millesime.model.published.networks import build_network

        torch.manual_seed(0)
        network = build_network("resnet34-unet", bands=BANDS, classes=CLASSES)
        named = OrderedDict((f"model.seg_model.{name}", value) for name, value in network.state_dict().items())
        part = path.with_suffix(".partial")
        torch.save(named, part)
        part.replace(path)
    return path


def resnet34_unet() -> Any:
    """The model of those weights, converted once."""
    from millesime.model import load

    os.environ["MILLESIME_CACHE"] = str(scratch() / "converted")
    return load(weights_file())


def toy() -> Any:
    """A model of two small convolutions and six classes: what it costs is reading, summing and writing."""
    from millesime.model import load

    path = scratch() / "toy.onnx"
    if not path.is_file() or not path.with_suffix(".json").is_file():
        import torch  # here, so that what is measured does not hold it

        from millesime.model import export

        card = load("builtin:demo").card
        values = card.class_values[:6]
        torch.manual_seed(0)
        network = _toy_network(values)
        content = export.to_onnx(network, bands=BANDS)
        told = {
            "name": "toy", "architecture": "toy", "architecture_parameters": {}, "class_values": values,
            "parameter_count": sum(item.numel() for item in network.parameters()), "window_px": 1024, "margin_px": 32,
            "window_multiple_px": 8, "onnx_sha256": hashlib.sha256(content).hexdigest(), "bands": card.bands,
        }  # fmt: skip
        path.write_bytes(content)
        path.with_suffix(".json").write_text(card.model_copy(update=told).model_dump_json(), encoding="utf-8")
    return load(path)


def _toy_network(values: tuple[int, ...]) -> Any:
    from torch import nn

    class Numbers(nn.Module):
        def forward(self, pixels: Any) -> Any:
            return pixels.float() / 255.0 - 0.5

    network = nn.Sequential(
        Numbers(), nn.Conv2d(BANDS, 8, 3, padding=1), nn.ReLU(), nn.Conv2d(8, len(values), 3, padding=1)
    )
    network.multiple_px = 8
    return network.eval()
