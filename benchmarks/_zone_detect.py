"""FLAIR-1's large-area inference (`zone_detect`), its scheme and its steps in our own words.

Its own program cannot be run here without a network (it asks for ImageNet weights before it fills in the given ones)
and needs packages that serve nothing else. What takes its time is kept: windows of 512 px whose margins of 128 px are
cut off, laid from the lower left corner, the last row and column moved back; reading beyond the image with bilinear
resampling; normalisation in float64; batches of 4 made by two loading processes; torch, eager, float32; softmax;
argmax of the core on the processor; one compressed write for each window.
"""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.enums import Resampling
from rasterio.windows import Window

from benchmarks._inputs import THREADS
from benchmarks._orthophoto import BANDS, CLASSES, weights_file

WINDOW_PX, MARGIN_PX = 512, 128
_BATCH, _LOADERS = 4, 2
_MEAN = (105.08, 110.87, 101.82, 106.38, 53.26)
_STD = (52.17, 45.38, 44.0, 39.69, 79.3)


def corners(px: int) -> list[tuple[int, int]]:
    """First row and column of each window, in the order of their writing: by columns from the west, from the south."""
    core = WINDOW_PX - 2 * MARGIN_PX
    west = sorted({min(first, px - core) for first in range(0, px, core)})
    return [(px - first - core - MARGIN_PX, left - MARGIN_PX) for left in west for first in west]


class _Windows:
    """What its data set gives for each window."""

    def __init__(self, path: Path, px: int) -> None:
        self._path, self._corners, self._file = path, corners(px), None

    def __len__(self) -> int:
        return len(self._corners)

    def __getitem__(self, number: int) -> tuple[Any, int]:
        import torch

        if self._file is None:
            self._file = rasterio.open(self._path)
        row, col = self._corners[number]
        pixels = self._file.read(
            indexes=list(range(1, BANDS + 1)), window=Window(col, row, WINDOW_PX, WINDOW_PX),
            out_shape=(BANDS, WINDOW_PX, WINDOW_PX), resampling=Resampling.bilinear, boundless=True,
        ).astype(np.float64)  # fmt: skip
        for band in range(BANDS):
            pixels[band] -= _MEAN[band]
            pixels[band] /= _STD[band]
        return torch.as_tensor(pixels, dtype=torch.float), number


def network() -> Any:
    """The network, as its program has it."""
    import torch

    from millesime.model.published.networks import build_network
    from millesime.model.published.weights import fill, read_weights

    torch.set_num_threads(THREADS)
    built = build_network("resnet34-unet", bands=BANDS, classes=CLASSES)
    fill(built, read_weights(weights_file()), place=weights_file())
    return built.eval()


def detect(model: Any, image: Path, output: Path) -> Path:
    """Predict an image as zone_detect does, to a raster of channel numbers."""
    import torch
    from torch.utils.data import DataLoader

    with rasterio.open(image) as file:
        profile, px = dict(file.profile), file.width
    for name in ("photometric", "interleave"):
        profile.pop(name, None)
    profile.update(
        dtype="uint8", count=1, compress="LZW", driver="GTiff", BIGTIFF="YES", tiled=True, blockxsize=WINDOW_PX,
        blockysize=WINDOW_PX,
    )  # fmt: skip
    data = _Windows(image, px)
    core = WINDOW_PX - 2 * MARGIN_PX
    places = corners(px)
    with rasterio.open(output, "w+", **profile) as out, torch.no_grad():
        for pixels, numbers in DataLoader(data, batch_size=_BATCH, num_workers=_LOADERS):
            shares = torch.softmax(model(pixels), dim=1).numpy()
            for share, number in zip(shares, numbers.tolist(), strict=True):
                row, col = places[number]
                kept = share[:, MARGIN_PX : MARGIN_PX + core, MARGIN_PX : MARGIN_PX + core]
                classes = np.argmax(kept, axis=0).astype(np.uint8)
                out.write(classes, 1, window=Window(col + MARGIN_PX, row + MARGIN_PX, core, core))
    return output
