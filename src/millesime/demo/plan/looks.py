"""What is seen at a date: ground, buildings, crowns, cars."""

from __future__ import annotations

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.demo.plan.draft import Draft
from millesime.demo.plan.streams import variety
from millesime.demo.plan.units import CRS, Ints, Plan
from millesime.demo.scene import MATERIALS


def _owners(shapes: npt.NDArray[np.object_], units: geopandas.GeoDataFrame, where: shapely.STRtree) -> Ints:
    """Uid of the unit under a point inside each shape, -1 outside the territory."""
    found = np.full(len(shapes), -1, dtype=np.int64)
    if len(shapes):
        rows, unit = where.query(shapely.point_on_surface(shapes), predicate="intersects")
        found[rows[::-1]] = units["uid"].to_numpy()[unit[::-1]]
    return found


def surfaces_at(plan: Plan, year: int, units: geopandas.GeoDataFrame, where: shapely.STRtree) -> geopandas.GeoDataFrame:
    """Ground of `year` in painting order."""
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


def buildings_at(
    draft: Draft, year: int, units: geopandas.GeoDataFrame, where: shapely.STRtree
) -> geopandas.GeoDataFrame:
    """Buildings that stand in `year`."""
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


def trees_at(draft: Draft, year: int) -> geopandas.GeoDataFrame:
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


def vehicles_at(draft: Draft, year: int) -> geopandas.GeoDataFrame:
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
