"""Borders that do not match: what GEOS tells, whichever way it is found."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from millesime.evaluation.conformity.borders import match_borders


def _where(lines):
    return [None if line is None or line.is_empty else shapely.normalize(line) for line in lines]


def _grid(n=3):
    return np.array([shapely.box(x, y, x + 1, y + 1) for y in range(n) for x in range(n)], dtype=object)


def test_a_sound_coverage_has_its_area():
    """Nine squares of 1 m² without the one in the middle: 8 m² around a hole."""
    squares = np.delete(_grid(), 4)
    found = match_borders(squares)
    assert _where(found.invalid) == [None] * 8
    assert found.area.area == pytest.approx(8.0)
    assert len(found.area.interiors) == 1


@pytest.mark.parametrize(
    "more",
    [
        shapely.box(0, 0, 1, 1),  # twice the same
        shapely.box(0.2, 0.2, 0.4, 0.4),  # within another, touching nothing
        shapely.box(2.5, 2.5, 3.5, 3.5),  # over a corner
        shapely.box(3, 0.25, 4, 0.75),  # beside it, on a border without its vertices
        shapely.box(-1, -1, 4, 4),  # over all of it
    ],
)
def test_whatever_is_laid_over_it_is_told(more):
    polygons = np.append(_grid(), more)
    found = match_borders(polygons)
    assert found.area is None
    assert _where(found.invalid) == _where(shapely.coverage_invalid_edges(polygons))
    assert any(_where(found.invalid))


@given(
    st.lists(
        st.tuples(*(st.integers(0, 3) for _ in range(2)), *(st.integers(1, 2) for _ in range(2)), st.booleans()),
        min_size=1,
        max_size=7,
    ),
    st.booleans(),
)
def test_as_geos_tells_it(shapes, on_grid):
    """Rectangles and triangles anywhere: the same lines as GEOS on all of them, also off the centimetre grid."""
    polygons = [
        shapely.box(x, y, x + w, y + h) if full else shapely.Polygon([(x, y), (x + w, y), (x, y + h)])
        for x, y, w, h, full in shapes
    ]
    array = np.array(polygons, dtype=object)
    if not on_grid:
        array = shapely.transform(array, lambda xy: xy * 1.0037 + 0.123456)
    assert _where(match_borders(array).invalid) == _where(shapely.coverage_invalid_edges(array))
