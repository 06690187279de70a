"""What is known of the places of a date: fields, woods, waters, zones, parcels."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas
import numpy as np
import shapely
from shapely import box

from millesime.demo.plan.draft import Area, Draft
from millesime.demo.plan.shapes import polygons
from millesime.demo.plan.units import CRS, Plan, living

_COLUMNS = {
    "wid": ("nature", "persistent"),
    "zid": ("layer", "categorie", "nature", "name"),
    "sid": ("stand", "code_tfv", "managed"),
    "fid": ("kind", "rotation"),
}


def areas_at(areas: Sequence[Area], year: int, key: str, draft: Draft, *, cut: bool) -> geopandas.GeoDataFrame:
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


def fields_at(plan: Plan, year: int) -> geopandas.GeoDataFrame:
    """Farmed parcels of `year` with their crop and its codes."""
    frame = areas_at(plan.draft.fields, year, "fid", plan.draft, cut=True)
    crops = [
        kind if kind in ("vine", "orchard") else plan.crop_of[number].get(year, kind)
        for kind, number in zip(frame.pop("kind"), frame.pop("rotation"), strict=True)
    ]
    frame.insert(1, "crop", crops)
    frame.insert(2, "code_group", [_CODES[crop][0] for crop in crops])
    frame.insert(3, "code_cultu", [_CODES[crop][1] for crop in crops])
    return frame


def parcels_at(plan: Plan, year: int, buildings: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Cadastral parcels of `year`, with the dwellings and premises that stand on them."""
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
