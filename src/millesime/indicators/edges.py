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

from millesime.geo.coverage import overlay_polygons
from millesime.geo.coverage.measures import LENGTH_UNITS_PER_CM
from millesime.indicators.accounts import Cells, half_cm2

Indices = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]

_AROUND_M = 1.0
_MM_PER_CM = 10


@dataclass(frozen=True)
class Edges:
    """Borders between two pieces inside a unit; a border that limits cross is in several."""

    first: Indices
    second: Indices

    unit: Indices

    length_mm: npt.NDArray[np.int64]
    """Whole millimetres, so that sums are the same in any order."""


def edges_of(
    pieces: geopandas.GeoDataFrame, cells: Cells, *, statuses: Sequence[Flags], limits: npt.NDArray[Any]
) -> Edges:
    """Borders between pieces that differ in a status, by unit.

    Pieces are noded together first: vertices of one that lie on the side of another do no harm. A border is cut along
    the limits of those units alone that do not hold both of its pieces whole. Along a limit it counts on both sides.

    Args:
        pieces: polygons in metres that cover a map once.
        cells: where they lie.
        statuses: (pieces,) each; borders between pieces that agree in all of them are left out.
        limits: (units,) polygons, None for the whole of a map.
    """
    geoms = pieces.geometry.to_numpy()
    west, south, east, north = (pieces.total_bounds + np.array([-1, -1, 1, 1]) * _AROUND_M).tolist()
    done = overlay_polygons([geoms], extent=(west, south, east, north), crs="")
    coverage, owner = done.coverage, done.lineage[:, 0]
    left, right = owner[coverage.left], owner[coverage.right]
    limit = np.zeros(len(left), dtype=bool)
    for status in statuses:
        limit |= status[left] != status[right]
    arcs = np.flatnonzero(limit & (coverage.left >= 0) & (coverage.right >= 0) & (left >= 0) & (right >= 0))
    first, second = left[arcs].astype(np.intp), right[arcs].astype(np.intp)
    length = coverage.arc_lengths[arcs] * _MM_PER_CM // LENGTH_UNITS_PER_CM
    arc, unit, inside = _candidates(first, second, cells, half_cm2(shapely.area(geoms)))
    found = np.where(inside, length[arc], 0)
    crossed = np.flatnonzero(~inside)
    if len(crossed):
        which, line = np.unique(arc[crossed], return_inverse=True)
        lines = _lines(coverage, arcs[which])
        polygons = limits[unit[crossed]]
        shapely.prepare(polygons)
        met = shapely.intersects(polygons, lines[line])
        shapely.destroy_prepared(polygons)
        parts = shapely.intersection(lines[line[met]], polygons[met])
        found[crossed[met]] = np.rint(1000 * shapely.length(parts)).astype(np.int64)
    return Edges(first[arc], second[arc], unit, found)


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


def _lines(coverage: Any, arcs: Indices) -> npt.NDArray[Any]:
    """Arcs as lines in metres."""
    begin, end = coverage.offsets[arcs], coverage.offsets[arcs + 1]
    size = (end - begin).astype(np.int64)
    first = np.concatenate([[0], np.cumsum(size)[:-1]])
    rows = np.repeat(begin - first, size) + np.arange(int(size.sum()))
    return np.asarray(
        shapely.linestrings(coverage.to_metres(coverage.vertices[rows]), indices=np.repeat(np.arange(len(arcs)), size))
    )
