"""Merge: faces below 50 m² united with neighbours, from a class raster to polygons."""

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely

from benchmarks import _inputs
from benchmarks._measure import Contender, run_row
from benchmarks._peers import grass, grass_missing, mapshaper, mapshaper_missing, new_mapset, run_quietly
from benchmarks._raster import CRS, grid_of
from benchmarks.file_to_file import in_process
from millesime.geo.coverage import Coverage

BENCHMARK = "merge"
FILES = "millesime, files"
Files = tuple[Path, Path, int]


def _ours(labels: np.ndarray) -> Coverage:
    raw = Coverage.from_labels(labels, grid_of(labels.shape[0]), threads=_inputs.THREADS)
    return raw.merge(min_area_m2=_inputs.MIN_AREA_M2)


def _our_facts(labels: np.ndarray, coverage: Coverage) -> dict[str, Any]:
    return _inputs.coverage_facts(coverage.to_polygons(), _inputs.extent_m2(labels.shape[0]))


def _raster(px: int) -> Files:
    return _inputs.raster_file(px), _inputs.new_folder("merge"), px


def _file_facts(files: Files, output: Path) -> dict[str, Any]:
    return _inputs.file_facts(output, _inputs.extent_m2(files[2]))


def _raw_shapefile(px: int) -> Files:
    raw = Coverage.from_labels(_inputs.labels(px), grid_of(px))
    folder = _inputs.new_folder("merge-mapshaper")
    _inputs.write_polygons(folder / "raw.shp", raw.to_polygons(), raw.face_values, CRS)
    return folder / "raw.shp", folder, px


def _mapshaper(files: Files) -> Path:
    raw, folder, _ = files
    output = _inputs.unused(folder, ".shp")
    run_quietly(
        mapshaper(), raw, "-filter", f"this.area >= {_inputs.MIN_AREA_M2}",
        "-clean", "gap-width=1000m", "close-outer-gaps", "-o", output,
    )  # fmt: skip
    return output


def _grass_raster(px: int) -> Files:
    mapset = new_mapset(_inputs.new_folder("merge-grass") / "location", CRS)
    grass(mapset, f"r.in.gdal -o --quiet input={_inputs.raster_file(px)} output=labels; g.region raster=labels")
    return mapset, mapset.parent.parent, px


def _grass(files: Files) -> Path:
    grass(
        files[0],
        "r.to.vect --overwrite --quiet -v input=labels output=raw type=area\n"
        f"v.clean --overwrite --quiet input=raw output=merged tool=rmarea threshold={_inputs.MIN_AREA_M2}",
    )
    return files[0]


def _grass_facts(files: Files, mapset: Path) -> dict[str, Any]:
    output = _inputs.unused(files[1], ".gpkg")
    grass(mapset, f"v.out.ogr --overwrite --quiet input=merged type=area output={output}")
    return _file_facts(files, output)


def _geopandas(labels: np.ndarray) -> Any:
    """One small polygon after the other, smallest first, into the neighbour with the longest common border."""
    coverage = Coverage.from_labels(labels, grid_of(labels.shape[0]))
    frame = geopandas.GeoDataFrame({"value": coverage.face_values}, geometry=coverage.to_polygons(), crs=CRS)
    while True:
        small = frame.geometry.area
        small = small[small < _inputs.MIN_AREA_M2]
        if small.empty:
            return frame.geometry.to_numpy()
        chosen = small.idxmin()
        shape = frame.geometry[chosen]
        around = frame.index[frame.sindex.query(shape, predicate="touches")].drop(chosen, errors="ignore")
        shared = frame.geometry[around].boundary.intersection(shape.boundary).length
        best = shared.idxmax()
        frame.loc[best, "geometry"] = shapely.union(frame.geometry[best], shape)
        frame = frame.drop(chosen)


CONTENDERS = (
    Contender("millesime", _inputs.labels, _ours, _our_facts),
    Contender(FILES, _raster, lambda files: in_process(files, tolerance_m=0.0), _file_facts, against=FILES),
    Contender(
        "mapshaper -filter -clean", _raw_shapefile, _mapshaper, _file_facts,
        missing=mapshaper_missing, command=True, against=FILES,
    ),
    Contender(
        "GRASS r.to.vect + v.clean", _grass_raster, _grass, _grass_facts,
        missing=grass_missing, command=True, at_most_px=4096,
    ),
    Contender(
        "geopandas loop", _inputs.labels, _geopandas,
        lambda labels, polygons: _inputs.coverage_facts(polygons, _inputs.extent_m2(labels.shape[0])),
        at_most_px=512, warm_up=False,
    ),
)  # fmt: skip


def main() -> None:
    run_row(BENCHMARK, __name__, CONTENDERS)
