"""One vintage of a portrait, from a layer as delivered: its polygons near the zone, each with its artificial status."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely

from millesime.artificialisation import Artificialisation, Parameters, artificialise
from millesime.errors import ConfigError, InputError
from millesime.nomenclature import ARTIFICIALISATION
from millesime.sources.ocsge import DeliveredLayer, ReceivedDelivery

_ATTRIBUTES = ("id", "code_cs", "code_us", "millesime", "source", "ossature", "id_origine", "code_or")


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


def state_layer(delivery: ReceivedDelivery, *, year: int | None = None) -> DeliveredLayer:
    """The layer that a portrait is made of: OCCUPATION_SOL, or ARTIF where that is what the delivery is.

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
    return delivery.layer("OCCUPATION_SOL" if "OCCUPATION_SOL" in kinds else "ARTIF", year=year)


def vintage_of(
    delivery: ReceivedDelivery,
    *,
    year: int | None,
    ground: Any | None,
    zones: ReceivedDelivery | None = None,
    margin_m: float | None = None,
) -> FileVintage:
    """A vintage near the zone, with its status.

    The status of a polygon depends on what surrounds it, so what lies within the margin of the zone takes part.

    Args:
        delivery: its state, as read.
        zones: its ZONE_CONSTRUITE, as read; None when there is none.
        year: the vintage, where the file does not tell it.
        ground: the zone; None for the whole map.
        margin_m: how far around the zone polygons take part; that of the thresholds by default.

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
    reach = Parameters().margin_m if margin_m is None else margin_m
    frame = _near(layer.frame, ground, reach)
    if not len(frame):
        raise InputError(
            "the zone lies outside of the map", place=delivery.source, remedy="give the file of the zone's département"
        )
    frame = _with_unique_ids(frame)
    is_official = layer.kind == "ARTIF"
    found = () if zones is None else zones.by_kind.get("ZONE_CONSTRUITE", ())
    return FileVintage(
        year=known,
        layer=layer,
        status=official_status(frame) if is_official else artificialise(frame[[*_ATTRIBUTES, "geometry"]]),
        is_official_status=is_official,
        built_zone=found[0].frame if len(found) == 1 else None,
    )


def official_status(frame: geopandas.GeoDataFrame) -> Artificialisation:
    """The status that an official artificialisation layer gives; what its own `crit_seuil` says is not believed.

    A status other than the matrix's was changed by a threshold. The layer does not tell which step did: 'fill' stands
    for those that became artificial, 'remove' for the others.
    """
    matrix = ARTIFICIALISATION.status(frame["code_cs"], frame["code_us"])
    artificial = (frame["artif"] == "artif").to_numpy()
    changed = artificial != matrix
    made = frame[[*_ATTRIBUTES, "geometry"]].assign(
        aire=shapely.area(frame.geometry.to_numpy()),
        artif=frame["artif"],
        crit_seuil=changed,
        matrix_status=matrix,
        status_step=np.select([~changed, artificial], ["matrix", "fill"], "remove"),
    )
    return Artificialisation(made)


def disagreeing_flags(layer: DeliveredLayer) -> int:
    """Polygons of an official artificialisation layer whose `crit_seuil` is not what status and matrix say."""
    frame = layer.frame
    if layer.kind != "ARTIF" or frame["crit_seuil"].isna().all():
        return 0
    matrix = ARTIFICIALISATION.status(frame["code_cs"], frame["code_us"])
    changed = (frame["artif"] == "artif").to_numpy() != matrix
    return int((frame["crit_seuil"].fillna(value=False).to_numpy(bool) != changed).sum())


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


def _with_unique_ids(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Parts of one object get ids of their own: ID-1, ID-2 ..."""
    return frame.assign(id=numbered(frame["id"]))


def numbered(ids: pd.Series) -> pd.Series:
    """Ids that occur once as they are, the others with their rank among those that are the same."""
    texts = ids.astype(str)
    several = texts.duplicated(keep=False)
    rank = (texts.groupby(texts, sort=False).cumcount() + 1).astype(str)
    return texts.where(~several, texts + "-" + rank)
