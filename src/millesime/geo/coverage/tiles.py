"""The coverage of a raster tile by tile: each tile is traced and merged alone, then the tiles are stitched.

The result is that of the whole raster at once, array for array, whatever the size of the tiles and whoever works on
them: a face is merged within a tile only when nothing beyond the cuts can change where it goes (`certain_merging`
tells when that is), and the faces left open are merged when the tiles have been stitched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from millesime.errors import ConfigError, ImageryError
from millesime.geo.coverage import measures
from millesime.geo.coverage.assembly import Arcs
from millesime.geo.coverage.certain_merging import merge_arcs, numbered
from millesime.geo.coverage.labels import (
    label_values,
    lattice_of,
    require_labels,
    stand_in_for_zero,
    with_zero_outside,
)
from millesime.geo.coverage.merging import Affinity
from millesime.geo.coverage.stitching import Part, corners_of, open_faces, stitch
from millesime.geo.coverage.tracing import Cut, LabelSweep
from millesime.geo.grid import Grid, Window
from millesime.geo.tiling import super_tiles

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

CoverageT = TypeVar("CoverageT", bound="Coverage")
Labels = npt.NDArray[np.unsignedinteger[Any]]

#: Side of a tile: 10 MB or so of boundaries, and few faces along its cuts.
TILE_PX = 2048

ReadLabels = Callable[[Window], Labels]
"""Gives the labels of a window. It is called by whoever works on the tile, so it opens what it reads."""

RunTiles = Callable[[Callable[[Window], Part], Iterable[Window]], Iterable[Part]]
"""Applies a function to windows and gives the results in their order: `map`, or the `map` of an executor."""


@dataclass(frozen=True)
class TileRules:
    """What is done with the labels of a raster."""

    nodata: int | None = 0
    """Label that is outside of the coverage; None when every pixel is inside."""

    min_area_m2: float | Mapping[int, float] | None = None
    """Area below which a face is merged, or one by value (values that are absent have none); None merges nothing."""

    affinity: Affinity | None = None
    """Weights of shared boundaries by (value of the small face, value of the neighbour)."""


@dataclass(frozen=True)
class TiledCoverage(Generic[CoverageT]):
    """The coverage of a raster, its small faces merged, and what that took."""

    coverage: CoverageT

    faces_traced: int
    """Faces of the raster."""

    isolated: int
    """Faces left below their minimum: without a neighbour to go to."""

    double_cm2: Mapping[int, int] = field(repr=False)
    """Twice the area of each value in the raster, in cm², by value in ascending order."""

    @property
    def merged(self) -> int:
        """Faces that were merged away."""
        return self.faces_traced - len(self.coverage)


def part_of_tile(window: Window, *, read: ReadLabels, grid: Grid, rules: TileRules) -> Part:
    """Trace one tile and merge the faces that are certain."""
    labels = read(window)
    if labels.shape != window.shape:
        raise ImageryError(f"labels of shape {labels.shape} for {window}")
    require_labels(labels.dtype)
    dtype = labels.dtype
    lattice = lattice_of(grid)
    x_of = lattice.x_of[window.col : window.col + window.width + 1]
    y_of = lattice.y_of[window.row : window.row + window.height + 1]
    cut = Cut(
        north=window.row > 0,
        south=window.row + window.height < grid.height,
        west=window.col > 0,
        east=window.col + window.width < grid.width,
    )
    stand_in = stand_in_for_zero(dtype, rules.nodata)
    swept = with_zero_outside(labels, rules.nodata, stand_in)
    beyond = _unused_label(swept) if cut else 0
    if beyond > np.iinfo(swept.dtype).max:
        swept = swept.astype(np.uint32)
    sweep = LabelSweep(width=window.width, height=window.height, dtype=swept.dtype, cut=cut, beyond=beyond)
    sweep.feed(swept, last=True)
    traced = sweep.finish(x_of=x_of, y_of=y_of)
    arcs = Arcs(traced.vertices, traced.offsets, traced.left, traced.right, traced.start, traced.end)
    values = label_values(traced.values, dtype, stand_in)
    areas = measures.face_double_areas(
        measures.double_areas(arcs.vertices, arcs.offsets), arcs.left, arcs.right, values.size
    )
    frame = (int(x_of[0]), int(x_of[-1]), int(y_of[-1]), int(y_of[0]))
    part = Part(frame, arcs, values, values.size, _by_value(values, areas))
    return part if rules.min_area_m2 is None else _merged(part, rules, is_whole=not cut)[0]


def _unused_label(labels: Labels) -> int:
    """A label that does not occur, of a wider type where it must be."""
    most = int(labels.max())
    if most < np.iinfo(np.uint32).max:
        return most + 1
    return int(np.setdiff1d(np.arange(1, labels.size + 2), labels)[0])


def _by_value(values: Labels, double_areas: npt.NDArray[np.int64]) -> dict[int, int]:
    found, number = numbered(values)
    # Sums of the areas of a tile stay far below 2**53.
    total = np.bincount(number, weights=double_areas, minlength=found.size).astype(np.int64)
    return dict(zip(found.tolist(), total.tolist(), strict=True))


def _merged(part: Part, rules: TileRules, *, is_whole: bool) -> tuple[Part, int]:
    """A part with its small faces merged, those that are certain when it is not whole; faces left small."""
    done = merge_arcs(
        part.arcs,
        part.values,
        min_area_m2=rules.min_area_m2,
        affinity=rules.affinity,
        open_=None if is_whole else open_faces(part.arcs, part.values.size),
        fixed=corners_of(part.frame),
    )
    return Part(part.frame, done.arcs, done.values, part.faces_traced, part.double_cm2), done.isolated


def coverage_of_tiles(
    kind: type[CoverageT],
    read: ReadLabels,
    grid: Grid,
    *,
    rules: TileRules,
    tile_px: int | None = None,
    run: RunTiles = map,
) -> TiledCoverage[CoverageT]:
    """See `Coverage.from_tiles`."""
    if tile_px is not None and tile_px < 1:
        raise ConfigError(f"tiles of {tile_px} px", remedy=f"give a side of 1 px or more, {TILE_PX} by default")
    windows = super_tiles(grid, size_px=tile_px or TILE_PX)
    lattice = lattice_of(grid)
    work = partial(part_of_tile, read=read, grid=grid, rules=rules)
    # Not held beyond the stitching, where they are as large as what comes of them.
    whole, isolated = _merged(stitch(list(run(work, windows))), rules, is_whole=True)
    return TiledCoverage(
        kind(
            crs=grid.crs,
            origin_cm=lattice.origin_cm,
            **vars(whole.arcs),
            fixed=corners_of(whole.frame),
            face_values=whole.values,
        ),
        faces_traced=whole.faces_traced,
        isolated=isolated,
        double_cm2=dict(sorted(whole.double_cm2.items())),
    )
