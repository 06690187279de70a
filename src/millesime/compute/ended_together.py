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
        self.stacks: list[ExitStack] = []

    def enter_context(self, context: AbstractContextManager[Entered]) -> Entered:
        """Enter a context; it ends with the others."""
        self.stacks.append(ExitStack())
        return self.stacks[-1].enter_context(context)


@contextmanager
def ended_together() -> Iterator[Together]:
    """Contexts that end at once when the block ends well, the last first when it does not.

    One that fails in ending does not keep the others from it; the first error is raised.
    """
    together = Together()
    try:
        yield together
    except BaseException:
        with ExitStack() as all_of_them:
            for stack in together.stacks:
                all_of_them.push(stack)
            raise
    with ThreadPoolExecutor(max_workers=max(len(together.stacks), 1)) as pool:
        ended = [pool.submit(stack.close) for stack in together.stacks]
    for future in ended:
        future.result()
