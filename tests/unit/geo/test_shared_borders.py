"""Borders from common edges are those that cutting everything against everything gives, arc for arc."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.errors import GeometryError
from millesime.geo.coverage import overlay_polygons
from millesime.geo.coverage.coverage import Coverage
from millesime.geo.coverage.edges import ALONE, CROWDED, twins_of_edges
from millesime.geo.coverage.shared_borders import shared_borders
from millesime.geo.grid import Grid
from millesime.geo.polygon_rings import ring_layout

GRID = Grid("EPSG:2154", 700_000.0, 6_600_000.0, 4.0, 12, 12)


def by_noding(polygons, kind):
    """Every border of polygons of different kinds: its two polygons, its length and its vertices."""
    west, south, east, north = shapely.total_bounds(polygons).tolist()
    done = overlay_polygons([polygons], extent=(west - 1, south - 1, east + 1, north + 1), crs="")
    coverage, owner = done.coverage, done.lineage[:, 0]
    found = []
    for arc in range(coverage.arc_count):
        left, right = int(coverage.left[arc]), int(coverage.right[arc])
        if min(left, right) < 0 or min(owner[left], owner[right]) < 0 or kind[owner[left]] == kind[owner[right]]:
            continue
        line = coverage.to_metres(coverage.vertices[coverage.offsets[arc] : coverage.offsets[arc + 1]])
        found.append(((int(owner[left]), int(owner[right])), int(coverage.arc_lengths[arc]), line.tolist()))
    return sorted(found)


def by_edges(polygons, kind):
    done = shared_borders(polygons, kind)
    lines = [done.coordinates[a:b].tolist() for a, b in zip(done.offsets[:-1], done.offsets[1:], strict=True)]
    pairs = zip(done.first.tolist(), done.second.tolist(), strict=True)
    return sorted(zip(pairs, done.lengths.tolist(), lines, strict=True))


@st.composite
def partitions(draw):
    """Polygons of a chance raster with holes and islands, simplified, of either direction; some vertices missing."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    labels = random.integers(1, draw(st.integers(2, 5)) + 1, (12, 12)).astype(np.uint8)
    labels = np.kron(labels[:6, :6], np.ones((2, 2), np.uint8)) if draw(st.booleans()) else labels
    coverage = Coverage.from_labels(labels, GRID)
    if draw(st.booleans()):
        coverage = coverage.simplify(tolerance_m=4.0)
    polygons = coverage.to_polygons()
    if draw(st.booleans()):
        polygons = shapely.normalize(polygons)
    if draw(st.booleans()):  # what lies in the middle of a straight side goes, in some polygons
        chosen = random.random(len(polygons)) < 0.3
        polygons[chosen] = shapely.simplify(polygons[chosen], 0.0)
    if draw(st.booleans()):  # gaps
        polygons = polygons[random.random(len(polygons)) < 0.9]
    polygons = polygons[random.permutation(len(polygons))]
    return polygons, random.integers(0, draw(st.integers(1, 3)) + 1, len(polygons))


@settings(max_examples=150, deadline=None)
@given(partitions())
def test_as_by_noding(given_):
    polygons, kind = given_
    assert by_edges(polygons, kind) == (by_noding(polygons, kind) if len(polygons) else [])


def test_a_vertex_that_the_neighbour_lacks():
    """One field of 100 m beside two houses of 40 and 60 m, whose common vertex it does not have."""
    polygons = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 40), shapely.box(100, 40, 200, 100)])
    done = shared_borders(polygons, np.array([0, 1, 1]))
    assert sorted(done.lengths.tolist()) == [4_000 * 256, 6_000 * 256]
    beside = np.array([shapely.Polygon([(100, 0), (200, 0), (200, 40), (100.01, 40)]), polygons[2]])
    polygons = np.array([polygons[0], *beside])
    assert by_edges(polygons, np.array([0, 1, 1])) == by_noding(polygons, np.array([0, 1, 1]))


def test_off_the_grid_and_of_several_parts():
    """What is not on whole centimetres, or no single polygon, is cut as before."""
    polygons = np.array([shapely.box(0, 0, 10.004, 10), shapely.box(10.004, 0, 20, 10)])
    assert shared_borders(polygons, np.array([0, 1])).lengths.tolist() == [1_000 * 256]
    several = np.array(
        [shapely.multipolygons([shapely.box(0, 0, 1, 1), shapely.box(5, 0, 6, 1)]), shapely.box(1, 0, 5, 1)]
    )
    assert sorted(shared_borders(several, np.array([0, 1])).lengths.tolist()) == [100 * 256, 100 * 256]
    assert not len(shared_borders(np.empty(0, dtype=object), np.empty(0, dtype=int)).lengths)
    with pytest.raises(GeometryError):
        shared_borders(np.array([shapely.box(0, 0, 1, 1), None]), np.array([0, 1]))


@settings(max_examples=30, deadline=None)
@given(partitions())
def test_ring_layout_is_that_of_shapely(given_):
    polygons = given_[0]
    if not len(polygons):
        assert [len(part) for part in ring_layout(polygons)] == [0, 1, 1]
        return
    _, coordinates, (rings, first) = shapely.to_ragged_array(polygons)
    for found, expected in zip(ring_layout(polygons), (coordinates, rings, first), strict=True):
        assert np.array_equal(found, expected)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=30))
def test_twins_join_the_same_points(pairs):
    ends = np.array(pairs, dtype=np.int32).reshape(-1, 2)
    keys = [tuple(sorted(pair)) for pair in pairs]
    for edge, twin in enumerate(twins_of_edges(ends, 7).tolist()):
        others = [k for k, key in enumerate(keys) if key == keys[edge] and k != edge]
        no_length = keys[edge][0] == keys[edge][1]
        expected = CROWDED if no_length or len(others) > 1 else (others[0] if others else ALONE)
        assert twin == expected
