"""Points drawn at random, uniformly by area, in polygons.

The same ground, seed and numbers give the same points, whatever the order of the rows. Each stratum has its own stream
of chance: more points of a stratum are the first ones and new ones, and other strata do not move.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.errors import InternalError
from millesime.evaluation.sample.design import Ground

#: Points are written to the millimetre.
_DECIMALS = 3


def stratum_areas(ground: Ground) -> dict[str, float]:
    """Area of each stratum in square metres, by name."""
    return _areas(ground, "stratum")


def mapped_areas(ground: Ground) -> dict[str, float]:
    """Area of each class of the map in square metres, by name."""
    return _areas(ground, "mapped")


def _areas(ground: Ground, column: str) -> dict[str, float]:
    area = shapely.area(ground.frame.geometry.to_numpy())
    index, names = pd.factorize(ground.frame[column], sort=True)
    # fsum is exact: the order of the rows has no say in the last digit.
    return {str(name): math.fsum(area[index == k].tolist()) for k, name in enumerate(names)}


def draw(ground: Ground, points: Mapping[str, int], *, seed: int) -> geopandas.GeoDataFrame:
    """Draw points in each stratum.

    Args:
        ground: where.
        points: how many in each stratum.
        seed: of chance, 0 or more.

    Returns:
        `id`, `stratum`, `mapped`, points in the CRS of the ground; ordered by id, which says nothing of the stratum.
    """
    parts = [_drawn(ground.frame, name, count, seed) for name, count in sorted(points.items()) if count > 0]
    every = pd.concat(parts, ignore_index=True).sort_values("id", ignore_index=True)
    if every["id"].duplicated().any():
        raise InternalError("two points got the same identifier", remedy="take another seed")
    return geopandas.GeoDataFrame(every, geometry="geometry", crs=ground.frame.crs)


def _drawn(frame: geopandas.GeoDataFrame, name: str, count: int, seed: int) -> pd.DataFrame:
    rows = np.flatnonzero((frame["stratum"] == name).to_numpy(bool))
    polygons = shapely.normalize(frame.geometry.to_numpy()[rows])
    content = shapely.to_wkb(polygons)
    order = sorted(range(len(rows)), key=lambda row: content[row])
    polygons, mapped = polygons[order], frame["mapped"].to_numpy(object)[rows[order]]

    digest = hashlib.blake2b(name.encode(), digest_size=16).digest()
    stream = np.random.default_rng([seed, int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:], "big")])
    chance = stream.random((count, 4))
    chosen = _by_area(shapely.area(polygons), chance[:, 0])
    xy = _inside(polygons, chosen, chance[:, 1:])
    ids = [
        "P" + hashlib.blake2b(f"{seed}|{name}|{number}".encode(), digest_size=6).hexdigest().upper()
        for number in range(count)
    ]
    return pd.DataFrame({"id": ids, "stratum": name, "mapped": mapped[chosen], "geometry": shapely.points(xy)})


def _by_area(area: npt.NDArray[np.float64], chance: npt.NDArray[np.float64]) -> npt.NDArray[np.intp]:
    """Rows chosen with a probability in proportion to area."""
    reached = np.cumsum(area)
    return np.minimum(np.searchsorted(reached, chance * reached[-1], side="right"), len(area) - 1)


def _inside(
    polygons: npt.NDArray[Any], chosen: npt.NDArray[np.intp], chance: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Points of the polygons chosen, from three numbers between 0 and 1 each: a triangle by area, a place in it."""
    asked, number = np.unique(chosen, return_inverse=True)
    triangles, owner = shapely.get_parts(shapely.constrained_delaunay_triangles(polygons[asked]), return_index=True)
    corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)
    reached = np.concatenate([[0.0], np.cumsum(shapely.area(triangles))])
    first = np.searchsorted(owner, np.arange(len(asked) + 1))
    start, end = reached[first[:-1]][number], reached[first[1:]][number]
    which = np.searchsorted(reached, start + chance[:, 0] * (end - start), side="right") - 1
    which = np.clip(which, first[:-1][number], first[1:][number] - 1)
    a, b, c = (corners[which, k] for k in range(3))
    root, along = np.sqrt(chance[:, 1])[:, None], chance[:, 2][:, None]
    exact = (1 - root) * a + root * (1 - along) * b + root * along * c
    rounded = np.round(exact, _DECIMALS)
    # Within half a millimetre of the border the rounded point may lie outside.
    inside = shapely.intersects_xy(polygons[chosen], rounded[:, 0], rounded[:, 1])
    return np.where(inside[:, None], rounded, exact)
