"""The pixels of a super-tile and its halo, read once from top to bottom while windows are computed."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millesime.cover_raster.predict import Bands
from millesime.geo.grid import Window

#: Rows read at once: whole blocks of 256 px; of larger ones, the driver keeps what it decoded for the next rows.
_ROWS = 256


@dataclass(frozen=True)
class Strip:
    """Rows of the image."""

    window: Window
    pixels: npt.NDArray[np.uint8]
    """(bands, height, width)."""

    valid: npt.NDArray[np.bool_]
    """(height, width)."""


def strips(bands: Bands, needed: Window) -> Iterator[Strip]:
    """The rows of a part of the image, from top to bottom."""
    row = needed.row
    while row < needed.row + needed.height:
        end = min((row // _ROWS + 1) * _ROWS, needed.row + needed.height)
        window = Window(row, needed.col, end - row, needed.width)
        yield Strip(window, *bands.read(window))
        row = end


class Fingerprint:
    """Digest of the pixels that a super-tile was made from."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def add(self, strip: Strip) -> None:
        """Take the next rows in."""
        self._hash.update(np.ascontiguousarray(strip.pixels).data)
        self._hash.update(np.packbits(strip.valid).data)

    def text(self) -> str:
        """The digest of the rows taken in so far."""
        return self._hash.hexdigest()


class StripBuffer:
    """Windows of an image from strips that come from top to bottom; rows above the last window are forgotten.

    Args:
        source: the strips, which cover every window asked for; windows come in the order of their first rows.
        end: row that the last strip ends with.
        at_end: called when the last strip is taken, while it is still to be computed.
    """

    def __init__(
        self, source: Iterator[Strip], *, end: int | None = None, at_end: Callable[[], None] = lambda: None
    ) -> None:
        self._source, self._at_end = source, at_end
        self._last = end
        self._held: deque[Strip] = deque()
        self._fingerprint = Fingerprint()

    def read(self, window: Window) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
        """Pixels (bands, height, width) and validity (height, width) of a window."""
        while not self._held or _end(self._held[-1].window) < window.row + window.height:
            self._take()
        while _end(self._held[0].window) <= window.row:
            self._held.popleft()
        first = self._held[0].window
        if window.row < first.row or not first.col <= window.col <= first.col + first.width - window.width:
            raise ValueError(f"{window} was asked for after {first}")
        pixels = np.empty((self._held[0].pixels.shape[0], *window.shape), dtype=self._held[0].pixels.dtype)
        valid = np.empty(window.shape, dtype=np.bool_)
        cols = slice(window.col - first.col, window.col - first.col + window.width)
        for strip in self._held:
            top, end = max(strip.window.row, window.row), min(_end(strip.window), window.row + window.height)
            if end > top:
                into, rows = (
                    slice(top - window.row, end - window.row),
                    slice(top - strip.window.row, end - strip.window.row),
                )
                pixels[:, into], valid[into] = strip.pixels[:, rows, cols], strip.valid[rows, cols]
        return pixels, valid

    def fingerprint(self) -> str:
        """Digest of all the pixels; takes those that were not asked for."""
        for strip in self._source:
            self._fingerprint.add(strip)
        return self._fingerprint.text()

    def _take(self) -> None:
        strip = next(self._source)
        self._fingerprint.add(strip)
        self._held.append(strip)
        if _end(strip.window) == self._last:
            self._at_end()


def _end(window: Window) -> int:
    return window.row + window.height
