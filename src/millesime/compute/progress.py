"""Progress of long work: a bar with the time left on a terminal, nothing in a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, TypeVar

Item = TypeVar("Item")


class Progress:
    """Silent progress, the default everywhere; `terminal_progress` gives the one that people see."""

    def track(self, items: Iterable[Item], *, total: int | None = None, label: str = "") -> Iterator[Item]:
        """Yield the items, counting them."""
        del total, label
        yield from items

    @contextlib.contextmanager
    def counter(self, total: int, *, label: str, unit: str) -> Iterator[Callable[[int], None]]:
        """A bar that tells the rate; yields the function that moves it on, which any thread may call."""
        del total, label, unit

        def advance(count: int) -> None:
            del count

        yield advance

    def note(self, text: str) -> None:
        """Tell one line above the bars."""
        del text


def rate_text(per_second: float | None, unit: str) -> str:
    """A rate with three figures: '1.23 Mpx/s'; empty when it is not known yet."""
    if not per_second:
        return ""
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, "")):
        if per_second >= factor:
            return f"{per_second / factor:.3g} {prefix}{unit}/s"
    return f"{per_second:.2g} {unit}/s"


class _TerminalProgress(Progress):
    """Bars drawn on standard error by rich."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, ProgressColumn, Task, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars
        from rich.text import Text

        class DoneColumn(ProgressColumn):
            """How many of how many; of a unit, the share done and the rate."""

            def render(self, task: Task) -> Text:
                unit = task.fields.get("unit", "")
                if unit:
                    return Text(f"{task.percentage:5.1f} % {rate_text(task.speed, unit):>12}")
                total = "?" if task.total is None else f"{task.total:.0f}"
                return Text(f"{task.completed:>{len(total)}.0f}/{total}")

        self._bars = Bars(
            TextColumn("{task.description:<32}"),
            BarColumn(bar_width=30),
            DoneColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
            # A window of a large network takes seconds, a strip minutes: the rate is that of the last minutes.
            speed_estimate_period=120.0,
        )

    def start(self) -> None:
        self._bars.start()

    def stop(self) -> None:
        self._bars.stop()

    def track(self, items: Iterable[Item], *, total: int | None = None, label: str = "") -> Iterator[Item]:
        if total is None and isinstance(items, Sized):
            total = len(items)
        task = self._bars.add_task(label, total=total)
        try:
            for item in items:
                yield item
                self._bars.advance(task)
        finally:
            self._bars.remove_task(task)

    @contextlib.contextmanager
    def counter(self, total: int, *, label: str, unit: str) -> Iterator[Callable[[int], None]]:
        task: Any = self._bars.add_task(label, total=total, unit=unit)
        try:
            yield lambda count: self._bars.advance(task, count)
        finally:
            self._bars.remove_task(task)

    def note(self, text: str) -> None:
        self._bars.console.print(text, highlight=False)


class _PlainProgress(Progress):
    """Notes as lines on standard error, without bars: for a caller who wants them in a log."""

    def note(self, text: str) -> None:
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


@contextlib.contextmanager
def terminal_progress(*, notes_in_pipe: bool = False) -> Iterator[Progress]:
    """Progress for a command: bars when standard error is a terminal, silence (or notes alone) otherwise."""
    if not sys.stderr.isatty():
        yield _PlainProgress() if notes_in_pipe else Progress()
        return
    bars = _TerminalProgress()
    bars.start()
    try:
        yield bars
    finally:
        bars.stop()
