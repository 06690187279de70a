"""`millesime sensitivity`: what the artificialisation figure rests on, and the polygons that make it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    import geopandas

    from millesime.artificialisation import Artificialisation
    from millesime.differential import Differential, Overlay
    from millesime.indicators.sensitivity import Sensitivity
    from millesime.sources.ocsge import DeliveredLayer

#: How far borders that do not match may be from one another, in metres, when nothing is said: as `millesime diff`.
_TOLERANCE_M = 0.5
_SHOWN = 10


def command(
    first: Annotated[Path, typer.Argument(help="OCCUPATION_SOL: delivery, folder, archive or file.")],
    second: Annotated[Path | None, typer.Argument(help="A later vintage; without it, the stock only.")] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="GeoPackage or CSV to write.")] = None,
    top: Annotated[int, typer.Option(min=1, help="How many polygons to rank.")] = 50,
    communes: Annotated[
        Path | None, typer.Option(help="Admin Express' communes: the table also tells of each of them.")
    ] = None,
    near: Annotated[float, typer.Option(min=0.001, max=0.5, help="Near a threshold: within this share of it.")] = 0.05,
    tolerance_m: Annotated[
        float | None, typer.Option(min=0, help="As of `millesime diff`: borders at most this far apart are snapped.")
    ] = None,
    years: Annotated[
        str | None, typer.Option(help="The vintages, where the files do not tell them: 2022, or 2019,2022.")
    ] = None,
    crs: Annotated[str | None, typer.Option(help="CRS of files that have none: EPSG:2154.")] = None,
    language: Annotated[str, typer.Option("--lang", help="Of the sentences: fr or en.")] = "fr",
    as_json: AsJson = False,
) -> None:
    """Hectares of the figure that rest on thresholds, doubtful uses and readings of the law; the polygons that weigh.

    Each item is decided again with one thing otherwise. Differences of several items do not add up.
    """
    from millesime.indicators import doubt, sensitivity, weighty

    _require(output, language)
    paths = [first] if second is None else [first, second]
    layers = [_read(path, crs) for path in paths]
    vintages = [_status(layer) for layer in layers]
    known = _years(layers, years)
    comparison, used = _compared(vintages, known, layers[0].territory or "", tolerance_m)
    territory = (layers[0].territory or "", "")
    result = sensitivity.sensitivity(
        vintages,
        years=known,
        territory=territory,
        comparison=comparison,
        places=None if communes is None else _places(communes, vintages[0].frame),
        parameters=sensitivity.Parameters(near_share=near),
    )
    polygons = weighty.weighty_polygons(
        vintages,
        years=known,
        comparison=comparison,
        top=top,
        parameters=doubt.Parameters(near_share=near),
        language="en" if language == "en" else "fr",
    )
    told = {
        "files": [str(path) for path in paths],
        "output": None if output is None else str(output),
        "years": list(known),
        "rows": [{"read": layer.counts["read"], "used": layer.counts["used"]} for layer in layers],
        "told": [*(f"{layer.name}: {sentence}" for layer in layers for sentence in layer.told), *result.told],
        "near_share": near,
        "tolerance_m": used,
        "written": [] if output is None else _write(output, result, polygons),
        "sentences": list(result.sentences(territory[0], language="en" if language == "en" else "fr")),
        "items": _records(result.table),
        "polygons": _records(polygons.drop(columns="geometry")),
    }
    emit(told, as_json=as_json, text=_text(told))


def _require(output: Path | None, language: str) -> None:
    from millesime.errors import ConfigError

    if output is not None and output.suffix.lower() not in (".gpkg", ".csv"):
        raise ConfigError(
            f"{output.suffix or 'no suffix'} is not written", place=output, remedy="end it with .gpkg, .csv"
        )
    if output is not None and not output.absolute().parent.is_dir():
        raise ConfigError("no such folder", place=output.parent, remedy="create it first")
    if language not in ("fr", "en"):
        raise ConfigError(f"--lang is {language!r}", remedy="use fr or en")


def _read(path: Path, crs: str | None) -> DeliveredLayer:
    from millesime.sources.ocsge import read_delivery

    return read_delivery(path, kind="OCCUPATION_SOL", crs=crs).layer("OCCUPATION_SOL")


def _status(layer: DeliveredLayer) -> Artificialisation:
    from millesime.artificialisation import artificialise

    return artificialise(layer.frame)


def _years(layers: list[DeliveredLayer], given: str | None) -> tuple[int, ...]:
    from millesime.errors import ConfigError

    found = [layer.year for layer in layers]
    if given is not None:
        try:
            found = [int(part) for part in given.split(",")]
        except ValueError as error:
            raise ConfigError(f"--years is {given!r}", remedy="give 2022, or 2019,2022") from error
    known = [year for year in found if year is not None]
    if len(known) != len(layers) or sorted(set(known)) != known:
        raise ConfigError(
            f"the vintages are {', '.join(map(str, found))}",
            place=" and ".join(layer.name for layer in layers),
            remedy="the earlier comes first; say them with --years 2019,2022",
        )
    return tuple(known)


def _compared(
    vintages: list[Artificialisation], years: tuple[int, ...], territory: str, tolerance_m: float | None
) -> tuple[tuple[Differential, Overlay] | None, float | None]:
    from millesime.differential import ENOUGH, Parameters, difference, matching_share

    if len(vintages) == 1:
        return None, None
    share = matching_share(*(vintage.frame.geometry.to_numpy() for vintage in vintages))
    chosen = tolerance_m if tolerance_m is not None else (0.0 if share >= ENOUGH else _TOLERANCE_M)
    rules = Parameters(tolerance_m=chosen)
    return difference(*vintages, years=(years[0], years[1]), territory=territory, parameters=rules), chosen


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
        table = result.table.astype({"year_from": "float64"})
        write_geopackage(output, {"POLYGONS": polygons, "SENSITIVITY": table})
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


def _text(told: dict[str, Any]) -> str:
    lines = [f"{path}: {rows['read']} rows read, {rows['used']} used" for path, rows in _pairs(told)]
    lines += [f"  {sentence}" for sentence in told["told"]]
    lines += told["sentences"]
    lines.append(f"  {'figure':<11}{'item':<38}{'ground ha':>11}{'figure ha':>11}{'otherwise':>11}{'difference':>12}")
    for row in told["items"]:
        if row["level"] == "territory" and row["figure"] in ("stock", "net"):
            figure = f"{row['figure']} {row['year_to']}"
            hectares = (row["ground_ha"], row["figure_ha"], row["other_ha"])
            cells = "".join(f"{value:>11.2f}" for value in hectares)
            lines.append(
                f"  {figure:<11}{row['item']} > {row['alternative']:<{35 - len(row['item'])}}{cells}"
                f"{round(row['difference_ha'], 2) + 0.0:>12.2f}"
            )
    lines += [f"{row['rank']:>3}. {row['why']}" for row in told["polygons"][:_SHOWN]]
    left = len(told["polygons"]) - _SHOWN
    if left > 0:
        lines.append(f"     … and {left} more" + ("" if told["output"] else ", written with -o"))
    return "\n".join(lines)


def _pairs(told: dict[str, Any]) -> list[tuple[str, dict[str, int]]]:
    return list(zip(told["files"], told["rows"], strict=True))
