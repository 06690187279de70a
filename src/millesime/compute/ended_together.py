"""Contexts that are long in ending, ended at once in threads."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

Entered = TypeVar("Entered")


class Together:
    """Contexts entered so far."""

    def __init__(self) -> None:
        self._stacks: list[ExitStack] = []

    def enter_context(self, context: AbstractContextManager[Entered]) -> Entered:
        """Enter a context; it ends with the others."""
        self._stacks.append(ExitStack())
        return self._stacks[-1].enter_context(context)

    def _end(self) -> None:
        with ThreadPoolExecutor(max_workers=max(len(self._stacks), 1)) as pool:
            ended = [pool.submit(stack.close) for stack in self._stacks]
        for future in ended:
            future.result()

    def _end_failed(self, error: BaseException) -> None:
        for stack in reversed(self._stacks):
            stack.__exit__(type(error), error, error.__traceback__)


@contextmanager
def ended_together() -> Iterator[Together]:
    """Contexts that end at once when the block ends well, the last first when it does not.

    One that fails in ending does not keep the others from it; the first error is raised.
    """
    together = Together()
    try:
        yield together
    except BaseException as error:
        together._end_failed(error)
        raise
    together._end()
