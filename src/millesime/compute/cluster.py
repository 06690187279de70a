"""Units of work on a cluster: a scheduler of dask.distributed behind the standard Executor interface."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from typing import Any, TypeVar

from millesime.errors import ConfigError, InputError

Unit = TypeVar("Unit")
Result = TypeVar("Result")

#: Seconds that a scheduler is given to answer.
_PATIENCE_S = 30


@contextlib.contextmanager
def cluster(address: str) -> Iterator[tuple[Executor, int]]:
    """The executor of a running scheduler, and how many tasks its workers take at once.

    Workers need the same version of millesime and see the same files under the same paths.

    Args:
        address: 'tcp://host:8786', as `dask scheduler` tells it.

    Raises:
        ConfigError: distributed is not installed, or there is no worker.
        InputError: no scheduler answers at this address.
    """
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{error.name} is not installed; --scheduler needs it", remedy="pip install 'millesime[cluster]'"
        ) from error
    connect: Any = distributed.Client
    try:
        client = connect(address, timeout=_PATIENCE_S)
    except (OSError, ValueError) as error:
        raise InputError(
            f"no scheduler answers ({error})", place=address, remedy="start it (dask scheduler) and give its address"
        ) from error
    with client:
        slots = sum(client.nthreads().values())
        if not slots:
            raise ConfigError("the scheduler has no workers", remedy=f"start some: dask worker {address}")
        yield client.get_executor(pure=False), slots


def as_they_end(
    executor: Executor, function: Callable[[Unit], Result], units: Iterable[Unit], *, ahead: int
) -> Iterator[tuple[Unit, Future[Result]]]:
    """Each unit with its finished future, in the order in which they end, at most `ahead` of them handed out."""
    under_way: dict[Future[Result], Unit] = {}
    waiting = iter(units)
    try:
        while True:
            while len(under_way) < ahead:
                try:
                    unit = next(waiting)
                except StopIteration:
                    break
                under_way[executor.submit(function, unit)] = unit
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                yield under_way.pop(future), future
    finally:
        for future in under_way:
            future.cancel()
