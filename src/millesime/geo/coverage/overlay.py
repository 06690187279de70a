"""Overlays on the 1 cm grid: a valid coverage, with the input of every layer that each face lies in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import CrsError, GeometryError
from millesime.geo.coverage.arrangement import Arrangement, arrange
from millesime.geo.coverage.clipping import clip_rings
from millesime.geo.coverage.compiled import compiled
from millesime.geo.coverage.coverage import Coverage
from millesime.geo.coverage.matching import check_coordinates, coverage_of_arrangement, rings_of
from millesime.geo.coverage.noding import LARGEST_SPREAD, box_of, node, unit_for
from millesime.geo.grid import Bounds
from millesime.geo.precision import snap

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CoverageT = TypeVar("CoverageT", bound=Coverage)
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_BEYOND_CM = 100
"""Rings are cut this far outside of the extent, so that the cut leaves no mark inside."""


@dataclass(frozen=True)
class Overlay(Generic[CoverageT]):
    """The pieces of several layers laid over one another."""

    coverage: CoverageT
    """Faces in an order by content, from the north on; `face_values` is their number."""

    lineage: Int32
    """(faces, layers) polygon or face of each layer that holds the face, by its place in the layer; -1: none."""


def overlay_polygons(
    layers: Sequence[Any], *, extent: Bounds | BaseGeometry, crs: str, kind: type[Any] = Coverage
) -> Overlay[Any]:
    """Lay polygon layers over one another on the 1 cm grid.

    All borders are cut against one another and rounded to the grid together (snap rounding); the pieces
    fill the extent without gap nor overlap. Within a layer, the first polygon in the layer's order wins where
    several overlap. Rounding moves borders by at most about 1 cm; polygons thinner than that vanish.

    Args:
        layers: polygons or multipolygons of each layer, in any order that the caller wants the columns of the
            lineage in; of a ring that crosses itself, an odd number of times around counts as inside; empty ones
            hold nothing.
        extent: bounds, filled exactly; or a polygon, whose slanted sides bend by up to 1 cm where borders meet them.
        crs: CRS of everything.
        kind: class of the coverage to make.

    Raises:
        GeometryError: missing geometries, coordinates that are not finite or do not fit the grid, an empty extent.
    """
    frame = snap(shapely.box(*extent) if isinstance(extent, tuple) else extent)
    if frame.is_empty or frame.geom_type != "Polygon":
        raise GeometryError(f"an overlay needs an extent with an area in one piece, got {frame.geom_type}")
    geometries = [np.atleast_1d(np.asarray(layer, dtype=object)) for layer in layers]
    for layer in geometries:
        check_coordinates(layer)
    check_coordinates(np.array([frame], dtype=object))
    bounds = np.rint(np.asarray(frame.bounds) * 100.0).astype(np.int64)
    box = bounds + np.array([-_BEYOND_CM, -_BEYOND_CM, _BEYOND_CM, _BEYOND_CM])
    origin = box[:2]
    unit = unit_for(int((box[2:] - origin).max()))
    near = np.concatenate([box[:2] - origin, box[2:] - origin]) * unit

    # Regions are parts of polygons, those of the layers and, in a layer of its own, the frame.
    parts = [rings_of(layer) for layer in [*geometries, np.array([frame], dtype=object)]]
    clipped = []
    for rings in parts:
        local = np.rint((rings.coordinates - origin / 100.0) * (100.0 * unit)).astype(np.int64)
        clipped.append(clip_rings(local, rings.offsets, near))
    region_of = np.cumsum([0, *(rings.owner.size for rings in parts)])
    bound = [rings.part[kept] + first for rings, (_, _, kept), first in zip(parts, clipped, region_of, strict=False)]
    noded = node(
        np.concatenate([vertices for vertices, _, _ in clipped]).astype(np.int32),
        np.concatenate([[0], *(offsets[1:] + first for offsets, first in _with_starts(clipped))]).astype(np.int64),
        np.full(sum(kept.size for _, _, kept in clipped), -1, np.int32),
        unit=unit,
    )
    arrangement = arrange(
        noded,
        np.concatenate(bound).astype(np.int32).reshape(-1, 1),
        np.concatenate([rings.owner for rings in parts]).astype(np.int32),
        np.repeat(np.arange(len(parts)), [rings.owner.size for rings in parts]).astype(np.int32),
        layers=len(parts),
    )
    corners = np.rint(shapely.get_coordinates(frame.exterior)[:-1] * 100.0).astype(np.int64) - origin
    inside = arrangement.holder[:, -1] >= 0
    return _taken(kind, arrangement, inside, arrangement.holder[:, :-1], origin=origin, crs=crs, fixed=corners)


def _with_starts(clipped: Sequence[tuple[Int64, Int64, Int64]]) -> list[tuple[Int64, int]]:
    """Offsets of each list of rings, and where its vertices begin among all."""
    starts = np.cumsum([0, *(len(vertices) for vertices, _, _ in clipped)]).tolist()
    return [(offsets, first) for (_, offsets, _), first in zip(clipped, starts, strict=False)]


def overlay_coverages(one: CoverageT, other: Coverage) -> Overlay[CoverageT]:
    """See `Coverage.overlay`."""
    if one.crs != other.crs:
        raise CrsError(
            f"coverages in {one.crs} and in {other.crs} cannot be laid over one another",
            remedy="bring both into one CRS",
        )
    covers: tuple[Coverage, Coverage] = (one, other)
    boxes = [_box_cm(cover) for cover in covers if len(cover.vertices)]
    origin = np.min([box[:2] for box in boxes], axis=0) if boxes else np.zeros(2, np.int64)
    spread = int((np.max([box[2:] for box in boxes], axis=0) - origin).max()) if boxes else 0
    if spread > LARGEST_SPREAD:
        raise GeometryError(
            f"coverages spread over {spread / 1e5:.0f} km, more than the 1 cm grid can hold",
            remedy="look for a faulty coordinate, or treat the regions one after the other",
        )
    shifts = [np.asarray(cover.origin_cm, np.int64) - origin for cover in covers]
    noded = node(
        np.concatenate([_shifted(cover.vertices, shift) for cover, shift in zip(covers, shifts, strict=True)]),
        np.concatenate([one.offsets, other.offsets[1:] + one.offsets[-1]]),
        np.repeat(np.arange(2, dtype=np.int32), [one.arc_count, other.arc_count]),
        unit=1,
    )
    sides = [np.stack([cover.left, cover.right], axis=1) for cover in covers]
    sides[1] = np.where(sides[1] >= 0, sides[1] + len(one), -1)
    arrangement = arrange(
        noded,
        np.concatenate(sides).astype(np.int32),
        np.concatenate([np.arange(len(one)), np.arange(len(other))]).astype(np.int32),
        np.repeat(np.arange(2, dtype=np.int32), [len(one), len(other)]),
        layers=2,
    )
    fixed = [cover.fixed + shift for cover, shift in zip(covers, shifts, strict=True)]
    return _taken(
        type(one),
        arrangement,
        arrangement.holder.max(axis=1) >= 0,
        arrangement.holder,
        origin=origin,
        crs=one.crs,
        fixed=np.unique(np.concatenate(fixed), axis=0),
    )


def _box_cm(cover: Coverage) -> Int64:
    """Least x, least y, greatest x and greatest y of a coverage in cm."""
    return box_of(cover.vertices) + np.tile(np.asarray(cover.origin_cm, np.int64), 2)


@compiled("int32[:,::1](int32[:,::1], int64[::1])")
def _shifted(vertices: Int32, shift: Int64) -> Int32:
    """Vertices as seen from another origin, from which they fit 32 bits."""
    out = np.empty_like(vertices)
    for i in range(vertices.shape[0]):
        for axis in range(2):
            out[i, axis] = vertices[i, axis] + shift[axis]
    return out


def _taken(
    kind: type[CoverageT],
    arrangement: Arrangement,
    inside: npt.NDArray[np.bool_],
    lineage: Int32,
    *,
    origin: Int64,
    crs: str,
    fixed: npt.NDArray[np.integer[Any]],
) -> Overlay[CoverageT]:
    """Some faces of an arrangement with their lineage, given for all faces of the arrangement."""
    faces = arrangement.in_order(inside)
    number = np.full(inside.size, -1, np.int32)
    number[faces] = everyone = np.arange(faces.size, dtype=np.int32)
    coverage = coverage_of_arrangement(kind, arrangement, number, everyone, origin=origin, crs=crs, fixed=fixed)
    return Overlay(coverage, np.ascontiguousarray(lineage[faces]))
