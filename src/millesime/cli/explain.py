"""`millesime explain`: why a polygon is artificial or not, in one sentence."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from millesime.cli.artif import (
    BuiltForcing,
    Connectivity,
    Context,
    Crs,
    Enclosure,
    Layer,
    MarginM,
    Mode,
    Order,
    TBuilt,
    TOther,
    given,
    read_layer,
    read_occupation,
)
from millesime.cli.output import AsJson, emit

if TYPE_CHECKING:
    import geopandas


def command(
    file: Annotated[Path, typer.Argument(help="OCCUPATION_SOL, or a file made by `millesime artif`.")],
    wanted: Annotated[str | None, typer.Option("--id", help="Id of the polygon.")] = None,
    at: Annotated[tuple[float, float] | None, typer.Option(help="A point in it: x and y, in the file's CRS.")] = None,
    lang: Annotated[str, typer.Option(help="fr (default) or en.")] = "fr",
    mode: Mode = None,
    t_other: TOther = None,
    t_built: TBuilt = None,
    connectivity: Connectivity = None,
    enclosure: Enclosure = None,
    order: Order = None,
    built_forcing: BuiltForcing = None,
    margin_m: MarginM = None,
    context: Context = None,
    layer: Layer = None,
    crs: Crs = None,
    as_json: AsJson = False,
) -> None:
    """Say why a polygon is artificial, or is not, in one sentence.

    A file made by `millesime artif` holds the facts of each decision: they are read. For any other file the decision
    is made first, with the options given.
    """
    from millesime.artificialisation import ADDED_COLUMNS, FACT_COLUMNS, artificialise, explain
    from millesime.errors import ConfigError

    if lang not in ("fr", "en"):
        raise ConfigError(f"--lang {lang} is not spoken", remedy="use fr or en")
    if (wanted is None) == (at is None):
        raise ConfigError("which polygon?", remedy="give either --id ID or --at X Y")
    options = {
        "mode": mode,
        "t_other_m2": t_other,
        "t_built_m2": t_built,
        "connectivity": connectivity,
        "enclosure": enclosure,
        "order": order,
        "built_forcing": built_forcing,
        "margin_m": margin_m,
    }
    frame = read_layer(file, layer=layer, crs=crs, hints=("artif", "occupation"))
    if set(FACT_COLUMNS) <= set(frame.columns):
        changed = [name for name, value in {**options, "context": context}.items() if value is not None]
        if changed:
            raise ConfigError(
                f"the decision is already in the file; {', '.join(changed)} would not change it",
                place=file,
                remedy="explain the file that it was made from, or leave the options out",
            )
    else:
        del frame
        frame = artificialise(
            read_occupation(file, layer=layer, crs=crs).frame,
            parameters=given(**options),
            context=[read_occupation(path, layer=None, crs=crs).frame for path in context or ()],
        ).frame
    row = _row(frame, wanted, at, file)
    sentence = explain(row, language=cast(Literal["fr", "en"], lang))
    told = ("id", "code_cs", "code_us", *ADDED_COLUMNS, *FACT_COLUMNS)
    emit(
        {"sentence": sentence, **{name: _plain(row[name]) for name in told if name in row}},
        as_json=as_json,
        text=sentence,
    )


def _row(
    frame: geopandas.GeoDataFrame, wanted: str | None, at: tuple[float, float] | None, file: Path
) -> dict[str, Any]:
    import shapely

    from millesime.errors import InputError, SchemaError

    if at is not None:
        found = frame[frame.intersects(shapely.Point(*at))]
        what, remedy = f"the point {at[0]:.15g} {at[1]:.15g}", "give a point inside the map, in its CRS"
    elif "id" not in frame.columns:
        raise SchemaError("has no attribute id", place=file, remedy="name a point with --at X Y")
    else:
        found = frame[frame["id"].astype(str) == wanted]
        what, remedy = f"the id {wanted!r}", "look the id up, or name a point with --at X Y"
    if not len(found):
        raise InputError(f"no polygon at {what}" if at else f"no polygon with {what}", place=file, remedy=remedy)
    return {str(name): value for name, value in found.iloc[0].items() if name != "geometry"}


def _plain(value: Any) -> Any:
    """A value for JSON: NaN has no place there."""
    value = value.item() if hasattr(value, "item") else value
    return None if value != value else value
