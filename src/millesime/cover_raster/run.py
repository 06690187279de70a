"""A run: what is there already, what is to be made, here or on a cluster, and what failed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from millesime.compute import Progress
from millesime.compute.cluster import as_they_end, cluster
from millesime.compute.threads import Ahead
from millesime.cover_raster.plan import SuperTile
from millesime.cover_raster.strips import Strip, StripBuffer
from millesime.cover_raster.super_tile import (
    Job,
    Made,
    Task,
    compute,
    files_of,
    is_same,
    make_there,
    opened,
    read_ahead,
)
from millesime.errors import ConfigError, ImageryError, InputError, MillesimeError, ModelError
from millesime.geo.grid import Bounds

#: Why a super-tile is missing that nobody made.
NOT_COMPUTED = "not computed yet"

#: Tasks handed to a cluster for each that it takes at once, so that its workers do not wait for this process.
_AHEAD = 2


@dataclass(frozen=True)
class Missing:
    """A super-tile that could not be made."""

    tile: SuperTile
    bounds: Bounds
    """West, south, east, north in metres."""

    reason: str
    files: tuple[str, ...]
    """Files that the reason names, whole paths."""

    def text(self) -> str:
        """For people."""
        west, south, east, north = self.bounds
        files = f" [{', '.join(self.files)}]" if self.files else ""
        return f"x {west:.1f} to {east:.1f}, y {south:.1f} to {north:.1f}: {self.reason}{files}"


@dataclass(frozen=True)
class Outcome:
    """What a run did."""

    computed: tuple[str, ...]
    """Names of the super-tiles that were computed now."""

    kept: tuple[str, ...]
    """Those that were there already, made from the same."""

    missing: tuple[Missing, ...]


def make_tiles(
    job: Job,
    tiles: Sequence[SuperTile],
    *,
    progress: Progress,
    label: str,
    scheduler: str | None = None,
    computing: bool = True,
) -> Outcome:
    """Make the super-tiles that are not there yet; one that fails is tried once more after the others.

    Args:
        job: what they are made from.
        tiles: those wanted.
        progress: counts pixels.
        label: of the progress.
        scheduler: address of a cluster that makes them.
        computing: false to tell what is missing only.

    Raises:
        ModelError: the network cannot be used.
        DiskFullError: no space left for the parts.
    """
    kept, tasks = _sorted_out(job, tiles)
    if not computing:
        absent = tuple(
            _missing(task, ImageryError(NOT_COMPUTED if task.known is None else "its imagery has changed"))
            for task in tasks
        )
        return Outcome((), tuple(tile.name for tile in kept), absent)
    if kept:
        progress.note(f"{len(kept)} of {len(tiles)} super-tiles are there already")
    computed: list[str] = []
    failed: list[tuple[Task, Exception]] = []
    with progress.counter(sum(_pixels(task) for task in tasks), label=label, unit="px") as advance:
        run = _on_cluster(scheduler, tasks, advance) if scheduler else _here(tasks, advance)
        for task, result in run:
            if isinstance(result, Exception):
                failed.append((task, _alone(result)))
            elif result.computed:
                computed.append(task.tile.name)
            else:
                kept.append(task.tile)
    again, missing = [], []
    for task, error in failed:
        # Reading is little beside computing: what still cannot be read is not computed half again.
        unreadable = _unreadable(task)
        if unreadable is None:
            progress.note(f"once more, {_missing(task, error).text()}")
            again.append(replace(task, known=None))
        else:
            missing.append(_missing(task, unreadable))
    with progress.counter(sum(_pixels(task) for task in again), label=f"{label}, again", unit="px") as advance:
        run = _on_cluster(scheduler, again, advance) if scheduler else _here(again, advance)
        for task, result in run:
            if isinstance(result, Exception):
                missing.append(_missing(task, result))
            else:
                computed.append(task.tile.name)
    missing.sort(key=lambda item: item.tile.name)
    return Outcome(tuple(sorted(computed)), tuple(sorted(tile.name for tile in kept)), tuple(missing))


def _sorted_out(job: Job, tiles: Sequence[SuperTile]) -> tuple[list[SuperTile], list[Task]]:
    """Super-tiles that are there, and tasks for the others."""
    kept, tasks = [], []
    for tile in tiles:
        record = job.folder.record(tile.name)
        if record is None or record.get("digest") != job.digest:
            tasks.append(Task(job, tile))
        elif _same_files(record, job, tile):
            kept.append(tile)
        else:
            tasks.append(Task(job, tile, known=record["fingerprint"]))
    return kept, tasks


def _same_files(record: Mapping[str, Any], job: Job, tile: SuperTile) -> bool:
    return {path: tuple(facts) for path, facts in record["files"].items()} == files_of(job, tile)


def _pixels(task: Task) -> int:
    return task.tile.area.height * task.tile.area.width


def _here(tasks: Sequence[Task], advance: Callable[[int], None]) -> Iterator[tuple[Task, Made | Exception]]:
    """Super-tiles one after the other; the next one is read while the last strip of one is computed."""
    if not tasks:
        return
    started: dict[str, Ahead[Strip]] = {}

    def start(task: Task) -> None:
        if task.known is None:
            started[task.tile.name] = read_ahead(task.job, task.tile, readers=readers)

    with (
        ThreadPoolExecutor(max_workers=tasks[0].job.threads) as pool,
        ThreadPoolExecutor(max_workers=2) as readers,  # one that ends, and the next
        ThreadPoolExecutor(max_workers=1) as writer,
    ):
        try:
            start(tasks[0])  # read while the network is opened
            network = opened(tasks[0].job)
            for task, following in zip(tasks, [*tasks[1:], None], strict=True):
                try:
                    if is_same(task):
                        advance(_pixels(task))
                        yield task, Made(computed=False)
                        continue
                    source = started.pop(task.tile.name, None) or read_ahead(task.job, task.tile, readers=readers)
                    at_end = partial(start, following) if following is not None else _nothing
                    made = compute(task, source, network, pool, advance, at_end, writer)
                except (InputError, OSError) as error:
                    if _ends_the_run(error):
                        raise
                    yield task, error
                else:
                    yield task, made
        finally:
            for source in started.values():
                source.close()


def _nothing() -> None:
    """No super-tile follows."""


def _on_cluster(
    address: str, tasks: Sequence[Task], advance: Callable[[int], None]
) -> Iterator[tuple[Task, Made | Exception]]:
    """Super-tiles on the workers of a cluster, in the order in which they end."""
    if not tasks:
        return
    with cluster(address) as (executor, slots):
        for task, future in as_they_end(executor, make_there, tasks, ahead=_AHEAD * slots):
            error = future.exception()
            if isinstance(error, MillesimeError) and _ends_the_run(error):
                raise error
            if error is not None and not isinstance(error, Exception):
                raise error
            advance(_pixels(task))
            # A worker may die under a super-tile; that is told as a failure of the super-tile, and tried again.
            yield task, future.result() if error is None else error


def _ends_the_run(error: Exception) -> bool:
    """Whether other super-tiles would fail for the same cause: anything but an input that cannot be read."""
    return isinstance(error, ModelError | ConfigError) or (
        isinstance(error, MillesimeError) and not isinstance(error, InputError)
    )


def _alone(error: Exception) -> Exception:
    """An error without what it came through: that holds the pixels and logits of its super-tile."""
    found: BaseException | None = error
    while found is not None:
        found.__traceback__ = None
        found = found.__cause__ or found.__context__
    return error


def _unreadable(task: Task) -> Exception | None:
    source = read_ahead(task.job, task.tile)
    try:
        StripBuffer(source).fingerprint()
    except (InputError, OSError) as error:
        return error
    finally:
        source.close()
    return None


def _missing(task: Task, error: Exception) -> Missing:
    text = f"{error.place}: {error.message}" if isinstance(error, MillesimeError) and error.place else str(error)
    try:
        files = tuple(path for path in files_of(task.job, task.tile) if _names(text, path))
    except InputError:
        files = ()
    return Missing(
        task.tile,
        task.job.prediction.grid.window_bounds(task.tile.area),
        text or type(error).__name__,
        files,
    )


def _names(text: str, path: str) -> bool:
    """Whether a driver's message names a file, of which it tells the last part only."""
    return path.rpartition("/")[2] in text and path not in text
