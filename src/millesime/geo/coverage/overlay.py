"""Overlay of polygons on the 1 cm grid: a valid coverage, with the input polygon of every layer for every face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import GeometryError
from millesime.geo.coverage.coverage import Coverage
from millesime.geo.coverage.matching import check_coordinates, coverage_of_matched_polygons, make_valid
from millesime.geo.grid import Bounds
from millesime.geo.precision import GRID_M, snap

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

CoverageT = TypeVar("CoverageT", bound=Coverage)
_BEYOND_M = 1.0
"""Lines are cut this far outside of the extent, so that the cut leaves no mark inside."""


@dataclass(frozen=True)
class Overlay(Generic[CoverageT]):
    """The pieces of several layers laid over one another."""

    coverage: CoverageT
    """Faces that fill the extent; `face_values` is their number."""

    lineage: npt.NDArray[np.int32]
    """(faces, layers) polygon of each layer that holds the face, by its place in the layer; -1: none."""


def overlay_polygons(
    layers: Sequence[Any], *, extent: Bounds | BaseGeometry, crs: str, kind: type[Any] = Coverage
) -> Overlay[Any]:
    """Lay polygon layers over one another on the 1 cm grid.

    All borders are cut against one another and rounded to the grid together (snap rounding); the pieces
    fill the extent without gap nor overlap. Within a layer, the first polygon in the layer's order wins where
    several overlap. Rounding moves borders by at most about 1 cm; polygons thinner than that vanish.

    Args:
        layers: polygons or multipolygons of each layer, in any order that the caller wants the columns of the
            lineage in; invalid ones are made valid, empty ones hold nothing.
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
    near = [_near(make_valid(shapely.force_2d(layer)), frame) for layer in geometries]
    pieces = _pieces([polygons for polygons, _ in near], frame)
    points = shapely.point_on_surface(pieces)
    inside = shapely.contains_properly(frame, points)
    pieces, points = pieces[inside], points[inside]
    order = _order(pieces)
    pieces, points = pieces[order], points[order]
    lineage = np.stack(
        [_holders(points, polygons, index) for polygons, index in near] or [np.empty(len(pieces), np.int32)],
        axis=1,
    )[:, : len(near)]
    corners = shapely.get_coordinates(frame.exterior)[:-1]
    coverage = coverage_of_matched_polygons(kind, pieces, crs, fixed_m=corners)
    return Overlay(coverage, lineage)


def _near(
    polygons: npt.NDArray[np.object_], frame: BaseGeometry
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
    """The polygons that reach into the frame, and their places in the layer."""
    index = np.flatnonzero(shapely.intersects(frame, polygons) & (shapely.area(polygons) > 0))
    return polygons[index], index


def _pieces(layers: Sequence[npt.NDArray[np.object_]], frame: BaseGeometry) -> npt.NDArray[np.object_]:
    """The faces of the arrangement of all borders on the grid, those outside the frame too."""
    borders = [shapely.boundary(layer) for layer in layers]
    west, south, east, north = frame.bounds
    lines = shapely.clip_by_rect(
        np.concatenate([*borders, np.array([], dtype=object)]),
        west - _BEYOND_M, south - _BEYOND_M, east + _BEYOND_M, north + _BEYOND_M,
    )  # fmt: skip
    noded = shapely.union_all(np.append(lines, frame.boundary), grid_size=GRID_M)
    pieces: npt.NDArray[np.object_] = shapely.get_parts(shapely.polygonize([noded]))
    return pieces


def _order(pieces: npt.NDArray[np.object_]) -> npt.NDArray[np.intp]:
    """Order of pieces by content: from north to south, then from west to east."""
    bounds = np.round(shapely.bounds(pieces), 2)
    return np.lexsort((np.round(shapely.area(pieces), 4), bounds[:, 2], bounds[:, 1], bounds[:, 0], -bounds[:, 3]))


def _holders(
    points: npt.NDArray[np.object_], polygons: npt.NDArray[np.object_], index: npt.NDArray[np.intp]
) -> npt.NDArray[np.int32]:
    """For each point, the place in the layer of the first polygon that holds it; -1: none."""
    holder = np.full(len(points), np.iinfo(np.int32).max, np.int64)
    if len(polygons) and len(points):
        polygon, point = shapely.STRtree(points).query(polygons, predicate="contains")
        np.minimum.at(holder, point, index[polygon])
    return np.where(holder == np.iinfo(np.int32).max, -1, holder).astype(np.int32)
