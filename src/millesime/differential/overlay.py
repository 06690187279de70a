"""The overlay of two vintages on the 1 cm grid: every piece of ground with the polygon of each vintage it lies in.

What did not change keeps its geometry from one vintage to the next, so most polygons are the same on both sides and are
paired as they are. The borders of all the others are cut against one another, rounded to the grid together, and taken
apart into pieces: neighbouring pieces share their edges, and no piece is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.differential.alignment import aligned
from millesime.differential.pairing import by_content, same_polygons
from millesime.geo.coverage import Coverage, dissolve_faces, overlay_polygons
from millesime.geo.coverage.assembly import regroup

Rows = npt.NDArray[np.intp]
Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]

#: Free ground around both vintages, in metres: what lies outside of them is a piece like any other.
_AROUND_M = 10.0


@dataclass(frozen=True)
class Snapped:
    """Borders of the second vintage that went onto the first's, piece by piece; arrays are (s,)."""

    first: Rows
    """Row of the first vintage's polygon, -1 where it has none."""

    before: Rows
    """Row of the second vintage's polygon as delivered, -1 where it has none."""

    after: Rows
    """Row of the second vintage's polygon once the border is moved, -1 for none."""

    pieces: npt.NDArray[Any]
    """Polygons of the strips."""

    area_m2: Floats

    length_m: float
    """Length of the borders moved."""

    def sentence(self) -> str:
        """What was moved, in words, for people."""
        return (
            f"{len(self.area_m2)} strips ({self.area_m2.sum():.1f} m²) along {self.length_m:.0f} m of borders of the "
            "second vintage were snapped to the first's"
        )


@dataclass(frozen=True)
class Overlay:
    """Pieces that cover the ground of both vintages once."""

    pieces: npt.NDArray[Any]
    """(k,) single polygons on the 1 cm grid, in normal form."""

    first: Rows
    """(k,) row of the first vintage's polygon."""

    second: Rows
    """(k,) row of the second vintage's polygon, its borders snapped."""

    displaced: Flags
    """(k,) True for pieces between two drawings of one border, too far apart to be snapped."""

    snapped: Snapped

    alone_first_m2: Floats
    """(n,) ground of each polygon of the first vintage that the second does not cover. It is in no piece."""

    alone_second_m2: Floats
    """(m,) ground of each polygon of the second vintage that the first does not cover. It is in no piece."""

    @property
    def alone_m2(self) -> tuple[float, float]:
        """Ground that one vintage alone covers, in square metres: first only, second only."""
        return float(self.alone_first_m2.sum()), float(self.alone_second_m2.sum())


def overlay(first: npt.NDArray[Any], second: npt.NDArray[Any], *, tolerance_m: float = 0.0) -> Overlay:
    """Overlay two partitions of the same ground.

    Args:
        first: (n,) single polygons of the first vintage. On the 1 cm grid, those that are the same in both vintages
            stay as they are; otherwise everything is rounded together.
        second: (m,) the same of the second vintage.
        tolerance_m: borders of the second vintage at most this far from one of the first's are put onto it, and
            displaced ones are told; 0 leaves all as they are (see `millesime.differential.alignment`).
    """
    paired = same_polygons(first, second) if on_grid(first) and on_grid(second) else (np.empty(0, np.intp),) * 2
    rest = [_rest(side, rows) for side, rows in ((first, paired[0]), (second, paired[1]))]
    coverage, lineage = noded(first[rest[0]], second[rest[1]])
    found = aligned(coverage, lineage, tolerance_m=tolerance_m)
    snapped = _snapped(coverage, lineage, found.second, found.snapped, rest, length_m=found.length_m)
    lineage = np.stack([lineage[:, 0], found.second], axis=1)
    coverage, lineage, displaced = united(coverage, lineage, found.displaced & ~found.snapped, found.snapped)

    both = (lineage >= 0).all(axis=1)
    alone = [np.zeros(len(first)), np.zeros(len(second))]
    for side in range(2):
        only = (lineage[:, side] >= 0) & ~both
        np.add.at(alone[side], rest[side][lineage[only, side]], coverage.area_m2[only])
    pieces = shapely.normalize(coverage.to_polygons()[both])
    geoms = np.concatenate([shapely.normalize(first[paired[0]]), pieces])
    rows = [np.concatenate([paired[side], rest[side][lineage[both, side]]]) for side in range(2)]
    displaced = np.concatenate([np.zeros(len(paired[0]), dtype=bool), displaced[both]])
    order = _spatial_order(geoms, paired=len(paired[0]))
    return Overlay(geoms[order], rows[0][order], rows[1][order], displaced[order], snapped, alone[0], alone[1])


def on_grid(polygons: npt.NDArray[Any]) -> bool:
    """Whether all coordinates are the doubles nearest to whole centimetres."""
    coordinates = shapely.get_coordinates(polygons)
    nearest = coordinates * 100.0
    np.rint(nearest, out=nearest)
    nearest /= 100.0
    return bool((nearest == coordinates).all())


def _rest(polygons: npt.NDArray[Any], paired: Rows) -> Rows:
    """Rows of the others, in order by content, so that the order of the rows has no say."""
    left = np.ones(len(polygons), dtype=bool)
    left[paired] = False
    rows = np.flatnonzero(left)
    return rows[by_content(polygons[rows])]


def noded(first: npt.NDArray[Any], second: npt.NDArray[Any]) -> tuple[Coverage, Int32]:
    """Faces of two lists of polygons with the rows that hold them, and of the ground around them."""
    every = np.concatenate([first, second])
    extent = shapely.total_bounds(every) if len(every) else np.zeros(4)
    west, south, east, north = (extent + np.array([-1, -1, 1, 1]) * _AROUND_M).tolist()
    done = overlay_polygons([first, second], extent=(west, south, east, north), crs="")
    return done.coverage, done.lineage


def _snapped(
    coverage: Coverage, lineage: Int32, second: Int32, moved: Flags, rest: list[Rows], *, length_m: float
) -> Snapped:
    faces = np.flatnonzero(moved)
    return Snapped(
        first=_rows(lineage[faces, 0], rest[0]),
        before=_rows(lineage[faces, 1], rest[1]),
        after=_rows(second[faces], rest[1]),
        pieces=shapely.normalize(coverage.to_polygons()[faces]) if faces.size else np.empty(0, dtype=object),
        area_m2=coverage.area_m2[faces],
        length_m=length_m,
    )


def _rows(numbers: Int32, names: Rows) -> Rows:
    """Rows of polygons given by their number among the noded ones; -1 stays."""
    return np.where(numbers >= 0, np.concatenate([names, [-1]])[numbers], -1).astype(np.intp)


def united(coverage: Coverage, lineage: Int32, displaced: Flags, snapped: Flags) -> tuple[Coverage, Int32, Flags]:
    """Snapped pieces united with those that they belong to now."""
    if not snapped.any():
        return coverage, lineage, displaced
    pair = np.unique(lineage, axis=0, return_inverse=True)[1].reshape(-1)
    done = dissolve_faces(coverage, pair)
    # Vertices stay, so that polygons that are no part of this match their neighbours vertex for vertex.
    united = regroup(coverage, done.group, done.coverage.face_values, straighten=False)
    with_body = np.zeros(done.receiver.size, dtype=bool)
    with_body[done.group[~displaced & ~snapped]] = True
    return united, lineage[done.receiver], ~with_body


def _spatial_order(geoms: npt.NDArray[Any], *, paired: int) -> Rows:
    """Order by west, south, east, north edge, then by area; what is equal in all is in order by content.

    Args:
        geoms: polygons in normal form.
        paired: how many of them, from the first on, are in no order; the others already are, and come after them.
    """
    bounds = shapely.bounds(geoms).reshape(-1, 4)
    keys = (shapely.area(geoms), bounds[:, 3], bounds[:, 2], bounds[:, 1], bounds[:, 0])
    order = np.lexsort(keys)
    like = np.logical_and.reduce([key[order[1:]] == key[order[:-1]] for key in keys])
    tied = np.sort(order[np.append(like, False) | np.append(False, like)]) if like.any() else order[:0]
    tied = tied[tied < paired]
    if not tied.size:
        return order
    rank = np.zeros(len(geoms), np.intp)
    rank[tied[by_content(geoms[tied])]] = np.arange(tied.size)
    rank[paired:] = tied.size
    return np.lexsort([rank, *keys])
