"""Invariance: the same bytes for tiles of any size and any number of workers, on full rasters.

White noise of 3 classes, the bench raster, and a raster of one's own (BENCH_LABELS). Sides of the first two in
pixels: BENCH_INVARIANCE_PX.
"""

import hashlib
import os
import time
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import rasterio

from benchmarks import _inputs
from benchmarks._measure import emit
from benchmarks._raster import CRS, file_of, grid_of, scratch
from millesime.compute import Progress
from millesime.cover_vector.vectorise import vectorise_raster
from millesime.geo.coverage import Coverage

BENCHMARK = "invariance"
_TILES_PX = (None, 97, 512, 1000)


def main() -> None:
    px = int(os.environ.get("BENCH_INVARIANCE_PX", "8192"))
    side = min(px, 2048)
    rasters = {
        f"white noise, {side} px": _noise(side),
        f"the {_inputs.look().name} raster, {px} px": file_of(_inputs.look(), px),
    }
    if os.environ.get("BENCH_LABELS"):
        rasters["a raster of one's own"] = Path(os.environ["BENCH_LABELS"])
    for name, raster in rasters.items():
        for smooth in (False, True):
            _compare(raster, name=name, smooth=smooth)


def _noise(px: int) -> Path:
    path = scratch() / f"noise-{px}.tif"
    labels = np.random.default_rng(3).integers(1, 4, (px, px)).astype(np.uint8)
    with rasterio.open(
        path, "w", driver="GTiff", width=px, height=px, count=1, dtype="uint8", crs=CRS,
        transform=grid_of(px).transform, compress="deflate", tiled=True,
    ) as file:  # fmt: skip
        file.write(labels, 1)
    return path


def _compare(raster: Path, *, name: str, smooth: bool) -> None:
    begin = time.perf_counter()
    digests: dict[str, str] = {}
    for tile_px in _TILES_PX:
        for workers in (1, 2):
            done = vectorise_raster(
                raster, crs=None, nodata=0, min_area_m2=_inputs.MIN_AREA_M2, affinity={(1, 2): 3.0},
                tolerance_m=_inputs.TOLERANCE_M, smooth=smooth, tile_px=tile_px, workers=workers, progress=Progress(),
            )  # fmt: skip
            digests[f"tiles of {tile_px or 'any'} px, {workers} workers"] = _digest(done.cover.coverage)
    usual = next(iter(digests.values()))
    emit(
        {
            "benchmark": BENCHMARK,
            "contender": f"{name}{', smooth' if smooth else ''}",
            "wall_s": round(time.perf_counter() - begin, 2),
            "correctness": {
                "same_bytes": len(set(digests.values())) == 1,
                "unlike": [how for how, digest in digests.items() if digest != usual],
                "variants": len(digests),
                "digest": usual[:16],
            },
        }
    )


def _digest(coverage: Coverage) -> str:
    """Of the bytes of all arrays and of all else that a coverage holds."""
    done = hashlib.sha256()
    for field in fields(coverage):
        value: Any = getattr(coverage, field.name)
        if isinstance(value, np.ndarray):
            done.update(f"{field.name} {value.dtype} {value.shape}".encode())
            done.update(np.ascontiguousarray(value).tobytes())
        else:
            done.update(f"{field.name} {value}".encode())
    return done.hexdigest()
