"""`millesime mos`: a local nomenclature by crosswalk, to OCS GE and from it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    from millesime.nomenclature.local import LocalNomenclature
    from millesime.sources.mos import Translated

app = typer.Typer(
    help="A local nomenclature (MOS) by crosswalk: to OCS GE and from it.", no_args_is_help=True, add_completion=False
)

CrosswalkFile = Annotated[Path, typer.Option("--crosswalk", help="CSV: code, cs, us; label, direction, preferred.")]
Output = Annotated[Path | None, typer.Option("-o", "--output", help="GeoPackage to write.")]
Crs = Annotated[str | None, typer.Option(help="CRS of files that have none: EPSG:2154.")]

_HECTARE_M2 = 10_000.0
_SHOWN = 10


@app.command("to-ocsge")
def to_ocsge(
    file: Annotated[Path, typer.Argument(help="The local map: GeoPackage, Shapefile, GeoParquet.")],
    crosswalk: CrosswalkFile,
    output: Output = None,
    column: Annotated[str | None, typer.Option(help="Attribute of the local code; found by its name.")] = None,
    year: Annotated[int | None, typer.Option(help="Vintage of the map.")] = None,
    layer: Annotated[str | None, typer.Option(help="Layer to read, when the file holds several.")] = None,
    crs: Crs = None,
    as_json: AsJson = False,
) -> None:
    """A local map to OCCUPATION_SOL; `code_or` keeps the local code, what has no pair is set aside and told."""
    from millesime.io.vector import read_vector
    from millesime.sources.mos import mos_to_ocsge

    _require(output)
    nomenclature = _crosswalk(crosswalk)
    frame = read_vector(file, layer=layer, crs=crs)
    done = mos_to_ocsge(frame, nomenclature, column=column, year=year, place=str(file))
    _finish(file, output, nomenclature, done, "OCCUPATION_SOL", as_json)


@app.command("from-ocsge")
def from_ocsge(
    file: Annotated[Path, typer.Argument(help="OCCUPATION_SOL: delivery, folder, archive or file.")],
    crosswalk: CrosswalkFile,
    output: Output = None,
    dissolve: Annotated[bool, typer.Option("--dissolve", help="Unite touching polygons of one local code.")] = False,
    no_code_or: Annotated[
        bool, typer.Option("--no-code-or", help="Do not take local codes back from code_or.")
    ] = False,
    crs: Crs = None,
    as_json: AsJson = False,
) -> None:
    """OCCUPATION_SOL to a local map; pairs of cover and use without a local code are set aside and told."""
    from millesime.sources.mos import ocsge_to_mos
    from millesime.sources.ocsge import read_delivery

    _require(output)
    nomenclature = _crosswalk(crosswalk)
    frame = read_delivery(file, kind="OCCUPATION_SOL", crs=crs).layer("OCCUPATION_SOL").frame
    done = ocsge_to_mos(frame, nomenclature, dissolve=dissolve, use_code_or=not no_code_or, place=str(file))
    _finish(file, output, nomenclature, done, "MOS", as_json)


def _require(output: Path | None) -> None:
    from millesime.errors import ConfigError

    if output is not None and output.suffix.lower() != ".gpkg":
        raise ConfigError(f"{output.suffix or 'no suffix'} is not written", place=output, remedy="end it with .gpkg")
    if output is not None and not output.absolute().parent.is_dir():
        raise ConfigError("no such folder", place=output.parent, remedy="create it first")


def _crosswalk(path: Path) -> LocalNomenclature:
    from millesime.io.tables import read_rows
    from millesime.nomenclature.local import CROSSWALK_COLUMNS, local_nomenclature

    return local_nomenclature(read_rows(path, columns=CROSSWALK_COLUMNS), place=path)


def _finish(
    file: Path, output: Path | None, nomenclature: LocalNomenclature, done: Translated, layer: str, as_json: bool
) -> None:
    from millesime.io.vector import write_geopackage

    layers: dict[str, Any] = {layer: done.frame, "UNTRANSLATED": done.untranslated, "LOSSES": done.losses}
    if output is not None:
        write_geopackage(output, layers)
    told = {
        "file": str(file),
        "output": None if output is None else str(output),
        "layers": list(layers) if output is not None else [],
        "rows": done.rows,
        "rows_used": done.rows_used,
        "polygons": len(done.frame),
        "area_m2": round(float(done.frame.area.sum()), 2),
        "lost_m2": round(done.lost_m2, 2),
        "losses": [{**row, "area_m2": round(row["area_m2"], 2)} for row in done.losses.to_dict("records")],
        "crosswalk": {
            "codes": len(nomenclature.codes),
            "codes_without_pair": list(nomenclature.codes_without_pair),
            "pairs_without_code": len(nomenclature.pairs_without_code),
        },
        "told": list(done.told),
    }
    emit(told, as_json=as_json, text=_text(told))


def _text(told: dict[str, Any]) -> str:
    crosswalk = told["crosswalk"]
    silent, without = len(crosswalk["codes_without_pair"]), crosswalk["pairs_without_code"]
    made, lost = (told[name] / _HECTARE_M2 for name in ("area_m2", "lost_m2"))
    lines = [
        f"crosswalk: {crosswalk['codes']} local codes, of which {silent} do not lead to OCS GE",
        f"  {without} of 280 pairs of cover and use do not lead to a local code",
        f"{told['rows']} rows read, {told['rows_used']} translated, {told['rows'] - told['rows_used']} set aside",
        f"{told['polygons']} polygons, {made:,.4f} ha; not translated: {lost:,.4f} ha",
        *(f"  {sentence}" for sentence in told["told"]),
    ]
    lines += [
        f"  {row['codes'] or '(none)'}: {row['reason']}, {row['rows']} rows, {row['area_m2'] / _HECTARE_M2:,.4f} ha"
        for row in told["losses"][:_SHOWN]
    ]
    if len(told["losses"]) > _SHOWN:
        lines.append(f"  … and {len(told['losses']) - _SHOWN} more, in layer LOSSES")
    return "\n".join(lines)
