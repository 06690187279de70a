"""`millesime vectorise`: a class raster as polygons that share their borders."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    from millesime.compute import Progress
    from millesime.cover_vector import CoverVector
    from millesime.io.raster import RasterReader
    from millesime.nomenclature import CoverNomenclature

_SUFFIXES = (".gpkg", ".parquet")
_TILES = "*_vecto.gpkg"


def command(
    cover: Annotated[Path, typer.Argument(help="Class raster: one band of unsigned integers.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Map to write: .gpkg or .parquet; a folder with --cosia-tiles.")
    ],
    classes: Annotated[
        str | None,
        typer.Option(help="Names of the values: cosia, flair1, flair-hub, or a CSV file with value, name."),
    ] = None,
    nodata: Annotated[
        str | None, typer.Option(help="Value without data, or 'none'; the file's own, or 0, by default.")
    ] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of a file that has none: EPSG:2154.")] = None,
    min_area_m2: Annotated[
        float, typer.Option("--min-area-m2", min=0, help="Merge polygons below this area; 0 keeps all.")
    ] = 0.0,
    min_area_table: Annotated[
        Path | None, typer.Option("--min-area-table", help="CSV file with class, min_area_m2.")
    ] = None,
    affinity: Annotated[
        Path | None, typer.Option("--affinity", help="CSV file with from, to, weight of a shared border.")
    ] = None,
    smooth: Annotated[
        bool, typer.Option("--smooth", help="Cut the corners of the pixels before borders are simplified.")
    ] = False,
    tolerance_m: Annotated[
        float, typer.Option("--tolerance-m", min=0, help="Simplify borders with this tolerance; 0 keeps all.")
    ] = 0.0,
    cosia_tiles: Annotated[
        str | None, typer.Option("--cosia-tiles", help="Write tiles of 10 km named after this: D034_2022.")
    ] = None,
    tile_px: Annotated[
        int | None, typer.Option("--tile-px", min=1, help="Side of the tiles worked on; the result does not change.")
    ] = None,
    workers: Annotated[int, typer.Option(min=1, help="Threads; the result does not change.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Vectorise a class raster: a valid coverage, without gap, overlap or unmatched vertex."""
    from millesime.compute import terminal_progress
    from millesime.cover_vector.step import summary_of
    from millesime.cover_vector.vectorise import vectorise_raster
    from millesime.io.raster import RasterReader

    _require_finite({"--min-area-m2": min_area_m2, "--tolerance-m": tolerance_m})
    _require_writable(output, cosia_tiles)
    with terminal_progress(notes_in_pipe=True) as progress:
        with RasterReader(cover, crs=crs) as reader:
            given = _classes(reader, classes, nodata)
            grid = reader.grid
        names = given.nomenclature
        if names is None and (min_area_table or affinity):
            names = _values_as_names(cover, given.outside, crs)
        with _named(cover):
            done = vectorise_raster(
                cover,
                crs=crs,
                nodata=given.outside,
                nomenclature=names,
                min_area_m2=_min_areas(min_area_table, min_area_m2, names),
                affinity=_affinities(affinity, names),
                tolerance_m=tolerance_m,
                smooth=smooth,
                tile_px=tile_px,
                workers=workers,
                progress=progress,
            )
        total_m2 = grid.width * grid.height * grid.pixel_m**2
        summary = summary_of(done, outside_m2=round(max(total_m2 - done.covered_m2, 0.0), 4))
        notes = [*given.notes, *summary.notes]
        for note in notes:
            progress.note(f"note: {note}")
        files = _write(done.cover, output, cosia_tiles, progress)
    counts = dict(summary.counts) | ({"tiles": len(files)} if cosia_tiles else {})
    result = {
        "map": str(output),
        "crs": grid.crs,
        "counts": counts,
        "areas_m2": dict(summary.areas_m2),
        "notes": notes,
    } | ({"tiles": files} if cosia_tiles else {})
    text = [f"{name:<32}{count:>14,}" for name, count in counts.items()]
    text += [f"{name:<32}{area:>14,.0f} m²" for name, area in summary.areas_m2.items()]
    emit(result, as_json=as_json, text="\n".join([str(output), *text]))


def _require_finite(numbers: Mapping[str, float]) -> None:
    from millesime.errors import ConfigError

    for name, number in numbers.items():
        if not math.isfinite(number):
            raise ConfigError(f"{name} {number} is no number", remedy="give a finite one")


def _require_writable(output: Path, cosia_tiles: str | None) -> None:
    """Tell before hours of work what would fail after them."""
    from millesime.cover_vector.cosia_tiles import require_series
    from millesime.errors import ConfigError, InputError
    from millesime.io.files import require_replaceable

    is_file = output.suffix.lower() in _SUFFIXES
    if cosia_tiles is not None:
        require_series(cosia_tiles)
        if is_file:
            raise ConfigError(f"tiles are not written to {output.name!r}", remedy="give -o the name of a folder")
        require_replaceable(output, replaces=_TILES)
    elif not is_file:
        raise ConfigError(f"cannot write {output.name!r}", remedy=f"give -o a name in {' or '.join(_SUFFIXES)}")
    elif not output.absolute().parent.is_dir():
        raise InputError("no such folder", place=output.parent, remedy="create it first")
    elif output.is_dir():
        raise InputError("is a folder", place=output, remedy="give -o the name of a file")


@contextlib.contextmanager
def _named(path: Path) -> Iterator[None]:
    """Errors of the engine, which knows no files, told with the file's name."""
    from millesime.errors import MillesimeError

    try:
        yield
    except MillesimeError as error:
        if error.place is not None:
            raise
        raise type(error)(error.message, place=path, remedy=error.remedy) from error


@dataclass(frozen=True)
class _Given:
    """What is known of the values of a raster before its pixels are read."""

    nomenclature: CoverNomenclature | None
    """None: the values have no names."""

    outside: int | None
    """The value without data; None: every pixel has some."""

    notes: Sequence[str]


def _classes(reader: RasterReader, classes: str | None, nodata: str | None) -> _Given:
    from millesime.cover_vector.class_tables import CLASS_COLUMNS, nomenclature_of_rows
    from millesime.io.tables import read_rows
    from millesime.nomenclature import cover

    notes: list[str] = []
    own = reader.class_table()
    file = Path(classes) if classes is not None and classes.lower().endswith((".csv", ".txt")) else None
    if classes is not None and file is None:
        own = cover(classes)
    if nodata is not None:
        outside = _parse_nodata(nodata)
    elif reader.nodata is not None:
        outside = _whole_nodata(reader)
    else:
        outside = own.nodata if own is not None else 0
    if reader.has_mask and reader.count == 1:
        notes.append("the mask of the raster is not looked at: pixels without data are those of the NoData value")
    if file is not None:
        rows = read_rows(file, columns=CLASS_COLUMNS)
        return _Given(nomenclature_of_rows(rows, name=file.stem, nodata=outside, place=str(file)), outside, notes)
    if own is None:
        note = "the raster names no classes: numero is the pixel value and classe its text (--classes names them)"
        if nodata is None and reader.nodata is None:
            note += "; pixels of value 0 are taken to be without data (--nodata none keeps them)"
        notes.append(note)
    return _Given(own, outside, notes)


def _parse_nodata(text: str) -> int | None:
    from millesime.cover_vector.class_tables import is_whole
    from millesime.errors import ConfigError

    if text.lower() == "none":
        return None
    if not is_whole(text):
        raise ConfigError(f"--nodata {text!r} is no pixel value", remedy="give a whole number, or none")
    return int(text)


def _whole_nodata(reader: RasterReader) -> int:
    from millesime.errors import ImageryError

    value = reader.nodata
    if value is None or not value.is_integer():
        raise ImageryError(
            f"NoData {value} is no value of {reader.dtype} pixels",
            place=reader.path,
            remedy="give the true one (--nodata V), or none (--nodata none)",
        )
    return int(value)


def _values_as_names(path: Path, outside: int | None, crs: str | None) -> CoverNomenclature:
    from millesime.cover_vector.class_tables import nomenclature_of_values
    from millesime.cover_vector.vectorise import values_of_raster

    return nomenclature_of_values(values_of_raster(path, nodata=outside, crs=crs), nodata=outside)


def _min_areas(
    table: Path | None, min_area_m2: float, nomenclature: CoverNomenclature | None
) -> float | dict[int, float]:
    from millesime.cover_vector.class_tables import MIN_AREA_COLUMNS, min_areas_of_rows
    from millesime.io.tables import read_rows

    if table is None or nomenclature is None:
        return min_area_m2
    rows = read_rows(table, columns=MIN_AREA_COLUMNS)
    given = min_areas_of_rows(rows, nomenclature=nomenclature, place=str(table))
    return dict.fromkeys(nomenclature.values, min_area_m2) | given


def _affinities(table: Path | None, nomenclature: CoverNomenclature | None) -> dict[tuple[int, int], float] | None:
    from millesime.cover_vector.class_tables import AFFINITY_COLUMNS, affinities_of_rows
    from millesime.io.tables import read_rows

    if table is None or nomenclature is None:
        return None
    rows = read_rows(table, columns=AFFINITY_COLUMNS)
    return affinities_of_rows(rows, nomenclature=nomenclature, place=str(table))


def _write(cover: CoverVector, output: Path, cosia_tiles: str | None, progress: Progress) -> list[str]:
    """Write the map, or its tiles; tell the names of the files."""
    from millesime.cover_vector.cosia_tiles import cosia_tiles as cut
    from millesime.io.files import folder_written_whole
    from millesime.io.vector import write_geopackage, write_parquet

    if cosia_tiles is not None:
        files = []
        with folder_written_whole(output, replaces=_TILES) as folder:
            for tile in progress.track(list(cut(cover, series=cosia_tiles)), label="writing tiles"):
                files.append(f"{tile.name}.gpkg")
                write_geopackage(folder / files[-1], {tile.name: tile.frame})
        return files
    if output.suffix.lower() == ".gpkg":
        write_geopackage(output, {output.stem: cover.to_frame()})
    else:
        write_parquet(cover.to_frame(), output)
    return [output.name]
