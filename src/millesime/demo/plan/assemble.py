"""From the plan to the scene of one year."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely import Polygon, box

from millesime.demo.plan.arrangement import Arrangement, arrange, best_neighbour
from millesime.demo.plan.draft import Area, Draft, Life
from millesime.demo.plan.roads import node_ways
from millesime.demo.plan.shapes import polygons
from millesime.demo.plan.streams import variety
from millesime.demo.plan.terrain import Ground
from millesime.demo.scene import MATERIALS, Scene

CRS = "EPSG:2154"
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

#: A unit smaller than this is not drawn (buildings are, from 50 m2): it joins its best neighbour.
MIN_UNIT_M2, MIN_BUILDING_M2 = 150.0, 50.0


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
    for _ in range(3):
        component = stack.components(_labels(plan, top))
        total = np.bincount(component, weights=area).astype(np.float64)
        small = total[component] < floor[top]
        if not small.any():
            break
        host = _hosts(stack, component, total, small, roof[top])
        moved = small & (host >= 0)
        top[moved] = top[host[moved]]
    return top


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


def scene_at(plan: Plan, year: int) -> Scene:
    """State of the territory in `year`."""
    draft = plan.draft
    units = _units(plan, year)
    where = shapely.STRtree(units.geometry.to_numpy())
    buildings = _buildings(draft, year, units, where)
    roads, railways = node_ways(draft, year)
    return Scene(
        year=year,
        month=plan.month_of.get(year, 7),
        seed=draft.seed,
        extent=draft.extent,
        ground=dataclasses.replace(plan.ground, pits=tuple(pit for pit, life in draft.pits if life.holds(year))),
        units=units,
        surfaces=_surfaces(plan, year, units, where),
        buildings=buildings,
        trees=_trees(draft, year),
        vehicles=_vehicles(draft, year),
        roads=roads,
        railways=railways,
        waters=_areas(draft.waters, year, "wid", draft, cut=False),
        zones=_areas(draft.zones, year, "zid", draft, cut=False),
        fields=_fields(plan, year),
        woods=_areas(draft.woods, year, "sid", draft, cut=True),
        parcels=_parcels(plan, year, buildings),
        communes=plan.communes,
    )


def _units(plan: Plan, year: int) -> geopandas.GeoDataFrame:
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


def _owners(shapes: npt.NDArray[np.object_], units: geopandas.GeoDataFrame, where: shapely.STRtree) -> Ints:
    """Uid of the unit under a point inside each shape, -1 outside the territory."""
    found = np.full(len(shapes), -1, dtype=np.int64)
    if len(shapes):
        rows, unit = where.query(shapely.point_on_surface(shapes), predicate="intersects")
        found[rows[::-1]] = units["uid"].to_numpy()[unit[::-1]]
    return found


def _surfaces(plan: Plan, year: int, units: geopandas.GeoDataFrame, where: shapely.STRtree) -> geopandas.GeoDataFrame:
    alive = [(paint.z, number, paint) for number, paint in enumerate(plan.draft.paints) if paint.life.holds(year)]
    alive.sort(key=lambda item: item[:2])
    paints = [paint for _, _, paint in alive]
    shapes = np.array([paint.geometry for paint in paints], dtype=object)
    material = [
        paint.material if paint.field < 0 else plan.crop_of[paint.field].get(year, paint.material) for paint in paints
    ]
    unknown = set(material) - set(MATERIALS)
    if unknown:
        raise AssertionError(f"materials without a class: {sorted(unknown)}")
    return geopandas.GeoDataFrame(
        {
            "material": material,
            "angle_deg": [paint.angle_deg for paint in paints],
            "variety": np.array([paint.variety for paint in paints], dtype=np.uint32),
            "uid": _owners(shapes, units, where),
        },
        geometry=shapes,
        crs=CRS,
    )


def _buildings(
    draft: Draft, year: int, units: geopandas.GeoDataFrame, where: shapely.STRtree
) -> geopandas.GeoDataFrame:
    rows = [(number, house) for number, house in enumerate(draft.houses) if house.life.holds(year)]
    shapes = np.array([house.geometry for _, house in rows], dtype=object)
    columns = (
        "height_m", "roof", "roof_material", "ridge_deg", "usage", "nature", "dwellings", "premises"
    )  # fmt: skip
    values: dict[str, object] = {"bid": np.array([number + 1 for number, _ in rows], dtype=np.int64)}
    values |= {name: [getattr(house, name) for _, house in rows] for name in columns}
    values["variety"] = np.array([variety(draft.seed, "house", n) for n, _ in rows], dtype=np.uint32)
    values["uid"] = _owners(shapes, units, where)
    return geopandas.GeoDataFrame(values, geometry=shapes, crs=CRS)


def _trees(draft: Draft, year: int) -> geopandas.GeoDataFrame:
    """Crowns, the lowest first so that the highest is painted last; they grow by 1.5 % a year."""
    rows = [(n, stem) for n, stem in enumerate(draft.stems) if stem.life.holds(year)]
    grown = 1.0 + 0.015 * (year - 2019)
    rows.sort(key=lambda item: (item[1].height_m, item[0]))
    return geopandas.GeoDataFrame(
        {
            "radius_m": np.array([stem.radius_m * grown for _, stem in rows], dtype=float),
            "height_m": np.array([stem.height_m * grown for _, stem in rows], dtype=float),
            "species": pd.Series([stem.species for _, stem in rows], dtype=object),
            "variety": np.array([(n * 2654435761 + draft.seed * 97) % 2**32 for n, _ in rows], dtype=np.uint32),
        },
        geometry=shapely.points(np.array([(stem.x, stem.y) for _, stem in rows], dtype=float).reshape(-1, 2)),
        crs=CRS,
    )


def _vehicles(draft: Draft, year: int) -> geopandas.GeoDataFrame:
    """Cars: about half of the places are taken on each date, not the same ones."""
    rows = []
    for number, (x, y, angle, length, life) in enumerate(draft.cars):
        draw = variety(draft.seed, "car", number, year)
        if life.holds(year) and draw % 100 < 55:
            rows.append((x, y, angle % 360.0, length, draw))
    table = np.array(rows, dtype=float).reshape(-1, 5)
    return geopandas.GeoDataFrame(
        {"angle_deg": table[:, 2], "length_m": table[:, 3], "variety": table[:, 4].astype(np.uint32)},
        geometry=shapely.points(table[:, :2]),
        crs=CRS,
    )


_COLUMNS = {
    "wid": ("nature", "persistent"),
    "zid": ("layer", "categorie", "nature", "name"),
    "sid": ("stand", "code_tfv", "managed"),
    "fid": ("kind", "rotation"),
}


def _areas(areas: Sequence[Area], year: int, key: str, draft: Draft, *, cut: bool) -> geopandas.GeoDataFrame:
    """A descriptive frame; with `cut`, less the ground that later developments took."""
    alive = [(number, area) for number, area in enumerate(areas) if area.life.holds(year)]
    shapes = np.array([area.geometry for _, area in alive], dtype=object)
    shapes = shapely.intersection(shapes, box(*draft.extent), grid_size=0.01) if len(shapes) else shapes
    for number, shape in enumerate(shapes):
        if shape.geom_type not in ("Polygon", "MultiPolygon"):
            shapes[number] = shapely.multipolygons(polygons(shape))
    if cut:
        taken = [(polygon, life.born) for polygon, life in draft.taken if life.holds(year)]
        for number, (_, area) in enumerate(alive):
            later = [polygon for polygon, born in taken if born > area.life.born and polygon.intersects(shapes[number])]
            if later:
                shapes[number] = shapely.difference(shapes[number], shapely.union_all(later), grid_size=0.01)
    names = _COLUMNS[key]
    frame = geopandas.GeoDataFrame(
        {key: np.array([number + 1 for number, _ in alive], dtype=np.int64)}
        | {name: [area.values[name] for _, area in alive] for name in names},
        geometry=shapes,
        crs=CRS,
    )
    frame = frame.explode(ignore_index=True) if len(frame) else frame
    large = (frame.geometry.area >= 20.0) & frame.geometry.geom_type.isin(["Polygon"])
    return frame[large].reset_index(drop=True)


_CODES = {
    "wheat": ("1", "BTH"),
    "maize": ("2", "MIS"),
    "rapeseed": ("5", "CZH"),
    "sunflower": ("6", "TRN"),
    "stubble": ("3", "ORH"),
    "ploughed": ("2", "MIS"),
    "meadow": ("18", "PPH"),
    "fallow": ("11", "J5M"),
    "vine": ("21", "VRC"),
    "orchard": ("20", "VRG"),
}


def _fields(plan: Plan, year: int) -> geopandas.GeoDataFrame:
    frame = _areas(plan.draft.fields, year, "fid", plan.draft, cut=True)
    crops = [
        kind if kind in ("vine", "orchard") else plan.crop_of[number].get(year, kind)
        for kind, number in zip(frame.pop("kind"), frame.pop("rotation"), strict=True)
    ]
    frame.insert(1, "crop", crops)
    frame.insert(2, "code_group", [_CODES[crop][0] for crop in crops])
    frame.insert(3, "code_cultu", [_CODES[crop][1] for crop in crops])
    return frame


def _parcels(plan: Plan, year: int, buildings: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    items, stack = plan.draft.parcels, plan.parcels
    rank = np.array([float(item.values["z"]) for item in items])
    top = stack.top(rank, living([item.life for item in items], year))
    component = stack.components(top)
    area = np.bincount(component, weights=shapely.area(stack.faces))
    shapes = stack.merged(component)
    head = np.zeros(len(shapes), dtype=np.int64)
    head[component[::-1]] = top[::-1]
    private = np.array([piece >= 0 and not items[piece].values["public"] for piece in head]) & (area > 15)
    shapes, head = shapes[private], head[private]
    inside = shapely.point_on_surface(shapes)
    home = np.zeros(len(shapes), dtype=np.int64)
    rows, communes = shapely.STRtree(plan.communes.geometry.to_numpy()).query(inside, predicate="intersects")
    home[rows[::-1]] = communes[::-1]
    counts = np.zeros((len(shapes), 2), dtype=np.int64)
    points = shapely.point_on_surface(buildings.geometry.to_numpy())
    rows, parcel = shapely.STRtree(shapes).query(points, predicate="intersects")
    for column, name in enumerate(("dwellings", "premises")):
        np.add.at(counts[:, column], parcel, buildings[name].to_numpy()[rows])
    west, south, east, north = plan.draft.extent
    x, y = shapely.get_x(inside), shapely.get_y(inside)
    section = (x > (west + east) / 2).astype(int) + 2 * (y < (south + north) / 2).astype(int)
    letters = np.array(["ZA", "ZB", "ZC", "AD"])[section]
    number = np.zeros(len(shapes), dtype=np.int64)
    for commune, letter in sorted({(int(c), str(s)) for c, s in zip(home, letters, strict=True)}):
        chosen = np.flatnonzero((home == commune) & (letters == letter))
        number[chosen] = np.arange(1, len(chosen) + 1)
    return geopandas.GeoDataFrame(
        {
            "pid": np.arange(1, len(shapes) + 1, dtype=np.int64),
            "commune": plan.communes["insee"].to_numpy()[home],
            "section": letters,
            "numero": number,
            "dwellings": counts[:, 0],
            "premises": counts[:, 1],
        },
        geometry=shapes,
        crs=CRS,
    )


def frame_polygon(draft: Draft) -> Polygon:
    """The extent as a polygon."""
    return box(*draft.extent)
