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
class Account:
    """Pieces of ground by place."""

    years: tuple[int, ...]
    """One vintage, or two with the earlier one first."""

    pieces: pd.DataFrame
    """One row per piece and place: `level`, `code`, `name` of the place; `cs_Y`, `us_Y`, `artif_Y` for each year Y;
    `sliver` bool; `piece` row of the piece; `area_m2` of the piece inside the place."""

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
    whole = codes.assign(
        level="territory",
        code=territory[0],
        name=territory[1],
        piece=np.arange(len(codes)),
        area_m2=shapely.area(geoms),
    )
    commune, piece, area = _cut(geoms, communes.geometry.to_numpy())
    parts = codes.iloc[piece].assign(
        level="commune",
        code=communes["insee"].to_numpy()[commune],
        name=communes["name"].to_numpy()[commune],
        piece=piece,
        area_m2=area,
    )
    together = pd.concat([whole, parts], ignore_index=True) if len(parts) else whole
    outside = float(whole["area_m2"].sum() - area.sum())
    return Account(years=years, pieces=together, outside_m2=outside if len(communes) else 0.0)


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
