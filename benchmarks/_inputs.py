"""Inputs that several rows share, and what makes a result right."""

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

from benchmarks._raster import DENSE, LOOKS, PIXEL_M, Look, file_of, grid_of, labels_of, scratch
from millesime.geo.coverage import Coverage, match_polygons

MIN_AREA_M2 = 50.0
TOLERANCE_M = 1.0

#: What an operation of ours may use: every core, as the peers may.
THREADS = len(os.sched_getaffinity(0))

#: Polygons that GEOS looks at together within a minute.
_FEW = 10_000


def look() -> Look:
    """The raster that all rows work on; BENCH_LOOK=calm takes the calmer one."""
    return LOOKS[os.environ.get("BENCH_LOOK", DENSE.name)]


def labels(px: int, of: Look | None = None) -> np.ndarray:
    """The bench raster in memory; made once and kept."""
    chosen = of or look()
    path = scratch() / f"{chosen.file_stem}-{px}.npy"
    if not path.exists():
        part = path.with_suffix(".partial.npy")
        np.save(part, labels_of(chosen, px))
        part.replace(path)
    return np.load(path)


def raster_file(px: int) -> Path:
    return file_of(look(), px)


def merged(px: int, of: Look | None = None) -> Coverage:
    """Faces of at least 50 m²."""
    return Coverage.from_labels(labels(px, of), grid_of(px)).merge(min_area_m2=MIN_AREA_M2)


def millesime() -> Path:
    """The command that users run."""
    return Path(sys.executable).with_name("millesime")


def new_folder(name: str) -> Path:
    """An empty folder for what a contender writes."""
    folder = scratch() / "results" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def unused(folder: Path, suffix: str) -> Path:
    """A path in a folder where nothing is yet: runs follow one another."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        return Path(name).with_suffix(suffix)


def extent_m2(px: int) -> float:
    return (px * PIXEL_M) ** 2


def coverage_facts(polygons: Any, expected_m2: float) -> dict[str, Any]:
    """Number, validity one by one and together, and how far the area is from what it must be."""
    parts = shapely.get_parts(np.asarray(polygons, dtype=object))
    return {
        "polygons": len(parts),
        "invalid": int((~shapely.is_valid(parts)).sum()),
        "coverage_valid": _borders_match(parts),
        "area_off_m2": round(float(shapely.area(parts).sum() - expected_m2), 2),
        "below_50_m2": int((shapely.area(parts) < MIN_AREA_M2 - 1e-6).sum()),
    }


def _borders_match(parts: Any) -> bool:
    """Whether borders match vertex for vertex: by GEOS; by whole numbers where GEOS would take minutes."""
    if len(parts) <= _FEW:
        return bool(shapely.coverage_is_valid(parts))
    return not match_polygons(Coverage, parts, crs="EPSG:2154").renoded


def file_facts(path: Path, expected_m2: float) -> dict[str, Any]:
    return coverage_facts(polygons_of_file(path), expected_m2)


def polygons_of_file(path: Path) -> "np.ndarray[Any, np.dtype[np.object_]]":
    _, _, geometries, _ = pyogrio.raw.read(path, columns=[])
    return shapely.from_wkb(geometries)


def write_polygons(path: Path, polygons: Any, values: np.ndarray, crs: str) -> None:
    """Polygons with a column `value`, in any format that its suffix names."""
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.asarray(polygons, dtype=object)),
        [values.astype(np.int32)],
        ["value"],
        geometry_type="Polygon",
        crs=crs,
    )


def vertices_of(polygons: Any) -> int:
    geometries: list[BaseGeometry] = list(polygons)
    return int(shapely.get_num_coordinates(geometries).sum())
