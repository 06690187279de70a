"""Numbers of other than 8 bits: which become 0 and 255 is told, and nothing is guessed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millesime.errors import ConfigError
from millesime.geo.grid import Grid
from millesime.imagery.digital_numbers import (
    SAMPLE_BLOCKS,
    Limits,
    Scaling,
    parse_scaling,
    percentiles,
    sample_windows,
    to_digital_numbers,
)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        ([], None),
        (["0,65535"], Scaling(Limits(0, 65535), {})),
        (["2%,98%"], Scaling(Limits(2, 98, percent=True), {})),
        (["-10, 4000.5"], Scaling(Limits(-10, 4000.5), {})),
        (
            ["0,4000", "near_infrared=200,6000"],
            Scaling(Limits(0, 4000), {"near_infrared": Limits(200, 6000)}),
        ),
    ],
)
def test_scales_are_read(texts, expected):
    assert parse_scaling(texts) == expected


@pytest.mark.parametrize(
    ("texts", "fault"),
    [
        (["0"], "is not MIN,MAX"),
        (["0,a"], "is not MIN,MAX"),
        (["2%,98"], "is not MIN,MAX"),
        (["5,5"], "first number must be less"),
        (["0,inf"], "first number must be less"),
        (["-1%,98%"], "first number must be less"),
        (["height=0,51"], "no band is called height"),
        (["0,1", "0,2"], "given twice for all bands"),
        (["red=0,1", "red=0,2"], "given twice for red"),
    ],
)
def test_scales_that_cannot_be_are_refused(texts, fault):
    with pytest.raises(ConfigError, match=fault):
        parse_scaling(texts)


def test_a_band_s_own_limits_win():
    scaling = parse_scaling(["red=1,2", "3,4"])
    assert (str(scaling.of("red")), str(scaling.of("blue"))) == ("1 to 2", "3 to 4")
    assert parse_scaling(["red=1,2"]).of("blue") is None


def test_numbers_between_the_limits_go_in_a_straight_line():
    """100 to 4180 is 16 numbers for one of 8 bits: 100 -> 0, 116 -> 1, 4180 -> 255; beyond, clipped."""
    numbers = np.array([0, 100, 108, 116, 4180, 65535], dtype=np.uint16)
    assert to_digital_numbers(numbers, (100.0, 4180.0)).tolist() == [0.0, 0.0, 0.5, 1.0, 255.0, 255.0]


def test_eight_bits_written_over_sixteen_come_back():
    eight = np.arange(256, dtype=np.uint16)
    for numbers, limits in ((eight * 257, (0.0, 65535.0)), (eight * 16 + 37, (37.0, 37.0 + 255 * 16))):
        assert np.rint(to_digital_numbers(numbers, limits)).tolist() == eight.tolist()


def test_percentiles_are_rounded_so_that_they_can_be_given_again():
    numbers = np.arange(0, 10001, dtype=np.uint16)
    assert percentiles(numbers, Limits(2, 98, percent=True)) == (200.0, 9800.0)
    assert percentiles(np.array([1.23456789, 2.0]), Limits(0, 100, percent=True)) == (1.23457, 2.0)


@given(width=st.integers(1, 9000), height=st.integers(1, 9000))
def test_samples_lie_inside_and_are_few(width, height):
    grid = Grid("EPSG:2154", 0.0, 0.0, 0.2, width, height)
    windows = sample_windows(grid)
    assert 1 <= len(windows) <= SAMPLE_BLOCKS
    assert len(set(windows)) == len(windows)
    assert all(window.clipped(grid) == window for window in windows)
    # the first and the last row and column of blocks are among them
    assert min(window.row for window in windows) == 0
    assert max(window.row + window.height for window in windows) == height
    assert max(window.col + window.width for window in windows) == width
