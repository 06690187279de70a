"""Progress of long work: a bar with the time left on a terminal, nothing in a pipe."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Sized
from typing import TypeVar

Item = TypeVar("Item")


class Progress:
    """Silent progress, the default everywhere; `terminal_progress` gives the one that people see."""

    def track(self, items: Iterable[Item], *, total: int | None = None, label: str = "") -> Iterator[Item]:
        """Yield the items, counting them."""
        del total, label
        yield from items

    def note(self, text: str) -> None:
        """Tell one line above the bars."""
        del text


class _TerminalProgress(Progress):
    """Bars drawn on standard error by rich."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        self._bars = Bars(
            TextColumn("{task.description:<32}"),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
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
