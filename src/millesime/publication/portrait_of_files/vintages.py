"""One vintage of a portrait, from a layer as delivered: its polygons near the zone, each with its artificial status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import geopandas
import pandas as pd
import shapely

from millesime.artificialisation import (
    ADDED_COLUMNS,
    FACT_COLUMNS,
    Artificialisation,
    Occupation,
    StatusChoice,
    chosen_status,
    occupation_of,
)
from millesime.errors import ConfigError, InputError
from millesime.sources.ocsge import DeliveredLayer, ReceivedDelivery

_CODES = ("id", "code_cs", "code_us")

#: Those that a file may lack, as the layer that was read has them.
_ATTRIBUTES = ("millesime", "source", "ossature", "id_origine", "code_or")


@dataclass(frozen=True)
class FileVintage:
    """One vintage as read."""

    year: int
    layer: DeliveredLayer

    status: Artificialisation
    """The polygons of the layer within the margin of the zone, ids unique."""

    is_official_status: bool
    """Whether the status was read from the file instead of computed."""

    built_zone: geopandas.GeoDataFrame | None
    """`id`, `millesime`; None when the delivery has none."""

    other_flags: int = 0
    """Of an official status: polygons whose `crit_seuil` is not what status and matrix say."""

    other_rules: tuple[tuple[str, str], ...] = ()
    """Of a computed status: parameters that were chosen otherwise than by default, with their values."""


def state_layer(delivery: ReceivedDelivery) -> DeliveredLayer:
    """The layer that a portrait is made of: OCCUPATION_SOL, or ARTIF where that is what was read.

    Raises:
        InputError: there is neither, or several.
    """
    kinds = delivery.by_kind
    if "OCCUPATION_SOL" not in kinds and "ARTIF" not in kinds:
        there = "; ".join(f"{layer.name} ({layer.kind})" for layer in delivery.layers)
        raise InputError(
            f"holds neither OCCUPATION_SOL nor an artificialisation layer; layers: {there}",
            place=delivery.source,
            remedy="a portrait is made of states: give the file of each vintage, not a differential",
        )
    return delivery.layer("OCCUPATION_SOL" if "OCCUPATION_SOL" in kinds else "ARTIF")


def vintage_of(
    delivery: ReceivedDelivery,
    *,
    year: int | None,
    ground: Any | None,
    zones: ReceivedDelivery | None = None,
    choice: StatusChoice | None = None,
    context: Sequence[Occupation] = (),
) -> FileVintage:
    """A vintage near the zone, with its status.

    The status of a polygon depends on what surrounds it, so what lies within the margin of the zone takes part.

    Args:
        delivery: its state, as read.
        zones: its ZONE_CONSTRUITE, as read; None when there is none.
        year: the vintage, where the file does not tell it.
        ground: the zone; None for the whole map.
        choice: which status, decided how; its margin tells how far around the zone polygons take part.
        context: neighbouring territories that take part in the decision.

    Raises:
        ConfigError: the vintage is not known.
        InputError: no layer of a state, or the zone lies outside of it.
    """
    layer = state_layer(delivery)
    known = year or layer.year
    if known is None:
        raise ConfigError(
            "the vintage of the file is not known", place=delivery.source, remedy="give it with --year, once per file"
        )
    choice = choice or StatusChoice()
    frame = _near(layer.frame, ground, choice.parameters.margin_m)
    if not len(frame):
        raise InputError(
            "the zone lies outside of the map", place=delivery.source, remedy="give the file of the zone's département"
        )
    chosen = chosen_status([occupation_of(replace(layer, frame=frame))], choice, context=context)
    found = () if zones is None else zones.by_kind.get("ZONE_CONSTRUITE", ())
    return FileVintage(
        year=known,
        layer=layer,
        status=_with_attributes(chosen.result, frame),
        is_official_status=chosen.is_delivered,
        built_zone=found[0].frame if len(found) == 1 else None,
        other_flags=chosen.other_flags,
        other_rules=() if chosen.is_delivered else choice.parameters.not_by_default(),
    )


def _with_attributes(status: Artificialisation, read: geopandas.GeoDataFrame) -> Artificialisation:
    """The status with the attributes of the layer, the same in every file, and ids that occur once."""
    made = [name for name in (*ADDED_COLUMNS, *FACT_COLUMNS) if name in status.frame.columns]
    frame = status.frame[[*_CODES, *made, "geometry"]].assign(**{name: read[name] for name in _ATTRIBUTES})
    return Artificialisation(frame.assign(id=numbered(frame["id"])))


def touching(vintage: FileVintage, ground: Any | None, *, reach_m: float) -> FileVintage:
    """The same vintage with the polygons within `reach_m` of the zone alone."""
    frame = _near(vintage.status.frame, ground, reach_m)
    return replace(vintage, status=Artificialisation(frame))


def _near(frame: geopandas.GeoDataFrame, ground: Any | None, reach_m: float) -> geopandas.GeoDataFrame:
    if ground is None:
        return frame
    west, south, east, north = shapely.bounds(ground)
    box = shapely.box(west - reach_m, south - reach_m, east + reach_m, north + reach_m)
    return frame[shapely.intersects(frame.geometry.to_numpy(), box)].reset_index(drop=True)


def numbered(ids: pd.Series) -> pd.Series:
    """Ids that occur once as they are, the others with their rank among those that are the same."""
    texts = ids.astype(str)
    several = texts.duplicated(keep=False)
    rank = (texts.groupby(texts, sort=False).cumcount() + 1).astype(str)
    return texts.where(~several, texts + "-" + rank)
