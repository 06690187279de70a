"""The account of the ground: every piece with its codes, in every place that it lies in, and how much of it.

Stocks and flows are all sums over one account, so that stock(y2) - stock(y1) = gains - losses for every place and
code, exactly: no figure is computed from another cutting of the ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.errors import CrsError


@dataclass(frozen=True)
class Place:
    """A place that figures are told of."""

    level: str
    """'territory' or 'commune'."""

    code: str
    name: str


@dataclass(frozen=True)
class Account:
    """Pieces of ground by place."""

    years: tuple[int, ...]
    """One vintage, or two with the earlier one first."""

    places: tuple[Place, ...]
    """The territory first."""

    pieces: pd.DataFrame
    """One row per piece and place: `place` its row in `places`; `cs_Y`, `us_Y`, `artif_Y` for each year Y; `sliver`
    bool; `area_m2` of the piece inside the place."""

    outside_m2: float = 0.0
    """Ground of the territory that lies in no commune."""


def account(
    pieces: geopandas.GeoDataFrame,
    communes: geopandas.GeoDataFrame,
    *,
    years: tuple[int, ...],
    territory: tuple[str, str],
) -> Account:
    """Cut the pieces by commune.

    Areas are those of the exact intersections, without rounding of coordinates: what a commune's limit cuts off one
    side it gives to the other.

    Args:
        pieces: pieces that cover the territory once, with `cs_Y`, `us_Y`, `artif_Y`, `sliver`.
        communes: `insee`, `name` and geometry, one row each; may reach out of the territory.
        years: one or two vintages, increasing.
        territory: its code and its name.

    Raises:
        CrsError: pieces and communes are in different CRS.
    """
    if len(communes) and pieces.crs != communes.crs:
        raise CrsError(f"communes are in {communes.crs}, the map in {pieces.crs}")
    kept = [*(f"{name}_{year}" for name in ("cs", "us", "artif") for year in years), "sliver"]
    codes = pd.DataFrame(pieces[kept]).reset_index(drop=True)
    geoms = pieces.geometry.to_numpy()
    whole = shapely.area(geoms)
    commune, piece, area = _cut(geoms, communes.geometry.to_numpy())
    rows = np.concatenate([np.arange(len(codes)), piece])
    together = codes.iloc[rows].reset_index(drop=True)
    together["place"] = np.concatenate([np.zeros(len(codes), dtype=np.intp), commune + 1])
    together["area_m2"] = np.concatenate([whole, area])
    named = zip(communes["insee"].tolist(), communes["name"].tolist(), strict=True)
    places = (Place("territory", *territory), *(Place("commune", code, name) for code, name in named))
    outside = float(whole.sum() - area.sum()) if len(communes) else 0.0
    return Account(years=years, places=places, pieces=together, outside_m2=outside)


def _cut(
    geoms: npt.NDArray[Any], communes: npt.NDArray[Any]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Commune, piece and area in square metres of each intersection of positive area."""
    tree = shapely.STRtree(geoms)
    shapely.prepare(communes)
    commune, piece = tree.query(communes, predicate="intersects")
    inside = shapely.covers(communes[commune], geoms[piece])
    area = np.where(inside, shapely.area(geoms[piece]), 0.0)
    cut = ~inside
    area[cut] = shapely.area(shapely.intersection(geoms[piece[cut]], communes[commune[cut]]))
    positive = area > 0
    return commune[positive], piece[positive], area[positive]
