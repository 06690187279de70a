"""Open rasters of many files: each thread has handles of its own, a few at a time, opened when first read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from millesime.errors import ImageryError
from millesime.geo.grid import AnyGrid, Window
from millesime.io.raster import RasterReader

#: Files that a thread keeps open: a window of a mosaic meets a few tiles, and the next window mostly the same.
_OPEN_FILES = 32


class RasterPool:
    """Handles of rasters, closed together.

    Args:
        open_files: files that one thread keeps open, 32 by default; the one read longest ago is closed for another.
    """

    def __init__(self, *, open_files: int | None = None) -> None:
        self._limit = open_files or _OPEN_FILES
        self._local = threading.local()
        self._lock = threading.Lock()
        self._held: list[OrderedDict[Path, RasterReader]] = []

    def source(self, path: Path, *, grid: AnyGrid, told_as: str) -> PooledRaster:
        """A raster that opens when it is read.

        Args:
            path: the file.
            grid: where its pixels must lie, square or not; a file without a CRS takes the grid's.
            told_as: how messages call the file.
        """
        return PooledRaster(self, path, grid, told_as)

    def here(self, path: Path, grid: AnyGrid, told_as: str) -> RasterReader:
        """The reader of this thread.

        Raises:
            ImageryError: the file no longer lies on the grid.
        """
        readers = self._of_this_thread()
        if path in readers:
            readers.move_to_end(path)
            return readers[path]
        reader = RasterReader(path, crs=grid.crs, square=False)
        if reader.place != grid:
            reader.close()
            raise ImageryError("has changed since it was described", place=told_as, remedy="run imagery again")
        while len(readers) >= self._limit:
            readers.popitem(last=False)[1].close()
        readers[path] = reader
        return reader

    def _of_this_thread(self) -> OrderedDict[Path, RasterReader]:
        if not hasattr(self._local, "readers"):
            self._local.readers = OrderedDict()
            with self._lock:
                self._held.append(self._local.readers)
        readers: OrderedDict[Path, RasterReader] = self._local.readers
        return readers

    def close(self) -> None:
        """Close every file; no thread may read any more."""
        with self._lock:
            for readers in self._held:
                for reader in readers.values():
                    reader.close()
                readers.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PooledRaster:
    """One raster of a pool. Threads may read it at once."""

    def __init__(self, pool: RasterPool, path: Path, grid: AnyGrid, told_as: str) -> None:
        self._pool, self._path, self._grid, self._told_as = pool, path, grid, told_as

    def check(self) -> None:
        """Open the file now.

        Raises:
            ImageryError: it cannot be read, or no longer lies on its grid.
        """
        self._pool.here(self._path, self._grid, self._told_as)

    def read(self, window: Window | None = None, *, bands: Sequence[int] | None = None) -> npt.NDArray[Any]:
        """Pixels, as `RasterReader.read` gives them."""
        return self._pool.here(self._path, self._grid, self._told_as).read(window, bands=bands)

    def valid(self, window: Window | None = None) -> npt.NDArray[np.bool_]:
        """Where the file itself tells that there is data, as `RasterReader.valid` gives it."""
        return self._pool.here(self._path, self._grid, self._told_as).valid(window)
