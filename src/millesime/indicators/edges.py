"""Borders between the pieces of a ground: between whom, in which place, and how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.indicators.accounts import Cells, half_cm2
from millesime.indicators.borders import borders_of

Indices = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

#: Borders cut at once along limits.
_CUT_AT_ONCE = 200_000

UM_PER_M = 1_000_000


@dataclass(frozen=True)
class Edges:
    """Borders between two pieces inside a unit; a border that limits cross is in several."""

    first: Indices
    second: Indices

    unit: Indices

    length_um: npt.NDArray[np.int64]
    """Whole micrometres, so that sums are the same in any order."""


def edges_of(
    pieces: geopandas.GeoDataFrame, cells: Cells, *, statuses: Sequence[Flags], limits: npt.NDArray[Any]
) -> Edges:
    """Borders between pieces that differ in a status, by unit.

    A border is cut along the limits of those units alone that do not hold both of its pieces whole. Along a limit it
    counts on both sides.

    Args:
        pieces: polygons in metres that cover a map once.
        cells: where they lie.
        statuses: (pieces,) each; borders between pieces that agree in all of them are left out.
        limits: (units,) polygons, None for the whole of a map.
    """
    geoms = pieces.geometry.to_numpy()
    borders = borders_of(geoms, statuses)
    length = borders.length_um
    arc, unit, inside = _candidates(borders.first, borders.second, cells, half_cm2(shapely.area(geoms)))
    found = np.where(inside, length[arc], 0)
    crossed = np.flatnonzero(~inside)
    for start in range(0, len(crossed), _CUT_AT_ONCE):
        rows = crossed[start : start + _CUT_AT_ONCE]
        polygons, lines = limits[unit[rows]], borders.lines(arc[rows])
        shapely.prepare(polygons)
        whole = shapely.covers(polygons, lines)
        found[rows[whole]] = length[arc[rows[whole]]]
        met = ~whole & shapely.intersects(polygons, lines)
        parts = shapely.intersection(lines[met], polygons[met])
        found[rows[met]] = np.rint(UM_PER_M * shapely.length(parts)).astype(np.int64)
    shapely.destroy_prepared(limits)
    return Edges(borders.first[arc], borders.second[arc], unit, found)


def _candidates(first: Indices, second: Indices, cells: Cells, area: npt.NDArray[np.int64]) -> tuple[Any, Any, Flags]:
    """Each border with each unit that it may lie in: border, unit, and True where both pieces lie whole in it."""
    held = pd.DataFrame({"piece": cells.piece, "unit": cells.unit, "whole": cells.area == area[cells.piece]})
    sides = []
    for name, rows in (("one", first), ("two", second)):
        side = pd.DataFrame({"arc": np.arange(len(rows)), "piece": rows}).merge(held, on="piece")
        sides.append(side[["arc", "unit", "whole"]].rename(columns={"whole": name}))
    both = sides[0].merge(sides[1], on=["arc", "unit"], how="outer").sort_values(["arc", "unit"])
    inside = (both["one"].eq(True) & both["two"].eq(True)).to_numpy(dtype=bool)
    return both["arc"].to_numpy(), both["unit"].to_numpy(), inside
