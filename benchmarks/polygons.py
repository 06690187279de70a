"""Polygons: the raw 4-connected faces of a raster in memory as shapely polygons."""

from typing import Any

import numpy as np
import shapely

from benchmarks import _inputs
from benchmarks._measure import Contender, run_row
from benchmarks._raster import grid_of
from benchmarks.topology import shapes
from millesime.geo.coverage import Coverage

BENCHMARK = "polygons"


def _facts(labels: np.ndarray, polygons: Any) -> dict[str, Any]:
    facts = _inputs.coverage_facts(polygons, _inputs.extent_m2(labels.shape[0]))
    facts.pop("below_50_m2")
    return facts


CONTENDERS = (
    Contender(
        "millesime",
        _inputs.labels,
        lambda labels: Coverage.from_labels(labels, grid_of(labels.shape[0]), threads=_inputs.THREADS).to_polygons(),
        _facts,
    ),
    Contender(
        "rasterio.features.shapes + shapely",
        _inputs.labels,
        lambda labels: [shapely.geometry.shape(geometry) for geometry, _ in shapes(labels)],
        _facts,
    ),
)


def main() -> None:
    run_row(BENCHMARK, __name__, CONTENDERS)
