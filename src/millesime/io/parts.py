"""A raster product made in parts: each part written whole with a record of what it was made from.

::

    .cover.tif.parts/
      plan.json                         what all parts are made from
      00000_08192.classes.tif           one raster for each layer
      00000_08192.json                  the record, renamed into place last: a part without one is not there
      run.lock, setup.lock              held while a process works here

A process that is killed leaves parts with their records, and temporary files that the next one sweeps. Processes on
several machines may fill the folder together; the parts of each are its own.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.windows import Window as RasterioWindow

from millesime.errors import ConfigError, InputError
from millesime.geo.grid import Grid, Window
from millesime.io.files import named_when_full, to_disk
from millesime.io.joined import new_blocks
from millesime.io.raster import BLOCK_PX

_PLAN = "plan.json"


@dataclass(frozen=True)
class PartLayer:
    """One raster of bytes of each part."""

    name: str
    count: int = 1


class PartWriter:
    """The rasters of one part, written from top to bottom.

    Rows are compressed as soon as they fill blocks, into the very blocks of the product.
    """

    def __init__(self, files: Mapping[str, Path], layers: tuple[PartLayer, ...], grid: Grid) -> None:
        self._files, self._grid = files, grid
        self._waiting: dict[str, list[npt.NDArray[Any]]] = {layer.name: [] for layer in layers}
        self._written = self._come = 0
        for layer in layers:
            with named_when_full(files[layer.name]):
                new_blocks(files[layer.name], grid, count=layer.count, sparse_ok=True).close()

    def write(self, values: Mapping[str, npt.NDArray[Any]], window: Window) -> None:
        """Write the next rows, whole, counted from the part's first row; arrays (height, width) or (bands, ...)."""
        if (window.row, window.col, window.width) != (self._come, 0, self._grid.width):
            raise ValueError(f"{window} does not follow row {self._come}")
        self._come += window.height
        for name, pixels in values.items():
            self._waiting[name].append(pixels[np.newaxis] if pixels.ndim == 2 else pixels)
        end = self._come if self._come == self._grid.height else self._come // BLOCK_PX * BLOCK_PX
        if end > self._written:
            for name in values:
                self._write(name, end)
            self._written = end

    def _write(self, name: str, end: int) -> None:
        """Write the rows that wait, up to one that ends blocks."""
        # Opened for these rows alone: the driver compresses most blocks when it closes a file.
        with named_when_full(self._files[name]), rasterio.open(self._files[name], "r+", num_threads=2) as dataset:
            for row in range(self._written, end, BLOCK_PX):
                count = min(BLOCK_PX, end - row)
                place = RasterioWindow(0, row, self._grid.width, count)
                dataset.write(self._next(self._waiting[name], count), window=place)
        self._waiting[name] = [rows.copy() for rows in self._waiting[name]]  # what they are a part of can go

    def _next(self, waiting: list[npt.NDArray[Any]], count: int) -> npt.NDArray[Any]:
        """Take so many rows off those that wait."""
        taken: list[npt.NDArray[Any]] = []
        while count:
            rows = waiting.pop(0)
            if rows.shape[1] > count:
                waiting.insert(0, rows[:, count:])
            taken.append(rows[:, :count])
            count -= taken[-1].shape[1]
        return taken[0] if len(taken) == 1 else np.concatenate(taken, axis=1)

    def close(self) -> None:
        """Check that all is written."""
        if self._come != self._grid.height:
            raise ValueError(f"{self._come} of {self._grid.height} rows were written")


@dataclass(frozen=True)
class PartsFolder:
    """The hidden folder beside a product where its parts are made."""

    path: Path

    @classmethod
    def beside(cls, output: Path) -> PartsFolder:
        """The folder of a product."""
        return cls(output.with_name(f".{output.name}.parts"))

    @contextlib.contextmanager
    def held(
        self,
        plan: Mapping[str, Any],
        *,
        alone: bool,
        refusal: Callable[[Mapping[str, Any]], Exception] | None = None,
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
        """Hold the folder for the parts of a plan; parts of another plan are swept.

        Args:
            plan: with at least 'digest', of what the parts are made from. An existing plan of this digest is kept.
            alone: refuse other processes; they share the folder otherwise.
            refusal: what to raise, of the plan that is there, rather than to sweep parts of another plan.

        Yields:
            the plan in force, and the plan whose parts were swept.

        Raises:
            ConfigError: another process works here, with another plan or alone.
            InputError: the product's folder does not exist.
        """
        if not self.path.parent.is_dir():
            raise InputError("no such folder", place=self.path.parent, remedy="create it first")
        # Open to be read as well: NFS shares no lock of a file that is open for writing alone.
        with self._setup(), (self.path / "run.lock").open("a+") as lock:
            before = _json_of(self.path / _PLAN)
            fresh = before is None or before.get("digest") != plan["digest"] or not _same_form(before, plan)
            if fresh and before is not None and refusal is not None:
                raise refusal(before)
            self._take(lock, exclusive=alone or fresh)
            if fresh:
                self._sweep(everything=True)
                _write_json(self.path / _PLAN, plan)
            elif alone:
                self._sweep(everything=False)
            if not alone:
                self._lock(lock, fcntl.LOCK_SH)
            in_force = _json_of(self.path / _PLAN) or dict(plan)
            handle = os.dup(lock.fileno())
        try:
            yield in_force, before if fresh else None
        finally:
            os.close(handle)

    def remove(self) -> None:
        """Remove the folder, once the product stands."""
        shutil.rmtree(self.path, ignore_errors=True)

    def record(self, name: str) -> dict[str, Any] | None:
        """The record of a part that is there with all its rasters, None otherwise."""
        record = _json_of(self.path / f"{name}.json")
        if record is None:
            return None
        for layer, size in record.get("bytes", {}).items():
            file = self.raster(name, layer)
            if not file.is_file() or file.stat().st_size != size:
                return None
        return record

    def raster(self, name: str, layer: str) -> Path:
        """The raster of a part's layer."""
        return self.path / f"{name}.{layer}.tif"

    @contextlib.contextmanager
    def part(self, name: str, layers: tuple[PartLayer, ...], grid: Grid) -> Iterator[tuple[PartWriter, dict[str, Any]]]:
        """Write one part: yields its writer, and the record to fill. Nothing of the part stays after a failure."""
        with named_when_full(self.path):
            folder = Path(tempfile.mkdtemp(prefix=f".{name}.", dir=self.path))
        try:
            files = {layer.name: folder / f"{layer.name}.tif" for layer in layers}
            writer = PartWriter(files, layers, grid)
            record: dict[str, Any] = {}
            yield writer, record
            writer.close()
            record["bytes"] = {layer: file.stat().st_size for layer, file in files.items()}
            with named_when_full(self.path):  # some file systems tell it here only
                for layer, file in files.items():
                    to_disk(file)
                    file.replace(self.raster(name, layer))
            self.rewrite(name, record)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def rewrite(self, name: str, record: Mapping[str, Any]) -> None:
        """Replace the record of a part whose rasters stand."""
        _write_json(self.path / f"{name}.json", record)

    def forget(self, name: str) -> None:
        """Take a part for not made."""
        (self.path / f"{name}.json").unlink(missing_ok=True)

    @contextlib.contextmanager
    def _setup(self) -> Iterator[None]:
        """Alone while the plan is looked at."""
        lock = None
        while lock is None:
            self.path.mkdir(exist_ok=True)
            # The folder may vanish before it is locked, when a run just ended: then it is made again.
            with contextlib.suppress(FileNotFoundError):
                lock = (self.path / "setup.lock").open("a+")
                self._lock(lock, fcntl.LOCK_EX)
                if not _is(self.path / "setup.lock", lock):
                    lock.close()
                    lock = None
        with lock:
            yield

    def _take(self, lock: IO[str], *, exclusive: bool) -> None:
        try:
            self._lock(lock, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigError(
                "another process makes parts of this output",
                place=self.path,
                remedy="wait for it to end, or give another --output",
            ) from error

    def _lock(self, lock: IO[str], how: int) -> None:
        try:
            fcntl.flock(lock, how)
        except BlockingIOError:
            raise
        except OSError as error:
            raise InputError(
                f"the file system cannot lock files ({error.strerror}), so that processes would work over each other",
                place=self.path,
                remedy="write to a folder of another file system, or have this one mounted with locks",
            ) from error

    def _sweep(self, *, everything: bool) -> None:
        for item in self.path.iterdir():
            if item.is_dir():
                shutil.rmtree(item, ignore_errors=True)
            elif item.suffix != ".lock" and (everything or item.name.startswith(".")):
                item.unlink(missing_ok=True)


def _same_form(before: Mapping[str, Any], plan: Mapping[str, Any]) -> bool:
    """Whether parts cut as before serve: unless told otherwise, they do."""
    return not plan.get("size_is_told") or before.get("super_tile_px") == plan.get("super_tile_px")


def _is(path: Path, handle: IO[str]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle.fileno()))
    except FileNotFoundError:
        return False


def _json_of(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        with named_when_full(path), temporary.open("w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1, sort_keys=True)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
