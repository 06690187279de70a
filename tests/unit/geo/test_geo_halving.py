"""Rasters at half their resolution, by hand and against a plain count of four pixels."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from millesime.geo.halving import halved


def half(rows, how, nodata=None):
    return halved(np.array([rows], dtype=np.uint8), how, nodata=nodata)[0].tolist()


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([[1, 2], [3, 4]], 1),  # all differ: the first
        ([[1, 2], [3, 2]], 2),  # two of four
        ([[1, 2], [3, 3]], 3),
        ([[1, 2], [2, 1]], 1),  # two and two: those that come first
        ([[4, 2], [2, 2]], 2),
        ([[9, 2], [3, 3]], 3),  # without data
        ([[9, 9], [9, 3]], 3),
        ([[9, 9], [3, 2]], 3),
        ([[9, 9], [9, 9]], 9),
        ([[2, 9], [9, 9]], 2),
    ],
)
def test_the_mode_of_four(rows, value):
    assert half(rows, "mode", nodata=9) == [[value]]


def test_without_a_nodata_value_every_pixel_counts():
    assert half([[9, 9], [3, 2]], "mode") == [[9]]
    assert half([[0, 0], [0, 2]], "average") == [[1]]  # 0.5: halves up


@pytest.mark.parametrize(
    ("rows", "value"),
    [
        ([[1, 2], [3, 4]], 3),  # 2.5
        ([[1, 2], [2, 2]], 2),  # 1.75
        ([[1, 1], [1, 2]], 1),  # 1.25
        ([[255, 10], [11, 255]], 11),  # 10.5 of two
        ([[255, 10], [11, 11]], 11),  # 10.67 of three
        ([[255, 10], [10, 11]], 10),  # 10.33 of three
        ([[255, 255], [255, 7]], 7),
        ([[255, 255], [255, 255]], 255),
        ([[254, 254], [254, 254]], 254),
    ],
)
def test_the_mean_of_those_with_data(rows, value):
    assert half(rows, "average", nodata=255) == [[value]]


def test_the_last_row_and_column_of_an_odd_number_stand_for_two():
    rows = [[1, 1, 5], [2, 1, 7], [3, 4, 6]]
    assert half(rows, "nearest") == [[1, 5], [3, 6]]
    assert half(rows, "mode") == [[1, 5], [3, 6]]
    assert half(rows, "average") == [[1, 6], [4, 6]]  # 1.25, 6; 3.5, 6


def told_by_counting(four, nodata):
    known = [value for value in four if value != nodata]
    if not known:
        return nodata, nodata
    times = Counter(known)
    most = max(times.values())
    return next(value for value in known if times[value] == most), int(sum(known) / len(known) + 0.5)


@given(arrays(np.uint8, (2, 4, 6), elements=st.sampled_from([0, 1, 2, 3, 254, 255])), st.sampled_from([0, 1, 255]))
def test_each_pixel_is_told_by_its_own_four(pixels, nodata):
    mode, mean = (halved(pixels, how, nodata=nodata) for how in ("mode", "average"))
    for band, row, col in np.ndindex(2, 2, 3):
        four = pixels[band, 2 * row : 2 * row + 2, 2 * col : 2 * col + 2].ravel().tolist()
        assert (mode[band, row, col], mean[band, row, col]) == told_by_counting(four, nodata)
