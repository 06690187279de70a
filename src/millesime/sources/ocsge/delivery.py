"""A delivery of OCS GE as read: layers of known kinds, where they come from, and everything that was done to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import geopandas

from millesime.errors import InputError
from millesime.sources.ocsge.faults import Fault
from millesime.sources.ocsge.generations import Generation
from millesime.sources.ocsge.names import KindName


@dataclass(frozen=True)
class DeliveredLayer:
    """One layer: rows read = rows used + rows set aside."""

    kind: KindName
    name: str
    """File and layer, as told to the user."""
    frame: geopandas.GeoDataFrame
    """Rows used, under the columns of `kinds.COLUMNS` and `row`, `part`, `geometry`. Differences have `cs_before`,
    `cs_after` ... whatever their years. Ids are those of the delivery: the parts of a multipart object share theirs."""
    set_aside: geopandas.GeoDataFrame
    """Rows not used: `row`, `id`, `reason` and the geometry as found."""
    counts: Mapping[str, int]
    """'read', 'used', 'set aside, <reason>', and what was repaired; counts of rows as read."""
    faults: tuple[Fault, ...]
    told: tuple[str, ...]
    """What a person must know of how it was read, in sentences."""
    territory: str | None
    """Code of the département, None when neither names nor CRS tell."""
    years: tuple[int, ...]
    """The vintage of a state, both vintages of a difference, older first; empty when nothing tells."""
    generations: tuple[Generation, ...]
    """One per vintage for kinds with use codes; empty for the others."""
    missing: tuple[str, ...] = ()
    """Attributes of its kind that it does not have: their columns hold nothing, ids the numbers of rows."""
    removed_m2: float = 0.0
    """Area outside the limit, in square metres."""

    @property
    def year(self) -> int | None:
        """The vintage of a state, the newer one of a difference."""
        return self.years[-1] if self.years else None


@dataclass(frozen=True)
class ReceivedDelivery:
    """What was found in a file, a folder or an archive."""

    source: str
    layers: tuple[DeliveredLayer, ...]
    """In the order of their names."""
    told: tuple[str, ...]
    """What was found and not read: layers of no known kind, archives inside folders."""

    @property
    def by_kind(self) -> Mapping[KindName, tuple[DeliveredLayer, ...]]:
        """The layers of each kind that is there."""
        kinds = dict.fromkeys(layer.kind for layer in self.layers)
        return MappingProxyType({kind: tuple(x for x in self.layers if x.kind == kind) for kind in kinds})

    @property
    def territory(self) -> str | None:
        """The département of all layers; None when it is not known or they are of several."""
        found = {layer.territory for layer in self.layers}
        return found.pop() if len(found) == 1 else None

    @property
    def years(self) -> tuple[int, ...]:
        """All vintages that occur, ascending."""
        return tuple(sorted({year for layer in self.layers for year in layer.years}))

    @property
    def year(self) -> int | None:
        """The vintage of the states; None when there is none, or several."""
        found = {layer.year for layer in self.layers if len(layer.years) == 1}
        return found.pop() if len(found) == 1 else None

    @property
    def generation(self) -> Generation:
        """The generation of all layers; 'unknown' when nothing tells or they differ."""
        found = {item for layer in self.layers for item in layer.generations} - {"unknown"}
        return found.pop() if len(found) == 1 else "unknown"

    def layer(self, kind: KindName, *, year: int | None = None) -> DeliveredLayer:
        """The only layer of a kind.

        Args:
            kind: its kind.
            year: its vintage, for a difference the newer one; needed when several are there.

        Raises:
            InputError: there is none, or several.
        """
        found = [x for x in self.layers if x.kind == kind and year in (None, x.year)]
        if len(found) == 1:
            return found[0]
        there = "; ".join(f"{x.name} ({x.kind}{''.join(f' {y}' for y in x.years)})" for x in self.layers)
        wanted = kind if year is None else f"{kind} of {year}"
        raise InputError(
            f"holds {len(found)} layers {wanted}; layers: {there}",
            place=self.source,
            remedy="give the file of the layer" if found else "give a delivery that has it",
        )

    def sentences(self) -> tuple[str, ...]:
        """Everything that was told and counted, layer by layer."""
        found = list(self.told)
        for layer in self.layers:
            read, used = layer.counts["read"], layer.counts["used"]
            found.append(f"{layer.name}: {layer.kind}, {read} rows read, {used} used, {read - used} set aside")
            found += [f"{layer.name}: {item}" for item in (*layer.told, *map(str, layer.faults))]
            repaired = {k: n for k, n in layer.counts.items() if k not in {"read", "used"} and "set aside" not in k}
            found += [f"{layer.name}: {count} rows, {what}" for what, count in repaired.items()]
        return tuple(found)
