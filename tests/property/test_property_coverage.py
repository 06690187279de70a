"""What holds of the coverage of any label raster, and of what is made from it."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from millesime.geo.coverage import Coverage, merge_small_faces, overlay_polygons, tracing
from millesime.geo.grid import Grid

#: Compiled loops may be compiled in the first example, so no deadline.
USUAL = settings(max_examples=60, deadline=None, derandomize=True)
FEW = settings(max_examples=25, deadline=None, derandomize=True)

PIXEL_M = 0.2

TWO_HOLES = np.array([[1, 1, 1, 1, 1], [1, 0, 1, 1, 1], [1, 1, 1, 1, 1], [1, 0, 1, 1, 1]], dtype=np.uint8)


def rasters(least: int = 0):
    """Small rasters of few classes: faces touch at corners, lie in one another, meet the frame and NoData."""
    shapes = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)
    values = st.integers(3, 5).flatmap(lambda most: st.just((least, most)))
    return st.tuples(shapes, values).flatmap(
        lambda drawn: npst.arrays(np.uint8, drawn[0], elements=st.integers(*drawn[1]))
    )


def grid_of(labels: np.ndarray) -> Grid:
    return Grid("EPSG:2154", 700_000.0, 6_600_000.0, PIXEL_M, labels.shape[1], labels.shape[0])


def traced(labels: np.ndarray) -> Coverage:
    return Coverage.from_labels(labels, grid_of(labels))


def double_cm2(labels: np.ndarray) -> int:
    return int(np.count_nonzero(labels)) * 2 * 20 * 20


tolerances = st.sampled_from([0.1, 0.15, 0.2, 0.3, 0.5, 1.0, 3.0, 50.0])
minima = st.integers(1, 12).map(lambda pixels: pixels * PIXEL_M**2 - 0.01)


@USUAL
@given(labels=rasters(), threads=st.integers(2, 6))
def test_threads_do_not_show(labels, threads):
    whole = traced(labels)
    # Strips of one row: every boundary crosses from one into the next, several times where it turns back.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tracing, "_MIN_STRIP_ROWS", 1)
        strips = Coverage.from_labels(labels, grid_of(labels), threads=threads)
    for name in ("vertices", "offsets", "left", "right", "start", "end", "face_values"):
        assert np.array_equal(getattr(strips, name), getattr(whole, name)), name


@USUAL
@given(labels=rasters())
def test_tracing_is_valid_exact_and_undone_by_burning(labels):
    coverage = traced(labels)
    assert coverage.check() == ()
    assert coverage.double_areas.sum() == double_cm2(labels)
    assert np.array_equal(coverage.to_labels(grid_of(labels)), labels)
    polygons = coverage.to_polygons()
    assert np.allclose(shapely.area(polygons), coverage.area_m2, rtol=0, atol=1e-7)


@USUAL
@given(labels=rasters(), rows=st.integers(1, 5))
def test_bands_do_not_show(labels, rows):
    bands = (labels[row : row + rows] for row in range(0, len(labels), rows))
    banded, whole = Coverage.from_bands(bands, grid_of(labels), dtype=labels.dtype), traced(labels)
    for name in ("vertices", "offsets", "left", "right", "start", "end", "face_values"):
        assert np.array_equal(getattr(banded, name), getattr(whole, name))


@USUAL
@given(labels=rasters(), min_area_m2=minima)
def test_merging_leaves_no_small_face_but_the_isolated(labels, min_area_m2):
    coverage = traced(labels)
    done = merge_small_faces(coverage, min_area_m2=min_area_m2)
    assert done.coverage.check() == ()
    assert done.coverage.double_areas.sum() == double_cm2(labels)
    small = np.flatnonzero(done.coverage.area_m2 < min_area_m2)
    assert small.size == done.isolated
    assert not set(small.tolist()) & set(done.coverage.neighbours()[0].ravel().tolist())
    # The lineage: areas add up, and a face keeps the value of the one it grew from.
    assert np.array_equal(
        np.bincount(done.group, weights=coverage.double_areas, minlength=len(done.coverage)),
        done.coverage.double_areas,
    )
    assert np.array_equal(done.coverage.face_values, coverage.face_values[done.receiver])
    assert np.array_equal(done.group[done.receiver], np.arange(len(done.coverage)))
    # No two faces of one value touch.
    pairs = done.coverage.neighbours()[0]
    assert not (done.coverage.face_values[pairs[:, 0]] == done.coverage.face_values[pairs[:, 1]]).any()


@USUAL
@given(labels=rasters(), min_area_m2=minima, tolerance_m=tolerances)
def test_simplifying_keeps_a_valid_coverage(labels, min_area_m2, tolerance_m):
    merged = traced(labels).merge(min_area_m2=min_area_m2)
    simple = merged.simplify(tolerance_m=tolerance_m)
    assert simple.check() == ()
    assert len(simple.vertices) <= len(merged.vertices)
    # Neighbours stay neighbours, and no others come.
    assert np.array_equal(simple.neighbours()[0], merged.neighbours()[0])
    if labels.all():
        assert simple.double_areas.sum() == double_cm2(labels)


@USUAL
@given(labels=rasters(), tolerance_m=tolerances, seed=st.integers(0, 2**32 - 1), moved=st.integers(0, 2))
@example(labels=TWO_HOLES, tolerance_m=0.15, seed=23, moved=2)  # turns a hole inside out
def test_the_exact_check_finds_what_geos_finds(labels, tolerance_m, seed, moved):
    """Vertices thrown somewhere else, all that lie at one place together: borders cross, touch, or stay sound."""
    coverage = traced(labels).simplify(tolerance_m=tolerance_m)
    assert coverage.check_borders() == ()
    if not len(coverage):
        return
    rng = np.random.default_rng(seed)
    vertices = coverage.vertices.copy()
    for _ in range(moved):
        place = vertices[rng.integers(len(vertices))].copy()
        vertices[(vertices == place).all(axis=1)] = place + rng.integers(-30, 31, 2, dtype=np.int32)
    if any(len(np.unique(vertices[a:b], axis=0)) < min(b - a, 2) for a, b in itertools.pairwise(coverage.offsets)):
        return  # an arc of one place: no line at all
    changed = replace(coverage, vertices=vertices)
    assert bool(changed.check_borders()) >= bool(changed.check())


@USUAL
@given(labels=rasters(), min_area_m2=minima, seed=st.integers(0, 2**32 - 1))
def test_the_numbering_of_faces_does_not_matter(labels, min_area_m2, seed):
    coverage = traced(labels)
    order = np.random.default_rng(seed).permutation(len(coverage))
    number = np.append(np.argsort(order), -1).astype(np.int32)
    shuffled = replace(
        coverage,
        left=number[coverage.left],
        right=number[coverage.right],
        face_values=coverage.face_values[order],
    )
    one, other = (each.merge(min_area_m2=min_area_m2).simplify(tolerance_m=0.3) for each in (coverage, shuffled))
    assert (one.to_polygons() == other.to_polygons()).all()
    assert np.array_equal(one.face_values, other.face_values)


@USUAL
@given(labels=rasters(), rounds=st.integers(1, 3))
def test_polygons_and_back(labels, rounds):
    coverage = traced(labels).simplify(tolerance_m=0.3)
    again = coverage
    for _ in range(rounds):
        again = Coverage.from_polygons(again.to_polygons(), crs=again.crs)
    assert again.check() == ()
    assert (shapely.normalize(again.to_polygons()) == shapely.normalize(coverage.to_polygons())).all()


@FEW
@given(one=rasters(1), other=rasters(1), turn=st.floats(0, 1.5))
def test_an_overlay_fills_its_extent_with_the_right_pieces(one, other, turn):
    """Two coverages, the second one turned: borders that cross at any angle, on the 1 cm grid."""
    first = traced(one).to_polygons()
    west, south, east, north = grid_of(one).bounds
    matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    second = shapely.transform(traced(other).to_polygons(), lambda xy: (xy - [west, north]) @ matrix + [west, north])
    done = overlay_polygons([first, second], extent=(west, south, east, north), crs="EPSG:2154")
    assert done.coverage.check() == ()
    assert done.coverage.double_areas.sum() == double_cm2(one)
    assert (done.lineage[:, 0] >= 0).all()
    for layer, polygons in enumerate((first, second)):
        held = np.bincount(done.lineage[:, layer] + 1, weights=done.coverage.area_m2, minlength=len(polygons) + 1)[1:]
        inside = shapely.intersection(polygons, shapely.box(west, south, east, north))
        # Borders move by at most about a centimetre.
        assert (np.abs(held - shapely.area(inside)) <= 0.015 * shapely.length(polygons) + 0.001).all()
