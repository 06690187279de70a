"""Bands read on one grid, from arrays: values that can be worked out by hand, and the same for any window."""

from dataclasses import replace

import numpy as np
import pytest

from millesime.geo.grid import Grid, Window
from millesime.imagery import BandFile, Imagery, ImageryReader

CRS = "EPSG:2154"


class Held:
    """A raster held in memory."""

    def __init__(self, values, valid=None):
        self.values = np.asarray(values)
        self.mask = valid

    def read(self, window=None, *, bands=None):
        rows, cols = (window or Window(0, 0, *self.values.shape[1:])).slices
        return self.values[[number - 1 for number in bands]][:, rows, cols]

    def valid(self, window=None):
        rows, cols = window.slices
        return self.mask[rows, cols]


def made(ortho, *, rgb=None, irc=None, dsm=None, dtm=None, height_grid=None, dtm_grid=None, irc_grid=None):
    """An imagery and its reader; what is left out is 0."""
    shape = ortho.shape
    heights = height_grid or Grid(CRS, ortho.west, ortho.north, 0.5, 4, 4)
    terrain_grid = dtm_grid or heights
    near_grid = irc_grid or ortho
    files = (
        BandFile("rgb", ("red", "green", "blue"), (1, 2, 3), ortho, "identity"),
        BandFile("irc", ("near_infrared",), (1,), near_grid, "nearest"),
        BandFile("dsm", ("surface",), (1,), heights, "bilinear", nodata=-9999.0),
        BandFile("dtm", ("terrain",), (1,), terrain_grid, "bilinear", nodata=-9999.0),
    )
    held = [
        Held(np.zeros((3, *shape), np.uint8) if rgb is None else rgb),
        Held(np.zeros((3, *near_grid.shape), np.uint8) if irc is None else irc),
        Held(np.zeros((1, *heights.shape), np.float32) if dsm is None else dsm),
        Held(np.zeros((1, *terrain_grid.shape), np.float32) if dtm is None else dtm),
    ]
    return ImageryReader(Imagery(ortho, ortho.whole, files), held)


def test_heights_between_pixel_centres():
    """Two height pixels of 1 m, 0 m and 10 m high, under five pixels of 0.4 m.

    Centres of the heights at 0.5 and 1.5 m, of the pixels at 0.2, 0.6, 1.0, 1.4, 1.8 m. Before the first centre the
    first value holds; then 10 x (0.1, 0.5, 0.9); after the last the last value. Coded five per metre:
    0, 5, 25, 45, 50.
    """
    ortho = Grid(CRS, 0.0, 0.4, 0.4, 5, 1)
    reader = made(ortho, height_grid=Grid(CRS, 0.0, 1.0, 1.0, 2, 1), dsm=np.array([[[100.0, 110.0]]], np.float32),
                  dtm=np.full((1, 1, 2), 100.0, np.float32))  # fmt: skip
    bands, valid = reader.read(ortho.whole)
    assert bands[4].tolist() == [[0, 5, 25, 45, 50]]
    assert valid.all()


def test_heights_below_ground_and_above_51_m_saturate():
    ortho = Grid(CRS, 0.0, 0.4, 0.4, 5, 1)
    reader = made(ortho, height_grid=Grid(CRS, 0.0, 1.0, 1.0, 2, 1), dsm=np.array([[[-3.0, 80.0]]], np.float32))
    assert reader.read(ortho.whole)[0][4, 0, [0, -1]].tolist() == [0, 255]


def test_heights_without_data_are_zero_and_do_not_leak():
    """Of two height pixels the second has no data: pixels nearer to it get 0, those nearer to the first its 10 m."""
    ortho = Grid(CRS, 0.0, 0.4, 0.4, 5, 1)
    reader = made(ortho, height_grid=Grid(CRS, 0.0, 1.0, 1.0, 2, 1), dsm=np.array([[[10.0, -9999.0]]], np.float32))
    # At 1.0 m both weigh one half, which is enough.
    assert reader.read(ortho.whole)[0][4].tolist() == [[50, 50, 50, 0, 0]]


def test_heights_stop_at_the_edge_of_their_file():
    ortho = Grid(CRS, 0.0, 0.4, 0.4, 5, 1)
    reader = made(ortho, height_grid=Grid(CRS, 0.0, 1.0, 1.0, 1, 1), dsm=np.full((1, 1, 1), 10.0, np.float32))
    # Centres at 0.2, 0.6 and 1.0 m: the edge itself is outside.
    assert reader.read(ortho.whole)[0][4].tolist() == [[50, 50, 0, 0, 0]]


def test_models_on_two_grids_are_each_interpolated():
    """A surface that rises by 1 m per metre over flat ground, on two grids: the height is the position."""
    ortho = Grid(CRS, 0.0, 0.4, 0.4, 5, 1)
    heights = Grid(CRS, -0.5, 1.0, 0.5, 6, 2)
    rise = np.broadcast_to(-0.25 + 0.5 * np.arange(6, dtype=np.float32), (1, 2, 6))
    reader = made(ortho, height_grid=heights, dtm_grid=Grid(CRS, -1.0, 1.0, 1.0, 4, 1), dsm=rise)
    assert reader.read(ortho.whole)[0][4].tolist() == [[1, 3, 5, 7, 9]]  # 5 x (0.2, 0.6, 1.0, 1.4, 1.8)


def test_a_shifted_infra_red_is_read_from_its_place():
    ortho = Grid(CRS, 0.0, 0.4, 0.2, 2, 2)
    near = np.arange(16, dtype=np.uint8).reshape(1, 4, 4)
    reader = made(ortho, irc=np.repeat(near, 3, axis=0), irc_grid=Grid(CRS, -0.2, 0.6, 0.2, 4, 4))
    assert reader.read(ortho.whole)[0][3].tolist() == [[5, 6], [9, 10]]


def test_outside_the_infra_red_nothing_is_valid():
    ortho = Grid(CRS, 0.0, 0.4, 0.2, 4, 2)
    reader = made(ortho, irc_grid=Grid(CRS, 0.0, 0.4, 0.2, 3, 2))
    assert reader.read(ortho.whole)[1].tolist() == [[True, True, True, False]] * 2


def test_a_mask_or_a_believed_value_makes_pixels_invalid():
    ortho = Grid(CRS, 0.0, 0.2, 0.2, 3, 1)
    colours = np.array([[[255, 255, 7]], [[255, 9, 7]], [[255, 9, 7]]], np.uint8)
    reader = made(ortho, rgb=colours)
    believed = replace(reader.imagery.files[0], nodata=255.0)
    masked = replace(reader.imagery.files[0], masked=True)
    for file, mask, expected in (
        (believed, None, [[False, True, True]]),  # all three bands must be white
        (masked, np.array([[True, False, True]]), [[True, False, True]]),
    ):
        sources = [Held(colours, mask), *list(reader._sources.values())[1:]]
        imagery = replace(reader.imagery, files=(file, *reader.imagery.files[1:]))
        assert ImageryReader(imagery, sources).read(ortho.whole)[1].tolist() == expected


def test_a_height_band_in_metres_is_coded():
    ortho = Grid(CRS, 0.0, 0.2, 0.2, 3, 1)
    image = np.array([[[1, 2, 3]]] * 4 + [[[0, 7, 60]]], np.uint8)
    file = BandFile("image", ("red", "green", "blue", "near_infrared", "height"), (1, 2, 3, 4, 5), ortho, "identity")
    for coding, expected in (("flair8", [[0, 7, 60]]), ("metres", [[0, 35, 255]])):
        imagery = Imagery(ortho, ortho.whole, (file,), height_coding=coding)
        assert ImageryReader(imagery, [Held(image)]).read(ortho.whole)[0][4].tolist() == expected


@pytest.mark.parametrize("tile_px", [7, 13, 41])
def test_the_same_pixels_for_any_window(tile_px):
    """Grids of 0.2 and 0.5 m whose origins differ by 5 cm, holes in the heights: as on real data."""
    random = np.random.Generator(np.random.PCG64(5))
    ortho = Grid(CRS, 770549.8, 6277600.2, 0.2, 60, 53)
    heights = Grid(CRS, 770549.75, 6277600.25, 0.5, 23, 21)
    dsm = random.uniform(0.0, 20.0, (1, *heights.shape)).astype(np.float32)
    dsm[random.random(dsm.shape) < 0.1] = -9999.0
    reader = made(
        ortho,
        rgb=random.integers(0, 256, (3, *ortho.shape), dtype=np.uint8),
        irc=random.integers(0, 256, (3, 40, 44), dtype=np.uint8),
        irc_grid=Grid(CRS, 770549.6, 6277600.3, 0.25, 44, 40),
        height_grid=heights,
        dsm=dsm,
    )
    whole, whole_valid = reader.read(ortho.whole)
    for row in range(0, ortho.height, tile_px):
        for col in range(0, ortho.width, tile_px):
            window = Window(row, col, min(tile_px, ortho.height - row), min(tile_px, ortho.width - col))
            bands, valid = reader.read(window)
            rows, cols = window.slices
            np.testing.assert_array_equal(bands, whole[:, rows, cols])
            np.testing.assert_array_equal(valid, whole_valid[rows, cols])
