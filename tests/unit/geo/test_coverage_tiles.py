"""Tiles put together by hand-drawn cases: what crosses a cut, what waits for it, and what cannot be tiled."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from made_coverages import assert_sound, grid_of, same_arrays, traced

from millesime.errors import ConfigError, ImageryError
from millesime.geo.coverage import Coverage, merge_small_faces
from millesime.geo.coverage.stitching import open_faces, stitch
from millesime.geo.coverage.tiles import TileRules, part_of_tile
from millesime.geo.grid import Window

PIXEL_M2 = 0.04


def crop(window, labels):
    """Labels of a window; a function of the module, so that it can be sent to another process."""
    return labels[window.slices]


def array_of(rows, dtype=np.uint8):
    return np.array([[int(digit) for digit in row] for row in rows], dtype)


def tiled(labels, tile_px, **options):
    return Coverage.from_tiles(partial(crop, labels=labels), grid_of(labels), tile_px=tile_px, **options)


def part(labels, window, **rules):
    return part_of_tile(window, read=partial(crop, labels=labels), grid=grid_of(labels), rules=TileRules(**rules))


@pytest.mark.parametrize(
    "rows",
    [
        ["1234", "5678", "2143", "6587"],  # four tiles meet at a node of four faces
        ["1122", "1122", "2211", "2211"],  # and where two pairs touch at the corner: four faces, none united
        ["1112", "1112", "1111", "2221"],  # the corner pixel of the diagonal tile joins both neighbours
        ["1111", "1221", "1221", "1111"],  # a loop that all four tiles hold a quarter of
        ["1111", "1331", "2332", "2222"],  # parallel arcs between the same two nodes
        ["0110", "1001", "1001", "0110"],  # NoData along both cuts, faces that touch at corners
        ["1000", "0000", "0000", "0002"],
        ["0000", "0000", "0000", "0000"],
        ["12", "21", "12", "21", "12"],
        ["1213121"],
        ["1", "2", "1", "1", "3"],
    ],
)
@pytest.mark.parametrize("tile_px", [1, 2, 3])
def test_cuts_do_not_show(rows, tile_px):
    labels = array_of(rows)
    done = tiled(labels, tile_px)
    assert same_arrays(done.coverage, traced(rows))
    assert done.faces_traced == len(done.coverage)
    assert_sound(done.coverage)


def test_a_face_along_a_cut_waits():
    """Cut after three columns. The 4, away from the cut, has three edges with 1 and one with 3: it is merged at once.
    The 3 seems one pixel and is two; it waits. In the end it has three edges with 1 and three with 2, a tie that goes
    to 1."""
    labels = array_of(["111222", "143322", "112222"])
    west = part(labels, Window(0, 0, 3, 3), min_area_m2=2.5 * PIXEL_M2)
    assert sorted(west.values.tolist()) == [1, 2, 3]
    assert open_faces(west.arcs, west.values.size).all()
    expected = traced(labels).merge(min_area_m2=2.5 * PIXEL_M2)
    assert same_arrays(tiled(labels, 3, min_area_m2=2.5 * PIXEL_M2).coverage, expected)


def test_a_face_between_two_open_ones_of_one_class_waits():
    """The 2 lies beside arms of 1 that the cut runs through: whether they are one face is known beyond it alone."""
    labels = array_of(["0110", "1210", "0300"])
    labels = np.hstack([labels, array_of(["11", "01", "01"])])
    west = part(labels, Window(0, 0, 3, 3), min_area_m2=1.5 * PIXEL_M2)
    assert 2 in west.values.tolist()
    expected = merge_small_faces(traced(labels), min_area_m2=1.5 * PIXEL_M2)
    done = tiled(labels, 3, min_area_m2=1.5 * PIXEL_M2)
    assert same_arrays(done.coverage, expected.coverage)
    assert (done.merged, done.isolated) == (expected.merged, expected.isolated)


def test_parts_may_be_stitched_in_steps():
    """Quarters to halves, halves to the whole: the same faces as all at once."""
    labels = np.random.default_rng(1).integers(0, 3, (12, 12)).astype(np.uint8)
    quarters = [part(labels, Window(row, col, 6, 6)) for row in (0, 6) for col in (0, 6)]
    whole, halves = stitch(quarters), [stitch(quarters[:2]), stitch(quarters[2:])]
    in_steps = stitch(halves)
    assert whole.values.size == in_steps.values.size == len(traced(labels))
    assert whole.faces_traced == in_steps.faces_traced == len(traced(labels))
    assert whole.frame == in_steps.frame == (0, 240, -240, 0)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.uint32])
@pytest.mark.parametrize("tile_px", [1, 2])
def test_labels_that_leave_no_room_for_the_label_beyond(dtype, tile_px):
    """The sweep calls what lies beyond a cut by an unused label: here the greatest one is used."""
    most = np.iinfo(dtype).max
    labels = np.array([[1, most, most], [most, most - 1, 2], [0, most, most]], dtype)
    done = tiled(labels, tile_px)
    whole = Coverage.from_labels(labels, grid_of(labels))
    assert same_arrays(done.coverage, whole)
    assert done.coverage.face_values.dtype == dtype


def test_every_value_of_a_byte():
    labels = np.random.default_rng(2).permutation(256).astype(np.uint8).reshape(16, 16)
    for nodata in (0, 255, None):
        whole = Coverage.from_labels(labels, grid_of(labels), nodata=nodata)
        assert same_arrays(tiled(labels, 5, nodata=nodata).coverage, whole)


def test_threads_give_the_same():
    labels = np.random.default_rng(3).integers(1, 5, (60, 70)).astype(np.uint8)
    alone = tiled(labels, 16, min_area_m2=0.3)
    with ThreadPoolExecutor(3) as pool:
        shared = tiled(labels, 16, min_area_m2=0.3, run=pool.map)
    assert same_arrays(alone.coverage, shared.coverage)
    assert alone.double_cm2 == shared.double_cm2


def test_the_work_on_a_tile_may_travel_to_another_process():
    labels = array_of(["1122", "1322", "1111"])
    work = partial(
        part_of_tile, read=partial(crop, labels=labels), grid=grid_of(labels), rules=TileRules(min_area_m2=0.05)
    )
    there = pickle.loads(pickle.dumps(work))(Window(0, 0, 3, 2))
    back = pickle.loads(pickle.dumps(there))
    assert np.array_equal(back.arcs.vertices, work(Window(0, 0, 3, 2)).arcs.vertices)


def test_areas_are_those_of_the_raster_before_merging():
    done = tiled(array_of(["1121", "1111", "0113"]), 2, min_area_m2=1.5 * PIXEL_M2)
    assert done.double_cm2 == {1: 9 * 800, 2: 800, 3: 800}
    assert (done.faces_traced, done.merged, len(done.coverage)) == (3, 2, 1)


@pytest.mark.parametrize("tile_px", [0, -3])
def test_a_tile_has_a_size(tile_px):
    with pytest.raises(ConfigError, match=f"tiles of {tile_px} px"):
        tiled(array_of(["1"]), tile_px)


def test_labels_of_another_shape_than_their_window_are_refused():
    with pytest.raises(ImageryError, match="labels of shape"):
        Coverage.from_tiles(lambda _: np.ones((1, 1), np.uint8), grid_of([[1, 2], [3, 4]]))


def test_signed_labels_are_refused():
    with pytest.raises(ImageryError, match="int16 cannot be traced"):
        tiled(np.ones((3, 3), np.int16), 2)
