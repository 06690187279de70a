"""A coverage from a raster of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from millesime.errors import GeometryError, ImageryError
from millesime.geo.coverage.tracing import trace_labels
from millesime.geo.grid import Grid

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

CoverageT = TypeVar("CoverageT", bound="Coverage")
_INT32_MAX = np.iinfo(np.int32).max


def lattice_cm(grid: Grid) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """X of the column lines and y of the row lines of a grid, each rounded to the centimetre.

    Raises:
        ImageryError: pixels below one centimetre, whose lines would fall together.
    """
    if grid.pixel_m < 0.01:
        raise ImageryError(
            f"pixels of {grid.pixel_m} m are finer than the 1 cm grid of coordinates",
            remedy="resample the raster to pixels of at least 1 cm, in a CRS in metres",
        )
    x = np.rint((grid.west + np.arange(grid.width + 1) * grid.pixel_m) * 100.0).astype(np.int64)
    y = np.rint((grid.north - np.arange(grid.height + 1) * grid.pixel_m) * 100.0).astype(np.int64)
    return x, y


def outside_as_zero(
    labels: npt.NDArray[np.unsignedinteger[Any]], nodata: int | None
) -> tuple[npt.NDArray[np.unsignedinteger[Any]], int]:
    """Labels with 0 where it is outside, and the label that stands in for a true 0 (0: there is none)."""
    if nodata == 0 or (nodata is None and labels.all()):
        return labels, 0
    if nodata is not None and nodata <= np.iinfo(labels.dtype).max:
        exchanged = labels.copy()
        exchanged[labels == nodata] = 0
        exchanged[labels == 0] = nodata
        return exchanged, nodata
    if not labels.all() and int(labels.max()) == np.iinfo(np.uint32).max:
        raise ImageryError("labels use the whole range of 32 bits, no value is left to stand for outside")
    stand_in = int(labels.max()) + 1
    exchanged = labels.astype(np.uint32)
    exchanged[labels == 0] = stand_in
    return exchanged, stand_in


def coverage_of_labels(
    kind: type[CoverageT], labels: npt.NDArray[np.unsignedinteger[Any]], grid: Grid, *, nodata: int | None
) -> CoverageT:
    """See `Coverage.from_labels`."""
    if labels.shape != grid.shape:
        raise ImageryError(f"labels of shape {labels.shape} on a grid of shape {grid.shape}")
    if labels.dtype.kind != "u" or labels.dtype.itemsize > 4:
        raise ImageryError(
            f"labels of type {labels.dtype} cannot be traced",
            remedy="give classes as unsigned integers of 8, 16 or 32 bits",
        )
    x_cm, y_cm = lattice_cm(grid)
    origin = (int(x_cm[0]), int(y_cm[0]))
    if x_cm[-1] - x_cm[0] > _INT32_MAX // 2 or y_cm[0] - y_cm[-1] > _INT32_MAX // 2:
        raise GeometryError(f"a grid of {grid.width} x {grid.height} px of {grid.pixel_m} m is too wide")
    inside, stand_in = outside_as_zero(labels, nodata)
    traced = trace_labels(inside)
    vertices = np.empty(traced.corners.shape, np.int32)
    vertices[:, 0] = (x_cm - origin[0])[traced.corners[:, 0]]
    vertices[:, 1] = (y_cm - origin[1])[traced.corners[:, 1]]
    values = traced.values.astype(labels.dtype) if stand_in <= np.iinfo(labels.dtype).max else traced.values
    if stand_in:
        values[values == stand_in] = 0
    east, south = int(x_cm[-1] - origin[0]), int(y_cm[-1] - origin[1])
    return kind(
        crs=grid.crs,
        origin_cm=origin,
        vertices=vertices,
        offsets=traced.offsets,
        left=traced.left,
        right=traced.right,
        start=traced.start,
        end=traced.end,
        fixed=np.array([(0, 0), (east, 0), (0, south), (east, south)], np.int32),
        face_values=values,
    )
