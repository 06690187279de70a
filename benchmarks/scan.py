"""Scan: where the boundaries of a raster in memory turn, end and branch, and which pixels hang together."""

from typing import Any

import numpy as np
import rasterio

from benchmarks import _inputs
from benchmarks._measure import Contender, run_row
from benchmarks._peers import module_missing
from benchmarks._raster import grid_of
from millesime.geo.coverage import Coverage
from millesime.geo.coverage.tracing import sweep_strips

BENCHMARK = "scan"


def _sweep(labels: np.ndarray) -> Any:
    return sweep_strips(labels, threads=_inputs.THREADS)


def _sweep_facts(labels: np.ndarray, sweep: Any) -> dict[str, Any]:
    del sweep
    coverage = Coverage.from_labels(labels, grid_of(labels.shape[0]))
    return {"polygons": len(coverage), "events": len(coverage.vertices), "pixels": labels.size}


def _cc3d(labels: np.ndarray) -> Any:
    import cc3d

    return cc3d.connected_components(labels, connectivity=4, return_N=True)


def _decode(path: Any) -> Any:
    with rasterio.open(path) as file:
        return file.read(1)


CONTENDERS = (
    Contender("millesime", _inputs.labels, _sweep, _sweep_facts),
    Contender("millesime, 1 thread", _inputs.labels, lambda labels: sweep_strips(labels, threads=1), _sweep_facts),
    Contender(
        "cc3d (components only)",
        _inputs.labels,
        _cc3d,
        lambda labels, result: {"polygons": int(result[1]), "pixels": labels.size},
        missing=lambda: module_missing("cc3d"),
    ),
    Contender(
        "limit: GeoTIFF decode", _inputs.raster_file, _decode, lambda _, result: {"pixels": result.size}
    ),
    Contender(
        "limit: one compare pass",
        _inputs.labels,
        lambda labels: np.not_equal(labels[:, 1:], labels[:, :-1]),
        lambda labels, _: {"pixels": labels.size},
    ),
)  # fmt: skip


def main() -> None:
    run_row(BENCHMARK, __name__, CONTENDERS)
