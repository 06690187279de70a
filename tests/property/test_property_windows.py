"""Windows of a network over images of any size, and heights read through windows of any place."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.cover_raster import AxisScheme, reflected
from millesime.geo.grid import Grid, Window
from millesime.imagery import resample

schemes = st.builds(
    lambda size, margin, more: AxisScheme(size, 4 * margin + more, margin),
    st.integers(1, 400),
    st.integers(0, 20),
    st.integers(1, 90),
)


@settings(max_examples=60, deadline=None)
@given(schemes)
def test_weights_sum_to_one_at_every_pixel(scheme):
    total = np.zeros(scheme.size_px, dtype=np.float64)
    for number in range(scheme.count):
        first, end = max(scheme.start(number), 0), min(scheme.start(number) + scheme.window_px, scheme.size_px)
        if end > first:
            total[first:end] += scheme.weights(number)[first - scheme.start(number) : end - scheme.start(number)]
    np.testing.assert_allclose(total, 1.0, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(schemes, st.data())
def test_the_windows_over_a_part_are_those_that_count_there(scheme, data):
    first = data.draw(st.integers(0, scheme.size_px - 1))
    end = data.draw(st.integers(first + 1, scheme.size_px))
    counting = []
    for number in range(scheme.count):
        start = scheme.start(number)
        low, high = max(first, start), min(end, start + scheme.window_px)
        if high > low and scheme.weights(number)[low - start : high - start].any():
            counting.append(number)
    assert set(counting) <= set(scheme.over(first, end))


@given(st.integers(-500, 500), st.integers(1, 60), st.integers(1, 90))
def test_a_mirror_stays_inside_and_moves_by_one(start, count, size):
    places = reflected(start, count, size)
    assert ((places >= 0) & (places < size)).all()
    assert (np.abs(np.diff(places)) <= 1).all()


@settings(max_examples=60, deadline=None)
@given(st.floats(-30.0, 30.0), st.floats(-30.0, 30.0), st.sampled_from([0.15, 0.2, 0.5, 1.0]), st.data())
def test_the_place_of_a_pixel_does_not_depend_on_the_window(west, north, pixel_m, data):
    grid = Grid("EPSG:2154", 770549.8, 6277600.2, 0.2, 300, 200)
    source = Grid("EPSG:2154", 770549.8 + west, 6277600.2 + north, pixel_m, 120, 90)
    row, col = data.draw(st.integers(0, 199)), data.draw(st.integers(0, 299))
    window = Window(row, col, data.draw(st.integers(1, 200 - row)), data.draw(st.integers(1, 300 - col)))
    for whole, part, first in zip(
        resample.axes(grid.whole, grid=grid, source=source),
        resample.axes(window, grid=grid, source=source),
        (row, col),
        strict=True,
    ):
        span = slice(first, first + part.inside.size)
        for name in ("low", "high", "share", "nearest", "inside"):
            np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[span])
