"""Units of work over processes. Results come in the order of the units, whatever the number of workers."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar

from millesime.compute.ordered import in_order
from millesime.compute.progress import Progress
from millesime.errors import ConfigError

Unit = TypeVar("Unit")
Result = TypeVar("Result")

#: Units handed out ahead of the one that is awaited, for each worker: keeps workers busy with bounded memory.
_AHEAD = 2


@dataclass
class Workers:
    """A number of worker processes, started when first needed; with one worker everything runs in this process.

    Processes start from a clean server (never a fork of this process): raster handles, compiled loops and
    inference runtimes do not survive a fork. So functions and units must be picklable, and a unit opens its own files.
    """

    count: int = 1
    progress: Progress = field(default_factory=Progress)
    _pool: Executor | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ConfigError(f"the number of workers must be 1 or more, got {self.count}", remedy="--workers 2")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the worker processes."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None

    def map(self, function: Callable[[Unit], Result], units: Iterable[Unit], *, label: str = "") -> Iterator[Result]:
        """Apply `function` to each unit; yield the results in the order of the units."""
        listed = list(units)
        results = self._map_here(function, listed) if self.count == 1 else self._map_there(function, listed)
        yield from self.progress.track(results, total=len(listed), label=label)

    @staticmethod
    def _map_here(function: Callable[[Unit], Result], units: list[Unit]) -> Iterator[Result]:
        for unit in units:
            yield function(unit)

    def _map_there(self, function: Callable[[Unit], Result], units: list[Unit]) -> Iterator[Result]:
        if self._pool is None:
            context = multiprocessing.get_context("forkserver")
            self._pool = ProcessPoolExecutor(max_workers=self.count, mp_context=context)
        yield from in_order(self._pool, function, units, ahead=self.count * _AHEAD + 1)
