"""What holds of any overlay, and of the noding under it, looked at with exact fractions and with GEOS."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from millesime.geo.coverage import Coverage, merge_slivers, overlay_polygons
from millesime.geo.coverage.noding import LARGEST_SPREAD, match, node, passes, rounded_part, unit_for
from millesime.geo.grid import Grid

USUAL = settings(max_examples=60, deadline=None, derandomize=True)
MANY = settings(max_examples=400, deadline=None, derandomize=True)
CRS = "EPSG:2154"
WEST, NORTH = 700_000.0, 6_600_000.0
ARRAYS = ("vertices", "offsets", "left", "right", "start", "end")

#: Coordinates that collide often, and some that are as far apart as can be.
near = st.integers(-6, 6)
far = st.integers(-(LARGEST_SPREAD // 2), LARGEST_SPREAD // 2)
places = st.one_of(st.tuples(near, near), st.tuples(far, far))
units = st.sampled_from([1, 2, 64])


def traced(labels: np.ndarray, pixel_m: float) -> Coverage:
    grid = Grid(CRS, WEST, NORTH, pixel_m, labels.shape[1], labels.shape[0])
    return Coverage.from_labels(labels.astype(np.uint8), grid)


rasters = npst.arrays(np.uint8, npst.array_shapes(min_dims=2, max_dims=2, max_side=9), elements=st.integers(0, 3))
pixels_m = st.sampled_from([0.05, 0.07, 0.2, 0.31])


@st.composite
def coverages(draw):
    """Traced rasters, as they are or simplified, or turned about their corner and matched anew."""
    coverage = traced(draw(rasters), draw(pixels_m))
    turn = draw(st.sampled_from([0.0, 0.0, 0.3, 0.785, 1.2]))
    if turn:
        matrix = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        corner = np.array([WEST, NORTH])
        turned = shapely.transform(coverage.to_polygons(), lambda xy: (xy - corner) @ matrix + corner)
        return Coverage.from_polygons(turned, crs=CRS)
    return coverage.simplify(tolerance_m=draw(st.sampled_from([0.0, 0.1, 0.4])))


@st.composite
def rings(draw):
    """Rings of 3 to 7 corners around a square of 1 m, on the grid and off it; many cross themselves."""
    corner = st.one_of(
        st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda c: (c[0] / 100, c[1] / 100)),
        st.tuples(st.integers(-300, 1300), st.integers(-300, 1300)).map(lambda c: (c[0] / 1000, c[1] / 1000)),
        st.tuples(st.integers(-9, 10), st.integers(-9, 10)),
    )
    return shapely.Polygon(draw(st.lists(corner, min_size=3, max_size=7)))


layers_of_rings = st.lists(st.lists(rings(), max_size=4), min_size=1, max_size=3)
SQUARE = (0.0, 0.0, 1.0, 1.0)


def same_places(one: Coverage, other: Coverage) -> bool:
    return one.origin_cm == other.origin_cm and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ARRAYS
    )


def assert_valid(coverage: Coverage) -> None:
    """Valid polygons that match.

    GEOS finds fault with an outer border that ends in a vertex where a face beside it meets itself, whatever the
    coverage; so where it finds any, arcs must meet in their ends only, and polygons must not overlap.
    """
    polygons = coverage.to_polygons()
    assert shapely.is_valid(polygons).all()
    assert np.allclose(shapely.area(polygons), coverage.area_m2, rtol=0, atol=1e-7)
    if not shapely.coverage_is_valid(polygons):
        assert match(coverage.vertices, coverage.offsets, np.arange(coverage.arc_count, dtype=np.int32))[0] is not None
        one, other = np.triu_indices(len(polygons), 1)
        assert shapely.area(shapely.intersection(polygons[one], polygons[other])).max(initial=0.0) < 1e-9
        assert abs(shapely.union_all(polygons).area - coverage.total_area_m2) < 1e-9


def assert_lineage(done, inputs) -> None:
    """Each piece lies where its lineage tells, wherever a point of it is away from all borders."""
    points = shapely.point_on_surface(done.coverage.to_polygons())
    for layer, polygons in enumerate(inputs):
        for piece, point in enumerate(points):
            if not len(polygons) or shapely.distance(shapely.boundary(polygons), point).min() > 0.03:
                holders = np.flatnonzero(shapely.contains(polygons, point)) if len(polygons) else []
                assert done.lineage[piece, layer] == (holders[0] if len(holders) else -1)


@USUAL
@given(one=coverages(), other=coverages())
def test_an_overlay_of_coverages(one, other):
    done = one.overlay(other)
    assert_valid(done.coverage)
    inputs = [one.to_polygons(), other.to_polygons()]
    assert_lineage(done, inputs)
    # No face is outside of both, and none has a neighbour of the same lineage.
    assert (done.lineage >= 0).any(axis=1).all()
    pairs = done.coverage.neighbours()[0]
    assert not (done.lineage[pairs[:, 0]] == done.lineage[pairs[:, 1]]).all(axis=1).any()
    # Areas by pair are those of GEOS, up to borders that move by a centimetre.
    for i, mine in enumerate(inputs[0]):
        for j, its in enumerate(inputs[1]):
            area = done.coverage.area_m2[(done.lineage == [i, j]).all(axis=1)].sum()
            reach = min(mine.length, its.length)
            assert abs(area - shapely.intersection(mine, its).area) <= 0.02 * reach + 0.001


@USUAL
@given(one=rasters, other=rasters, pixels=st.sampled_from([(0.2, 0.2), (0.05, 0.2), (0.07, 0.05)]))
def test_an_overlay_of_rasters_is_exact(one, other, pixels):
    """Upright borders cross in grid points, so nothing moves: areas are those of the pixels."""
    covers = traced(one, pixels[0]), traced(other, pixels[1])
    done = covers[0].overlay(covers[1])
    assert_valid(done.coverage)
    for layer, cover in enumerate(covers):
        mine = done.lineage[:, layer] >= 0
        area = np.zeros(len(cover), np.int64)
        np.add.at(area, done.lineage[mine, layer], done.coverage.double_areas[mine])
        assert np.array_equal(area, cover.double_areas)


@USUAL
@given(one=coverages(), other=coverages())
def test_an_overlay_laid_over_itself_or_its_inputs_the_other_way_round_is_the_same(one, other):
    done, turned = one.overlay(other), other.overlay(one)
    assert same_places(done.coverage, turned.coverage)
    assert np.array_equal(done.lineage[:, ::-1], turned.lineage)
    again = done.coverage.overlay(done.coverage)
    assert same_places(again.coverage, done.coverage)
    assert np.array_equal(again.lineage, np.stack([np.arange(len(done.coverage))] * 2, axis=1))


@USUAL
@given(layers=layers_of_rings)
def test_an_overlay_of_any_rings_fills_its_extent(layers):
    done = overlay_polygons(layers, extent=SQUARE, crs=CRS)
    assert_valid(done.coverage)
    assert done.coverage.double_areas.sum() == 20_000
    assert done.lineage.shape == (len(done.coverage), len(layers))
    assert_lineage(done, [shapely.make_valid(np.array(layer, dtype=object)) for layer in layers])


@USUAL
@given(layers=layers_of_rings, data=st.data())
def test_the_order_of_what_is_laid_over_does_not_matter(layers, data):
    """Not that of layers, nor of polygons, nor where a ring begins and which way it runs."""
    done = overlay_polygons(layers, extent=SQUARE, crs=CRS)
    order = data.draw(st.permutations(range(len(layers))))
    other = overlay_polygons([layers[i] for i in order], extent=SQUARE, crs=CRS)
    assert same_places(done.coverage, other.coverage)
    assert np.array_equal(done.lineage[:, order], other.lineage)
    shuffled = []
    for layer in layers:
        corners = [shapely.get_coordinates(ring)[:-1] for ring in data.draw(st.permutations(layer))]
        shift, step = data.draw(st.integers(0, 3)), data.draw(st.sampled_from([-1, 1]))
        shuffled.append([shapely.Polygon(np.roll(c, shift, axis=0)[::step]) for c in corners])
    other = overlay_polygons(shuffled, extent=SQUARE, crs=CRS)
    assert same_places(done.coverage, other.coverage)
    assert np.array_equal(done.lineage < 0, other.lineage < 0)


@USUAL
@given(layers=layers_of_rings)
def test_to_lay_pieces_over_the_extent_again_changes_nothing(layers):
    done = overlay_polygons(layers, extent=SQUARE, crs=CRS)
    again = overlay_polygons([done.coverage.to_polygons()], extent=SQUARE, crs=CRS)
    assert same_places(done.coverage, again.coverage)
    assert again.lineage[:, 0].tolist() == list(range(len(done.coverage)))


@USUAL
@given(one=coverages(), other=coverages(), width_m=st.floats(0, 0.2), area_m2=st.floats(0, 0.1))
def test_no_sliver_is_left_that_has_a_neighbour(one, other, width_m, area_m2):
    overlay = one.overlay(other)
    done = merge_slivers(overlay, max_width_m=width_m, max_area_m2=area_m2)
    assert_valid(done.overlay.coverage)
    assert done.overlay.coverage.double_areas.sum() == overlay.coverage.double_areas.sum()
    assert np.array_equal(done.overlay.lineage, overlay.lineage[done.receiver])
    assert len(done.overlay.coverage) + done.merged == len(overlay.coverage)
    offsets, members = done.members()
    areas = [overlay.coverage.double_areas[members[first:last]].sum() for first, last in pairwise(offsets)]
    assert np.array_equal(areas, done.overlay.coverage.double_areas)


# --- the noding alone --------------------------------------------------------------------------------------


@USUAL
@given(
    lines=st.lists(st.lists(st.tuples(near, near), min_size=2, max_size=4), min_size=1, max_size=6),
    unit=units,
)
def test_noded_edges_meet_only_in_their_ends(lines, unit):
    """Within a few centimetres at the finest unit, nearly everything falls into few pixels."""
    vertices = np.array([place for line in lines for place in line], np.int32) * (7 if unit > 1 else 1)
    offsets = np.cumsum([0, *map(len, lines)]).astype(np.int64)
    noded = node(vertices, offsets, np.full(len(lines), -1, np.int32), unit=unit)
    assert len(np.unique(noded.points, axis=0)) == len(noded.points)
    edges = noded.points[noded.ends].reshape(-1, 2)
    each = np.arange(len(noded.ends) + 1, dtype=np.int64) * 2
    assert match(edges, each, np.arange(len(noded.ends), dtype=np.int32))[0] is not None
    again = node(edges, each, np.full(len(noded.ends), -1, np.int32), unit=1)
    assert sorted(map(tuple, again.points[again.ends].reshape(-1, 4).tolist())) == sorted(
        map(tuple, edges.reshape(-1, 4).tolist())
    )
    # Every edge stays within a centimetre of its line.
    for line, pair in zip(noded.line, noded.points[noded.ends], strict=True):
        given_line = shapely.LineString(vertices[offsets[line] : offsets[line + 1]] / unit)
        assert shapely.distance(shapely.points(pair), given_line).max() <= 1.5


@MANY
@given(a=places, b=places, c=places, d=places)
def test_segments_that_meet_are_found_exactly(a, b, c, d):
    """Against fractions: what two segments have in common, other than ends of both or all of them."""
    if a == b or c == d:
        return
    vertices = np.array([a, b, c, d], np.int64)
    if (vertices.max(axis=0) - vertices.min(axis=0)).max() > LARGEST_SPREAD:
        return
    found = match(vertices.astype(np.int32), np.array([0, 2, 4]), np.zeros(2, np.int32))[0]
    assert (found is None) == _meet(a, b, c, d)


def _meet(a, b, c, d) -> bool:
    if {a, b} == {c, d}:
        return False
    inner = [p for p in (a, b) if _inside(p, c, d)] + [p for p in (c, d) if _inside(p, a, b)]
    sides = [_side(a, b, c) * _side(a, b, d), _side(c, d, a) * _side(c, d, b)]
    return bool(inner) or max(sides) < 0


def _side(a, b, c) -> int:
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (area > 0) - (area < 0)


def _inside(p, a, b) -> bool:
    """Whether p lies in the inside of a segment."""
    along = (p[0] - a[0]) * (b[0] - a[0]) + (p[1] - a[1]) * (b[1] - a[1])
    return _side(a, b, p) == 0 and 0 < along < (b[0] - a[0]) ** 2 + (b[1] - a[1]) ** 2


@MANY
@given(
    start=st.integers(0, LARGEST_SPREAD),
    end=st.integers(0, LARGEST_SPREAD),
    whole=st.one_of(st.integers(1, 64), st.integers(1, 2**61 - 1)),
    share=st.fractions(0, 1),
    unit=units,
)
def test_crossings_are_rounded_exactly(start, end, whole, share, unit):
    part = int(share * whole)
    exact = (Fraction(start) + Fraction((end - start) * part, whole)) / unit
    assert rounded_part(start, end - start, part, whole, unit) == (exact + Fraction(1, 2)).__floor__()


@MANY
@given(start=st.integers(0, 2**29), half=st.integers(1, 2**28), unit=units)
def test_a_crossing_in_the_middle_between_two_points_goes_up(start, half, unit):
    """Half the way along a segment of an odd length, walked both ways, in small and in large fractions."""
    way = 2 * half + 1
    middle = (Fraction(2 * start + way, 2) / unit + Fraction(1, 2)).__floor__()
    assert rounded_part(start, way, 1, 2, unit) == middle
    assert rounded_part(start + way, -way, 2**59, 2**60, unit) == middle


@MANY
@given(a=places, b=places, about=st.fractions(0, 1), step=st.tuples(st.integers(-2, 2), st.integers(-2, 2)), unit=units)
def test_hot_pixels_are_hit_exactly(a, b, about, step, unit):
    """Against fractions, with a shift so small that it only decides what would be a tie."""
    if a == b or max(abs(a[0] - b[0]), abs(a[1] - b[1])) > LARGEST_SPREAD:
        return
    pixel = [int((a[i] + about * (b[i] - a[i])) // unit) + step[i] for i in range(2)]
    shift = (Fraction(1, 2**200), Fraction(1, 2**400))
    least, most = Fraction(0), Fraction(1)
    hit = True
    for axis in range(2):
        # Where along the segment it is within the open strip of the pixel.
        place, way = a[axis] + shift[axis], b[axis] - a[axis]
        low, high = Fraction(unit * (2 * pixel[axis] - 1), 2), Fraction(unit * (2 * pixel[axis] + 1), 2)
        if way == 0:
            hit &= low < place < high
        else:
            ends = sorted([(low - place) / way, (high - place) / way])
            least, most = max(least, ends[0]), min(most, ends[1])
    assert passes(*a, *b, *pixel, unit) == (hit and least < most)


@MANY
@given(spread=st.integers(0, LARGEST_SPREAD))
def test_units_are_as_fine_as_they_can_be(spread):
    unit = unit_for(spread)
    assert unit == 1 or spread * unit <= LARGEST_SPREAD
    assert unit == 64 or spread * 2 * unit > LARGEST_SPREAD
