"""Estimates with their intervals, what stands in their place when there is none, and the interval to decide with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

#: Half-width of a 95 % normal interval, in standard errors.
Z_95 = 1.96

Verdict = Literal["accept", "refuse", "extend"]

#: Nobody draws that many.
_MOST_POINTS = 1e9


@dataclass(frozen=True)
class Estimate:
    """A figure estimated from a sample."""

    value: float
    standard_error: float

    @property
    def half_width(self) -> float:
        """Half the width of the 95 % normal interval."""
        return Z_95 * self.standard_error

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % normal interval."""
        return self.value - self.half_width, self.value + self.half_width

    def times(self, factor: float) -> Estimate:
        """The same figure in another unit: a proportion times the total area is an area."""
        return Estimate(self.value * factor, self.standard_error * abs(factor))

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        low, high = self.interval
        return {"value": self.value, "standard_error": self.standard_error, "low_95": low, "high_95": high}


@dataclass(frozen=True)
class NoEstimate:
    """Nothing can be said of a figure from the sample, and why: this stands where a false interval would."""

    reason: str

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {"value": None, "reason": self.reason}


def wilson(proportion: float, size: float, *, z: float = Z_95) -> tuple[float, float]:
    """Wilson's interval of a proportion observed on `size` points (a real number: the effective size).

    Raises:
        ValueError: a proportion outside 0 to 1, or a size that is not positive.
    """
    if not 0 <= proportion <= 1 or not size > 0:
        raise ValueError(f"no Wilson interval for a proportion of {proportion} on {size} points")
    square = z * z / size
    centre = (proportion + square / 2) / (1 + square)
    half = z * math.sqrt(proportion * (1 - proportion) / size + square / (4 * size)) / (1 + square)
    # At the ends the formula gives 0 and 1 but for rounding.
    low = 0.0 if proportion == 0 else max(0.0, centre - half)
    return low, 1.0 if proportion == 1 else min(1.0, centre + half)


def effective_size(proportion: Estimate, size: int) -> float:
    """The size of the simple random sample that would give the same variance; the size itself without variance."""
    variance = proportion.standard_error**2
    spread = proportion.value * (1 - proportion.value)
    return spread / variance if variance > 0 and spread > 0 else float(size)


def deciding_interval(proportion: Estimate, size: int) -> tuple[float, float]:
    """The interval to decide with: the wider, on each side, of the normal one and Wilson's at the effective size.

    Without an error observed the variance is 0 and the normal interval would "prove" 100 % with five good points.

    Args:
        proportion: an accuracy, with its standard error.
        size: points that it was estimated from.
    """
    low, high = wilson(min(max(proportion.value, 0.0), 1.0), effective_size(proportion, size))
    normal_low, normal_high = proportion.interval
    return max(0.0, min(low, normal_low)), min(1.0, max(high, normal_high))


def verdict(interval: tuple[float, float], threshold: float) -> Verdict:
    """Accept when the whole interval reaches the threshold, refuse when none of it does, else draw more points."""
    low, high = interval
    if low >= threshold:
        return "accept"
    return "refuse" if high < threshold else "extend"


def points_needed(proportion: Estimate, size: int, threshold: float) -> int | NoEstimate:
    """Points still to be drawn for the interval to leave the threshold on one side, were the proportion to stay.

    Wilson's interval at the effective size is narrowed until it does; the points drawn so far tell how many points one
    effective point costs.

    Args:
        proportion: an accuracy, with its standard error.
        size: points that it was estimated from.
        threshold: accuracy asked for.
    """
    observed = min(max(proportion.value, 0.0), 1.0)
    if observed == threshold:
        return NoEstimate("the accuracy observed is the threshold itself: no number of points settles it")
    effective = effective_size(proportion, size)

    def settles(points: float) -> bool:
        return verdict(wilson(observed, points), threshold) != "extend"

    if settles(effective):
        return 0
    high = effective
    while not settles(high):
        high *= 2
        if high > _MOST_POINTS:
            return NoEstimate(f"more than {_MOST_POINTS:g} points: the accuracy observed is too close to the threshold")
    low = high / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if settles(middle) else (middle, high)
    return math.ceil(round((high - effective) * size / effective, 6))
