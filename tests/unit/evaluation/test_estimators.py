"""Estimators against published examples, against figures worked out by hand, and against chance."""

from __future__ import annotations

import math

import numpy as np
import pytest

from millesime.errors import InputError
from millesime.evaluation.estimators.intervals import (
    Estimate,
    NoEstimate,
    deciding_interval,
    effective_size,
    points_needed,
    verdict,
    wilson,
)
from millesime.evaluation.estimators.olofsson import sample_size, stratified_accuracy
from millesime.evaluation.estimators.stehman import (
    Sample,
    area,
    area_share,
    areas_by_domain,
    overall_accuracy,
    producers_accuracy,
    ratio,
    users_accuracy,
)

COUNTS = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]
SHARES = np.array([0.020, 0.015, 0.320, 0.645])


def _letters(text: str) -> np.ndarray:
    return np.array(list(text.replace(" ", "")), dtype=object)


#: Table 2 of Stehman (2014): 4 strata, 10 points each.
STEHMAN = Sample(
    stratum=_letters("AAAAAAAAAA BBBBBBBBBB CCCCCCCCCC DDDDDDDDDD"),
    mapped=_letters("AAAAAAABBB ABBBBBBBBB BBCCCCCCBB DDDDDDDDDD"),
    reference=_letters("AAAAACBABC ABBBBBAABB CCCCCDDBBA DDDDDDDCCB"),
    sizes={"A": 40_000, "B": 30_000, "C": 20_000, "D": 10_000},
)


def test_published_example_of_olofsson():
    """Section 5 of the paper: 10 million pixels of 0.09 ha."""
    found = stratified_accuracy(["1", "2", "3", "4"], COUNTS, SHARES * 1e7 * 0.09)
    assert found.overall.value == pytest.approx(0.947, abs=5e-4)
    assert found.overall.half_width == pytest.approx(0.018, abs=5e-4)
    assert found.users["1"].value == pytest.approx(0.88)
    assert found.users["1"].half_width == pytest.approx(0.074, abs=5e-4)
    assert found.producers["1"].value == pytest.approx(0.749, abs=5e-4)
    assert found.producers["1"].half_width == pytest.approx(0.213, abs=5e-4)
    assert found.areas["1"].value == pytest.approx(21_158, abs=0.5)
    assert found.areas["1"].half_width == pytest.approx(6_158, abs=0.5)
    assert sum(item.value for item in found.areas.values()) == pytest.approx(900_000)


def test_published_sample_size():
    assert sample_size(SHARES, [0.70, 0.60, 0.90, 0.95], standard_error=0.01) == 641


def test_two_classes_by_hand():
    """Half of the ground each; 8 of 10 points right, then 9 of 10.

    p = [[.4, .1], [.05, .45]]: OA .85; V(OA) = .25 (.8 x .2 / 9) + .25 (.9 x .1 / 9) = .0444... / 9 + .0025 =
    .25 x .25 / 9. Class 1 covers .45 of the ground, with the same variance: p_+1 = .5 x .8 + .5 x .1.
    """
    found = stratified_accuracy(["1", "2"], [[8, 2], [1, 9]], [50, 50])
    assert found.overall.value == pytest.approx(0.85)
    assert found.overall.standard_error == pytest.approx(math.sqrt(0.0625 / 9))
    assert found.areas["1"].value == pytest.approx(45)
    assert found.areas["1"].standard_error == pytest.approx(100 * math.sqrt(0.0625 / 9))


def test_a_class_that_no_point_shows_has_no_producers_accuracy():
    found = stratified_accuracy(["1", "2"], [[0, 5], [0, 9]], [10, 90])
    assert found.producers["1"] == NoEstimate("no point of the sample shows 1")
    assert found.areas["1"].value == 0


@pytest.mark.parametrize(
    ("counts", "areas", "told"),
    [
        ([[1, 0], [3, 4]], [1, 1], "fewer than two points in 1"),
        ([[5, 0, 1], [3, 4, 1]], [1, 1], "shape"),
        ([[5, -1], [3, 4]], [1, 1], "negative"),
        ([[5, 1], [3, 4]], [0, 0], "some area"),
    ],
)
def test_counts_that_cannot_serve(counts, areas, told):
    with pytest.raises(InputError, match=told):
        stratified_accuracy(["1", "2"], counts, areas)


def test_sample_size_out_of_range():
    with pytest.raises(InputError, match="no sample size"):
        sample_size([1, 1], [0.5, 1.5], standard_error=0.01)


def test_published_example_of_stehman():
    """Pages 4932 to 4936 of the paper."""
    for found, value, error in [
        (overall_accuracy(STEHMAN), 0.63, 0.085),
        (area_share(STEHMAN, "A"), 0.35, 0.082),
        (area_share(STEHMAN, "C"), 0.20, 0.064),
        (users_accuracy(STEHMAN, "B"), 0.574, 0.125),
        (producers_accuracy(STEHMAN, "B"), 0.794, 0.117),
    ]:
        assert (round(found.value, 3), round(found.standard_error, 3)) == (value, pytest.approx(error, abs=6e-4))


def test_ratio_by_hand():
    """Two strata of 100 and 300 units, two points each.

    y = 1 0 | 1 1 and x = 1: totals 100 x .5 + 300 x 1 = 350 of 400, R = .875. Within the strata s2 of y is .5 and 0:
    V = 100² (1 - 2/100) .5 / 2 / 400² = .0153125.
    """
    sample = Sample(_letters("AABB"), _letters("1111"), _letters("1011"), {"A": 100, "B": 300})
    found = ratio(sample, [1, 0, 1, 1], [1, 1, 1, 1])
    assert found.value == pytest.approx(0.875)
    assert found.standard_error**2 == pytest.approx(0.0153125)
    assert area(sample, "1", total_area=40).value == pytest.approx(35)


def test_a_census_has_no_sampling_error():
    sample = Sample(_letters("AABB"), _letters("1111"), _letters("1011"), {"A": 2, "B": 2})
    assert overall_accuracy(sample) == Estimate(0.75, 0.0)


def test_strata_that_are_the_classes_agree_with_olofsson():
    """With strata as map classes both give the same figures, the finite strata apart (1 - n/N is nearly 1)."""
    mapped, reference = [], []
    for i, row in enumerate(COUNTS):
        for j, count in enumerate(row):
            mapped += [str(i)] * count
            reference += [str(j)] * count
    sizes = {str(i): share * 1e9 for i, share in enumerate(SHARES)}
    names = np.array(mapped, dtype=object)
    sample = Sample(names, names, np.array(reference, dtype=object), sizes)
    found = stratified_accuracy(list("0123"), COUNTS, SHARES)
    for one, other in [
        (overall_accuracy(sample), found.overall),
        *((users_accuracy(sample, c), found.users[c]) for c in "0123"),
        *((producers_accuracy(sample, c), found.producers[c]) for c in "0123"),
        *((area_share(sample, c), found.areas[c]) for c in "0123"),
    ]:
        assert one.value == pytest.approx(other.value)
        assert one.standard_error == pytest.approx(other.standard_error, rel=1e-4)


def test_mean_over_many_samples_is_the_truth():
    """A made-up ground of 4 000 units: areas are unbiased, and 95 % intervals hold the truth about that often."""
    rng = np.random.default_rng(5)
    sizes = {"A": 1000, "B": 3000}
    stratum = np.repeat(["A", "B"], list(sizes.values())).astype(object)
    chance = np.where(stratum == "A", 0.3, 0.1)
    reference = np.where(rng.random(4000) < chance, "1", "0").astype(object)
    mapped = np.where(rng.random(4000) < 0.85, reference, np.where(reference == "1", "0", "1")).astype(object)
    truth = float((reference == "1").mean())
    values, held = [], 0
    for _ in range(400):
        rows = np.concatenate([rng.choice(np.flatnonzero(stratum == name), 60, replace=False) for name in sizes])
        found = area_share(Sample(stratum[rows], mapped[rows], reference[rows], sizes), "1")
        values.append(found.value)
        held += found.interval[0] <= truth <= found.interval[1]
    assert np.mean(values) == pytest.approx(truth, abs=4 * np.std(values) / math.sqrt(len(values)))
    assert 0.88 < held / 400 < 0.99


def test_a_commune_without_its_own_points_gets_no_interval():
    rng = np.random.default_rng(1)
    where = np.array(["X"] * 30 + ["Y"] * 4 + ["W"] * 20, dtype=object)
    reference = np.array(list("01" * 17) + ["0"] * 20, dtype=object)
    stratum = rng.choice(["A", "B"], 54).astype(object)
    sample = Sample(stratum, reference, reference, {"A": 1000, "B": 2000})
    found = areas_by_domain(sample, "1", where, {"X": 300.0, "Y": 40.0, "Z": 90.0, "W": 50.0})
    assert isinstance(found["X"], Estimate)
    assert 0 < found["X"].value < 300
    assert found["Y"] == NoEstimate("4 points of the sample lie in Y, 10 at least are needed")
    assert found["Z"] == NoEstimate("0 points of the sample lie in Z, 10 at least are needed")
    assert "no variance" in found["W"].reason
    with pytest.raises(InputError, match="2 domains"):
        areas_by_domain(sample, "1", ["X", "Y"], {"X": 1.0})


@pytest.mark.parametrize(
    ("sizes", "told"),
    [({"A": 10}, "without a size: B"), ({"A": 10, "B": 1}, "stratum B"), ({"A": 9, "B": 9, "C": 5}, "C has 0 points")],
)
def test_samples_that_cannot_serve(sizes, told):
    with pytest.raises(InputError, match=told):
        Sample(_letters("AABB"), _letters("1111"), _letters("1111"), sizes)


def test_a_class_nobody_saw_has_no_accuracy():
    assert isinstance(users_accuracy(STEHMAN, "E"), NoEstimate)


def test_wilson_when_all_is_right():
    """The lower bound is n / (n + z²), here n / (n + 3.84): 52 points for 0.93, 381 for 0.99."""
    assert wilson(1, 52)[0] == pytest.approx(52 / (52 + 1.96**2))
    assert wilson(1, 51)[0] < 0.93 < wilson(1, 52)[0]
    assert wilson(1, 380)[0] < 0.99 < wilson(1, 381)[0]
    assert wilson(1, 20)[1] == 1
    with pytest.raises(ValueError, match="no Wilson"):
        wilson(0.5, 0)


def test_five_good_points_do_not_prove_everything():
    perfect = Estimate(1.0, 0.0)
    assert perfect.interval == (1, 1)
    assert effective_size(perfect, 5) == 5
    assert deciding_interval(perfect, 5) == pytest.approx((5 / (5 + 1.96**2), 1))


def test_effective_size_of_a_simple_sample_is_its_size():
    assert effective_size(Estimate(0.8, math.sqrt(0.8 * 0.2 / 50)), 50) == pytest.approx(50)


def test_the_deciding_interval_holds_both():
    found = Estimate(0.9, 0.05)
    low, high = deciding_interval(found, 40)
    lower, upper = wilson(0.9, effective_size(found, 40))
    assert low == min(lower, found.interval[0])
    assert high == max(upper, found.interval[1])


def test_verdicts():
    assert verdict((0.93, 1), 0.93) == "accept"
    assert verdict((0.80, 0.92), 0.93) == "refuse"
    assert verdict((0.80, 0.93), 0.93) == "extend"


def test_points_still_needed():
    """All right so far: 52 points are needed for 0.93 (52 / (52 + 3.84) >= 0.93), 381 for 0.99."""
    assert points_needed(Estimate(1, 0), 20, 0.93) == 32
    assert points_needed(Estimate(1, 0), 381, 0.99) == 0
    assert isinstance(points_needed(Estimate(0.9, 0.02), 100, 0.9), NoEstimate)
    assert isinstance(points_needed(Estimate(0.900001, 0.02), 100, 0.9), NoEstimate)
    # A sample worth half its points needs twice as many more.
    alike, half = (Estimate(0.95, math.sqrt(0.95 * 0.05 / n)) for n in (100, 50))
    more = points_needed(half, 100, 0.9)
    assert more == pytest.approx(2 * (points_needed(alike, 100, 0.9) + 50), abs=2)
