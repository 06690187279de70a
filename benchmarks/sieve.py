"""Sieve: regions below 1250 px (50 m²) given to a neighbour, raster in and raster out."""

from typing import Any

import numpy as np
import rasterio.features

from benchmarks import _inputs
from benchmarks._measure import Contender, run_row
from benchmarks._raster import PIXEL_M, grid_of
from millesime.geo.coverage import Coverage

BENCHMARK = "sieve"
_LEAST_PX = round(_inputs.MIN_AREA_M2 / PIXEL_M**2)


def _ours(labels: np.ndarray) -> np.ndarray:
    grid = grid_of(labels.shape[0])
    raw = Coverage.from_labels(labels, grid, threads=_inputs.THREADS)
    merged = raw.merge(min_area_m2=_inputs.MIN_AREA_M2)
    return merged.to_labels(grid, dtype=labels.dtype, threads=_inputs.THREADS)


def _facts(labels: np.ndarray, sieved: np.ndarray) -> dict[str, Any]:
    left = Coverage.from_labels(sieved.astype(np.uint8), grid_of(labels.shape[0]))
    return {
        "polygons": len(left),
        "below_1250_px": int((left.area_m2 < _inputs.MIN_AREA_M2 - 1e-6).sum()),
        "pixels_unlike_the_input": round(float((sieved != labels).mean()), 5),
    }


CONTENDERS = (
    Contender("millesime", _inputs.labels, _ours, _facts),
    Contender(
        "rasterio.features.sieve",
        _inputs.labels,
        lambda labels: rasterio.features.sieve(labels, size=_LEAST_PX, connectivity=4),
        _facts,
    ),
)


def main() -> None:
    run_row(BENCHMARK, __name__, CONTENDERS)
