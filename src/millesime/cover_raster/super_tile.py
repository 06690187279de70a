"""One super-tile predicted and left in the folder of parts: here, or by a worker of a cluster that opens all anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.compute.heap import release_large_arrays
from millesime.compute.ordered import in_order
from millesime.compute.threads import Ahead, Behind
from millesime.cover_raster.combine import Openable
from millesime.cover_raster.layers import Layer
from millesime.cover_raster.plan import SuperTile, pixels_needed
from millesime.cover_raster.predict import Answer, Piece, Prediction, predict, windows_needed
from millesime.cover_raster.strips import Strip, StripBuffer, strips
from millesime.cover_raster.sums import Cells, SumsMaker
from millesime.imagery import Imagery
from millesime.imagery.step import open_imagery
from millesime.io.parts import PartLayer, PartsFolder
from millesime.io.raster import bounded_cache
from millesime.io.raster_sources import FileIdentity, files_read, identity_of
from millesime.model.runtimes import Choice

#: Strips that are read before they are needed: most of a first row of windows, while the network is opened.
_READ_AHEAD = 4

#: Strips of results that wait to be written.
_BEHIND = 1

Files = dict[str, FileIdentity]
"""What recognises each file that a super-tile reads."""


@dataclass(frozen=True)
class Network:
    """A network ready to answer."""

    answer: Answer

    make: SumsMaker
    """Where its answers are summed."""


@dataclass(frozen=True)
class Job:
    """What every super-tile of a run is made from, and where it is left. It travels to workers."""

    imagery: Imagery
    root: Path | None
    """Folder that the imagery's relative paths start from."""

    model: Openable
    choice: Choice | None
    """Runtime that computes it; the model's default when None."""

    prediction: Prediction
    layers: tuple[Layer, ...]
    folder: PartsFolder
    digest: str
    """Of all that pixels are made from, the content of the imagery's files apart."""

    threads: int
    """Windows computed at once."""


@dataclass(frozen=True)
class Task:
    """A super-tile to make."""

    job: Job
    tile: SuperTile
    known: str | None = None
    """Fingerprint of the pixels that the part left there was made from: when it is still theirs, the part stays."""


@dataclass(frozen=True)
class Made:
    """What was done for a super-tile."""

    computed: bool
    """Whether it was computed now, rather than found to be of the same pixels."""


def files_of(job: Job, tile: SuperTile) -> Files:
    """What recognises the files that a super-tile and its halo are read from."""
    bounds = job.prediction.grid.window_bounds(pixels_needed(job.prediction, tile.area))
    found: Files = {}
    for file in job.imagery.files:
        for name, grid in file.within(bounds):
            for path in files_read((job.root or Path()) / name, grid.window_of(bounds)):
                found[str(path)] = identity_of(path)
    return found


def part_layers(layers: Iterable[Layer]) -> tuple[PartLayer, ...]:
    """The rasters of a part."""
    return tuple(PartLayer(layer.name, layer.count) for layer in layers)


def read_ahead(job: Job, tile: SuperTile, *, readers: ThreadPoolExecutor | None = None) -> Ahead[Strip]:
    """Start to read a super-tile, in a thread that opens the files for itself."""
    return Ahead(_read(job, tile), depth=_READ_AHEAD, pool=readers)


def _read(job: Job, tile: SuperTile) -> Iterator[Strip]:
    with open_imagery(job.imagery, root=job.root) as reader:
        yield from strips(reader, pixels_needed(job.prediction, tile.area))


def is_same(task: Task) -> bool:
    """Whether the pixels are those that the part was made from; then its files are noted as they are now."""
    if task.known is None:
        return False
    job, name = task.job, task.tile.name
    files, source = files_of(job, task.tile), read_ahead(job, task.tile)
    try:
        if StripBuffer(source).fingerprint() != task.known:
            return False
    finally:
        source.close()
    record = job.folder.record(name)
    if record is None:
        return False
    job.folder.rewrite(name, {**record, "files": files})
    return True


def compute(
    task: Task,
    source: Ahead[Strip],
    network: Network,
    pool: ThreadPoolExecutor,
    advance: Callable[[int], None],
    at_end: Callable[[], None] = lambda: None,
    writer: ThreadPoolExecutor | None = None,
) -> Made:
    """Predict a super-tile from its strips and leave it with its record.

    Args:
        task: the super-tile.
        source: its strips, closed here.
        network: that answers the windows.
        pool: threads that run the network.
        advance: told how many pixels are done, from time to time; the area in all.
        at_end: called when all is read, and the last strip is still to be computed.
        writer: thread that writes, kept for the next super-tile.
    """
    job, area = task.job, task.tile.area
    steps = _shares(area.height * area.width, windows_needed(job.prediction, [area]))

    def run(function: Callable[[Any], Any], windows: Iterable[Any]) -> Iterator[Any]:
        for answer in in_order(pool, function, windows, ahead=job.threads + 1):
            advance(next(steps))
            yield answer

    counts = np.zeros(256, dtype=np.int64)
    needed = pixels_needed(job.prediction, area)
    bands = StripBuffer(source, end=needed.row + needed.height, at_end=at_end)
    try:
        files = files_of(job, task.tile)
        with (
            job.folder.part(task.tile.name, part_layers(job.layers), job.prediction.grid.crop(area)) as (part, record),
            Behind(depth=_BEHIND, pool=writer) as behind,
        ):
            for piece in predict(job.prediction, area, bands, network.answer, run=run, make=network.make):
                behind.call(part.write, _values(job.layers, piece), piece.window.relative_to(area))
                counts += _counted(piece.classes)
            record["fingerprint"] = bands.fingerprint()
            record["digest"], record["files"] = job.digest, files
            record["counts"] = {str(value): int(counts[value]) for value in np.flatnonzero(counts)}
    finally:
        source.close()
    return Made(computed=True)


def _counted(classes: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """Pixels of each value, row by row: numpy counts 64-bit numbers, eight times the bytes."""
    counts = np.zeros(256, dtype=np.int64)
    for row in classes:
        counts += np.bincount(row, minlength=256)
    return counts


def _values(layers: Iterable[Layer], piece: Piece) -> dict[str, npt.NDArray[Any]]:
    return {layer.name: layer.values(piece) for layer in layers}


def _shares(total: int, count: int) -> Iterator[int]:
    """A total in `count` parts that are nearly equal."""
    return (total * (number + 1) // count - total * number // count for number in range(count))


_opened: dict[tuple[str, int], Network] = {}
_opening = threading.Lock()


def opened(job: Job) -> Network:
    """The network of a job; what it answers on a graphics card is summed there."""
    runtime = job.model.open(job.choice, threads=job.threads, window_px=job.prediction.window_px)
    on_card = runtime.on_card
    if on_card is None:
        return Network(lambda pixels, use: runtime.lend(pixels[None], lambda logits: use(logits[0])), Cells)
    from millesime.cover_raster.card_sums import CardSums

    return Network(lambda pixels, use: use(on_card(pixels[None])[0]), CardSums)


def make_there(task: Task) -> Made:
    """Make a super-tile on a worker of a cluster. The network stays loaded for the next one."""
    if is_same(task):
        return Made(computed=False)
    wanted = (task.job.digest, task.job.threads)
    with _opening:
        if wanted not in _opened:
            _opened.clear()
            _opened[wanted] = opened(task.job)
        network = _opened[wanted]
    release_large_arrays()
    with bounded_cache(), ThreadPoolExecutor(max_workers=task.job.threads) as pool:
        return compute(task, read_ahead(task.job, task.tile), network, pool, lambda _: None)
