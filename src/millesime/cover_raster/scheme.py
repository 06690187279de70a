"""Windows of a network over an image: where they lie and how much each counts.

The scheme is anchored on the image's origin and depends on the image's size alone, so that the result is the same
whatever part of the image is computed, in whatever pieces. Windows overlap; where two overlap, the weight goes
from one to the other in a straight line, and the outer part of each, where it sees too little around, has none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millesime.errors import ConfigError


@dataclass(frozen=True)
class AxisScheme:
    """Windows along one axis of an image of `size_px`."""

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
        numbers = [
            number for number in range(self.count) if self.reach(number)[0] < end > first < self.reach(number)[1]
        ]
        return range(numbers[0], numbers[-1] + 1)

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


def reflected(start: int, count: int, size_px: int) -> npt.NDArray[np.intp]:
    """Pixels of an image that stand at `start`, `start + 1`... when its border is a mirror; any distance out of it."""
    if size_px == 1:
        return np.zeros(count, dtype=np.intp)
    period = 2 * (size_px - 1)
    place = np.arange(start, start + count, dtype=np.intp) % period
    return np.minimum(place, period - place)
