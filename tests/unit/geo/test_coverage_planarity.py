"""Faults that borders may have, each put in by hand, and found by the exact check as by the one with GEOS."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from made_coverages import traced

ISLAND = ["11111", "12221", "12321", "12221", "11111"]


def moved(coverage, vertex, to):
    """One vertex moved to a place in pixels from the north-west corner."""
    vertices = coverage.vertices.copy()
    at = np.flatnonzero((vertices == (20 * vertex[0], -20 * vertex[1])).all(axis=1))
    assert at.size
    vertices[at] = (20 * to[0], -20 * to[1])
    return replace(coverage, vertices=vertices)


def found(coverage):
    """Faults by the exact check, once those of GEOS agree that there are some, or none."""
    exact = coverage.check_borders()
    assert bool(exact) == bool(coverage.check())
    return exact


@pytest.mark.parametrize("rows", [ISLAND, ["12", "21"], ["102", "010"], ["1"], ["00", "00"]])
def test_sound_coverages_have_none(rows):
    assert found(traced(rows)) == ()


def test_a_border_that_crosses_another_is_found():
    """The corner of the 3 leaves the 2 through its border with 1, at the east."""
    faults = found(moved(traced(ISLAND), (3, 2), (4.5, 2.5)))
    assert "borders cross or touch" in faults[0]


def test_a_border_that_touches_another_is_found():
    """Polygons that touch at a point are valid, but there is no node where these borders touch."""
    coverage = moved(traced(ISLAND), (3, 2), (4, 2))
    assert coverage.check() == ()
    assert "borders cross or touch" in coverage.check_borders()[0]


def test_an_island_that_jumped_into_another_face_is_found():
    """The whole 2 with its 3 inside moves; the hole of 1 moves with it, out of its shell."""
    coverage = traced(["1111455555", "1231455555", "1111455555"])
    far = coverage.vertices.copy()
    loop = np.flatnonzero((coverage.left >= 0) & np.isin(coverage.face_values[coverage.left], (2, 3)))
    for arc in loop:
        far[coverage.offsets[arc] : coverage.offsets[arc + 1], 0] += 5 * 20
    assert found(replace(coverage, vertices=far))


def test_an_island_in_the_outside_that_jumped_into_a_face_is_found():
    """No ring knows of it: the outside has no polygon whose hole could be looked at."""
    coverage = traced(["100222", "000222", "000222"])
    arcs = np.flatnonzero(np.maximum(coverage.left, coverage.right) == 0)
    vertices = coverage.vertices.copy()
    for arc in arcs:
        vertices[coverage.offsets[arc] : coverage.offsets[arc + 1]] += (80, -20)
    assert "an island lies in a face" in found(replace(coverage, vertices=vertices))[0]


def test_faces_around_a_node_that_do_not_follow_one_another_are_found():
    coverage = traced(["12", "34"])
    left = coverage.left.copy()
    inner = np.flatnonzero((coverage.left >= 0) & (coverage.right >= 0))[0]
    left[inner] = 3 - coverage.right[inner]
    assert any("do not follow one another" in fault for fault in replace(coverage, left=left).check_borders())


@pytest.mark.parametrize("rows", [["111", "101", "111"], ISLAND])
def test_a_ring_that_was_turned_inside_out_is_found(rows):
    """No border crosses another, and around every node faces follow one another: only the sides are exchanged."""
    coverage = traced(rows)
    across = coverage.vertices[:, 0]
    parts = [slice(first, end) for first, end in itertools.pairwise(coverage.offsets)]
    part = next(part for part in parts if across[part].min() > 0 and across[part].max() < across.max())
    vertices = coverage.vertices.copy()
    vertices[part, 0] = across[part].min() + across[part].max() - across[part]
    assert any("outer rings instead of one" in fault for fault in found(replace(coverage, vertices=vertices)))
