"""Threads that read ahead and write behind, few items waiting between them and the one that computes.

Threads rather than processes: a runtime leaves the interpreter free while it computes, and a window's logits are
too large to travel between processes.
"""

from __future__ import annotations

import contextlib
import queue
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Ahead(Iterator[Item]):
    """Items made in another thread, at most `depth` of them waiting to be taken.

    It starts at once, in a thread of `pool` when there is one: memory that a thread frees serves that thread alone, so
    that a new thread for each of many iterables would hold more and more of it. An error of the iterable is raised
    where its item would have come; `close` stops the work and closes a generator in its thread, so that what it holds
    open is closed where it was opened.
    """

    def __init__(self, items: Iterable[Item], *, depth: int, pool: ThreadPoolExecutor | None = None) -> None:
        self._queue: queue.Queue[tuple[Item | None, BaseException | None]] = queue.Queue(maxsize=depth)
        self._stopped = threading.Event()
        self._ended = False
        if pool is None:
            own = ThreadPoolExecutor(max_workers=1)
            self._work = own.submit(self._run, items)
            own.shutdown(wait=False)
        else:
            self._work = pool.submit(self._run, items)

    def __next__(self) -> Item:
        if self._ended:
            raise StopIteration
        item, error = self._queue.get()
        if error is not None:
            self._ended = True
            self._work.result()
            if isinstance(error, StopIteration):
                raise StopIteration
            raise error
        return item  # type: ignore[return-value]  # an entry without error holds an item

    def close(self) -> None:
        """Stop the thread; items not yet taken are lost."""
        self._ended = True
        self._stopped.set()
        while not self._work.cancel() and not self._work.done():
            with contextlib.suppress(queue.Empty):
                self._queue.get(timeout=0.01)

    def _run(self, items: Iterable[Item]) -> None:
        end: BaseException = StopIteration()
        source = iter(items)
        try:
            while not self._stopped.is_set():
                item = next(source)
                self._queue.put((item, None))
        except BaseException as error:  # noqa: BLE001  raised again in the thread that takes the items
            end = error
        finally:
            if isinstance(source, Generator):
                source.close()
        self._queue.put((None, end))


class Behind:
    """Calls done in a thread of their own, in order, at most `depth` of them waiting; their errors come at the next.

    Use it as a context: it ends when every call is done. The thread is the only one of `pool` when there is one.
    """

    def __init__(self, *, depth: int, pool: ThreadPoolExecutor | None = None) -> None:
        self._pool = pool or ThreadPoolExecutor(max_workers=1)
        self._is_own = pool is None
        self._depth = depth
        self._waiting: deque[Future[object]] = deque()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            while self._waiting and kind is None:
                self._waiting.popleft().result()
        finally:
            for call in self._waiting:
                call.cancel()
            wait(self._waiting)
            if self._is_own:
                self._pool.shutdown()

    def call(self, function: Callable[..., object], *values: object) -> None:
        """Have `function(*values)` done; wait when too many calls are before it."""
        self._waiting.append(self._pool.submit(function, *values))
        if len(self._waiting) > self._depth:
            self._waiting.popleft().result()
