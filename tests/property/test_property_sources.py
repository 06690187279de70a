"""Whatever the geometries are, each feature is used or set aside, and what is used is plain."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.sources.parts import single_parts

POINTS = st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 3))
RINGS = st.lists(POINTS, min_size=3, max_size=8).map(shapely.Polygon)
LINES = st.lists(POINTS, min_size=2, max_size=6).map(shapely.LineString)
SIMPLE = st.one_of(RINGS, LINES, POINTS.map(shapely.Point), st.just(shapely.Polygon()))
FEATURES = st.one_of(
    st.none(),
    SIMPLE,
    st.lists(RINGS, min_size=1, max_size=3).map(shapely.MultiPolygon),
    st.lists(SIMPLE, max_size=3).map(shapely.GeometryCollection),
)


def _array(features):
    array = np.empty(len(features), dtype=object)
    array[:] = features
    return array


@settings(max_examples=150, deadline=None)
@given(st.lists(FEATURES, max_size=6), st.sampled_from([0, 1, 2]))
def test_every_feature_is_used_or_set_aside(features, dimension):
    parts = single_parts(_array(features), dimension=dimension)
    assert sorted(set(parts.row.tolist())) == list(range(len(features)))
    assert (np.diff(parts.row) >= 0).all()
    for feature in range(len(features)):
        reasons = parts.set_aside[parts.row == feature]
        assert len(set(reasons)) == 1
        assert reasons[0] == "" or len(reasons) == 1
    used = parts.geometry[parts.set_aside == ""]
    assert shapely.is_valid(used).all()
    assert not shapely.has_z(used).any()
    assert (shapely.get_dimensions(used) == dimension).all()
    assert (shapely.get_num_geometries(used) == 1).all()


@settings(max_examples=100, deadline=None)
@given(st.lists(RINGS, max_size=5))
def test_areas_of_valid_polygons_are_kept(rings):
    parts = single_parts(_array(rings), dimension=2)
    for feature, ring in enumerate(rings):
        if ring.is_valid:
            assert shapely.area(parts.geometry[parts.row == feature]).sum() == ring.area


@settings(max_examples=60, deadline=None)
@given(st.lists(FEATURES, min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_the_features_changes_nothing_else(features, random):
    order = list(range(len(features)))
    random.shuffle(order)
    straight = single_parts(_array(features), dimension=2)
    shuffled = single_parts(_array([features[row] for row in order]), dimension=2)
    for position, row in enumerate(order):
        ours, theirs = straight.row == row, shuffled.row == position
        assert straight.set_aside[ours].tolist() == shuffled.set_aside[theirs].tolist()
        assert shapely.to_wkb(straight.geometry[ours]).tolist() == shapely.to_wkb(shuffled.geometry[theirs]).tolist()
