"""Artificial ground by zone of a local plan: U, AU, A, N.

Zones say what may be built, never what is: the decree counts the actual occupation. They are told beside the figures,
as a question to the plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import CrsError, SchemaError
from millesime.geo.precision import polygons_of
from millesime.indicators.accounts import PER_M2, Cells, cut, half_cm2
from millesime.indicators.figures import Sums
from millesime.indicators.measures import Tally

#: Item of a zone -> what it is called.
ZONES: Mapping[str, str] = MappingProxyType(
    {
        "U": "zones urbaines (U)",
        "AU": "zones à urbaniser (AU)",
        "A": "zones agricoles (A)",
        "N": "zones naturelles et forestières (N)",
        "other": "autres zones",
        "none": "hors zonage",
    }
)

_TYPES = tuple(ZONES)[:-1]

#: Overlaps smaller than this, in square metres, are told of no one.
_TOLD_M2 = 1.0


@dataclass(frozen=True)
class Planning:
    """Zones of a plan."""

    frame: geopandas.GeoDataFrame
    """`zone`, one of 'U', 'AU', 'A', 'N', 'other'; single polygons in metres that do not overlap."""

    told: tuple[str, ...] = ()
    """What was done to them, in sentences."""


def planning_of(frame: geopandas.GeoDataFrame, *, place: str = "plan") -> Planning:
    """Zones as delivered by the Géoportail de l'urbanisme, ready to be counted.

    Args:
        frame: `typezone` (U, AUc, AUs, A, N, Nh ...) and `libelle` (UAa, 1AU ...), in any case, in the CRS of the maps.
            Where the type is missing, the beginning of the label tells it.
        place: for messages.

    Raises:
        SchemaError: it has neither attribute.
    """
    lower = {str(column).lower(): column for column in frame.columns}
    named = [lower[name] for name in ("typezone", "libelle") if name in lower]
    if not named:
        raise SchemaError(
            "has neither typezone nor libelle", place=place, remedy="give the layer zone_urba of the plan"
        )
    texts = [frame[name].fillna("").astype(str).tolist() for name in named]
    kinds = np.array(
        [next((k for k in map(zone_of, row) if k != "other"), "other") for row in zip(*texts, strict=True)]
    )
    told = []
    unknown = sorted({row[0] for row, kind in zip(zip(*texts, strict=True), kinds, strict=True) if kind == "other"})
    if unknown:
        told.append(f"zones of other types than U, AU, A, N: {', '.join(unknown[:8])}")
    geoms = shapely.force_2d(frame.geometry.to_numpy())
    geoms = np.where(shapely.is_missing(geoms), shapely.Polygon(), geoms)
    invalid = ~shapely.is_valid(geoms)
    if invalid.any():
        told.append(f"{int(invalid.sum())} zones were not valid and were repaired")
        geoms[invalid] = shapely.make_valid(geoms[invalid])
    polygons, row = polygons_of(geoms)
    apart, kind, overlap = _apart(polygons, kinds[row].astype(object))
    if overlap > _TOLD_M2:
        told.append(f"{overlap:,.0f} m² lie in two zones: counted in the first of {', '.join(_TYPES)}")
    zones = geopandas.GeoDataFrame({"zone": kind}, geometry=apart, crs=frame.crs)
    return Planning(zones, tuple(told))


def zone_of(text: str) -> str:
    """The kind of a zone from its type or its label.

    >>> [zone_of(text) for text in ("U", "AUc", "1AUx", "Nh", "Ap", "UAa", "02")]
    ['U', 'AU', 'AU', 'N', 'A', 'U', 'other']
    """
    letters = text.strip().upper().lstrip("0123456789-_ ")
    return next((kind for kind in ("AU", "U", "A", "N") if letters.startswith(kind)), "other")


def _apart(
    polygons: npt.NDArray[Any], kinds: npt.NDArray[np.object_]
) -> tuple[npt.NDArray[Any], npt.NDArray[np.object_], float]:
    """Polygons that do not overlap: ground in two zones stays with the first of U, AU, A, N; with what was overlapped.

    Zones of one kind are in order of their content, so that the order of the rows has no say.
    """
    rank = np.array([_TYPES.index(kind) for kind in kinds], dtype=int)
    content = shapely.to_wkb(shapely.normalize(polygons))
    order = np.array(sorted(range(len(polygons)), key=lambda k: (rank[k], content[k])), dtype=np.intp)
    polygons, kinds = polygons[order], kinds[order]
    later, earlier = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    before = earlier < later
    later, earlier = later[before], earlier[before]
    shared = shapely.area(shapely.intersection(polygons[later], polygons[earlier]))
    later, earlier = later[shared > 0], earlier[shared > 0]
    left = polygons.copy()
    for row in np.unique(later).tolist():
        left[row] = shapely.difference(polygons[row], shapely.union_all(polygons[earlier[later == row]]))
    overlap = float(shapely.area(polygons).sum() - shapely.area(left).sum())
    parts, owner = polygons_of(left)
    return parts, kinds[owner], overlap


def by_zone(tally: Tally, planning: Planning) -> Iterator[Sums]:
    """Ground, artificial ground and its flux by kind of zone; what is in no zone is told as 'none'.

    Raises:
        CrsError: the zones are in another CRS than the maps.
    """
    crs = tally.account.grounds[0].pieces.crs
    if planning.frame.crs != crs:
        raise CrsError(f"the zones are in {planning.frame.crs}, the maps in {crs}")
    kinds = np.array([_TYPES.index(kind) for kind in planning.frame["zone"]], dtype=np.intp)
    zones = planning.frame.geometry.to_numpy()
    cells = [_cells(tally, k, zones) for k in range(len(tally.columns))]
    items, n = tuple(ZONES), len(_TYPES)

    def sums(pieces: Mapping[int, npt.NDArray[np.bool_] | None]) -> npt.NDArray[np.int64]:
        """(units, items) ground of some pieces of some grounds; None keeps all."""
        out, whole = tally.zeros(n), tally.zeros()
        for k, keep in pieces.items():
            found, zone = cells[k]
            chosen = np.arange(len(found.piece)) if keep is None else np.flatnonzero(keep[found.piece])
            np.add.at(out, (found.unit[chosen], kinds[zone[chosen]]), found.area[chosen])
            tally.add(whole, tally.columns[k], keep)
        # Cuts round: less than a square metre outside of all zones is none.
        rest = whole[:, 0] - out.sum(axis=1)
        return np.column_stack([out, np.where(rest > PER_M2, rest, 0)])

    for slot in range(tally.slots.count):
        there = {k: years[slot] for k, years in enumerate(tally.slots.years) if years[slot] is not None}
        area = sums(dict.fromkeys(there))
        artificial = sums(
            {k: tally.columns[k].status[("artificialisation", y)] for k, y in there.items() if y is not None}
        )
        occurs = area > 0
        yield Sums("planning", "area", slot, area, items, occurs=occurs)
        yield Sums("planning", "artificial_stock", slot, artificial, items, occurs=occurs)
        yield Sums("planning", "artificial_share", slot, artificial, items, occurs=occurs, of=area)
    for since, slot in tally.slots.pairs:
        masks: dict[str, dict[int, npt.NDArray[np.bool_] | None]] = {"gain": {}, "loss": {}}
        for k, columns in enumerate(tally.columns):
            first, second = tally.slots.years[k][since], tally.slots.years[k][slot]
            if first is None or second is None:
                continue
            was, is_now = (columns.status[("artificialisation", year)] for year in (first, second))
            masks["gain"][k], masks["loss"][k] = ~was & is_now, was & ~is_now
        gain, loss = sums(masks["gain"]), sums(masks["loss"])
        occurs = (gain > 0) | (loss > 0)
        yield Sums("planning", "artificial_gain", slot, gain, items, since=since, occurs=occurs)
        yield Sums("planning", "artificial_loss", slot, loss, items, since=since, occurs=occurs)
        yield Sums("planning", "artificial_net", slot, gain - loss, items, since=since, occurs=occurs)
        yield Sums(
            "planning", "artificial_net_per_year", slot, gain - loss, items, since=since, occurs=occurs, per_year=True
        )


def _cells(tally: Tally, k: int, zones: npt.NDArray[Any]) -> tuple[Cells, npt.NDArray[np.intp]]:
    """Pieces of one ground by unit and zone, with the zone of each cell."""
    account = tally.account
    geoms = account.grounds[k].pieces.geometry.to_numpy()
    area = half_cm2(shapely.area(geoms))
    whole = cut(geoms, zones, area=area)
    units = np.flatnonzero((account.unit_ground == k) & (np.arange(len(account.unit_ground)) >= len(account.grounds)))
    parts = [(np.full(len(whole.unit), k, dtype=np.intp), whole.piece, whole.area, whole.unit)]
    if len(units) and len(zones):
        limits = account.unit_polygons[units]
        shapely.prepare(limits)
        unit, zone = shapely.STRtree(zones).query(limits, predicate="intersects")
        inside = shapely.covers(limits[unit], zones[zone])
        shapely.destroy_prepared(limits)
        # Zones inside a commune are cut already.
        start = np.searchsorted(whole.unit, zone[inside])
        count = np.searchsorted(whole.unit, zone[inside], side="right") - start
        rows = np.repeat(start - np.concatenate([[0], np.cumsum(count)[:-1]]), count) + np.arange(count.sum())
        owner = np.repeat(units[unit[inside]], count)
        parts.append((owner, whole.piece[rows], whole.area[rows], whole.unit[rows]))
        pieces, which = polygons_of(shapely.intersection(zones[zone[~inside]], limits[unit[~inside]]))
        crossed = cut(geoms, pieces, area=area)
        of = which[crossed.unit]
        parts.append((units[unit[~inside][of]], crossed.piece, crossed.area, zone[~inside][of]))
    unit_, piece, held, zone_ = (np.concatenate([part[i] for part in parts]) for i in range(4))
    return Cells(unit_, piece, held), zone_
