"""The plan with its land arranged once for all dates, and the units it shows at each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas
import numpy as np
import numpy.typing as npt
import shapely
from shapely import box

from millesime.demo.plan.arrangement import Arrangement, arrange, best_neighbour
from millesime.demo.plan.draft import Draft, Life
from millesime.demo.plan.streams import variety
from millesime.demo.plan.terrain import Ground

CRS = "EPSG:2154"
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: A unit smaller than this is not drawn (buildings are, from 50 m2): it joins its best neighbour.
MIN_UNIT_M2, MIN_BUILDING_M2 = 150.0, 50.0
#: Nor is a strip thinner than this on average, but for roads, railways and water.
MIN_WIDTH_M = 3.0
LINES = ("road", "rail", "river")


@dataclass
class Plan:
    """A complete plan: the draft, its land arranged once for all dates."""

    draft: Draft
    ground: Ground
    month_of: Mapping[int, int]
    communes: geopandas.GeoDataFrame
    crop_of: Sequence[Mapping[int, str]]
    """For each field its material in each year."""

    lands: Arrangement = field(init=False)
    parcels: Arrangement = field(init=False)
    _uids: dict[tuple[int, ...], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        frame = box(*self.draft.extent)
        self.lands = arrange([land.geometry for land in self.draft.lands], frame)
        self.parcels = arrange([parcel.geometry for parcel in self.draft.parcels], frame)


def living(lives: Sequence[Life], year: int) -> npt.NDArray[np.bool_]:
    """Whether each life holds in `year`."""
    return np.array([life.holds(year) for life in lives], dtype=bool)


def top_lands(plan: Plan, year: int) -> Ints:
    """Land that each face shows in `year`, small leftovers given to their best neighbour."""
    lands, stack = plan.draft.lands, plan.lands
    rank = np.array([land.z for land in lands])
    top = stack.top(rank, living([land.life for land in lands], year))
    if (top < 0).any():
        raise AssertionError("the land leaves a hole in the territory")
    area = shapely.area(stack.faces)
    roof = np.array([land.kind == "building" for land in lands])
    floor = np.where(roof, MIN_BUILDING_M2 - 6, MIN_UNIT_M2)
    lines = np.array([land.kind in LINES or land.kind == "building" for land in lands])
    for _ in range(3):
        component = stack.components(_labels(plan, top))
        total = np.bincount(component, weights=area).astype(np.float64)
        thin = (_widths(stack, component, total) < MIN_WIDTH_M)[component] & ~lines[top]
        small = (total[component] < floor[top]) | thin
        if not small.any():
            break
        host = _hosts(stack, component, total, small, roof[top])
        moved = small & (host >= 0)
        top[moved] = top[host[moved]]
    return top


def _widths(stack: Arrangement, component: Ints, total: Floats) -> Floats:
    """Mean width of each unit: twice its area over its outline."""
    inner = component[stack.pairs[:, 0]] == component[stack.pairs[:, 1]]
    outline = np.bincount(component, weights=shapely.length(stack.faces))
    within = np.bincount(component[stack.pairs[inner, 0]], stack.shared_m[inner], len(total))
    return 2 * total / (outline - 2 * within)


def _hosts(stack: Arrangement, component: Ints, total: Floats, small: Bools, roofed: Bools) -> Ints:
    """For each face of a small unit, a face of the unit that takes it; -1 for the others."""
    pairs = component[stack.pairs]
    outer = pairs[:, 0] != pairs[:, 1]
    couples, place = np.unique(np.sort(pairs[outer], axis=1), axis=0, return_inverse=True)
    shared = np.bincount(place.ravel(), stack.shared_m[outer], len(couples)).astype(np.float64)
    is_small = np.zeros(len(total), dtype=bool)
    is_small[component[small]] = True
    roofs = np.zeros(len(total), dtype=bool)
    roofs[component] = roofed
    # a house is no host for the strip beside it
    shared = np.where(roofs[couples].any(axis=1), shared * 1e-3, shared)
    parent = best_neighbour(is_small, total, couples, shared)
    first = np.zeros(len(total), dtype=np.int64)
    first[component[::-1]] = np.arange(len(component))[::-1]
    host: Ints = np.where(parent >= 0, first[parent], -1)[component]
    return host


def _labels(plan: Plan, top: Ints) -> Ints:
    """Equal numbers for lands that are one unit where they touch."""
    keys: dict[tuple[str, str, str, int], int] = {}
    of_land = [keys.setdefault((land.cs, land.us, land.kind, land.owner), len(keys)) for land in plan.draft.lands]
    return np.asarray(of_land, dtype=np.int64)[top]


def units_at(plan: Plan, year: int) -> geopandas.GeoDataFrame:
    """Truth units of `year`; a unit keeps its number as long as its codes and its ground stay the same."""
    top = top_lands(plan, year)
    component = plan.lands.components(_labels(plan, top))
    shapes = plan.lands.merged(component)
    order = np.argsort(component, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(component[order])) + 1)
    land = [plan.draft.lands[top[group[0]]] for group in groups]
    uids = []
    for group, head in zip(groups, land, strict=True):
        key = (variety(head.cs, head.us, head.kind, head.owner), *(int(face) for face in group))
        uids.append(plan._uids.setdefault(key, len(plan._uids) + 1))
    frame = geopandas.GeoDataFrame(
        {
            "uid": np.asarray(uids, dtype=np.int64),
            "cs": [item.cs for item in land],
            "us": [item.us for item in land],
            "kind": [item.kind for item in land],
        },
        geometry=shapes,
        crs=CRS,
    )
    inside = shapely.point_on_surface(shapes)
    rows, communes = shapely.STRtree(plan.communes.geometry.to_numpy()).query(inside, predicate="intersects")
    home = np.zeros(len(shapes), dtype=np.int64)
    home[rows[::-1]] = communes[::-1]
    frame["commune"] = plan.communes["insee"].to_numpy()[home]
    return frame[["uid", "cs", "us", "kind", "commune", "geometry"]]
