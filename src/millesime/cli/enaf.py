"""`millesime enaf`: the consumption of ENAF, from its own open file. Another measure than artificialisation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    from millesime.indicators.enaf import Enaf
    from millesime.sources.enaf import EnafFlows


def command(
    file: Annotated[Path, typer.Argument(help="Cerema's table of yearly flows: CSV, GeoPackage, Shapefile, Parquet.")],
    output: Annotated[Path | None, typer.Option("-o", "--output", help="CSV to write, one flow a row.")] = None,
    commune: Annotated[
        list[str] | None, typer.Option("--commune", help="INSEE code; several are summed. All by default.")
    ] = None,
    epci: Annotated[str | None, typer.Option(help="SIREN of an EPCI, as the file names it: its communes.")] = None,
    unit: Annotated[str, typer.Option(help="Of the figures in the file: auto, m2 or ha.")] = "auto",
    language: Annotated[str, typer.Option("--lang", help="fr or en.")] = "fr",
    as_json: AsJson = False,
) -> None:
    """Natural, agricultural and forest land consumed each year, by destination, and its trajectory.

    This is not artificialisation: another source, other definitions, an account apart.
    """
    from millesime.errors import ConfigError
    from millesime.indicators.enaf import enaf_of
    from millesime.io.attribute_tables import write_csv
    from millesime.sources.enaf import read_enaf

    _require(unit, ("auto", "m2", "ha"), "--unit")
    _require(language, ("fr", "en"), "--lang")
    if commune and epci:
        raise ConfigError("--commune and --epci both name places", remedy="give one of them")
    if output is not None and output.suffix.lower() != ".csv":
        raise ConfigError(f"{output.suffix or 'no suffix'} is not written", place=output, remedy="end it with .csv")
    flows = read_enaf(file, unit=unit)  # type: ignore[arg-type]  # checked above
    enaf = enaf_of(flows)
    if commune or epci:
        enaf = enaf.of(commune) if commune else enaf.of_epci(str(epci))
    told = _told(file, output, flows, enaf, language)
    if output is not None:
        write_csv(enaf.table, output)
    emit(told, as_json=as_json, text=_text(told))


def _require(value: str, allowed: tuple[str, ...], option: str) -> None:
    from millesime.errors import ConfigError

    if value not in allowed:
        raise ConfigError(f"{option} is {value!r}", remedy=f"use one of {', '.join(allowed)}")


def _told(file: Path, output: Path | None, flows: EnafFlows, enaf: Enaf, language: str) -> dict[str, Any]:
    annual = enaf.annual_ha()
    return {
        "file": str(file),
        "output": None if output is None else str(output),
        "measure": "consumption of ENAF (not artificialisation)",
        "rows": flows.rows,
        "rows_used": len(flows.communes),
        "set_aside": dict(flows.set_aside),
        "unit": flows.unit,
        "told": list(flows.told),
        "communes": len(enaf.codes),
        "annual_ha": {str(year): round(float(value), 4) for year, value in annual.items()},
        "by_destination_ha": {name: round(float(ha), 4) for name, ha in enaf.by_destination_ha().items()},
        "trajectory": enaf.trajectory().as_dict() if enaf.covers_reference() else None,
        "sentences": list(enaf.sentences(language=language)),  # type: ignore[arg-type]  # checked above
    }


def _text(told: dict[str, Any]) -> str:
    lines = [f"{told['rows']} rows read, {told['rows_used']} used; communes chosen: {told['communes']}"]
    lines += [f"  {sentence}" for sentence in told["told"]]
    if told["trajectory"] is None:
        lines += [f"  {year:<6}{value:>12.2f} ha" for year, value in told["annual_ha"].items()]
    else:
        lines.append(f"  {'year':<6}{'ha':>12}{'cumulated':>12}{'ceiling':>12}")
        for row in told["trajectory"]["years"]:
            cells = [row[name] for name in ("consumed_ha", "cumulated_ha", "ceiling_cumulated_ha")]
            lines.append(f"  {row['year']:<6}" + "".join(f"{'' if c is None else f'{c:.2f}':>12}" for c in cells))
    lines += [f"  {name:<10}{value:>12.2f} ha" for name, value in told["by_destination_ha"].items()]
    return "\n".join([*lines, *told["sentences"]])
