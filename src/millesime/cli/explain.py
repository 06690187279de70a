"""`millesime explain`: why a polygon is artificial or not, in one sentence."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from millesime.cli.output import AsJson, emit
from millesime.cli.status_options import (
    Context,
    Crs,
    Layer,
    Limit,
    StatusOptions,
    read_limits,
    read_occupations,
    with_status_options,
)

if TYPE_CHECKING:
    import geopandas


@with_status_options
def command(
    path: Annotated[
        Path, typer.Argument(metavar="FILE", help="OCCUPATION_SOL as delivered, or a file made by `millesime artif`.")
    ],
    status: StatusOptions,
    wanted: Annotated[str | None, typer.Option("--id", help="Id of the polygon.")] = None,
    at: Annotated[tuple[float, float] | None, typer.Option(help="A point in it: x and y, in the file's CRS.")] = None,
    lang: Annotated[str, typer.Option(help="fr (default) or en.")] = "fr",
    context: Context = None,
    limit: Limit = None,
    layer: Layer = None,
    crs: Crs = None,
    as_json: AsJson = False,
) -> None:
    """Say why a polygon is artificial, or is not, in one sentence.

    A file made by `millesime artif` holds the facts of each decision: they are read. For any other file the decision
    is made first, with the options given.
    """
    from millesime.artificialisation import ADDED_COLUMNS, FACT_COLUMNS, explain
    from millesime.errors import ConfigError

    if lang not in ("fr", "en"):
        raise ConfigError(f"--lang {lang} is not spoken", remedy="use fr or en")
    if (wanted is None) == (at is None):
        raise ConfigError("which polygon?", remedy="give either --id ID or --at X Y")
    row = _row(_decided(path, status, context or (), limit=limit, layer=layer, crs=crs), wanted, at, path)
    sentence = explain(row, language=cast(Literal["fr", "en"], lang))
    told = ("id", "code_cs", "code_us", *ADDED_COLUMNS, *FACT_COLUMNS)
    emit(
        {"sentence": sentence, **{name: _plain(row[name]) for name in told if name in row}},
        as_json=as_json,
        text=sentence,
    )


def _decided(
    path: Path,
    status: StatusOptions,
    context: Sequence[Path],
    *,
    limit: Path | None,
    layer: str | None,
    crs: str | None,
) -> geopandas.GeoDataFrame:
    """Every polygon with the facts of its decision: those in the file, else made here.

    Raises:
        ConfigError: options of the decision, and a file that holds it already.
    """
    from millesime.artificialisation import FACT_COLUMNS, artificialise_together, delivered_together
    from millesime.errors import ConfigError

    limits = read_limits(limit, crs)
    occupations, _ = read_occupations(path, layer=layer, crs=crs, limit=limits)
    if not all(set(FACT_COLUMNS) <= set(item.replaced) for item in occupations):
        around = [item for other in context for item in read_occupations(other, crs=crs)[0]]
        return artificialise_together(occupations, parameters=status.parameters(), context=around).frame
    changed = [*status.given, *(["context"] if context else []), *(["limit"] if limit else [])]
    if changed:
        raise ConfigError(
            f"the decision is already in the file; {', '.join(changed)} would not change it",
            place=path,
            remedy="explain the file that it was made from, or leave the options out",
        )
    return delivered_together(occupations).result.frame


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
