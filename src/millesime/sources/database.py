"""One database as the chain uses it: normalised layers, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas

from millesime.sources.normalising import empty_frame
from millesime.sources.source import Source

Normalise = Callable[[str, geopandas.GeoDataFrame], geopandas.GeoDataFrame]


@dataclass(frozen=True)
class Database:
    """The layers of one database over a territory."""

    source: Source
    normalise: Normalise
    """The database's own `normalise(layer, frame)`."""
    layers: Mapping[str, geopandas.GeoDataFrame]
    """Layer -> features used: single valid parts under a RangeIndex, columns of the schema, `row`, `remarks`."""
    set_aside: geopandas.GeoDataFrame
    """Features not used: `source`, `layer`, `key`, `row`, `reason`, geometry as found (or None)."""
    counts: Mapping[str, int]
    """What was read and what was done with it: 'bd_topo.batiment: read', ': used', ': set aside, <reason>',
    ': <remark>'. Counts of features, not of parts."""

    @property
    def name(self) -> str:
        """Name of the database, as in `territory.toml`."""
        return self.source.name

    def layer(self, name: str) -> geopandas.GeoDataFrame:
        """The features of a layer; none, under the right columns, when the territory has no such layer.

        Raises:
            KeyError: the database never has such a layer.
        """
        schema = self.source.layer(name)
        if schema.name in self.layers:
            return self.layers[schema.name]
        return used_part(self.normalise(schema.name, empty_frame(schema, crs=self.set_aside.crs)))

    @property
    def remarks(self) -> dict[str, int]:
        """Counts of what was repaired or not understood in the features read: what a summary should tell."""
        plain = (": read", ": used")
        return {
            name: count
            for name, count in self.counts.items()
            if not name.endswith(plain) and ": set aside, " not in name
        }

    def told(self, layer: str | None = None) -> tuple[str, ...]:
        """Sentences on what was set aside, repaired or not understood, of one layer or of all."""
        plain = (": read", ": used")
        prefix = "" if layer is None else f"{self.source.name}.{self.source.layer(layer).name}: "
        return tuple(
            f"{name}: {count}"
            for name, count in self.counts.items()
            if not name.endswith(plain) and name.startswith(prefix)
        )

    def __contains__(self, name: str) -> bool:
        return self.source.layer(name).name in self.layers


def used_part(normalised: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The features to use of a normalised layer."""
    used = normalised[normalised["set_aside"] == ""]
    return used.drop(columns="set_aside").reset_index(drop=True)


def set_aside_part(source: Source, layer: str, normalised: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The features left out of a normalised layer, in the columns of `Database.set_aside`."""
    aside = normalised[normalised["set_aside"] != ""]
    columns = {
        "source": [source.name] * len(aside),
        "layer": [layer] * len(aside),
        "key": aside[source.layer(layer).key].to_list(),
        "row": aside["row"].to_numpy(),
        "reason": aside["set_aside"].to_list(),
    }
    return geopandas.GeoDataFrame(columns, geometry=aside.geometry.to_numpy(), crs=normalised.crs)


def feature_counts(source: Source, layer: str, normalised: geopandas.GeoDataFrame) -> dict[str, int]:
    """Counts of the features of a normalised layer: read, used, set aside by reason, by remark."""
    features = normalised.drop_duplicates("row")
    prefix = f"{source.name}.{layer}"
    counts = {
        f"{prefix}: read": len(features),
        f"{prefix}: used": int((features["set_aside"] == "").sum()),
    }
    reasons = features.loc[features["set_aside"] != "", "set_aside"]
    for reason, count in reasons.value_counts().sort_index().items():
        counts[f"{prefix}: set aside, {reason}"] = int(count)
    remarks = features.loc[features["remarks"] != "", "remarks"].str.split("; ").explode()
    for remark, count in remarks.value_counts().sort_index().items():
        counts[f"{prefix}: {remark}"] = int(count)
    return counts
