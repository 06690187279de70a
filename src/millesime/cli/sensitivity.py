"""`millesime sensitivity`: what the artificialisation figure rests on, and the polygons that make it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.diff_sides import Side, read_side, require_effect, require_one_generation
from millesime.cli.output import AsJson, emit
from millesime.cli.sensitivity_text import as_text
from millesime.cli.status_options import (
    Crs,
    Limit,
    StatusOptions,
    read_limits,
    require_writable,
    with_status_options,
)

if TYPE_CHECKING:
    import geopandas

    from millesime.differential import Differential, Overlay
    from millesime.indicators.sensitivity import Sensitivity
    from millesime.written_numbers import Language


@with_status_options
def command(
    first: Annotated[Path, typer.Argument(help="OCCUPATION_SOL: delivery, folder, archive or file.")],
    status: StatusOptions,
    second: Annotated[Path | None, typer.Argument(help="A later vintage; without it, the stock only.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="GeoPackage or CSV to write.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many polygons to rank.")] = 50,
    communes: Annotated[
        Path | None, typer.Option(help="Admin Express' communes: the table also tells of each of them.")
    ] = None,
    near: Annotated[float, typer.Option(min=0.001, max=0.5, help="Near a threshold: within this share of it.")] = 0.05,
    confidence: Annotated[
        str, typer.Option(help="Attribute that tells how certain a polygon is, between 0 and 1 or in percent.")
    ] = "confidence",
    tolerance_m: Annotated[
        float | None, typer.Option(min=0, help="As of `millesime diff`: borders at most this far apart are snapped.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Compare generations of the nomenclature that differ.")
    ] = False,
    years: Annotated[
        str | None, typer.Option(help="The vintages, where the files do not tell them: 2022, or 2019,2022.")
    ] = None,
    status_from: Annotated[
        str | None, typer.Option("--status", help="As of `millesime diff`: delivered, or computed.")
    ] = None,
    context_first: Annotated[
        list[Path] | None, typer.Option(help="OCS GE of a neighbour of the first vintage; may be repeated.")
    ] = None,
    context_second: Annotated[
        list[Path] | None, typer.Option(help="OCS GE of a neighbour of the second vintage; may be repeated.")
    ] = None,
    limit: Limit = None,
    language: Annotated[str, typer.Option("--lang", help="Of the sentences: fr or en.")] = "fr",
    crs: Crs = None,
    as_json: AsJson = False,
) -> None:
    """Hectares of the figure that rest on thresholds, doubtful uses and readings of the law; the polygons that weigh.

    Each item is decided again with one thing otherwise. Differences of several items do not add up.
    """
    from millesime.artificialisation import rules_told
    from millesime.errors import ConfigError
    from millesime.indicators import doubt, sensitivity, weighty

    require_writable(output, ".gpkg", ".csv")
    if language not in ("fr", "en"):
        raise ConfigError(f"--lang is {language!r}", remedy="use fr or en")
    spoken: Language = "en" if language == "en" else "fr"
    rules, limits = status.parameters(), read_limits(limit, crs)
    given = [(first, context_first), *([] if second is None else [(second, context_second)])]
    sides = [
        read_side(path, around or (), rules, status_from=status_from, limit=limits, crs=crs) for path, around in given
    ]
    require_effect(sides, status, None)
    known = _years(sides, years)
    warnings = [] if second is None else [*require_one_generation(sides, force=force)]
    code = "-".join(item.layer.territory or "" for item in sides[0].occupations)
    comparison, tolerance = _compared(sides, known, code, tolerance_m)
    vintages = [side.result for side in sides]
    result = sensitivity.sensitivity(
        vintages,
        years=known,
        territory=(code, ""),
        comparison=comparison,
        places=None if communes is None else _places(communes, vintages[0].frame),
        parameters=sensitivity.Parameters(near_share=near, confidence=confidence.lower()),
        context=[[item.frame for item in side.around] for side in sides],
    )
    polygons = weighty.weighty_polygons(
        vintages,
        years=known,
        comparison=comparison,
        top=top,
        parameters=doubt.Parameters(near_share=near, confidence=confidence.lower()),
        language=spoken,
    )
    told = {
        "vintages": [side.told() for side in sides],
        "years": list(known),
        "output": None if output is None else str(output),
        "written": [] if output is None else _write(output, result, polygons),
        "warnings": [*warnings, *result.told],
        "rules": [] if all(side.is_delivered for side in sides) else rules_told(rules),
        "near_share": near,
        "tolerance_m": tolerance,
        "sentences": list(result.sentences(code, language=spoken)),
        "items": _records(result.table),
        "polygons": _records(polygons.drop(columns="geometry")),
    }
    emit(told, as_json=as_json, text=as_text(told))


def _years(sides: Sequence[Side], given: str | None) -> tuple[int, ...]:
    from millesime.errors import ConfigError

    found = [side.year for side in sides]
    if given is not None:
        try:
            found = [int(part) for part in given.split(",")]
        except ValueError as error:
            raise ConfigError(f"--years is {given!r}", remedy="give 2022, or 2019,2022") from error
    known = [year for year in found if year is not None]
    if len(known) != len(sides) or sorted(set(known)) != known:
        raise ConfigError(
            f"the vintages are {', '.join('not known' if year is None else str(year) for year in found)}",
            place=" and ".join(side.names for side in sides),
            remedy="the earlier comes first; say them with --years 2019,2022",
        )
    return tuple(known)


def _compared(
    sides: Sequence[Side], years: tuple[int, ...], territory: str, tolerance_m: float | None
) -> tuple[tuple[Differential, Overlay] | None, float | None]:
    from millesime.differential import ENOUGH, TOLERANCE_M, Parameters, difference, matching_share

    if len(sides) == 1:
        return None, None
    first, second = (side.result for side in sides)
    share = matching_share(first.frame.geometry.to_numpy(), second.frame.geometry.to_numpy())
    chosen = tolerance_m if tolerance_m is not None else (0.0 if share >= ENOUGH else TOLERANCE_M)
    rules = Parameters(tolerance_m=chosen)
    return difference(first, second, years=(years[0], years[1]), territory=territory, parameters=rules), chosen


def _places(path: Path, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Communes as the sensitivity takes them."""
    from millesime.indicators.places import communes_of
    from millesime.sources.loading import load

    west, south, east, north = frame.total_bounds.tolist()
    database = load("admin_express", path, (west, south, east, north), crs=str(frame.crs), layers=("commune",))
    found = communes_of(database.layer("commune"))
    return found.rename(columns={"insee": "code"}).assign(level="commune")[["level", "code", "name", "geometry"]]


def _write(output: Path, result: Sensitivity, polygons: geopandas.GeoDataFrame) -> list[str]:
    """Layers of the GeoPackage, or names of the two CSV files."""
    import pandas as pd
    import shapely

    from millesime.io.attribute_tables import write_csv
    from millesime.io.vector import write_geopackage

    if output.suffix.lower() == ".gpkg":
        write_geopackage(output, {"POLYGONS": polygons, "SENSITIVITY": result.table})
        return ["POLYGONS", "SENSITIVITY"]
    points = shapely.point_on_surface(polygons.geometry.to_numpy())
    places = {"x": shapely.get_x(points).round(2), "y": shapely.get_y(points).round(2)}
    beside = output.with_suffix(".polygons.csv")
    write_csv(result.table, output)
    write_csv(pd.DataFrame(polygons.drop(columns="geometry")).assign(**places), beside)
    return [output.name, beside.name]


def _records(frame: Any) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [
        {str(name): round(value, 6) if isinstance(value, float) else value for name, value in row.items()}
        for row in plain.to_dict("records")
    ]
