"""Crop mode: which window each pixel belongs to, as FLAIR-1 writes them, and what stands beyond the image."""

import numpy as np
import pytest
from prediction_toys import lent

from millesime.cover_raster import AxisScheme, CropScheme, Prediction, predict
from millesime.errors import ConfigError
from millesime.geo.grid import Grid, Window


def owners(scheme):
    """The window that counts at each pixel, from the reach of each; -1 where none or several do."""
    found = np.full(scheme.size_px, -1)
    for number in range(scheme.count):
        first, end = scheme.reach(number)
        assert (found[first:end] == -1).all(), "two windows own a pixel"
        found[first:end] = number
    return found


def test_columns_by_hand():
    """100 px in windows of 40 with margins of 8: cores of 24 at 0, 24, 48, 72, and the last moved back to 76.

    The last column is written last: it keeps 76 to 99, and the fourth is left with 72 to 75.
    """
    scheme = CropScheme(100, 40, 8, anchor="first")
    assert [scheme.start(number) + 8 for number in range(scheme.count)] == [0, 24, 48, 72, 76]
    assert [scheme.reach(number) for number in range(5)] == [(0, 24), (24, 48), (48, 72), (72, 76), (76, 100)]
    assert [scheme.owner(pixel) for pixel in (0, 23, 24, 75, 76, 99)] == [0, 0, 1, 3, 4, 4]


def test_rows_by_hand():
    """The same from the south: cores end at 100, 76, 52, 28, and the northernmost, moved to 0, is written last."""
    scheme = CropScheme(100, 40, 8, anchor="last")
    assert [scheme.start(number) + 8 for number in range(scheme.count)] == [0, 4, 28, 52, 76]
    assert [scheme.reach(number) for number in range(5)] == [(0, 24), (24, 28), (28, 52), (52, 76), (76, 100)]


@pytest.mark.parametrize("anchor", ["first", "last"])
def test_cores_that_fit_are_not_moved(anchor):
    scheme = CropScheme(96, 40, 8, anchor=anchor)
    assert [scheme.reach(number) for number in range(scheme.count)] == [(0, 24), (24, 48), (48, 72), (72, 96)]


@pytest.mark.parametrize("anchor", ["first", "last"])
def test_an_image_smaller_than_a_core_is_one_window(anchor):
    scheme = CropScheme(10, 40, 8, anchor=anchor)
    assert (scheme.count, scheme.reach(0)) == (1, (0, 10))
    assert scheme.start(0) == (-22 if anchor == "first" else -8)  # the core ends with the image, on FLAIR-1's side


def flair_order(width, height, window_px, margin_px):
    """Number of the window written last at each pixel: columns from the west, in each rows from the south.

    A loop over corners in pixels from the south-west, each written over what was there.
    """
    core = window_px - 2 * margin_px
    written = np.full((height, width), -1)
    number, seen = 0, {}
    for west in range(0, width + 2 * margin_px, core):
        for south in range(0, height + 2 * margin_px, core):
            corner = (min(west, width - core), min(south, height - core))
            if corner in seen:
                continue
            seen[corner] = number
            top = height - corner[1] - core
            written[top : top + core, corner[0] : corner[0] + core] = number
            number += 1
    return written, {value: key for key, value in seen.items()}


@pytest.mark.parametrize(
    ("width", "height", "window", "margin"), [(100, 75, 40, 8), (96, 72, 40, 8), (61, 97, 32, 12), (33, 31, 30, 0)]
)
def test_each_pixel_belongs_to_the_window_that_flair_writes_last(width, height, window, margin):
    written, corners = flair_order(width, height, window, margin)
    cols = CropScheme(width, window, margin, anchor="first")
    rows = CropScheme(height, window, margin, anchor="last")
    core = window - 2 * margin
    expected_west = np.vectorize(lambda number: corners[number][0])(written)
    expected_top = np.vectorize(lambda number: height - corners[number][1] - core)(written)
    of_cols, of_rows = owners(cols), owners(rows)
    assert of_cols.tolist() == [cols.owner(pixel) for pixel in range(width)]
    assert of_rows.tolist() == [rows.owner(pixel) for pixel in range(height)]
    west = np.array([cols.start(number) + margin for number in of_cols])
    top = np.array([rows.start(number) + margin for number in of_rows])
    np.testing.assert_array_equal(np.broadcast_to(west, (height, width)), expected_west)
    np.testing.assert_array_equal(np.broadcast_to(top[:, None], (height, width)), expected_top)


def test_margins_may_be_wider_than_in_blending_but_leave_something():
    assert CropScheme(100, 40, 19, anchor="first").core_px == 2
    with pytest.raises(ConfigError, match="leave nothing"):
        CropScheme(100, 40, 20, anchor="first")
    with pytest.raises(ConfigError, match="quarter"):
        AxisScheme(100, 40, 19)


class Seen:
    """An image that is 9 everywhere but for a hole, and a network that keeps the windows it was shown."""

    def __init__(self, shape, hole=None):
        self.pixels = np.full((1, *shape), 9, dtype=np.uint8)
        self.valid = np.ones(shape, dtype=bool)
        if hole is not None:
            self.valid[hole.slices] = False
        self.windows = []

    def read(self, window):
        rows, cols = window.slices
        return self.pixels[:, rows, cols], self.valid[rows, cols]

    def answer(self, pixels):
        self.windows.append(pixels)
        return np.zeros((1, *pixels.shape[1:]), dtype=np.float32)


@pytest.mark.parametrize(("outside", "number"), [("reflect", 9), ("zero", 0)])
@pytest.mark.parametrize("mode", ["crop", "blend"])
def test_what_stands_beyond_the_image(mode, outside, number):
    """One window over an image of 20 x 20 px with a margin of 4: the frame is the mirror, or zeros; NoData inside is
    the mean in both."""
    grid = Grid("EPSG:2154", 0.0, 20.0, 0.2, 20, 20)
    image = Seen((20, 20), hole=Window(2, 3, 1, 1))
    prediction = Prediction(grid, 28, 4, class_values=(1,), nodata=0, fill=(50,), mode=mode, outside=outside)
    pieces = list(predict(prediction, grid.whole, image, lent(image.answer)))
    (window,) = image.windows
    assert (window[0, 4:24, 4:24] == np.where(image.valid, 9, 50)).all()
    frame = window[0].copy()
    frame[4:24, 4:24] = number
    if outside == "zero":
        assert (frame == 0).all()
    else:
        assert set(np.unique(frame)) <= {9, 50}  # a mirror shows the hole again
    assert [piece.classes[2, 3] for piece in pieces] == [0]


def blurred(pixels):
    """Two classes from means over 5 x 5 px."""
    values = np.pad(pixels[0].astype(np.float32), 2)
    height, width = pixels.shape[1:]
    total = sum(values[row : row + height, col : col + width] for row in range(5) for col in range(5))
    return np.stack([total / np.float32(300.0), np.full_like(total, 8.0)])


@pytest.mark.parametrize("outside", ["reflect", "zero"])
@pytest.mark.parametrize("tile_px", [13, 29, 64])
def test_any_super_tile_gives_the_same_bytes_in_crop_mode(tile_px, outside):
    """Margins that do not cover what the network sees, so that each window leaves its trace."""
    height, width = 71, 93
    image = Seen((height, width), hole=Window(20, 30, 9, 5))
    image.pixels = np.random.default_rng(8).integers(0, 200, (1, height, width), dtype=np.uint8)
    grid = Grid("EPSG:2154", 0.0, 100.0, 0.2, width, height)
    prediction = Prediction(
        grid, 32, 1, class_values=(1, 2), nodata=0, fill=(50,), mode="crop", outside=outside, top_k=2,
        probabilities=True,
    )  # fmt: skip

    def mapped(area):
        layers = [np.full((count, *area.shape), 77, dtype=np.uint8) for count in (1, 1, 4, 2)]
        for piece in predict(prediction, area, image, lent(blurred)):
            place = (slice(None), *piece.window.relative_to(area).slices)
            for layer, values in zip(
                layers, (piece.classes[None], piece.confidence[None], piece.top, piece.probabilities), strict=True
            ):
                assert (layer[place] == 77).all(), "pieces overlap"
                layer[place] = values
        return layers

    whole = mapped(grid.whole)
    assert len(np.unique(whole[0])) == 3
    for row in range(0, height, tile_px):
        for col in range(0, width, tile_px):
            area = Window(row, col, min(tile_px, height - row), min(tile_px, width - col))
            for part, expected in zip(mapped(area), whole, strict=True):
                np.testing.assert_array_equal(part, expected[(slice(None), *area.slices)])
