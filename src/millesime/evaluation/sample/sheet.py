"""The points as a table that needs nothing else later: each row holds its stratum's area, and the sample's total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.errors import CrsError
from millesime.evaluation.sample.design import Ground
from millesime.evaluation.sample.draw import mapped_areas, stratum_areas

#: Columns of the points, in order, the place's apart. Areas are in square metres.
COLUMNS = (
    *("id", "kind", "year_from", "year_to", "seed"),
    *("stratum", "stratum_area_m2", "stratum_points", "total_area_m2", "weight_m2"),
    *("mapped", "mapped_area_m2", "reference", "comment"),
)

#: What an interpreter gets: where to look and room to answer, nothing of the map.
BLIND_COLUMNS = ("id", "kind", "year_from", "year_to", "reference", "comment")


@dataclass(frozen=True)
class Places:
    """The places that points lie in: communes, or any other."""

    column: str
    """Name of the column: 'commune'."""
    frame: geopandas.GeoDataFrame
    """`code`, `name`, geometry."""


def sheet(
    points: geopandas.GeoDataFrame, ground: Ground, drawn: Mapping[str, int], *, seed: int, places: Places | None = None
) -> geopandas.GeoDataFrame:
    """The points with everything that their estimators need.

    Args:
        points: `id`, `stratum`, `mapped` and geometry, as drawn.
        ground: what they were drawn on.
        drawn: points of each stratum.
        seed: of chance.
        places: adds their code to each point, under the places' column, the mapped ground of the place and that of
            the point's stratum inside it.

    Raises:
        CrsError: the places are in another CRS than the points.
    """
    areas, mapped = stratum_areas(ground), mapped_areas(ground)
    total = float(sum(areas[name] for name in sorted(areas)))
    size = points["stratum"].map(areas).astype("float64")
    count = points["stratum"].map(dict(drawn)).astype("int64")
    years = pd.array([ground.years[0] if ground.years else None] * len(points), dtype="Int64")
    last = pd.array([ground.years[-1] if ground.years else None] * len(points), dtype="Int64")
    columns: dict[str, Any] = {
        "id": points["id"],
        "kind": ground.kind,
        "year_from": years,
        "year_to": last,
        "seed": seed,
        "stratum": points["stratum"],
        "stratum_area_m2": size.round(2),
        "stratum_points": count,
        "total_area_m2": round(total, 2),
        "weight_m2": (size / count).round(4),
        "mapped": points["mapped"],
        "mapped_area_m2": points["mapped"].map(mapped).astype("float64").round(2),
        "reference": "",
        "comment": "",
    }
    if places is not None:
        columns |= _place_columns(points, ground, places)
    return geopandas.GeoDataFrame(columns, geometry=points.geometry, crs=points.crs)


def blind(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The copy for the interpreter, without the map's class, the stratum and whatever would give them away."""
    return frame[[*BLIND_COLUMNS, frame.geometry.name]]


def place_table(ground: Ground, places: Places, points: geopandas.GeoDataFrame) -> pd.DataFrame:
    """Every place that the map reaches, those without a point too: `code`, `name`, `area_m2`, `points`."""
    area = _mapped_ground(ground, places).sum(axis=1)
    count = points[places.column].value_counts()
    table = pd.DataFrame({"code": places.frame["code"], "name": places.frame["name"], "area_m2": area.round(2)})
    table["points"] = table["code"].map(count).fillna(0).astype("int64")
    return table[table["area_m2"] > 0].sort_values("code", ignore_index=True)


def _place_columns(points: geopandas.GeoDataFrame, ground: Ground, places: Places) -> dict[str, Any]:
    if points.crs != places.frame.crs:
        raise CrsError(
            f"places are in {places.frame.crs.to_string()}, the map in {points.crs.to_string()}",
            remedy="give both in one CRS",
        )
    area = _mapped_ground(ground, places)
    strata = sorted(set(ground.frame["stratum"]))
    column = np.array([strata.index(name) for name in points["stratum"]], dtype=np.intp)
    tree = shapely.STRtree(points.geometry.to_numpy())
    place, point = tree.query(places.frame.geometry.to_numpy(), predicate="intersects")
    row = np.full(len(points), -1)
    row[point[::-1]] = place[::-1]  # a point on a common limit goes to the first place
    known = row >= 0
    codes = np.where(known, places.frame["code"].to_numpy(object)[row], "")
    return {
        places.column: codes,
        f"{places.column}_area_m2": np.where(known, area.sum(axis=1)[row], np.nan).round(2),
        f"{places.column}_stratum_area_m2": np.where(known, area[row, column], np.nan).round(2),
    }


def _mapped_ground(ground: Ground, places: Places) -> npt.NDArray[np.float64]:
    """(p, s) square metres of each stratum, by name, inside each place."""
    geoms, limits = ground.frame.geometry.to_numpy(), places.frame.geometry.to_numpy()
    shapely.prepare(limits)
    place, piece = shapely.STRtree(geoms).query(limits, predicate="intersects")
    inside = shapely.covers(limits[place], geoms[piece])
    area = np.where(inside, shapely.area(geoms[piece]), 0.0)
    area[~inside] = shapely.area(shapely.intersection(geoms[piece[~inside]], limits[place[~inside]]))
    stratum, names = pd.factorize(ground.frame["stratum"], sort=True)
    sums = np.bincount(place * len(names) + stratum[piece], weights=area, minlength=len(limits) * len(names))
    return sums.reshape(len(limits), len(names)).astype(np.float64)
