"""Accuracy and areas when the strata of the sample are not the classes of the map.

S. V. Stehman, *Estimating area and map accuracy for stratified random sampling when the strata are different from the
map classes*, International Journal of Remote Sensing 35 (2014), 4923-4939. Every figure is a ratio of two totals,
estimated from indicators y and x of the points, stratum by stratum (N_h units, n_h points):

    R = sum N_h mean(y) / sum N_h mean(x)
    V(R) = sum N_h^2 (1 - n_h / N_h) (s2_y + R^2 s2_x - 2 R s_xy) / n_h / (sum N_h mean(x))^2

With x = 1 the ratio is a share of the whole ground. A domain, such as a commune, is one more indicator: with points of
its own it has an estimate; without, it has none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.errors import InputError
from millesime.evaluation.estimators.intervals import Estimate, NoEstimate

Indicator = npt.NDArray[np.float64]

#: A domain with fewer points of its own gets no interval.
MIN_DOMAIN_POINTS = 10


@dataclass(frozen=True)
class Sample:
    """Points drawn at random within strata, read on the map and on the ground."""

    stratum: npt.NDArray[np.object_]
    """(n,) stratum of each point."""

    mapped: npt.NDArray[np.object_]
    """(n,) class of the map."""

    reference: npt.NDArray[np.object_]
    """(n,) class of the reference."""

    sizes: Mapping[str, float]
    """Units (pixels, or area in units of the reading) of each stratum, those without a point too."""

    def __post_init__(self) -> None:
        if not len(self.stratum) == len(self.mapped) == len(self.reference):
            raise InputError("points have one stratum, one map class and one reference class each")
        unknown = sorted({str(name) for name in self.stratum} - set(self.sizes))
        if unknown:
            raise InputError(f"strata without a size: {', '.join(unknown)}", remedy="give the size of every stratum")
        counts = pd.Series(self.stratum, dtype=object).value_counts()
        faults = [
            f"stratum {name} has {int(counts.get(name, 0))} points for {size:g} units"
            for name, size in self.sizes.items()
            if size > 0 and not 2 <= counts.get(name, 0) <= size
        ]
        if faults:
            raise InputError(
                "; ".join(faults),
                remedy="each stratum needs two points at least, and no more than it has units: draw more, or merge "
                "strata before the points are drawn",
            )

    def __len__(self) -> int:
        return len(self.stratum)

    @property
    def total(self) -> float:
        """Units of all strata."""
        return float(sum(self.sizes.values()))

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes seen on the map or on the ground, sorted."""
        return tuple(sorted({*map(str, self.mapped), *map(str, self.reference)}))


def ratio(sample: Sample, y: npt.ArrayLike, x: npt.ArrayLike) -> Estimate | NoEstimate:
    """The ratio of two totals over all strata.

    Args:
        sample: the points.
        y: (n,) what is counted above, per point.
        x: (n,) what is counted below, per point.
    """
    over, under = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    total_y = total_x = 0.0
    strata = [(sample.sizes[name], rows) for name, rows in _rows_of(sample).items()]
    for size, rows in strata:
        total_y += size * float(over[rows].mean())
        total_x += size * float(under[rows].mean())
    if total_x == 0:
        return NoEstimate("no point of the sample has what the share is taken of")
    value = total_y / total_x
    variance = 0.0
    for size, rows in strata:
        # The variance of y - R x is that of the formula, and never below 0 by rounding.
        spread = float(np.var(over[rows] - value * under[rows], ddof=1))
        variance += size**2 * (1 - len(rows) / size) * spread / len(rows)
    return Estimate(value, math.sqrt(max(variance, 0.0)) / abs(total_x))


def _rows_of(sample: Sample) -> dict[str, npt.NDArray[np.intp]]:
    return {name: np.flatnonzero(sample.stratum == name) for name, size in sample.sizes.items() if size > 0}


def overall_accuracy(sample: Sample) -> Estimate | NoEstimate:
    """Share of the ground where map and reference agree."""
    return ratio(sample, sample.mapped == sample.reference, np.ones(len(sample)))


def users_accuracy(sample: Sample, name: str) -> Estimate | NoEstimate:
    """Share of a map class that is right."""
    mapped = sample.mapped == name
    return ratio(sample, mapped & (sample.reference == name), mapped)


def producers_accuracy(sample: Sample, name: str) -> Estimate | NoEstimate:
    """Share of a reference class that the map has."""
    true = sample.reference == name
    return ratio(sample, true & (sample.mapped == name), true)


def area_share(sample: Sample, name: str) -> Estimate | NoEstimate:
    """Share of the ground that is of a class, by the reference."""
    return ratio(sample, sample.reference == name, np.ones(len(sample)))


def area(sample: Sample, name: str, *, total_area: float) -> Estimate | NoEstimate:
    """Error-adjusted area of a class, in the unit of `total_area`, that of all strata."""
    found = area_share(sample, name)
    return found if isinstance(found, NoEstimate) else found.times(total_area)


def areas_by_domain(
    sample: Sample,
    name: str,
    domain: Sequence[str],
    domain_area: Mapping[str, float],
    *,
    min_points: int = MIN_DOMAIN_POINTS,
) -> dict[str, Estimate | NoEstimate]:
    """Area of a class in each domain (a commune), from the domain's own points alone.

    A domain that few points fall in has no estimate: borrowing the territory's interval would pretend to a knowledge
    that the sample does not hold.

    Args:
        sample: the points of the territory.
        name: the class.
        domain: (n,) domain that each point lies in.
        domain_area: area of every domain wanted; estimates are in its unit.
        min_points: points that a domain needs.

    Raises:
        InputError: points and domains do not line up.
    """
    if len(domain) != len(sample):
        raise InputError(f"{len(domain)} domains for {len(sample)} points")
    where = np.asarray(domain, dtype=object)
    found: dict[str, Estimate | NoEstimate] = {}
    for place, whole in domain_area.items():
        inside = where == place
        points = int(inside.sum())
        if points < min_points:
            found[place] = NoEstimate(f"{points} points of the sample lie in {place}, {min_points} at least are needed")
            continue
        seen = inside & (sample.reference == name)
        if seen.sum() in (0, points):
            told = "none" if not seen.any() else "all"
            found[place] = NoEstimate(f"{told} of the {points} points in {place} show {name}: no variance is seen")
            continue
        share = ratio(sample, seen, inside)
        found[place] = share if isinstance(share, NoEstimate) else share.times(whole)
    return found
