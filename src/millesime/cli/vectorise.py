"""`millesime vectorise`: a class raster as polygons that share their borders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    from millesime.geo.coverage import Coverage
    from millesime.io.raster import RasterReader
    from millesime.nomenclature import CoverNomenclature

_SUFFIXES = (".gpkg", ".parquet")


def command(
    cover: Annotated[Path, typer.Argument(help="Class raster: one band of unsigned integers.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Map to write: .gpkg or .parquet.")],
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
    tolerance_m: Annotated[
        float, typer.Option("--tolerance-m", min=0, help="Simplify borders with this tolerance; 0 keeps all.")
    ] = 0.0,
    as_json: AsJson = False,
) -> None:
    """Vectorise a class raster: a valid coverage, without gap, overlap or unmatched vertex."""
    from millesime.compute import terminal_progress
    from millesime.cover_vector import generalise
    from millesime.cover_vector.step import summary_of, trace
    from millesime.errors import ConfigError, ImageryError
    from millesime.io.raster import RasterReader
    from millesime.io.vector import write_geopackage, write_parquet

    if output.suffix.lower() not in _SUFFIXES:
        raise ConfigError(f"cannot write {output.name!r}", remedy=f"give -o a name in {' or '.join(_SUFFIXES)}")
    with terminal_progress(notes_in_pipe=True) as progress:
        with RasterReader(cover, crs=crs) as reader:
            named, outside, notes = _classes(reader, classes, nodata)
            raw = trace(reader, nodata=outside, progress=progress)
            total_m2 = reader.grid.width * reader.grid.height * reader.grid.pixel_m**2
        if not len(raw):
            raise ImageryError(
                f"every pixel is NoData ({outside})", place=cover, remedy="give the true one with --nodata"
            )
        nomenclature = named or _values_as_names(raw, outside)
        _require_known(raw, nomenclature, cover)
        done = generalise(
            raw,
            nomenclature=nomenclature,
            min_area_m2=_min_areas(min_area_table, min_area_m2, nomenclature),
            affinity=_affinities(affinity, nomenclature),
            tolerance_m=tolerance_m,
        )
        summary = summary_of(done, outside_m2=round(max(total_m2 - raw.total_area_m2, 0.0), 4))
        notes += summary.notes
        for note in notes:
            progress.note(f"note: {note}")
        frame = done.cover.to_frame()
        if output.suffix.lower() == ".gpkg":
            write_geopackage(output, {output.stem: frame})
        else:
            write_parquet(frame, output)
    result = {
        "map": str(output),
        "crs": raw.crs,
        "counts": dict(summary.counts),
        "areas_m2": dict(summary.areas_m2),
        "notes": notes,
    }
    text = [f"{name:<32}{count:>14,}" for name, count in summary.counts.items()]
    text += [f"{name:<32}{area:>14,.0f} m²" for name, area in summary.areas_m2.items()]
    emit(result, as_json=as_json, text="\n".join([str(output), *text]))


def _classes(
    reader: RasterReader, classes: str | None, nodata: str | None
) -> tuple[CoverNomenclature | None, int | None, list[str]]:
    """Names of the values (None: they have none), the value that is outside (None: none is), and notes."""
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
        outside = int(reader.nodata) if float(reader.nodata).is_integer() else -1
    else:
        outside = own.nodata if own is not None else 0
    if file is not None:
        rows = read_rows(file, columns=CLASS_COLUMNS)
        return nomenclature_of_rows(rows, name=file.stem, nodata=outside, place=str(file)), outside, notes
    if own is None:
        note = "the raster names no classes: numero is the pixel value and classe its text (--classes names them)"
        if nodata is None and reader.nodata is None:
            note += "; pixels of value 0 are taken to be without data (--nodata none keeps them)"
        notes.append(note)
    return own, outside, notes


def _parse_nodata(text: str) -> int | None:
    from millesime.errors import ConfigError

    if text.lower() == "none":
        return None
    if not text.isdigit():
        raise ConfigError(f"--nodata {text!r} is no pixel value", remedy="give a whole number, or none")
    return int(text)


def _values_as_names(raw: Coverage, outside: int | None) -> CoverNomenclature:
    import numpy as np

    from millesime.cover_vector.class_tables import nomenclature_of_values

    return nomenclature_of_values(np.unique(raw.face_values).tolist(), nodata=outside)


def _require_known(raw: Coverage, nomenclature: CoverNomenclature, place: Path) -> None:
    import numpy as np

    from millesime.errors import CodeError

    values, number = np.unique(raw.face_values, return_inverse=True)
    unknown = [place for place, value in enumerate(values.tolist()) if value not in nomenclature.values]
    if unknown:
        told = ", ".join(f"{values[k]} ({raw.area_m2[number == k].sum():,.0f} m²)" for k in unknown)
        raise CodeError(
            f"pixel values that are not classes of {nomenclature.name!r}: {told}",
            place=place,
            remedy="give the table of this raster with --classes, or its --nodata",
        )


def _min_areas(table: Path | None, min_area_m2: float, nomenclature: CoverNomenclature) -> float | dict[int, float]:
    from millesime.cover_vector.class_tables import MIN_AREA_COLUMNS, min_areas_of_rows
    from millesime.io.tables import read_rows

    if table is None:
        return min_area_m2
    rows = read_rows(table, columns=MIN_AREA_COLUMNS)
    given = min_areas_of_rows(rows, nomenclature=nomenclature, place=str(table))
    return dict.fromkeys(nomenclature.values, min_area_m2) | given


def _affinities(table: Path | None, nomenclature: CoverNomenclature) -> dict[tuple[int, int], float] | None:
    from millesime.cover_vector.class_tables import AFFINITY_COLUMNS, affinities_of_rows
    from millesime.io.tables import read_rows

    if table is None:
        return None
    rows = read_rows(table, columns=AFFINITY_COLUMNS)
    return affinities_of_rows(rows, nomenclature=nomenclature, place=str(table))
