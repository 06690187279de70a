"""Weighted sums of the logits of overlapping windows, and the classes of the pixels whose sums are complete.

Where windows lie and what they weigh is the same everywhere; the numbers are kept where the network answers: in memory
(`Cells`), or on the graphics card (`card_sums`), so that logits need not travel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
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

    A window may be left out where it shows no data; what is told of its pixels then means nothing.

    Every pixel is summed in the order of the windows and decided for itself, so that the result depends on nothing
    else.
    """

    def kept(self, row_number: int, col_number: int, logits: Any) -> Any:
        """What is kept of a window's logits, (classes, window, window) as the network answered them.

        It depends on nothing but them, so that windows may be taken in any order and at once. An array in memory is
        lent: nothing of it is kept.
        """
        ...

    def add(self, row_number: int, col_number: int, kept: Any) -> None:
        """Add what `kept` gave of a window."""
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


Kept = dict[tuple[Stretch, Stretch], Decision | Logits]
"""Of a window, by the cells where it counts: what is told of those that it has alone, elsewhere its weighted logits."""


class Cells:
    """Sums in memory, kept where windows overlap: elsewhere one window says all, and its pixels are decided at once.

    Columns and rows are cut where the windows that count change. A cell of this net is complete once its one, two or
    four windows have answered. What waits is then a narrow row of cells under the windows and one column beside the
    last of them, rather than the logits of a whole row of windows; what a window says alone is decided where it was
    answered.
    """

    def __init__(self, windows: Windows, area: Window, rule: Rule) -> None:
        self._windows, self._area, self._rule = windows, area, rule
        self._rows = _by_window(stretches(windows.rows, area.row, area.row + area.height))
        self._cols = _by_window(stretches(windows.cols, area.col, area.col + area.width))
        self._waiting: dict[tuple[Stretch, Stretch], Logits] = {}
        self._told: tuple[Window, Decision] | None = None

    def kept(self, row_number: int, col_number: int, logits: Any) -> Kept:
        """See `Sums`."""
        down, across = self._windows.rows, self._windows.cols
        top, left = down.start(row_number), across.start(col_number)
        weights = down.weights(row_number)[:, None], across.weights(col_number)[None]
        found: Kept = {}
        for rows, cols in product(self._rows[row_number], self._cols[col_number]):
            seen_rows, seen_cols = (
                slice(part.first - start, part.end - start) for part, start in ((rows, top), (cols, left))
            )
            part: Logits = logits[:, seen_rows, seen_cols]
            if len(rows.numbers) == len(cols.numbers) == 1:  # the window is alone, and its weight is one
                decision = found[rows, cols] = Decision.empty(self._rule, part.shape[1:])
                decide_into(decision, part, self._rule)
            else:
                found[rows, cols] = weights[0][seen_rows] * weights[1][:, seen_cols] * part
        return found

    def add(self, row_number: int, col_number: int, kept: Any) -> None:
        """See `Sums`."""
        final = self._final(row_number)
        for (rows, cols), part in kept.items():
            if isinstance(part, Decision):
                self._room(final, rows, cols).take(part)
                continue
            total = self._waiting.setdefault((rows, cols), part)
            if total is not part:
                total += part
            if (row_number, col_number) == (rows.numbers[-1], cols.numbers[-1]):
                decide_into(self._room(final, rows, cols), total, self._rule)
                del self._waiting[rows, cols]

    def settle(self, row_number: int) -> tuple[Window, Decision] | None:
        """See `Sums`."""
        told, self._told = self._final(row_number), None
        # Cells that wait for a window that was left out.
        for cell in [cell for cell in self._waiting if cell[0].numbers[-1] == row_number]:
            del self._waiting[cell]
        return told

    def _room(self, final: tuple[Window, Decision] | None, rows: Stretch, cols: Stretch) -> Decision:
        """The room of a cell whose last window is here, and so one of the final rows."""
        if final is None:
            raise ValueError(f"no final rows for {rows}")
        window, told = final
        cell = Window(rows.first, cols.first, rows.end - rows.first, cols.end - cols.first)
        return told.part(*cell.relative_to(window).slices)

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
