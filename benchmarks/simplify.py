"""Simplify: shared boundaries of the faces of at least 50 m², with a tolerance of 1 m."""

from pathlib import Path
from typing import Any

import pyogrio
import shapely

from benchmarks import _inputs
from benchmarks._measure import Contender, run_row
from benchmarks._peers import grass, grass_missing, mapshaper, mapshaper_missing, new_mapset, run_quietly
from benchmarks._raster import CRS
from millesime.geo.coverage import Coverage

BENCHMARK = "simplify"
FILES = "millesime, files"
Files = tuple[Path, Path, int]


def _facts(polygons: Any, px: int) -> dict[str, Any]:
    facts = _inputs.coverage_facts(polygons, _inputs.extent_m2(px))
    facts["vertices"] = _inputs.vertices_of(polygons)
    facts.pop("below_50_m2")
    return facts


def _in_memory(px: int) -> tuple[Coverage, int]:
    return _inputs.merged(px), px


def _shapefile(px: int) -> Files:
    merged = _inputs.merged(px)
    folder = _inputs.new_folder("simplify")
    _inputs.write_polygons(folder / "merged.shp", merged.to_polygons(), merged.face_values, CRS)
    return folder / "merged.shp", folder, px


def _our_files(files: Files) -> Path:
    source, folder, _ = files
    output = _inputs.unused(folder, ".shp")
    _, _, wkb, columns = pyogrio.raw.read(source)
    coverage = Coverage.from_polygons(shapely.from_wkb(wkb), crs=CRS).simplify(
        tolerance_m=_inputs.TOLERANCE_M, threads=_inputs.THREADS
    )
    _inputs.write_polygons(output, coverage.to_polygons(), columns[0][coverage.face_values], CRS)
    return output


def _mapshaper(files: Files) -> Path:
    source, folder, _ = files
    output = _inputs.unused(folder, ".shp")
    run_quietly(
        mapshaper(), source, "-simplify", "visvalingam", f"interval={_inputs.TOLERANCE_M}", "keep-shapes",
        "-o", output,
    )  # fmt: skip
    return output


def _grass_vector(px: int) -> Files:
    source, folder, _ = _shapefile(px)
    mapset = new_mapset(folder / "location", CRS)
    grass(mapset, f"v.in.ogr --overwrite --quiet -o snap=0.001 input={source} output=merged")
    return mapset, folder, px


def _grass(files: Files) -> Path:
    grass(
        files[0],
        "v.generalize --overwrite --quiet input=merged output=simple type=area method=douglas"
        f" threshold={_inputs.TOLERANCE_M}",
    )
    return _inputs.unused(files[1], ".gpkg")


def _grass_facts(files: Files, output: Path) -> dict[str, Any]:
    grass(files[0], f"v.out.ogr --overwrite --quiet input=simple type=area output={output}")
    return _file_facts(files, output)


def _file_facts(files: Files, output: Path) -> dict[str, Any]:
    return _facts(_inputs.polygons_of_file(output), files[2])


CONTENDERS = (
    Contender(
        "millesime", _in_memory,
        lambda given: given[0].simplify(tolerance_m=_inputs.TOLERANCE_M, threads=_inputs.THREADS),
        lambda given, done: _facts(done.to_polygons(), given[1]),
    ),
    Contender(
        "millesime, 1 thread", _in_memory, lambda given: given[0].simplify(tolerance_m=_inputs.TOLERANCE_M),
        lambda given, done: _facts(done.to_polygons(), given[1]),
    ),
    Contender(
        "shapely.coverage_simplify", lambda px: (_inputs.merged(px).to_polygons(), px),
        lambda given: shapely.coverage_simplify(given[0], _inputs.TOLERANCE_M),
        lambda given, done: _facts(done, given[1]),
    ),
    Contender(FILES, _shapefile, _our_files, _file_facts, against=FILES),
    Contender(
        "mapshaper -simplify", _shapefile, _mapshaper, _file_facts,
        missing=mapshaper_missing, command=True, against=FILES,
    ),
    Contender(
        "GRASS v.generalize", _grass_vector, _grass, _grass_facts, missing=grass_missing, command=True, at_most_px=4096
    ),
)  # fmt: skip


def main() -> None:
    run_row(BENCHMARK, __name__, CONTENDERS)
