"""OCCUPATION_SOL as it was delivered, brought to the form that the decision reads: one or several départements."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import pandas as pd

from millesime.artificialisation.product import ADDED_COLUMNS, FACT_COLUMNS
from millesime.errors import GeometryError, InputError, RefusedError
from millesime.sources.ocsge import DeliveredLayer, ReceivedDelivery
from millesime.sources.ocsge.kinds import CODES_AND_ID

#: The numbers of rows and parts that reading leaves.
_NUMBERS = ("row", "part")

_TEXTS = {"source", "id_origine", "code_or"}


@dataclass(frozen=True)
class Occupation:
    """One département's OCCUPATION_SOL ready for the decision: rows read = rows used + rows set aside."""

    layer: DeliveredLayer
    """As it was read, with everything that was done to its rows."""

    frame: geopandas.GeoDataFrame
    """Single polygons, `id`, `code_cs`, `code_us`, the other attributes of the delivery, `geometry`; RangeIndex. The
    ids of objects of several parts end with -1, -2 ..."""

    replaced: tuple[str, ...]
    """Attributes of an earlier artificialisation, left out because they are made again."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        counts = self.layer.counts
        done = {name: count for name, count in counts.items() if name not in ("read", "used")}
        aside = {k.removeprefix("set aside, "): n for k, n in done.items() if k.startswith("set aside, ")}
        return {
            "layer": self.layer.name,
            "territory": self.layer.territory,
            "years": list(self.layer.years),
            "rows": counts["read"],
            "rows_used": counts["used"],
            "set_aside": aside,
            "repaired": {name: count for name, count in done.items() if not name.startswith("set aside, ")},
            "polygons": len(self.frame),
            "attributes_made_again": list(self.replaced),
            "removed_m2": round(self.layer.removed_m2, 2),
            "told": list(self.layer.told),
        }


def occupation_of(layer: DeliveredLayer) -> Occupation:
    """The attributes that were delivered, one id for each polygon.

    Args:
        layer: OCCUPATION_SOL or ARTIF.

    Raises:
        GeometryError: no row has a surface.
    """
    frame = layer.frame
    if layer.counts["read"] and not len(frame):
        raise GeometryError("no row has a surface", place=layer.name, remedy="give a layer of polygons")
    replaced = tuple(name for name in (*ADDED_COLUMNS, *FACT_COLUMNS) if name in frame.columns)
    made_up = [name for name in layer.missing if name in frame.columns and name not in CODES_AND_ID]
    columns = [name for name in frame.columns if name not in {*replaced, *made_up, *_NUMBERS, frame.geometry.name}]
    plain = geopandas.GeoDataFrame(frame[columns], geometry=frame.geometry.to_numpy(), crs=frame.crs)
    plain["id"] = _ids(frame)
    for name in _TEXTS & set(plain.columns):  # no value is NULL in the files as they are delivered
        plain[name] = frame[name].astype(object).where(frame[name] != "", None)
    if "millesime" in plain.columns:  # a text in the files as they are delivered
        plain["millesime"] = frame["millesime"].astype(object).map(str, na_action="ignore")
    if "ossature" in plain.columns:
        plain["ossature"] = frame["ossature"].astype(np.int64)
    return Occupation(layer, plain, tuple(name for name in replaced if name not in layer.missing))


def _ids(frame: geopandas.GeoDataFrame) -> pd.Series:
    """The ids of the objects, those of several parts numbered."""
    ids = frame["id"].astype(object)
    several = frame["row"].duplicated(keep=False).to_numpy()
    if not several.any():
        return ids
    texts = [
        f"{text}-{part + 1}" if more else text for text, part, more in zip(ids, frame["part"], several, strict=True)
    ]
    return pd.Series(texts, index=frame.index, dtype=object)


def one_each(delivery: ReceivedDelivery) -> tuple[DeliveredLayer, ...]:
    """The layers of a delivery, one for each département.

    Raises:
        InputError: several layers of one département, or of none that is known.
    """
    layers = delivery.layers
    if max(Counter(layer.territory for layer in layers).values()) > 1:
        there = "; ".join(
            f"{layer.name} (département {layer.territory or 'not known'}, "
            f"{', '.join(map(str, layer.years)) or 'no year'})"
            for layer in layers
        )
        raise InputError(
            f"holds several layers of one territory: {there}",
            place=delivery.source,
            remedy="name the one wanted, or give its file alone",
        )
    return layers


def occupations_of(delivery: ReceivedDelivery) -> tuple[Occupation, ...]:
    """Every département of a delivery, each once.

    Raises:
        InputError: several layers of one département, or of none that is known.
        RefusedError: départements that use the same ids.
        GeometryError: a layer without a surface.
    """
    found = tuple(occupation_of(layer) for layer in one_each(delivery))
    ids = pd.concat([item.frame["id"] for item in found])
    twice = ids[ids.duplicated()].unique().tolist()
    if twice:
        raise RefusedError(
            f"{len(twice)} ids are of several départements: {', '.join(map(str, twice[:3]))} ...",
            place=delivery.source,
            remedy="give them one by one",
        )
    return found
