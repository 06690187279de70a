"""Weighted sums of the logits of overlapping windows, over the rows that are not final yet.

Where windows lie and what they weigh is the same everywhere; the numbers are kept where the network answers: in memory,
or on the graphics card (`card_sums`), so that logits need not travel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from millesime.cover_raster.decide import Decision, Rule, decide
from millesime.cover_raster.scheme import Scheme
from millesime.geo.grid import Window

Weights = npt.NDArray[np.float32]
Valid = npt.NDArray[np.bool_]


class Store(Protocol):
    """Where sums are kept: (classes, rows, columns) in float32, zeros at first.

    Every pixel is summed in the order of the calls and decided for itself, so that the result depends on nothing else.
    """

    def add(self, rows: slice, cols: slice, weights: tuple[Weights, Weights], logits: Any) -> None:
        """Add logits to a part of the sums.

        Args:
            rows: of the sums.
            cols: of the sums.
            weights: of these rows (rows, 1) and of these columns (1, columns), whose products count.
            logits: (classes, rows, columns) as the network answered them.
        """
        ...

    def decide(self, count: int, valid: Valid, rule: Rule) -> Decision:
        """What is told of the first rows, whose validity is (count, columns)."""
        ...

    def forget(self, count: int) -> None:
        """Let the next row be the first, and the last ones be zeros."""
        ...


StoreMaker = Callable[[int, int, int], Store]
"""From the numbers of classes, rows and columns to sums of this shape."""


class HostStore:
    """Sums in memory."""

    def __init__(self, classes: int, rows: int, cols: int) -> None:
        self._values = np.zeros((classes, rows, cols), dtype=np.float32)

    def add(self, rows: slice, cols: slice, weights: tuple[Weights, Weights], logits: Any) -> None:
        """See `Store`."""
        weight = weights[0] * weights[1]
        for total, plane in zip(self._values[:, rows, cols], logits, strict=True):
            total += weight * plane

    def decide(self, count: int, valid: Valid, rule: Rule) -> Decision:
        """See `Store`."""
        return decide(self._values[:, :count], valid, rule)

    def forget(self, count: int) -> None:
        """See `Store`."""
        kept = self._values.shape[1] - count
        self._values[:, :kept] = self._values[:, count:].copy()
        self._values[:, kept:] = 0.0


@dataclass(frozen=True)
class Windows:
    """How windows lie over an image."""

    rows: Scheme
    cols: Scheme
    window_px: int


class Sums:
    """Sums over an area, from top to bottom."""

    def __init__(self, windows: Windows, area: Window, *, classes: int, make: StoreMaker = HostStore) -> None:
        self._windows, self._area = windows, area
        self._first = area.row
        """Row of the image that the first row of the sums stands for."""

        self._store = make(classes, windows.window_px, area.width)
        needed = windows.cols.over(area.col, area.col + area.width)
        self._weights = {number: windows.cols.weights(number) for number in needed}

    def add(self, row_number: int, col_number: int, logits: Any) -> None:
        """Add a window's logits where the window counts and the area lies."""
        rows, cols, area = self._windows.rows, self._windows.cols, self._area
        top, left = rows.start(row_number), cols.start(col_number)
        part = _common(rows.reach(row_number), area.row, area.row + area.height)
        across = _common(cols.reach(col_number), area.col, area.col + area.width)
        seen_rows, seen_cols = slice(part[0] - top, part[1] - top), slice(across[0] - left, across[1] - left)
        weights = rows.weights(row_number)[seen_rows, None], self._weights[col_number][None, seen_cols]
        self._store.add(
            slice(part[0] - self._first, part[1] - self._first),
            slice(across[0] - area.col, across[1] - area.col),
            weights,
            logits[:, seen_rows, seen_cols],
        )

    def final(self, end: int) -> Window | None:
        """The rows before `end` that are still here; None when there are none."""
        count = min(end, self._area.row + self._area.height) - self._first
        return Window(self._first, self._area.col, count, self._area.width) if count > 0 else None

    def settle(self, window: Window, valid: Valid, rule: Rule) -> Decision:
        """Decide the first rows, a window of `final`, and forget them."""
        told = self._store.decide(window.height, valid, rule)
        self._store.forget(window.height)
        self._first += window.height
        return told


def _common(reach: tuple[int, int], first: int, end: int) -> tuple[int, int]:
    return max(reach[0], first), min(reach[1], end)
