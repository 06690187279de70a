"""Topology: arcs, faces and their areas from a raster in memory."""

from pathlib import Path
from typing import Any

import numpy as np
import rasterio.features
import shapely

from benchmarks import _inputs
from benchmarks._measure import Contender, run_row
from benchmarks._peers import gdal_missing, run_quietly
from benchmarks._raster import grid_of
from millesime.geo.coverage import Coverage

BENCHMARK = "topology"
FILES = "millesime vectorise, raw"


def trace(labels: np.ndarray, threads: int = _inputs.THREADS) -> Coverage:
    coverage = Coverage.from_labels(labels, grid_of(labels.shape[0]), threads=threads)
    assert coverage.area_m2.size
    return coverage


def _facts(labels: np.ndarray, coverage: Coverage) -> dict[str, Any]:
    off = coverage.total_area_m2 - _inputs.extent_m2(labels.shape[0])
    return {"polygons": len(coverage), "area_off_m2": round(off, 2), "events": len(coverage.vertices)}


def shapes(labels: np.ndarray) -> list[Any]:
    return list(
        rasterio.features.shapes(labels, connectivity=4, transform=grid_of(labels.shape[0]).transform)
    )  # fmt: skip


def _shapes_facts(labels: np.ndarray, result: list[Any]) -> dict[str, Any]:
    area = sum(shapely.geometry.shape(geometry).area for geometry, _ in result)
    return {"polygons": len(result), "area_off_m2": round(area - _inputs.extent_m2(labels.shape[0]), 2)}


def _raster(px: int) -> tuple[Path, Path, int]:
    return _inputs.raster_file(px), _inputs.new_folder("topology"), px


def _vectorise(prepared: tuple[Path, Path, int]) -> Path:
    raster, folder, _ = prepared
    output = _inputs.unused(folder, ".gpkg")
    run_quietly(_inputs.millesime(), "vectorise", raster, "-o", output)
    return output


def _polygonize(prepared: tuple[Path, Path, int]) -> Path:
    raster, folder, _ = prepared
    output = _inputs.unused(folder, ".gpkg")
    run_quietly("gdal_polygonize.py", "-q", raster, "-f", "GPKG", output)
    return output


def _file_facts(prepared: tuple[Path, Path, int], output: Path) -> dict[str, Any]:
    facts = _inputs.file_facts(output, _inputs.extent_m2(prepared[2]))
    return {name: facts[name] for name in ("polygons", "invalid", "coverage_valid", "area_off_m2")}


CONTENDERS = (
    Contender("millesime", _inputs.labels, trace, _facts),
    Contender("millesime, 1 thread", _inputs.labels, lambda labels: trace(labels, 1), _facts),
    Contender("rasterio.features.shapes", _inputs.labels, shapes, _shapes_facts),
    Contender(FILES, _raster, _vectorise, _file_facts, command=True, against=FILES),
    Contender(
        "gdal_polygonize to GPKG", _raster, _polygonize, _file_facts, missing=gdal_missing, command=True, against=FILES
    ),
)  # fmt: skip


def main() -> None:
    run_row(BENCHMARK, __name__, CONTENDERS)
