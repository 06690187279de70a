"""Chance itself: many samples of a made-up ground whose change is known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pytest
from sample_scenes import squares

from millesime.evaluation.estimators.stratified_limits import share_limits
from millesime.evaluation.sample import (
    ARTIFICIALISED,
    CHANGE_CLASSES,
    DESARTIFICIALISED,
    LIKELY_OMISSION,
    STABLE_ARTIFICIAL,
    STABLE_NOT_ARTIFICIAL,
    change_interval,
    control_points,
    draw,
    stratum_areas,
)

DRAWS = 200
FIGURES = ("artificialised", "desartificialised", "net")

#: Squares of 20 m: the ground of 24 x 24 is 23.04 ha.
SIDE, CELLS = 20.0, 24

POINTS = {
    ARTIFICIALISED: 50,
    DESARTIFICIALISED: 50,
    LIKELY_OMISSION: 60,
    STABLE_ARTIFICIAL: 60,
    STABLE_NOT_ARTIFICIAL: 80,
}


@dataclass(frozen=True)
class Draws:
    """Estimates of all samples, each array (DRAWS,), and the truth, in hectares."""

    truth: float
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray

    @property
    def held(self) -> float:
        return float(((self.low <= self.truth) & (self.truth <= self.high)).mean())


def _made_up_ground(rng, omitted):
    """Mapped and true change of each square, and its stratum: mapped change, what lies beside it, the rest.

    Of the mapped change 15 % is none. `omitted` squares of the stable ground, chosen at random, changed unseen.
    """
    block = np.kron(rng.random((CELLS // 4, CELLS // 4)), np.ones((4, 4)))
    mapped = np.where(block < 0.35, STABLE_ARTIFICIAL, STABLE_NOT_ARTIFICIAL).astype(object)
    change = rng.random(mapped.shape)
    mapped[(change < 0.04) & (mapped == STABLE_NOT_ARTIFICIAL)] = ARTIFICIALISED
    mapped[(change < 0.08) & (mapped == STABLE_ARTIFICIAL)] = DESARTIFICIALISED
    changed = np.isin(mapped, (ARTIFICIALISED, DESARTIFICIALISED))
    padded = np.pad(changed, 1)
    beside = padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]

    true = mapped.copy()
    wrong = changed & (rng.random(mapped.shape) < 0.15)
    true[wrong] = np.where(mapped[wrong] == ARTIFICIALISED, STABLE_NOT_ARTIFICIAL, STABLE_ARTIFICIAL)
    for stable, missed in ((STABLE_NOT_ARTIFICIAL, ARTIFICIALISED), (STABLE_ARTIFICIAL, DESARTIFICIALISED)):
        for near in (True, False):
            cells = np.flatnonzero((mapped == stable) & (beside == near))
            true.flat[rng.choice(cells, round(omitted * len(cells)), replace=False)] = missed
    # A few squares of either kind were given the wrong status at both dates, or at one.
    stable = np.flatnonzero(~changed)
    for name in CHANGE_CLASSES:
        true.flat[rng.choice(stable, round(omitted * len(stable) / 2), replace=False)] = name
    return true, mapped, np.where(beside & ~changed, LIKELY_OMISSION, mapped)


def _simulated(omitted, seed):
    """Every figure of change in `DRAWS` samples of one ground."""
    true, mapped, stratum = _made_up_ground(np.random.default_rng(seed), omitted)
    ground = squares(stratum, mapped, side=SIDE)
    areas = stratum_areas(ground)
    gain, loss = (float((true == name).sum()) * SIDE**2 / 10_000 for name in (ARTIFICIALISED, DESARTIFICIALISED))
    found = {figure: [] for figure in FIGURES}
    for number in range(DRAWS):
        drawn = draw(ground, POINTS, seed=number)
        column, row = ((axis // SIDE).astype(int) for axis in (drawn.geometry.x, drawn.geometry.y))
        points = control_points(drawn.assign(reference=true[row, column], kind="change"), areas=areas)
        for figure in FIGURES:
            told = change_interval(points, figure)
            found[figure].append((told.value_ha, told.low_ha, told.high_ha))
    truth = dict(zip(FIGURES, (gain, loss, gain - loss), strict=True))
    return {figure: Draws(truth[figure], *np.array(rows).T) for figure, rows in found.items()}


@pytest.fixture(scope="module")
def simulated():
    """A ground where one square in twenty-five of what is mapped stable changed unseen."""
    return _simulated(omitted=0.04, seed=4)


@pytest.mark.parametrize("figure", FIGURES)
def test_the_mean_of_many_samples_is_the_truth(simulated, figure):
    found = simulated[figure]
    assert abs(found.value.mean() - found.truth) < 3 * found.value.std(ddof=1) / math.sqrt(DRAWS)


@pytest.mark.parametrize("figure", FIGURES)
def test_intervals_hold_the_truth_about_as_often_as_they_say(simulated, figure):
    assert 0.90 <= simulated[figure].held <= 0.99


@pytest.mark.parametrize("figure", FIGURES)
def test_intervals_are_not_idle(simulated, figure):
    """They are no wider than a third more than what the true spread of the estimates asks for."""
    found = simulated[figure]
    assert (found.high - found.low).mean() < 4 / 3 * 2 * 1.96 * found.value.std(ddof=1)


def test_limits_know_of_omissions_that_a_sample_seldom_shows():
    """Five strata, one change in a thousand of the largest: 500 points show none of it six times in ten.

    Then the normal interval, estimate +- 1.96 standard errors, is too short: it holds the truth in 87 % of the samples.
    """
    weights = np.array([0.01, 0.005, 0.05, 0.20, 0.735])
    share = np.array([0.85, 0.0, 0.04, 0.0, 0.001])
    sizes = np.array([100, 100, 150, 150, 500])
    truth = float((weights * share).sum())
    held, normal = 0, 0
    seen = np.random.default_rng(0).binomial(sizes, share, size=(1500, 5))
    for counts in seen:
        low, high = share_limits(weights.tolist(), sizes.tolist(), counts.tolist())
        held += low <= truth <= high
        p = counts / sizes
        error = math.sqrt((weights**2 * p * (1 - p) / (sizes - 1)).sum())
        normal += abs((weights * p).sum() - truth) <= 1.96 * error
    assert 0.92 < held / len(seen) < 0.99
    assert normal / len(seen) < 0.90
