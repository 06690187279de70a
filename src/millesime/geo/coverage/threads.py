"""Parts of one computation beside each other: the compiled loops leave the interpreter free."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(function: Callable[[Item], Result], items: Sequence[Item], *, threads: int) -> list[Result]:
    """Results of a function, in the order of the items."""
    if threads == 1 or len(items) == 1:
        return [function(item) for item in items]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(function, items))


def shares(total: int, count: int) -> list[tuple[int, int]]:
    """Begin and end of so many even parts of a range from 0, none of them empty; one part where there is nothing."""
    parts = max(1, min(count, total))
    return list(pairwise(total * number // parts for number in range(parts + 1)))
