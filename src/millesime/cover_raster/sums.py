"""Weighted sums of the logits of overlapping windows, and the classes of the pixels whose sums are complete.

Where windows lie and what they weigh is the same everywhere; the numbers are kept where the network answers: in memory
(`Cells`), or on the graphics card (`card_sums`), so that logits need not travel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from millesime.cover_raster.decide import Decision, Logits, Rule, decide_into
from millesime.cover_raster.scheme import Scheme
from millesime.geo.grid import Window


@dataclass(frozen=True)
class Windows:
    """How windows lie over an image."""

    rows: Scheme
    cols: Scheme
    window_px: int


class Sums(Protocol):
    """Sums over an area. Windows come row by row and from left to right, all those that count in the area.

    Every pixel is summed in the order of the windows and decided for itself, so that the result depends on nothing
    else.
    """

    def add(self, row_number: int, col_number: int, logits: Any) -> None:
        """Add a window's logits, (classes, window, window) as the network answered them."""
        ...

    def settle(self, row_number: int) -> tuple[Window, Decision] | None:
        """After a row of windows: the rows of the area that are final now, on the image's grid; None without any.

        Pixels without data are decided like others.
        """
        ...


SumsMaker = Callable[[Windows, Window, Rule], Sums]
"""From the windows, the area and the rule to sums over it."""


@dataclass(frozen=True)
class Stretch:
    """Pixels of one axis where the same windows count."""

    first: int
    end: int
    numbers: tuple[int, ...]
    """One window or, where two overlap, two."""


def stretches(windows: Scheme, first: int, end: int) -> tuple[Stretch, ...]:
    """The pixels from `first` to `end` by the windows that count there, in order."""
    found: list[Stretch] = []
    numbers = windows.over(first, end)
    place = first
    for number in numbers:
        ends = min(windows.reach(number)[1], end)
        following = max(windows.reach(number + 1)[0], place) if number + 1 in numbers else ends
        if place < following:
            found.append(Stretch(place, following, (number,)))
        if following < ends:
            found.append(Stretch(following, ends, (number, number + 1)))
        place = max(following, ends)
    return tuple(found)


class Cells:
    """Sums in memory, kept where windows overlap: elsewhere one window says all, and its pixels are decided at once.

    Columns and rows are cut where the windows that count change. A cell of this net is complete once its one, two or
    four windows have answered. What waits is then a narrow row of cells under the windows and one column beside the
    last of them, rather than the logits of a whole row of windows.
    """

    def __init__(self, windows: Windows, area: Window, rule: Rule) -> None:
        self._windows, self._area, self._rule = windows, area, rule
        self._rows = _by_window(stretches(windows.rows, area.row, area.row + area.height))
        self._cols = _by_window(stretches(windows.cols, area.col, area.col + area.width))
        self._waiting: dict[tuple[Stretch, Stretch], Logits] = {}
        self._told: tuple[Window, Decision] | None = None

    def add(self, row_number: int, col_number: int, logits: Any) -> None:
        """See `Sums`."""
        final = self._final(row_number)
        down, across = self._windows.rows, self._windows.cols
        top, left = down.start(row_number), across.start(col_number)
        weights = down.weights(row_number)[:, None], across.weights(col_number)[None]
        for rows, cols in self._of(row_number, col_number):
            here = slice(rows.first - top, rows.end - top), slice(cols.first - left, cols.end - left)
            total: Logits = logits[:, here[0], here[1]]
            if len(rows.numbers) + len(cols.numbers) > 2:  # else the window's weight is one, and it is alone
                total = self._summed((rows, cols), weights[0][here[0]] * weights[1][:, here[1]] * total)
            if final is not None and (row_number, col_number) == (rows.numbers[-1], cols.numbers[-1]):
                window, told = final
                cell = Window(rows.first, cols.first, rows.end - rows.first, cols.end - cols.first)
                decide_into(told.part(*cell.relative_to(window).slices), total, self._rule)
                self._waiting.pop((rows, cols), None)

    def settle(self, row_number: int) -> tuple[Window, Decision] | None:
        """See `Sums`."""
        told, self._told = self._final(row_number), None
        return told

    def _of(self, row_number: int, col_number: int) -> Iterator[tuple[Stretch, Stretch]]:
        for rows in self._rows[row_number]:
            for cols in self._cols[col_number]:
                yield rows, cols

    def _summed(self, cell: tuple[Stretch, Stretch], more: Logits) -> Logits:
        """The sum of a cell with what this window adds."""
        total = self._waiting.setdefault(cell, more)
        if total is not more:
            total += more
        return total

    def _final(self, row_number: int) -> tuple[Window, Decision] | None:
        """The rows whose last windows are those of this row, and what is told of them so far; None without any."""
        mine = [rows for rows in self._rows[row_number] if rows.numbers[-1] == row_number]
        if self._told is None and mine:
            window = Window(mine[0].first, self._area.col, mine[-1].end - mine[0].first, self._area.width)
            self._told = window, Decision.empty(self._rule, window.shape)
        return self._told


def _by_window(found: tuple[Stretch, ...]) -> dict[int, tuple[Stretch, ...]]:
    """The stretches of each window."""
    numbers = dict.fromkeys(number for stretch in found for number in stretch.numbers)
    return {number: tuple(stretch for stretch in found if number in stretch.numbers) for number in numbers}
