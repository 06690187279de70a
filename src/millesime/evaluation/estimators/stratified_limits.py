"""95 % limits of stratified shares that stay honest where no error, or no change, was observed.

In a stratum whose points all agree the estimated variance is 0, and the normal interval is too short: two hundred
points without a missed change do not prove that none was missed. Here each stratum brings the limits of Wilson's
interval, and the strata are put together by recovering the variances from the limits: G. Y. Zou, W. Huang, X. Zhang,
*A note on confidence interval estimation for a linear function of binomial proportions*, Computational Statistics &
Data Analysis 53 (2009), 1080-1085. With one stratum this is Wilson's interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from millesime.evaluation.estimators.intervals import wilson

Limits = tuple[float, float]
Floats = npt.NDArray[np.float64]


def share_limits(weights: Sequence[float], sizes: Sequence[int], counts: Sequence[int]) -> Limits:
    """95 % limits of sum W_h p_h.

    Args:
        weights: share of the ground of each stratum; they need not sum to 1.
        sizes: points of each stratum, one at least.
        counts: points of each stratum that show what is counted.

    Raises:
        ValueError: a stratum without a point.
    """
    return _together(
        weights, [(k / n, *wilson(k / n, n)) if n else _no_points() for n, k in zip(sizes, counts, strict=True)]
    )


def contrast_limits(
    weights: Sequence[float], sizes: Sequence[int], plus: Sequence[int], minus: Sequence[int]
) -> Limits:
    """95 % limits of sum W_h (a_h - b_h): what is gained less what is lost, of the same points.

    A point cannot show both, so a_h and b_h are negatively correlated, which makes their difference vary more.

    Args:
        weights: share of the ground of each stratum.
        sizes: points of each stratum, one at least.
        plus: points that show a gain.
        minus: points that show a loss.

    Raises:
        ValueError: a stratum without a point.
    """
    found = []
    for n, k, m in zip(sizes, plus, minus, strict=True):
        if not n:
            _no_points()
        a, b = k / n, m / n
        low_a, high_a = wilson(a, n)
        low_b, high_b = wilson(b, n)
        spread = a * (1 - a) * b * (1 - b)
        correlation = -a * b / math.sqrt(spread) if spread > 0 else 0.0
        down = _joint(a - low_a, high_b - b, correlation)
        up = _joint(high_a - a, b - low_b, correlation)
        found.append((a - b, a - b - down, a - b + up))
    return _together(weights, found)


def _joint(one: float, other: float, correlation: float) -> float:
    return math.sqrt(max(0.0, one**2 + other**2 - 2 * correlation * one * other))


def _together(weights: Sequence[float], strata: Sequence[tuple[float, float, float]]) -> Limits:
    w: Floats = np.asarray(weights, dtype=np.float64)
    value, low, high = (np.array(column, dtype=np.float64) for column in zip(*strata, strict=True))
    total = float((w * value).sum())
    return (
        total - math.sqrt(float(((w * (value - low)) ** 2).sum())),
        total + math.sqrt(float(((w * (high - value)) ** 2).sum())),
    )


def _no_points() -> tuple[float, float, float]:
    raise ValueError("no limits for a stratum without a point")
