"""Rasters at half their resolution, for overviews: each pixel from the four under it."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Bytes = npt.NDArray[np.uint8]

Halving = Literal["nearest", "mode", "average"]
"""What a pixel takes of its four: the first; the value that most have; the mean."""


def halved(pixels: Bytes, how: Halving, *, nodata: int | None = None) -> Bytes:
    """A raster of half the rows and columns, rounded up: the last row or column of an odd number stands for two.

    Pixels without data count in neither the mean nor the mode, unless all four are; a mean is rounded, halves up. Of
    values that as many pixels have, the first in reading order is taken.

    Args:
        pixels: (bands, height, width).
        how: what to take.
        nodata: value of pixels without data.

    Returns:
        (bands, (height + 1) // 2, (width + 1) // 2).
    """
    if how == "nearest":
        return np.ascontiguousarray(pixels[:, ::2, ::2])
    odd = [size % 2 for size in pixels.shape[1:]]
    if any(odd):
        pixels = np.pad(pixels, ((0, 0), (0, odd[0]), (0, odd[1])), mode="edge")
    four = tuple(np.ascontiguousarray(pixels[:, row::2, col::2]) for row in (0, 1) for col in (0, 1))
    return _mode(four, nodata) if how == "mode" else _mean(four, nodata)


def _mode(four: tuple[Bytes, ...], nodata: int | None) -> Bytes:
    """Two pixels of one value among four are a mode: what is left to tell is which two come first."""
    first, second, third, last = four
    if nodata is None or not any((pixels == nodata).any() for pixels in four):
        found, known = first.copy(), None
    else:
        known = [pixels != nodata for pixels in four[:3]]
        found = last.copy()  # nothing, or all that there is
        for pixels, is_known in zip(four[2::-1], known[::-1], strict=True):
            _take(found, pixels, is_known)
    twice = (
        third == last,
        (second == third) | (second == last),
        (first == second) | (first == third) | (first == last),
    )
    for place, of_two in zip((2, 1, 0), twice, strict=True):
        _take(found, four[place], of_two if known is None else of_two & known[place])
    return found


def _take(found: Bytes, values: Bytes, where: npt.NDArray[np.bool_]) -> None:
    """As `np.copyto(found, values, where=where)`, in operations that take many bytes at once."""
    found ^= (found ^ values) & np.negative(where.view(np.uint8))


def _mean(four: tuple[Bytes, ...], nodata: int | None) -> Bytes:
    known = [] if nodata is None else [pixels != nodata for pixels in four]
    if nodata is None or all(is_known.all() for is_known in known):
        total = np.full(four[0].shape, 2, dtype=np.uint16)
        for pixels in four:
            total += pixels
        return (total >> 2).astype(np.uint8)
    total, count = np.zeros(four[0].shape, dtype=np.float32), np.zeros(four[0].shape, dtype=np.uint8)
    for pixels, is_known in zip(four, known, strict=True):
        total += pixels * is_known
        count += is_known
    # Sums of four bytes and their halves and thirds are far from what float32 cannot tell apart.
    mean = np.floor(total / np.maximum(count, 1) + np.float32(0.5)).astype(np.uint8)
    return np.where(count == 0, np.uint8(nodata), mean)
