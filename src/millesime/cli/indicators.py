"""`millesime indicators`: stocks and fluxes of communes, EPCI, SCoT ... from deliveries of OCS GE."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.output import AsJson, emit
from millesime.cli.status_options import Context, Crs, Limit, StatusOptions, StatusWord, with_status_options

if TYPE_CHECKING:
    from millesime.cli.indicators_maps import Maps
    from millesime.indicators import Account, DeliveredFlux, Indicators, Places

_SUFFIXES = (".csv", ".parquet", ".gpkg")


@with_status_options
def command(
    files: Annotated[list[Path], typer.Argument(help="One or several vintages, of one or several départements.")],
    status: StatusOptions,
    output: Annotated[Path, typer.Option("-o", "--output", help="Table to write: .csv, .parquet or .gpkg.")],
    communes: Annotated[
        Path | None, typer.Option(help="Admin Express: communes, and the EPCI and départements they make up.")
    ] = None,
    level: Annotated[
        list[str] | None,
        typer.Option(help="Level to tell: commune, epci, scot, departement, region, perimeter. Repeatable."),
    ] = None,
    perimeter: Annotated[Path | None, typer.Option(help="Perimeters drawn by hand, in any CRS.")] = None,
    scot: Annotated[Path | None, typer.Option(help="Communes of each SCoT: columns insee, code, name.")] = None,
    planning: Annotated[
        Path | None, typer.Option(help="Zones of a plan (zone_urba of the Géoportail de l'urbanisme).")
    ] = None,
    built_zone: Annotated[
        list[Path] | None, typer.Option("--built-zone", help="ZONE_CONSTRUITE of a vintage. Repeatable.")
    ] = None,
    diff: Annotated[
        list[Path] | None, typer.Option("--diff", help="Delivered DIFF to hold against the stocks. Repeatable.")
    ] = None,
    years: Annotated[
        list[int] | None, typer.Option(help="Vintage of each file, in their order, where they do not tell it.")
    ] = None,
    tolerance_m: Annotated[
        float | None, typer.Option(min=0, help="Tolerance for borders that do not match, as in millesime diff.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Compare generations of the nomenclature that differ.")
    ] = False,
    status_from: StatusWord = None,
    context: Context = None,
    limit: Limit = None,
    crs: Crs = None,
    as_json: AsJson = False,
) -> None:
    """Stocks, fluxes and rates of every place, each with its vintages, the share covered and its status.

    Places above the commune are the sum of their communes. The artificial status is computed from
    OCCUPATION_SOL, and is that of the layer ARTIF where a delivery has that one alone.
    """
    from millesime.artificialisation import rules_told
    from millesime.cli.indicators_deltas import compared_deltas
    from millesime.cli.indicators_maps import Options, read_maps
    from millesime.cli.indicators_places import read_places
    from millesime.indicators import account_of, indicators
    from millesime.production.town_plan import read_planning

    _require_writable(output)
    _require_levels(level or [])
    options = Options(
        years=tuple(years or ()),
        crs=crs,
        tolerance_m=tolerance_m,
        force=force,
        choice=status.choice(status_from),
        context=tuple(context or ()),
        limit=limit,
    )
    maps = read_maps(files, built_zone or [], options)
    places = read_places(maps.grounds, levels=level or [], communes=communes, perimeter=perimeter, scot=scot, crs=crs)
    plan = None
    more_told: list[str] = []
    if planning is not None:
        plan = read_planning(planning, target=maps.grounds[0].pieces.crs, crs=crs)
        more_told += plan.told
    accounts = account_of(maps.grounds, places)
    table = indicators(accounts, planning=plan)
    deltas = compared_deltas(diff or [], maps, accounts, table, crs, more_told)
    layers = _write(output, table, places, deltas)
    told = _told(files, output, layers, maps, accounts, places, more_told, table, deltas)
    computed = any(origin.startswith("computed") for origin in maps.statuses.values())
    told["rules"] = rules_told(status.parameters()) if computed else []
    emit(told, as_json=as_json, text=_text(told))


def _require_writable(output: Path) -> None:
    from millesime.errors import ConfigError

    if output.suffix.lower() not in _SUFFIXES:
        raise ConfigError(
            f"{output.suffix or 'no suffix'} is not written", place=output, remedy=f"end it with {', '.join(_SUFFIXES)}"
        )
    if not output.absolute().parent.is_dir():
        raise ConfigError("no such folder", place=output.parent, remedy="create it first")


def _require_levels(levels: Sequence[str]) -> None:
    from millesime.errors import ConfigError
    from millesime.indicators import LEVELS

    unknown = sorted(set(levels) - set(LEVELS))
    if unknown:
        raise ConfigError(f"no level {', '.join(unknown)}", remedy=f"levels are {', '.join(LEVELS)}")


def _write(output: Path, table: Indicators, places: Places, deltas: Sequence[tuple[str, DeliveredFlux]]) -> list[str]:
    """Write the file; the names of its layers and tables."""
    import pandas as pd

    from millesime.indicators import labelled, layers_of
    from millesime.io.files import written_whole
    from millesime.io.vector import write_geopackage

    told = labelled(table)
    if output.suffix.lower() == ".gpkg":
        layers = {**layers_of(table, places), "INDICATEURS": told}
        if deltas:
            layers["DIFF_STOCKS"] = pd.concat([flux.table.assign(diff=name) for name, flux in deltas])
        write_geopackage(output, layers)
        return list(layers)
    with written_whole(output) as temporary:
        if output.suffix.lower() == ".csv":
            told.to_csv(temporary, index=False, encoding="utf-8", lineterminator="\n")
        else:
            told.to_parquet(temporary, compression="zstd", index=False)
    return [output.stem]


def _told(
    files: Sequence[Path],
    output: Path,
    layers: Sequence[str],
    maps: Maps,
    accounts: Account,
    places: Places,
    more_told: Sequence[str],
    table: Indicators,
    deltas: Sequence[tuple[str, DeliveredFlux]],
) -> dict[str, Any]:
    """What the command says."""
    from millesime.indicators import DISAGREE_HA
    from millesime.indicators.slots import territory_told

    warnings = []
    if accounts.outside_m2 > 1 and len(places.communes):
        warnings.append(f"{accounts.outside_m2:,.0f} m² of the maps lie in no commune")
    if accounts.beside_m2 > 1:
        warnings.append(f"{accounts.beside_m2:,.0f} m² lie in communes that are counted in another map")
    compared = []
    for name, flux in deltas:
        apart = flux.disagreements
        if len(apart):
            warnings.append(f"{name}: {len(apart)} net fluxes differ from the stocks by more than {DISAGREE_HA} ha")
        compared.append(
            {
                "file": name,
                "years": list(flux.years),
                "compared": len(flux.table),
                "largest_gap_ha": round(float(flux.table["gap_ha"].abs().max()), 4) if len(flux.table) else 0.0,
                "disagreements": apart.round(4).to_dict("records"),
            }
        )
    return {
        "files": [str(path) for path in files],
        "output": str(output),
        "layers": list(layers),
        "maps": [
            {"code": ground.code, "years": list(ground.years), "pieces": len(ground.pieces)} for ground in maps.grounds
        ],
        "statuses": dict(maps.statuses),
        "figures": len(table.table),
        "places": table.table[["level", "code"]].drop_duplicates().groupby("level").size().to_dict(),
        "territory": _main(table),
        "diff": compared,
        "warnings": warnings,
        "told": [*maps.sentences, *territory_told(accounts), *places.told, *more_told],
    }


def _main(table: Indicators) -> list[dict[str, Any]]:
    """The main figures of the territory."""
    wanted = {("artificialisation", name) for name in ("stock", "share", "gain", "loss", "net", "net_per_year")}
    wanted |= {("imperviousness", "stock"), ("imperviousness", "net"), ("territory", "area")}
    rows = table.table[table.table["level"] == "territory"]
    return [
        {
            "theme": row.theme,
            "indicator": row.indicator,
            "year_from": None if row.year_from is None or row.year_from != row.year_from else int(row.year_from),
            "year_to": int(row.year_to),
            "value": round(row.value, 4),
            "unit": row.unit,
        }
        for row in rows.astype({"year_from": "object"}).replace({float("nan"): None}).itertuples(index=False)
        if (row.theme, row.indicator) in wanted
    ]


def _text(told: dict[str, Any]) -> str:
    """What a screen shows."""
    lines = [
        f"map {item['code']}: {', '.join(map(str, item['years']))}, {item['pieces']} pieces" for item in told["maps"]
    ]
    lines += [f"  artificial status of {name}: {origin}" for name, origin in told["statuses"].items()]
    lines += told["told"]
    for row in told["territory"]:
        years = f"{row['year_from']}-{row['year_to']}" if row["year_from"] else str(row["year_to"])
        lines.append(f"{row['theme']:<18}{row['indicator']:<14}{years:<11}{row['value']:>14,.2f} {row['unit']}")
    for item in told["diff"]:
        lines.append(f"{item['file']}: {item['compared']} net fluxes compared, gap at most {item['largest_gap_ha']} ha")
        lines += [
            f"  {row['level']} {row['code']} {row['theme']} {row['item']}: DIFF {row['delivered_ha']} ha, "
            f"stocks {row['stocks_ha']} ha"
            for row in item["disagreements"][:10]
        ]
    lines += [f"warning: {sentence}" for sentence in told["warnings"]]
    counts = ", ".join(f"{count} {level}" for level, count in told["places"].items())
    lines.append(f"{told['figures']} figures of {counts}, in {told['output']}")
    return "\n".join(lines)
