"""Windows of a network over an image: where they lie and how much each counts.

A scheme is anchored on the image and depends on the image's size alone, so that the result is the same whatever part
of the image is computed, in whatever pieces. There are two. In `AxisScheme` windows overlap; where two overlap, the
weight goes from one to the other in a straight line, and the outer part of each, where it sees too little around, has
none. In `CropScheme` each pixel belongs to one window, whose margins are cut off: that is what IGN's tools do.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from millesime.errors import ConfigError

Mode = Literal["blend", "crop"]
"""How windows share the image: 'blend' mixes them where they overlap, 'crop' gives each pixel to one of them."""


class Scheme(Protocol):
    """Windows along one axis of an image, in the order of their places."""

    @property
    def count(self) -> int:
        """Number of windows."""
        ...

    def start(self, number: int) -> int:
        """First pixel of a window; windows reach out of the image at its ends."""
        ...

    def reach(self, number: int) -> tuple[int, int]:
        """Pixels of the image, first and end, where a window counts."""
        ...

    def over(self, first: int, end: int) -> range:
        """The windows that count somewhere between two pixels."""
        ...

    def weights(self, number: int) -> npt.NDArray[np.float32]:
        """How much a window counts at each of its pixels; over all windows the weights of a pixel sum to one."""
        ...


@dataclass(frozen=True)
class AxisScheme:
    """Windows that overlap, along one axis of an image of `size_px`."""

    size_px: int
    window_px: int
    margin_px: int

    def __post_init__(self) -> None:
        if not 0 <= 4 * self.margin_px <= self.window_px:
            # Then at most two windows overlap anywhere, which the weights rely on.
            raise ConfigError(
                f"margins of {self.margin_px} px are more than a quarter of windows of {self.window_px} px",
                remedy="give a larger --window-px or a smaller --margin-px",
            )

    @property
    def stride_px(self) -> int:
        """Distance between the starts of two windows."""
        return self.window_px - 2 * self.margin_px

    @property
    def count(self) -> int:
        """Number of windows."""
        return -(-self.size_px // self.stride_px)

    @property
    def _blind_px(self) -> int:
        """Pixels at each end of a window that count for nothing, where another window covers them."""
        return self.margin_px // 2

    def start(self, number: int) -> int:
        """First pixel of a window; negative for the first one."""
        return number * self.stride_px - self.margin_px

    def reach(self, number: int) -> tuple[int, int]:
        """Pixels of the image, first and end, where a window counts."""
        first = 0 if number == 0 else self.start(number) + self._blind_px
        end = self.start(number) + self.window_px - self._blind_px
        return first, self.size_px if number == self.count - 1 else min(end, self.size_px)

    def over(self, first: int, end: int) -> range:
        """The windows that count somewhere between two pixels."""
        return _over(self, first, end)

    def weights(self, number: int) -> npt.NDArray[np.float32]:
        """How much a window counts at each of its pixels; over all windows the weights of a pixel sum to one."""
        weights = np.ones(self.window_px, dtype=np.float32)
        overlap = 2 * self.margin_px
        if overlap == 0:
            return weights
        width = overlap - 2 * self._blind_px
        rise = np.clip((np.arange(overlap, dtype=np.float32) + 0.5 - self._blind_px) / np.float32(width), 0.0, 1.0)
        if number > 0:
            weights[:overlap] = rise
        if number < self.count - 1:
            # One minus the neighbour's own weight, so that the two sum to one exactly.
            weights[-overlap:] = np.float32(1.0) - rise
        return weights


@dataclass(frozen=True)
class CropScheme:
    """Windows whose margins are cut off, along one axis of an image of `size_px`.

    What is left of a window, its core, is `window_px - 2 * margin_px` wide. Cores are laid from the anchored end of the
    image, one beside the other; the last one, at the other end, is moved back so that it ends with the image, over the
    one before it. IGN's tools (FLAIR-1, `slice_extent`) lay columns from the west and rows from the south, and write
    the last column and the last row last: so the core that was moved keeps all its pixels, on both axes.
    """

    size_px: int
    window_px: int
    margin_px: int

    anchor: Literal["first", "last"]
    """The end of the axis that the first core is laid on: the first pixel (columns) or the last one (rows)."""

    def __post_init__(self) -> None:
        if not 0 <= 2 * self.margin_px < self.window_px:
            raise ConfigError(
                f"margins of {self.margin_px} px leave nothing of windows of {self.window_px} px",
                remedy="give a larger --window-px or a smaller --margin-px",
            )

    @property
    def core_px(self) -> int:
        """Pixels of a window without its margins."""
        return self.window_px - 2 * self.margin_px

    @property
    def count(self) -> int:
        """Number of windows."""
        return -(-self.size_px // self.core_px)

    def start(self, number: int) -> int:
        """First pixel of a window; on an image smaller than a core, the core ends with the image."""
        if self.anchor == "first":
            core = min(number * self.core_px, self.size_px - self.core_px)
        else:
            core = max(self.size_px - (self.count - number) * self.core_px, 0)
        return core - self.margin_px

    def reach(self, number: int) -> tuple[int, int]:
        """The pixels of the image, first and end, that belong to a window."""
        core = self.start(number) + self.margin_px
        first, end = max(core, 0), min(core + self.core_px, self.size_px)
        # The moved core is the last column, or the first row: its neighbour gives way.
        if self.anchor == "first" and number == self.count - 2:
            end = self.start(number + 1) + self.margin_px
        elif self.anchor == "last" and number == 1:
            first = min(self.core_px, self.size_px)
        return first, end

    def over(self, first: int, end: int) -> range:
        """The windows that own a pixel between two."""
        return _over(self, first, end)

    def weights(self, number: int) -> npt.NDArray[np.float32]:
        """One on the pixels that belong to the window, none elsewhere."""
        first, end = (pixel - self.start(number) for pixel in self.reach(number))
        weights = np.zeros(self.window_px, dtype=np.float32)
        weights[first:end] = 1.0
        return weights

    def owner(self, pixel: int) -> int:
        """The window that a pixel of the image belongs to."""
        if not 0 <= pixel < self.size_px:
            raise ValueError(f"pixel {pixel} of an axis of {self.size_px}")
        if self.anchor == "first":
            return self.count - 1 if pixel >= self.size_px - self.core_px else pixel // self.core_px
        from_end = self.count - 1 - (self.size_px - 1 - pixel) // self.core_px
        return 0 if pixel < self.core_px else from_end


def scheme(mode: Mode, size_px: int, window_px: int, margin_px: int, *, axis: Literal["rows", "columns"]) -> Scheme:
    """The windows along one axis of an image.

    Raises:
        ConfigError: margins that are too wide for the mode.
    """
    if mode == "crop":
        return CropScheme(size_px, window_px, margin_px, anchor="last" if axis == "rows" else "first")
    return AxisScheme(size_px, window_px, margin_px)


def _over(windows: Scheme, first: int, end: int) -> range:
    """Both ends of what windows reach grow with their number; an image of a country has thousands of them."""
    numbers = range(windows.count)
    lowest = bisect_right(numbers, first, key=lambda number: windows.reach(number)[1])
    return range(lowest, bisect_left(numbers, end, key=lambda number: windows.reach(number)[0]))


def reflected(start: int, count: int, size_px: int) -> npt.NDArray[np.intp]:
    """Pixels of an image that stand at `start`, `start + 1`... when its border is a mirror; any distance out of it."""
    if size_px == 1:
        return np.zeros(count, dtype=np.intp)
    period = 2 * (size_px - 1)
    place = np.arange(start, start + count, dtype=np.intp) % period
    return np.minimum(place, period - place)
