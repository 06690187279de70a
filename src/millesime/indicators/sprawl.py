"""Sprawl (étalement) and scatter (mitage): how built land spreads, and how far apart it lies.

The specification names these and defines none of them; the definitions are ours:

- *edge density*, m/ha: length of the limit between artificial and other ground of one vintage, over the area of the
  place. The end of the map is no such limit; along
  the limit of two communes it counts in both. Compact ground has little, scattered ground much.
- *built patch*: polygons of CS1.1.1.1 that touch one another, corners included. It is *isolated* when no other built
  patch of the map lies within 100 m. Number, and hectares, counted in the place that holds a point of the largest of
  its polygons, so that a patch on a limit counts once.
- *built zone*, ha: ZONE_CONSTRUITE of a vintage inside the place; its net growth between two vintages, per year too.
- *new built ground*, ha: what became CS1.1.1.1; and the part of it, ha and %, that lies outside the built zone of the
  earlier vintage: building that spreads rather than fills. The same for ground that became artificial.

Built zones of both vintages must be known for what is told of them; a map without them has the first two only.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from millesime.indicators.accounts import Cells, cut, half_cm2
from millesime.indicators.edges import UM_PER_M, Edges, edges_of
from millesime.indicators.figures import PER_HA, Sums
from millesime.indicators.measures import Tally, codes_of

Indices = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

#: A built patch with no other one within this distance, in metres, is isolated. No text fixes it.
ISOLATED_M = 100.0

#: Vertices nearer than this share of a distance are within it, whatever the rounding.
_SURELY = 1 - 1e-9

_BUILT = codes_of("cover").index("CS1.1.1.1")


@dataclass(frozen=True)
class _Units:
    """The limits inside a map: rows of the units, and their polygons."""

    rows: Indices
    polygons: npt.NDArray[Any]


def sprawl(tally: Tally) -> Iterator[Sums]:
    """All that is told of sprawl and scatter."""
    units = [_units(tally, k) for k in range(len(tally.columns))]
    yield from _edge_density(tally)
    yield from _isolated(tally, units)
    yield from _built_zones(tally, units)
    yield from _outside(tally, units)


def _units(tally: Tally, k: int) -> _Units:
    account = tally.account
    inner = np.arange(len(account.unit_ground)) >= len(account.grounds)
    rows = np.flatnonzero((account.unit_ground == k) & inner)
    return _Units(rows, account.unit_polygons[rows])


def _edge_density(tally: Tally) -> Iterator[Sums]:
    edges = [
        edges_of(
            columns.ground.pieces,
            columns.cells,
            statuses=[columns.status[("artificialisation", year)] for year in columns.ground.years],
            limits=tally.account.unit_polygons,
        )
        for columns in tally.columns
    ]
    for slot in range(tally.slots.count):
        length = tally.zeros()
        for k, years in enumerate(tally.slots.years):
            year = years[slot]
            if year is not None:
                length[:, 0] += _length(edges[k], tally.columns[k].status[("artificialisation", year)], tally.n_units)
        metres_per_hectare = PER_HA / UM_PER_M
        yield Sums("sprawl", "edge_density", slot, length, of=tally.held(slot), factor=metres_per_hectare)


def _length(edges: Edges, artificial: Flags, n_units: int) -> npt.NDArray[np.int64]:
    """(units,) micrometres of edges with artificial ground on one side alone."""
    limit = artificial[edges.first] != artificial[edges.second]
    out = np.zeros(n_units, dtype=np.int64)
    np.add.at(out, edges.unit[limit], edges.length_um[limit])
    return out


def _isolated(tally: Tally, units: list[_Units]) -> Iterator[Sums]:
    for slot in range(tally.slots.count):
        count, area = tally.zeros(), tally.zeros()
        for k, years in enumerate(tally.slots.years):
            year = years[slot]
            if year is None:
                continue
            built = tally.columns[k].codes[("cover", year)] == _BUILT
            points, held = isolated_patches(tally.account.grounds[k].pieces.geometry.to_numpy()[built])
            owners = [(np.full(len(points), k, dtype=np.intp), np.arange(len(points)))]
            if len(points) and len(units[k].rows):
                point, unit = shapely.STRtree(units[k].polygons).query(points, predicate="intersects")
                owners.append((units[k].rows[unit], point))
            for unit_, point_ in owners:
                np.add.at(count[:, 0], unit_, 1)
                np.add.at(area[:, 0], unit_, held[point_])
        yield Sums("sprawl", "isolated_patches", slot, count, scale=1.0)
        yield Sums("sprawl", "isolated_area", slot, area)


def isolated_patches(
    polygons: npt.NDArray[Any], *, distance_m: float = ISOLATED_M
) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """A point inside each isolated patch, and its area in half square centimetres.

    Args:
        polygons: (n,) built polygons in metres; those that touch are one patch.
        distance_m: how far the next patch must be.
    """
    if not len(polygons):
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    content = shapely.to_wkb(shapely.normalize(polygons))
    polygons = polygons[np.array(sorted(range(len(polygons)), key=content.__getitem__), dtype=np.intp)]
    one, two = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    graph = coo_array((np.ones(len(one), dtype=np.int8), (one, two)), shape=(len(polygons), len(polygons)))
    label = connected_components(graph, directed=False)[1]
    area = half_cm2(shapely.area(polygons))
    order = np.lexsort([-area, label])
    patches = shapely.multipolygons(polygons[order], indices=label[order])
    alone = _alone(patches, distance_m)
    total = np.zeros(len(patches), dtype=np.int64)
    np.add.at(total, label, area)
    largest = order[np.searchsorted(label[order], np.arange(len(patches)))]
    return shapely.point_on_surface(polygons[largest[alone]]), total[alone]


def _alone(patches: npt.NDArray[Any], distance_m: float) -> Flags:
    """(n,) True for patches with no other one within the distance.

    Most have a neighbour whose first vertex is near their own: the others alone are measured.
    """
    alone = np.zeros(len(patches), dtype=bool)
    vertices, owner = shapely.get_coordinates(patches, return_index=True)
    vertices = vertices[np.searchsorted(owner, np.arange(len(patches)))]
    nearest = cKDTree(vertices).query(vertices, k=[2], distance_upper_bound=distance_m)[0][:, 0]
    asked = np.flatnonzero(~(nearest < distance_m * _SURELY))
    patch, near = shapely.STRtree(patches).query(patches[asked], predicate="dwithin", distance=distance_m)
    alone[asked] = True
    alone[asked[patch[asked[patch] != near]]] = False
    return alone


def _built_zones(tally: Tally, units: list[_Units]) -> Iterator[Sums]:
    """Area of the built zones; a unit whose map lacks one has no figure."""
    held: dict[int, tuple[npt.NDArray[np.int64], Flags]] = {}
    for slot in range(tally.slots.count):
        area, known = tally.zeros(), np.zeros((tally.n_units, 1), dtype=bool)
        for k, years in enumerate(tally.slots.years):
            year = years[slot]
            zones = tally.account.grounds[k].built_zones
            if year is None or year not in zones:
                continue
            cells = _inside(zones[year].geometry.to_numpy(), units[k], k)
            np.add.at(area[:, 0], cells.unit, cells.area)
            known[tally.account.unit_ground == k] = True
        held[slot] = area, known
        if known.any():
            yield Sums("sprawl", "built_zone", slot, area, occurs=known)
    for since, slot in tally.slots.pairs:
        (before, one), (after, two) = held[since], held[slot]
        both = one & two
        if both.any():
            net = np.where(both, after - before, 0)
            yield Sums("sprawl", "built_zone_net", slot, net, since=since, occurs=both)
            yield Sums("sprawl", "built_zone_net_per_year", slot, net, since=since, occurs=both, per_year=True)


def _inside(geoms: npt.NDArray[Any], units: _Units, k: int) -> Cells:
    """Geometries by unit, the whole of the map included."""
    area = half_cm2(shapely.area(geoms))
    cells = cut(geoms, units.polygons, area=area)
    return Cells(
        np.concatenate([np.full(len(geoms), k, dtype=np.intp), units.rows[cells.unit]]),
        np.concatenate([np.arange(len(geoms)), cells.piece]),
        np.concatenate([area, cells.area]),
    )


def _outside(tally: Tally, units: list[_Units]) -> Iterator[Sums]:
    """New built and new artificial ground, and what of it lies outside the earlier built zone."""
    for since, slot in tally.slots.pairs:
        found = {name: (tally.zeros(), tally.zeros()) for name in ("built_gain", "artificial_gain")}
        known = np.zeros((tally.n_units, 1), dtype=bool)
        for k, columns in enumerate(tally.columns):
            first, second = tally.slots.years[k][since], tally.slots.years[k][slot]
            zones = columns.ground.built_zones
            if first is None or second is None or first not in zones:
                continue
            known[tally.account.unit_ground == k] = True
            was, is_now = (columns.codes[("cover", year)] == _BUILT for year in (first, second))
            artif, is_artif = (columns.status[("artificialisation", year)] for year in (first, second))
            geoms, zone = columns.ground.pieces.geometry.to_numpy(), zones[first].geometry.to_numpy()
            for name, keep in (("built_gain", ~was & is_now), ("artificial_gain", ~artif & is_artif)):
                whole, beyond = found[name]
                tally.add(whole, columns, keep)
                cells = _inside(outside_of(geoms[keep], zone), units[k], k)
                np.add.at(beyond[:, 0], cells.unit, cells.area)
        if not known.any():
            continue
        gain, beyond = found["built_gain"]
        yield Sums("sprawl", "built_gain", slot, gain, since=since, occurs=known)
        for name, (gain, beyond) in found.items():
            yield Sums("sprawl", f"{name}_outside", slot, beyond, since=since, occurs=known)
            whole = np.where(known, gain, 0)
            yield Sums("sprawl", f"{name}_outside_share", slot, beyond, since=since, occurs=known, of=whole)


def outside_of(geoms: npt.NDArray[Any], zones: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """(m,) what lies outside the zones, of each polygon of which something does.

    Args:
        geoms: (n,) polygons.
        zones: polygons.
    """
    if not len(geoms) or not len(zones):
        return geoms
    left = geoms.copy()
    shapely.prepare(zones)
    zone, geom = shapely.STRtree(geoms).query(zones, predicate="intersects")
    covered = shapely.covers(zones[zone], geoms[geom])
    shapely.destroy_prepared(zones)
    left[geom[covered]] = shapely.Polygon()
    rest = np.flatnonzero(~covered & ~shapely.is_empty(left[geom]))
    order = rest[np.lexsort([zone[rest], geom[rest]])]
    rank = np.arange(len(order)) - np.searchsorted(geom[order], geom[order])
    for turn in range(int(rank.max(initial=-1)) + 1):
        rows = order[rank == turn]
        left[geom[rows]] = shapely.difference(left[geom[rows]], zones[zone[rows]])
    return left[shapely.area(left) > 0]
