"""Small faces into their neighbours; every expected result is derived in the docstring."""

from __future__ import annotations

import numpy as np
import pytest
from made_coverages import assert_sound, grid_of, same_arrays, square, traced

from millesime.geo.coverage import dissolve_faces, merge_small_faces


def labels_of(coverage, rows):
    """The coverage burnt back, as rows of digits."""
    grid = grid_of([list(row) for row in rows])
    return ["".join(str(value) for value in row) for row in coverage.to_labels(grid).tolist()]


def merged(rows, pixels, **options):
    """Faces below so many pixels merged; burnt back."""
    coverage = traced(rows).merge(min_area_m2=pixels * 0.04 - 0.01, **options)
    assert_sound(coverage)
    return labels_of(coverage, rows)


def test_the_longest_shared_border_wins():
    """The 3 has two edges with class 2 (below, right) and one with class 1 (left); the frame is no neighbour."""
    assert merged(["132", "122"], 2) == ["122", "122"]


def test_a_tie_goes_to_the_smaller_class():
    assert merged(["22311", "22311"], 3) == ["22111", "22111"]


def test_a_tie_within_a_class_goes_to_the_first_shared_corner():
    """Faces 1 above and 1 below the row of 2 (parted by it): equal borders, so the upper one, which then joins both."""
    coverage = traced(["111", "222", "111"])
    done = merge_small_faces(coverage, min_area_m2=0.2, unite_equal=False, protected=np.array([True, False, True]))
    assert_sound(done.coverage)
    assert done.group.tolist() == [0, 0, 1]
    assert done.receiver.tolist() == [0, 2]


def test_neighbours_of_the_receiving_class_join_too():
    """Once the row of 2 is 1, both faces 1 touch and are one."""
    done = merge_small_faces(traced(["1111", "2222", "1111"]), min_area_m2=0.13)
    coverage = merge_small_faces(traced(["1111", "1111", "2220", "1111", "1111"]), min_area_m2=0.13).coverage
    assert len(done.coverage) == 3
    assert len(coverage) == 1


def test_the_smallest_goes_first():
    """The 3 (1 px) goes before the 2 (2 px): into 2, with which it shares 1 edge as with 1 (tie: 1 is smaller).

    Row 1132211: 3 lies between 1 and 2 with one edge each, ties go to class 1; then 22 (2 px, below 3) goes to 1."""
    assert merged(["1132211"], 3) == ["1111111"]
    assert merged(["1132222"], 2) == ["1112222"]


def test_a_face_that_grew_enough_stays():
    """Two single pixels of 2 and 3 side by side in 1: the first merges where its border is longest, 3 edges with 1."""
    assert merged(["1111", "1231", "1111"], 2) == ["1111", "1111", "1111"]


def test_minimum_by_class():
    rows = ["1111", "1231", "1111"]
    coverage = traced(rows).merge(min_area_m2={2: 0.05, 1: 0.05})
    assert labels_of(coverage, rows) == ["1111", "1131", "1111"]


def test_minimum_per_face():
    rows = ["1111", "1231", "1111"]
    coverage = traced(rows).merge(min_area_m2=np.array([0.0, 0.0, 0.05]))
    assert labels_of(coverage, rows) == ["1111", "1211", "1111"]


def test_affinity_outweighs_length():
    """3 shares two edges with 2 and one with 1; a weight of 3 for (3, 1) makes it 3 against 2."""
    assert merged(["132", "122"], 2, affinity={(3, 1): 3.0}) == ["112", "122"]


def test_the_own_family_comes_before_all_others():
    """Faces in order: 1, 3, 2. Families: 1 and 3 are of one, 2 of another; the longer border with 2 is passed over."""
    assert merged(["132", "122"], 2, same_first=np.array([7, 7, 8])) == ["112", "122"]


def test_a_protected_face_stays_and_may_receive():
    """The small 3 is kept and receives the smaller 4 beside it? Areas are equal: 4 is later in row-major order.

    1 1 1 1
    1 3 4 1   the 3 is protected; the 4 has 3 edges with 1 and one with 3, so it takes weight to go to the 3.
    1 1 1 1
    """
    rows = ["1111", "1341", "1111"]
    protected = np.array([False, True, False])
    done = merge_small_faces(traced(rows), min_area_m2=0.05, protected=protected, affinity={(4, 3): 10.0})
    assert_sound(done.coverage)
    assert labels_of(done.coverage, rows) == ["1111", "1331", "1111"]
    assert done.merged == 1
    assert done.isolated == 0


def test_nodata_never_receives_and_the_isolated_are_counted():
    done = merge_small_faces(traced(["1000", "0022", "0222"]), min_area_m2=0.05)
    assert done.isolated == 1
    assert done.merged == 0
    assert len(done.coverage) == 2


def test_lineage():
    coverage = traced(["1132", "1122"])
    done = merge_small_faces(coverage, min_area_m2=0.05)
    assert coverage.face_values.tolist() == [1, 3, 2]
    assert done.group.tolist() == [0, 1, 1]
    assert done.receiver.tolist() == [0, 2]
    assert done.coverage.face_values.tolist() == [1, 2]


def test_equal_areas_and_places_depend_on_content_not_on_numbering():
    """Faces numbered backwards give the same map."""
    from dataclasses import replace

    coverage = traced(np.random.default_rng(5).integers(1, 4, (14, 14)))
    count = len(coverage)
    backwards = replace(
        coverage,
        left=np.where(coverage.left < 0, -1, count - 1 - coverage.left).astype(np.int32),
        right=np.where(coverage.right < 0, -1, count - 1 - coverage.right).astype(np.int32),
        face_values=coverage.face_values[::-1].copy(),
    )
    assert same_arrays(coverage.merge(min_area_m2=0.3), backwards.merge(min_area_m2=0.3))


def test_dissolve_unites_equal_neighbours_and_drops_the_vertices_between():
    """Classes 1 and 2 become one: the junction on the straight border with 3 leaves no vertex."""
    coverage = traced(["12", "33"])
    done = dissolve_faces(coverage, np.array([9, 9, 4]))
    assert_sound(done.coverage)
    assert done.coverage.face_values.tolist() == [9, 4]
    assert done.group.tolist() == [0, 0, 1]
    np.testing.assert_array_equal(done.coverage.to_polygons()[0].normalize().wkb, square(0, 0, 2).normalize().wkb)


def test_dissolve_is_what_tracing_the_united_classes_gives():
    labels = np.random.default_rng(11).integers(0, 5, (20, 23))
    united = traced(labels).dissolve(traced(labels).face_values > 2)
    expected = traced(np.where(labels == 0, 0, np.where(labels > 2, 2, 1))).dissolve()
    assert np.array_equal(united.vertices, expected.vertices)
    assert np.array_equal(united.left, expected.left)
    assert np.array_equal(united.right, expected.right)


@pytest.mark.parametrize("value", [254, 255])
def test_class_pairs_do_not_collide_with_a_sentinel(value):
    """Combined labels (16 * one + other) fill uint8: 255 is a pair like any other, not a marker."""
    labels = np.array([[value, 1], [1, value]], dtype=np.uint8)
    coverage = traced(labels)
    assert coverage.face_values.tolist() == [value, 1, 1, value]
    assert_sound(coverage.merge(min_area_m2=0.05))
