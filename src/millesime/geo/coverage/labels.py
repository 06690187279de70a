"""A coverage from a raster of labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import numpy.typing as npt

from millesime.errors import GeometryError, ImageryError
from millesime.geo.coverage.tracing import LabelSweep, TracedLabels, arcs_of_records, sweep_strips
from millesime.geo.grid import Grid

if TYPE_CHECKING:
    from millesime.geo.coverage.coverage import Coverage

CoverageT = TypeVar("CoverageT", bound="Coverage")
Labels = npt.NDArray[np.unsignedinteger[Any]]
_INT32_MAX = np.iinfo(np.int32).max

#: Rows swept at once when the whole raster is at hand.
_BAND_ROWS = 512


@dataclass(frozen=True)
class Lattice:
    """Lines between the pixels of a grid, each rounded to the centimetre as a whole."""

    origin_cm: tuple[int, int]
    """X and y of the first corner, in centimetres."""

    x_of: npt.NDArray[np.int32]
    """(width + 1,) x of the vertical lines, in cm from the origin; `y_of` (height + 1,) of the horizontal ones."""

    y_of: npt.NDArray[np.int32]


def lattice_of(grid: Grid) -> Lattice:
    """The lattice of a grid.

    Raises:
        ImageryError: pixels below one centimetre, whose lines would fall together.
        GeometryError: the grid reaches beyond what int32 centimetres hold.
    """
    if grid.pixel_m < 0.01:
        raise ImageryError(
            f"pixels of {grid.pixel_m} m are finer than the 1 cm grid of coordinates",
            remedy="resample the raster to pixels of at least 1 cm, in a CRS in metres",
        )
    x = np.rint((grid.west + np.arange(grid.width + 1) * grid.pixel_m) * 100.0).astype(np.int64)
    y = np.rint((grid.north - np.arange(grid.height + 1) * grid.pixel_m) * 100.0).astype(np.int64)
    if x[-1] - x[0] > _INT32_MAX // 2 or y[0] - y[-1] > _INT32_MAX // 2:
        raise GeometryError(f"a grid of {grid.width} x {grid.height} px of {grid.pixel_m} m is too wide")
    return Lattice((int(x[0]), int(y[0])), (x - x[0]).astype(np.int32), (y - y[0]).astype(np.int32))


def stand_in_for_zero(dtype: np.dtype[Any], nodata: int | None) -> int:
    """The label under which a true 0 is swept, as 0 means outside there; 0 when 0 is outside anyway.

    Raises:
        ImageryError: `nodata` is no value of this type.
    """
    most = int(np.iinfo(dtype).max)
    if nodata is None:
        return min(most + 1, int(np.iinfo(np.uint32).max))
    if not 0 <= nodata <= most:
        raise ImageryError(f"NoData {nodata} is no value of a {dtype} raster", remedy=f"give a value from 0 to {most}")
    return nodata


def with_zero_outside(labels: Labels, nodata: int | None, stand_in: int) -> Labels:
    """Labels as they are swept: 0 is outside, and a true 0 is `stand_in`."""
    if nodata == 0:
        return labels
    wide = np.uint32 if stand_in > np.iinfo(labels.dtype).max else labels.dtype
    exchanged = labels.astype(wide)
    if nodata is None:
        if labels.dtype == np.uint32 and (labels == stand_in).any():
            raise ImageryError(
                f"label {stand_in} is above the supported range",
                remedy="renumber the classes, or tell which value is without data",
            )
    else:
        exchanged[labels == nodata] = 0
    exchanged[labels == 0] = stand_in
    return exchanged


def coverage_of_labels(
    kind: type[CoverageT], labels: Labels, grid: Grid, *, nodata: int | None, threads: int = 1
) -> CoverageT:
    """See `Coverage.from_labels`."""
    if labels.shape != grid.shape:
        raise ImageryError(f"labels of shape {labels.shape} on a grid of shape {grid.shape}")
    if threads > 1:
        require_labels(labels.dtype)
        lattice = lattice_of(grid)
        stand_in = stand_in_for_zero(labels.dtype, nodata)
        swept = sweep_strips(with_zero_outside(labels, nodata, stand_in), threads=threads)
        if swept is not None:
            traced = arcs_of_records(*swept, x_of=lattice.x_of, y_of=lattice.y_of)
            return _coverage(kind, traced, grid, lattice, label_values(traced.values, labels.dtype, stand_in))
    bands = (labels[row : row + _BAND_ROWS] for row in range(0, grid.height, _BAND_ROWS))
    return coverage_of_bands(kind, bands, grid, dtype=labels.dtype, nodata=nodata)


def require_labels(dtype: np.dtype[Any]) -> None:
    """Check that labels can be traced.

    Raises:
        ImageryError: they are not unsigned integers of at most 32 bits.
    """
    if dtype.kind != "u" or dtype.itemsize > 4:
        raise ImageryError(
            f"labels of type {dtype} cannot be traced",
            remedy="give classes as unsigned integers of 8, 16 or 32 bits (gdal_translate -ot Byte)",
        )


def label_values(swept: Labels, dtype: np.dtype[Any], stand_in: int) -> Labels:
    """Values of faces as the raster has them, from what was swept."""
    return np.where(swept == stand_in, 0, swept).astype(dtype) if stand_in else swept.astype(dtype)


def coverage_of_bands(
    kind: type[CoverageT], bands: Iterable[Labels], grid: Grid, *, dtype: np.dtype[Any], nodata: int | None
) -> CoverageT:
    """See `Coverage.from_bands`."""
    require_labels(dtype)
    lattice = lattice_of(grid)
    stand_in = stand_in_for_zero(dtype, nodata)
    swept = dtype if stand_in <= np.iinfo(dtype).max else np.dtype(np.uint32)
    sweep = LabelSweep(width=grid.width, dtype=swept)
    row = 0
    for band in bands:
        row += band.shape[0]
        sweep.feed(with_zero_outside(band, nodata, stand_in), last=row == grid.height)
    if row != grid.height:
        raise ImageryError(f"bands of {row} rows for a grid of {grid.height}")
    traced = sweep.finish(x_of=lattice.x_of, y_of=lattice.y_of)
    return _coverage(kind, traced, grid, lattice, label_values(traced.values, dtype, stand_in))


def _coverage(kind: type[CoverageT], traced: TracedLabels, grid: Grid, lattice: Lattice, values: Labels) -> CoverageT:
    east, south = int(lattice.x_of[-1]), int(lattice.y_of[-1])
    return kind(
        crs=grid.crs,
        origin_cm=lattice.origin_cm,
        vertices=traced.vertices,
        offsets=traced.offsets,
        left=traced.left,
        right=traced.right,
        start=traced.start,
        end=traced.end,
        fixed=np.array([(0, 0), (east, 0), (0, south), (east, south)], np.int32),
        face_values=values,
    )
