"""A coverage drawn again by a hand that trembles: borders moved by a seeded random offset, still a valid coverage."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Polygons = npt.NDArray[Any]


def jittered(polygons: Polygons, *, seed: int, reach_m: float = 0.5) -> Polygons:
    """(n,) polygons whose common vertices are moved, each by at most `reach_m`, and rounded to the centimetre.

    A vertex is moved once for all the polygons that it belongs to, so that borders still match. Vertices on the edge
    of the extent stay. Where borders cross after that, the moves of the vertices around are halved until they do not.

    Args:
        polygons: a valid coverage, in metres.
        seed: of the moves.
        reach_m: how far a vertex may go.
    """
    rng = np.random.default_rng(seed)
    coordinates = shapely.get_coordinates(polygons)
    places, where = np.unique(np.rint(coordinates * 100).astype(np.int64), axis=0, return_inverse=True)
    where = where.reshape(-1)
    angle, length = rng.uniform(0, 2 * np.pi, len(places)), np.sqrt(rng.uniform(0, 1, len(places))) * (reach_m - 0.01)
    moves = np.rint(100 * length[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)).astype(np.int64)
    low, high = places.min(axis=0), places.max(axis=0)
    moves[((places == low) | (places == high)).any(axis=1)] = 0
    reach = 1.0
    while True:
        moved = shapely.set_coordinates(polygons.copy(), ((places + moves)[where]) / 100)
        faults = _faults(moved)
        if not len(faults):
            return moved
        near = shapely.STRtree(shapely.points(places / 100)).query(faults, predicate="dwithin", distance=reach)[1]
        back = np.unique(near)
        if not moves[back].any():
            reach *= 2
        moves[back] = np.where(np.abs(moves[back]) > 4, moves[back] // 2, 0)


def _faults(polygons: Polygons) -> Polygons:
    """Points and lines where the polygons are no valid coverage."""
    reasons = shapely.is_valid_reason(polygons[~shapely.is_valid(polygons)]).tolist()
    places = [found.groups() for reason in reasons if (found := re.search(r"\[(\S+) (\S+)\]", reason))]
    if places:
        return np.asarray(shapely.points(np.array(places, dtype=float)))
    edges = shapely.coverage_invalid_edges(polygons)
    return np.asarray(edges[~shapely.is_empty(edges)])
