"""Figures of a sample, each with its 95 % interval or with the reason why it has none.

Estimates and standard errors are those of Olofsson et al. (2014) and Stehman (2014); with strata that are the classes
of the map both are the same. The interval of an area puts Wilson's limits of each stratum together, which knows that a
stratum without an observed error may hold some (`millesime.evaluation.estimators.stratified_limits`); with many points
of each kind it is the normal one, estimate +- 1.96 standard errors. The interval of an accuracy, which things may be
decided by, is the widest on each side of that one, the normal one and Wilson's at the effective size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millesime.evaluation.estimators.intervals import Estimate, NoEstimate, deciding_interval
from millesime.evaluation.estimators.stehman import Sample, ratio
from millesime.evaluation.estimators.stratified_limits import contrast_limits, share_limits
from millesime.evaluation.sample.points import ControlPoints

Flags = npt.NDArray[np.bool_]
Limits = tuple[float, float]

#: Points are drawn from a continuous ground: counted in square millimetres, a stratum is never used up by them.
_UNITS_PER_M2 = 1e6


@dataclass(frozen=True)
class Figure:
    """An estimate with its interval, in one unit."""

    value: float
    standard_error: float
    low: float
    high: float
    points: int
    """Points read that the figure rests on."""

    def times(self, factor: float) -> Figure:
        """The same figure in another unit."""
        return Figure(
            self.value * factor, self.standard_error * factor, self.low * factor, self.high * factor, self.points
        )


Told = Figure | NoEstimate


@dataclass(frozen=True)
class Readings:
    """The points read, as the estimators take them."""

    points: ControlPoints

    def sample(self, *, of_sound_strata: bool = False) -> Sample:
        """All strata; or those with two points at least."""
        names = [name for name in self.points.sizes if not of_sound_strata or name not in self.points.thin]
        read = self.points.read[self.points.read["stratum"].isin(names)]
        stratum, mapped, reference = (read[name].to_numpy(dtype=object) for name in ("stratum", "mapped", "reference"))
        sizes = {name: self.points.areas[name] * _UNITS_PER_M2 for name in names}
        return Sample(stratum, mapped, reference, sizes=sizes)

    @property
    def refusal(self) -> NoEstimate | None:
        """Why nothing can be said of the whole ground; None when all strata have two points."""
        thin = self.points.thin
        if not thin:
            return None
        told = ", ".join(f"{name} has {self.points.sizes[name]}" for name in thin)
        return NoEstimate(f"stratum {told} points read: two at least are needed in each for the whole ground")


def overall(points: ControlPoints) -> Told:
    """Share of the ground where map and reference agree."""
    readings = Readings(points)
    if refused := readings.refusal:
        return refused
    sample = readings.sample()
    return _share(sample, sample.mapped == sample.reference, np.ones(len(sample), dtype=bool))


def area_m2(points: ControlPoints, *classes: str) -> Told:
    """Error-adjusted area of some classes together, in square metres."""
    readings = Readings(points)
    if refused := readings.refusal:
        return refused
    sample = readings.sample()
    every = np.ones(len(sample), dtype=bool)
    return _times(_share(sample, _is(sample.reference, *classes), every, linear=True), points.total_m2)


def net_m2(points: ControlPoints, plus: str, minus: str) -> Told:
    """Error-adjusted area of one class less that of another, in square metres."""
    readings = Readings(points)
    if refused := readings.refusal:
        return refused
    sample = readings.sample()
    every = np.ones(len(sample), dtype=bool)
    return _times(_contrast(sample, sample.reference == plus, sample.reference == minus, every), points.total_m2)


def users(points: ControlPoints, name: str) -> Told:
    """Share of a map class that is right."""
    readings = Readings(points)
    if readings.refusal and (not points.strata_are_classes or name in points.thin):
        # Where strata hold several classes, ground of this one may lie in the stratum that was not read.
        return readings.refusal
    sample = readings.sample(of_sound_strata=True)
    mapped = sample.mapped == name
    if not mapped.any():
        return NoEstimate(f"no point read is mapped {name}")
    return _share(sample, mapped & (sample.reference == name), mapped)


def producers(points: ControlPoints, name: str) -> Told:
    """Share of a reference class that the map has."""
    readings = Readings(points)
    if refused := readings.refusal:
        return refused
    sample = readings.sample()
    true = sample.reference == name
    if not true.any():
        return NoEstimate(f"no point read is {name}")
    return _share(sample, true & (sample.mapped == name), true, limits=_kept_share(sample, name))


def _is(column: npt.NDArray[np.object_], *classes: str) -> Flags:
    return np.isin(column.astype(str), classes)


def _times(found: Told, factor: float) -> Told:
    return found if isinstance(found, NoEstimate) else found.times(factor)


def _share(sample: Sample, part: Flags, whole: Flags, *, limits: Limits | None = None, linear: bool = False) -> Told:
    """Share of what `whole` counts, with its interval.

    Args:
        sample: the points.
        part: those counted above.
        whole: those counted below.
        limits: limits from the strata, where those of `part` in each stratum do not tell them.
        linear: a sum over strata of known weights, for which the limits from the strata are enough.
    """
    estimate = ratio(sample, part, whole)
    if isinstance(estimate, NoEstimate):
        return estimate
    count = int(whole.sum())
    weights, sizes, counts = _counted(sample, whole, part)
    every = [limits or share_limits([weight / sum(weights) for weight in weights], sizes, counts)]
    if not linear:
        every += [deciding_interval(estimate, count), estimate.interval]
    return _figure(estimate, count, every, bounds=(0.0, 1.0))


def _contrast(sample: Sample, plus: Flags, minus: Flags, whole: Flags) -> Told:
    estimate = ratio(sample, plus.astype(np.int8) - minus.astype(np.int8), whole)
    if isinstance(estimate, NoEstimate):
        return estimate
    weights, sizes, gained = _counted(sample, whole, plus)
    lost = _counted(sample, whole, minus)[2]
    limits = contrast_limits([weight / sum(weights) for weight in weights], sizes, gained, lost)
    return _figure(estimate, int(whole.sum()), [limits], bounds=(-1.0, 1.0))


def _counted(sample: Sample, whole: Flags, part: Flags) -> tuple[list[float], list[int], list[int]]:
    """Per stratum where `whole` has points: share of all ground that it counts there, its points, those of `part`."""
    weights, sizes, counts = [], [], []
    for name, size in sample.sizes.items():
        here = sample.stratum == name
        inside = here & whole
        if inside.any():
            weights.append(size / sample.total * float(inside.sum()) / float(here.sum()))
            sizes.append(int(inside.sum()))
            counts.append(int((inside & part).sum()))
    return weights, sizes, counts


def _kept_share(sample: Sample, name: str) -> Limits | None:
    """Limits of the share of a reference class that the map has, when what it lacks is at its own limits.

    Ground of another map class may hold some of the class though no point there shows it: an omission is looked for in
    every stratum that has ground of another class.
    """
    mapped, true = sample.mapped == name, sample.reference == name
    weights, sizes, counts = _counted(sample, mapped, true)
    kept = sum(w * k / n for w, n, k in zip(weights, sizes, counts, strict=True))
    if not kept or mapped.all():
        return None
    low, high = (max(0.0, limit) for limit in share_limits(*_counted(sample, ~mapped, true)))
    return kept / (kept + high), kept / (kept + low)


def _figure(estimate: Estimate, count: int, limits: Sequence[Limits], *, bounds: Limits) -> Figure:
    low = max(bounds[0], min(item[0] for item in limits))
    high = min(bounds[1], max(item[1] for item in limits))
    return Figure(estimate.value, estimate.standard_error, min(low, estimate.value), max(high, estimate.value), count)
