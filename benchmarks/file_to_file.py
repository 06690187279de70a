"""File to file: a class raster read, small faces merged, borders simplified, a GeoPackage written."""

from pathlib import Path
from typing import Any

from benchmarks import _inputs
from benchmarks._measure import Contender, run_row
from benchmarks._peers import gdal_missing, mapshaper, mapshaper_missing, run_quietly
from benchmarks._raster import PIXEL_M
from millesime.compute import Progress
from millesime.cover_vector.vectorise import vectorise_raster
from millesime.io.vector import write_geopackage

BENCHMARK = "file_to_file"
VECTORISE = "millesime vectorise"
Files = tuple[Path, Path, int]


def _raster(px: int) -> Files:
    return _inputs.raster_file(px), _inputs.new_folder("file-to-file"), px


def vectorise(files: Files, *options: str) -> Path:
    """The command that users run."""
    raster, folder, _ = files
    output = _inputs.unused(folder, ".gpkg")
    run_quietly(
        _inputs.millesime(), "vectorise", raster, "-o", output,
        "--min-area-m2", str(_inputs.MIN_AREA_M2), "--tolerance-m", str(_inputs.TOLERANCE_M), *options,
    )  # fmt: skip
    return output


def in_process(files: Files, *, tolerance_m: float) -> Path:
    """The same from Python, all imported: without the start of a command."""
    raster, folder, _ = files
    output = _inputs.unused(folder, ".gpkg")
    done = vectorise_raster(
        raster, crs=None, nodata=0, min_area_m2=_inputs.MIN_AREA_M2, tolerance_m=tolerance_m,
        workers=_inputs.THREADS, progress=Progress(),
    )  # fmt: skip
    write_geopackage(output, {"cover": done.cover.to_frame()})
    return output


def _peers(files: Files) -> Path:
    raster, folder, _ = files
    output = _inputs.unused(folder, ".gpkg")
    sieved, polygons, simple = (output.with_suffix(suffix) for suffix in (".tif", ".shp", ".simple.shp"))
    run_quietly("gdal_sieve.py", "-q", "-st", str(round(_inputs.MIN_AREA_M2 / PIXEL_M**2)), "-4", raster, sieved)
    run_quietly("gdal_polygonize.py", "-q", sieved, "-f", "ESRI Shapefile", polygons)
    run_quietly(
        mapshaper(), polygons, "-simplify", "visvalingam", f"interval={_inputs.TOLERANCE_M}", "keep-shapes",
        "-o", simple,
    )  # fmt: skip
    run_quietly("ogr2ogr", "-q", "-f", "GPKG", output, simple)
    return output


def file_facts(files: Files, output: Path) -> dict[str, Any]:
    return _inputs.file_facts(output, _inputs.extent_m2(files[2]))


CONTENDERS = (
    Contender(
        VECTORISE, _raster, lambda files: vectorise(files, "--workers", str(_inputs.THREADS)), file_facts, command=True,
        against=VECTORISE,
    ),
    Contender("millesime vectorise, 1 worker", _raster, vectorise, file_facts, command=True, against=VECTORISE),
    Contender(
        "millesime, in process", _raster, lambda files: in_process(files, tolerance_m=_inputs.TOLERANCE_M), file_facts,
        against=VECTORISE,
    ),
    Contender(
        "gdal_sieve + gdal_polygonize + mapshaper", _raster, _peers, file_facts,
        missing=lambda: gdal_missing() or mapshaper_missing(), command=True, against=VECTORISE,
    ),
)  # fmt: skip


def main() -> None:
    run_row(BENCHMARK, __name__, CONTENDERS)
