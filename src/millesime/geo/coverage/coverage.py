"""The coverage: a planar partition as arcs and faces, every boundary stored once.

Coordinates are int32 centimetres from a local origin. Each arc knows the face on its left and on its right (-1:
outside), so that gaps and overlaps cannot be written down. Polygons are a view of it. Operations return a
new coverage.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import numpy.typing as npt

from millesime.errors import InternalError
from millesime.geo.coverage import measures, rings
from millesime.geo.coverage.checking import faults_of
from millesime.geo.coverage.labels import coverage_of_bands, coverage_of_labels
from millesime.geo.coverage.matching import match_polygons
from millesime.geo.coverage.merging import Affinity, dissolve_faces, merge_small_faces
from millesime.geo.coverage.planarity import checked_polygons
from millesime.geo.coverage.polygons import polygons_of_coverage
from millesime.geo.coverage.simplification import simplify_arcs
from millesime.geo.coverage.smoothing import smooth_arcs
from millesime.geo.coverage.tiles import ReadLabels, RunTiles, TiledCoverage, TileRules, coverage_of_tiles
from millesime.geo.coverage.zonal import ZonalCounts, composition_of, labels_of_coverage

if TYPE_CHECKING:
    from millesime.geo.coverage.overlay import Overlay
    from millesime.geo.grid import Grid

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
OUTSIDE = -1


@dataclass(frozen=True, eq=False)
class Coverage:
    """A planar partition: arcs between nodes, faces on their two sides."""

    crs: str
    """Authority code such as 'EPSG:2154'."""

    origin_cm: tuple[int, int]
    """X and y of the local origin, in centimetres."""

    vertices: Int32
    """(v, 2) x and y of the vertices of all arcs, one arc after the other, in cm from the origin."""

    offsets: Int64
    """(arcs + 1,) where each arc begins in `vertices`."""

    left: Int32
    """(arcs,) face on the left of each arc, -1 outside."""

    right: Int32
    """(arcs,) face on the right of each arc, -1 outside."""

    start: Int32
    """(arcs,) node where each arc starts; a loop without a junction has a node of its own."""

    end: Int32
    """(arcs,) node where each arc ends."""

    fixed: Int32
    """(n, 2) vertices that stay nodes although only two arcs meet there: corners of the frame."""

    face_values: npt.NDArray[Any]
    """(faces,) value of each face: its label, or the index of the polygon that it comes from."""

    def __post_init__(self) -> None:
        arcs = self.offsets.size - 1
        if not all(array.shape == (arcs,) for array in (self.left, self.right, self.start, self.end)):
            raise InternalError(f"a coverage of {arcs} arcs has arrays of other lengths")
        if self.offsets[-1] != len(self.vertices) or (np.diff(self.offsets) < 2).any():
            raise InternalError("an arc of a coverage has fewer than two vertices")

    # --- ways in -------------------------------------------------------------------------------------------

    @classmethod
    def from_labels(
        cls, labels: npt.NDArray[np.unsignedinteger[Any]], grid: Grid, *, nodata: int | None = 0, threads: int = 1
    ) -> Self:
        """The 4-connected faces of a label raster.

        Args:
            labels: unsigned integers of at most 32 bits, shape (h, w).
            grid: grid of the labels. Where pixels are not a whole number of centimetres, lines of the
                lattice are rounded to the centimetre, each as a whole.
            nodata: label that is outside of the coverage; None when every pixel is inside.
            threads: threads that share the rows; the result does not depend on them.

        Raises:
            ImageryError: labels of another type or shape, or pixels below 1 cm.
            GeometryError: the grid reaches beyond what int32 centimetres hold.
        """
        return coverage_of_labels(cls, labels, grid, nodata=nodata, threads=threads)

    @classmethod
    def from_bands(
        cls,
        bands: Iterable[npt.NDArray[np.unsignedinteger[Any]]],
        grid: Grid,
        *,
        dtype: npt.DTypeLike,
        nodata: int | None = 0,
    ) -> Self:
        """As `from_labels`, from bands of rows in order from the north: the raster is never whole in memory.

        Args:
            bands: labels of shape (rows, width); together they fill the grid.
            grid: grid of the whole raster.
            dtype: type of the labels.
            nodata: as in `from_labels`.
        """
        return coverage_of_bands(cls, bands, grid, dtype=np.dtype(dtype), nodata=nodata)

    @classmethod
    def from_tiles(
        cls,
        read: ReadLabels,
        grid: Grid,
        *,
        nodata: int | None = 0,
        min_area_m2: float | Mapping[int, float] | None = None,
        affinity: Affinity | None = None,
        tile_px: int | None = None,
        run: RunTiles = map,
    ) -> TiledCoverage[Self]:
        """As `from_labels` followed by `merge`, tile by tile: the raster is never whole in memory.

        The result is the same, array for array, for any size of tile and whoever works on the tiles. Memory grows
        with what is left after merging; without a minimum area that is every face of the raster.

        Args:
            read: gives the labels of a window of the grid, as an array of its shape. It is called wherever the work
                is done, so it opens what it reads; for labels in memory, `lambda window: labels[window.slices]`.
            grid: grid of the whole raster.
            nodata: as in `from_labels`.
            min_area_m2: faces below it are merged: one minimum, or one per value; None merges nothing.
            affinity: as in `merge`.
            tile_px: side of a tile, 2048 pixels by default.
            run: applies a function to windows and gives the results in order: `map`, an executor's `map`, or
                `Workers.map`. Threads do well: the compiled loops run beside each other.

        Raises:
            ImageryError: as `from_labels`, or labels that are not of the shape of their window.
            GeometryError: as `from_labels`.
        """
        rules = TileRules(nodata, min_area_m2, affinity)
        return coverage_of_tiles(cls, read, grid, rules=rules, tile_px=tile_px, run=run)

    @classmethod
    def from_polygons(cls, geometries: Any, *, crs: str) -> Self:
        """The coverage of polygons that are meant to be one; see `match_polygons`, which tells what had to move.

        `face_values` is the index of the polygon that each face comes from.
        """
        return match_polygons(cls, geometries, crs=crs).coverage

    # --- measures ------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self.face_values)

    @property
    def arc_count(self) -> int:
        """Number of arcs."""
        return self.offsets.size - 1

    @cached_property
    def arc_double_areas(self) -> Int64:
        """(arcs,) twice the area that each arc sweeps as seen from the origin, in cm²."""
        return measures.double_areas(self.vertices, self.offsets)

    @cached_property
    def arc_lengths(self) -> Int64:
        """(arcs,) lengths in 1/256 cm."""
        return measures.lengths(self.vertices, self.offsets)

    @cached_property
    def double_areas(self) -> Int64:
        """(faces,) twice the area of each face in cm², exact."""
        return measures.face_double_areas(self.arc_double_areas, self.left, self.right, len(self))

    @property
    def area_m2(self) -> npt.NDArray[np.float64]:
        """(faces,) area of each face in m²."""
        return self.double_areas / 20_000.0

    @property
    def total_area_m2(self) -> float:
        """Area of all faces together in m²."""
        return int(self.double_areas.sum()) / 20_000.0

    @cached_property
    def first_corners(self) -> Int64:
        """(faces,) first corner of each face in row-major order, as a number that grows with that order."""
        corners = measures.first_corners(self.vertices, self.offsets)
        return measures.face_first_corners(corners, self.left, self.right, len(self))

    @cached_property
    def rings(self) -> rings.Rings:
        """The closed boundaries of all faces."""
        return rings.close_rings(
            vertices=self.vertices,
            offsets=self.offsets,
            left=self.left,
            right=self.right,
            start=self.start,
            end=self.end,
            arc_double_areas=self.arc_double_areas,
            faces=len(self),
        )

    def neighbours(self) -> tuple[Int32, npt.NDArray[np.float64]]:
        """Pairs of faces that share a boundary.

        Returns:
            (n, 2) pairs of faces, the smaller number first, in order; (n,) length of the shared boundary in m.
        """
        low, high = np.minimum(self.left, self.right), np.maximum(self.left, self.right)
        inner = (low >= 0) & (low != high)
        key = low[inner].astype(np.int64) * len(self) + high[inner]
        pairs, inverse = np.unique(key, return_inverse=True)
        shared = np.zeros(pairs.size, np.int64)
        np.add.at(shared, inverse, self.arc_lengths[inner])
        faces = np.stack([pairs // max(len(self), 1), pairs % max(len(self), 1)], axis=1).astype(np.int32)
        return faces, shared / (100.0 * measures.LENGTH_UNITS_PER_CM)

    # --- operations ----------------------------------------------------------------------------------------

    def merge(
        self,
        *,
        min_area_m2: float | npt.NDArray[np.float64] | Mapping[int, float],
        protected: npt.NDArray[np.bool_] | None = None,
        affinity: Affinity | None = None,
        same_first: npt.NDArray[Any] | None = None,
        unite_equal: bool = True,
    ) -> Self:
        """Small faces merged into their neighbours; see `merge_small_faces`, which also tells where each went."""
        return merge_small_faces(
            self,
            min_area_m2=min_area_m2,
            protected=protected,
            affinity=affinity,
            same_first=same_first,
            unite_equal=unite_equal,
        ).coverage

    def dissolve(self, values: npt.NDArray[Any] | None = None) -> Self:
        """Neighbours of equal value united; see `dissolve_faces`, which also tells where each went."""
        return dissolve_faces(self, self.face_values if values is None else values).coverage

    def simplify(self, *, tolerance_m: float, threads: int = 1) -> Self:
        """Boundaries with fewer vertices: each arc once, topology kept, polygons always valid.

        Args:
            tolerance_m: a vertex goes while the triangle that it makes with its neighbours is not larger than
                the square of this length, as in GEOS. Junctions and corners of the frame stay.
            threads: threads that share the arcs; the result does not depend on them.
        """
        return simplify_arcs(self, tolerance_m=tolerance_m, threads=threads)

    def smooth(self, *, pixel_m: float) -> Self:
        """Borders traced on a pixel lattice without their staircases: corners are cut at half a pixel.

        A corner between a level and an upright edge makes place for a point half a pixel along each of them; corners
        a pixel apart share one. Nodes and fixed points stay, faces and neighbours too, and polygons stay
        valid (`millesime.geo.coverage.smoothing` tells why). Each corner moves less than an eighth of a pixel's area
        from one side to the other, short of the rounding to the centimetre. Smooth before `simplify`.

        Args:
            pixel_m: side of the pixels. The lattice starts at the origin of the coverage. What is not on it is left
                as it is: vertices elsewhere, edges at other angles, and corners within half a pixel of such vertices.

        Raises:
            GeometryError: pixels too small for the 1 cm grid: below 2 cm, or below 6 cm and no whole number of them.
        """
        return smooth_arcs(self, pixel_m=pixel_m)

    def overlay(self, other: Coverage) -> Overlay[Self]:
        """The pieces of this coverage and another one laid over one another on the 1 cm grid.

        All borders are cut against one another and rounded to the grid together; they move by at most about 1 cm.

        Returns:
            a coverage of what either one holds, its faces from north to south, and `lineage` of shape (faces, 2):
            the face of this coverage and that of the other one, -1 where it has none.

        Raises:
            CrsError: the two have different CRS.
            GeometryError: together they reach beyond what int32 centimetres hold.
        """
        from millesime.geo.coverage.overlay import overlay_coverages

        return overlay_coverages(self, other)

    def composition(self, labels: npt.NDArray[np.unsignedinteger[Any]], grid: Grid) -> ZonalCounts:
        """Pixels of each class of a raster within each face; see `zonal_counts`."""
        return composition_of(self, labels, grid)

    def to_labels(
        self,
        grid: Grid,
        *,
        values: npt.NDArray[Any] | None = None,
        dtype: npt.DTypeLike = np.uint32,
        threads: int = 1,
    ) -> npt.NDArray[np.unsignedinteger[Any]]:
        """Raster of the face that holds each pixel centre: its value, or that of `values`; 0 outside.

        The result does not depend on the threads that share the rows.

        Raises:
            ImageryError: another `dtype` than uint8, uint16 and uint32, or one too narrow for a value.
        """
        values = self.face_values if values is None else values
        return labels_of_coverage(self, grid, values, dtype=dtype, threads=threads)

    def check(self) -> tuple[str, ...]:
        """Faults with their places; none in a sound coverage. Every polygon is built and looked at by GEOS."""
        return faults_of(self)

    def check_borders(self) -> tuple[str, ...]:
        """Faults as `check` tells them, by an exact look at the borders: many times faster.

        Borders may meet in common nodes only, the faces around a node must follow one another, each polygon must be
        valid, and no island may lie in a face that does not know of it. Together, nothing overlaps.
        """
        return checked_polygons(self)[1]

    # --- a polygon view ------------------------------------------------------------------------------------

    def to_polygons(self) -> npt.NDArray[np.object_]:
        """(faces,) shapely polygons, shells counter-clockwise, with equal vertices on both sides of a border."""
        return polygons_of_coverage(self)

    def to_metres(self, vertices: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        """Coordinates in metres of vertices given in cm from the origin, each the double nearest to its centimetre."""
        return (vertices.astype(np.int64) + np.asarray(self.origin_cm, np.int64)) / 100.0
