"""Prediction in pieces: the same classes and confidence whatever part of the image is computed, and how."""

import numpy as np
import pytest
from prediction_toys import lent

from millesime.cover_raster import NO_CONFIDENCE, Prediction, Rule, decide, predict
from millesime.cover_raster.sums import Cells
from millesime.geo.grid import Grid, Window

HEIGHT, WIDTH, REACH = 131, 173, 2
GRID = Grid("EPSG:2154", 0.0, 100.0, 0.2, WIDTH, HEIGHT)


class Picture:
    """Random pixels with a hole, read as an imagery is."""

    def __init__(self, *, hole=None):
        random = np.random.Generator(np.random.PCG64(7))
        self.pixels = random.integers(0, 256, (5, HEIGHT, WIDTH), dtype=np.uint8)
        self.valid = np.ones((HEIGHT, WIDTH), dtype=bool)
        if hole is not None:
            self.valid[hole.slices] = False
        self.largest = 0

    def read(self, window):
        rows, cols = window.slices
        self.largest = max(self.largest, window.height)
        return self.pixels[:, rows, cols], self.valid[rows, cols]


def network(pixels):
    """Three classes from sums over 5 x 5 pixels, zeros outside: a convolution that reaches 2 px."""
    values = np.pad(pixels.astype(np.float32), ((0, 0), (REACH, REACH), (REACH, REACH)))
    height, width = pixels.shape[1:]
    total = np.zeros((5, height, width), dtype=np.float32)
    for row in range(2 * REACH + 1):
        for col in range(2 * REACH + 1):
            total += values[:, row : row + height, col : col + width]
    return total[:3] / np.float32(500.0) - total[2:5] / np.float32(700.0)


def prediction(*, window_px=64, margin_px=8):
    return Prediction(GRID, window_px, margin_px, class_values=(1, 5, 9), nodata=0, fill=(100,) * 5)


def mapped(pieces, area):
    classes = np.full(area.shape, 77, dtype=np.uint8)
    confidence = np.full(area.shape, 77, dtype=np.uint8)
    for piece in pieces:
        rows, cols = piece.window.relative_to(area).slices
        assert (classes[rows, cols] == 77).all(), "pieces overlap"
        classes[rows, cols], confidence[rows, cols] = piece.classes, piece.confidence
    return classes, confidence


@pytest.mark.parametrize("tile_px", [29, 64, 97])
def test_any_super_tile_gives_the_same_bytes(tile_px):
    picture = Picture(hole=Window(40, 50, 30, 60))
    whole = mapped(predict(prediction(), GRID.whole, picture, lent(network)), GRID.whole)
    for row in range(0, HEIGHT, tile_px):
        for col in range(0, WIDTH, tile_px):
            area = Window(row, col, min(tile_px, HEIGHT - row), min(tile_px, WIDTH - col))
            part = mapped(predict(prediction(), area, picture, lent(network)), area)
            rows, cols = area.slices
            for ours, expected in zip(part, whole, strict=True):
                np.testing.assert_array_equal(ours, expected[rows, cols])


def test_windows_equal_the_whole_image_at_once_when_the_margin_covers_the_reach():
    """Blind margins of 4 px cover a reach of 2: no pixel that counts sees a window's border.

    The whole image at once has mirrored borders, as windows have. Sums differ by rounding where two windows overlap,
    so that a class may change only where two logits are nearly equal.
    """
    picture = Picture()
    classes, confidence = mapped(predict(prediction(), GRID.whole, picture, lent(network)), GRID.whole)
    mirrored = np.pad(picture.pixels, ((0, 0), (REACH, REACH), (REACH, REACH)), mode="reflect")
    logits = network(mirrored)[:, REACH:-REACH, REACH:-REACH]
    told = decide(logits, picture.valid, Rule((1, 5, 9), nodata=0))
    expected, sure = told.classes, told.confidence
    top = np.sort(logits, axis=0)
    clear = top[-1] - top[-2] > 1e-4
    assert clear.mean() > 0.99
    np.testing.assert_array_equal(classes[clear], expected[clear])
    assert np.abs(confidence.astype(int) - sure.astype(int)).max() <= 1


@pytest.mark.parametrize("window_px", [48, 96, 256])
def test_the_window_s_size_does_not_show_when_the_margin_covers_the_reach(window_px):
    picture = Picture()
    ours = mapped(predict(prediction(window_px=window_px), GRID.whole, picture, lent(network)), GRID.whole)[0]
    other = mapped(predict(prediction(), GRID.whole, picture, lent(network)), GRID.whole)[0]
    assert (ours == other).mean() > 0.9999


def test_no_data_stays_no_data_and_is_filled_with_the_mean_for_its_neighbours():
    hole = Window(40, 50, 30, 60)
    picture = Picture(hole=hole)
    picture.pixels[:, hole.slices[0], hole.slices[1]] = 255  # what lies under a hole must not matter
    classes, confidence = mapped(predict(prediction(), GRID.whole, picture, lent(network)), GRID.whole)
    inside = ~picture.valid
    assert (classes[inside] == 0).all()
    assert (confidence[inside] == NO_CONFIDENCE).all()
    assert (classes[~inside] != 0).all()
    picture.pixels[:, hole.slices[0], hole.slices[1]] = 3
    again, _ = mapped(predict(prediction(), GRID.whole, picture, lent(network)), GRID.whole)
    np.testing.assert_array_equal(again, classes)


@pytest.mark.parametrize("make", [Cells, pytest.param("card", marks=pytest.mark.torch)])
def test_windows_without_data_are_not_computed(make):
    if make == "card":
        pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
        make = card_sums_in_memory
    hole = Window(8, 20, 100, 150)
    picture = Picture(hole=hole)
    computed = []

    def counted(pixels):
        computed.append(pixels)
        return network(pixels)

    laid = prediction(window_px=32, margin_px=4)
    classes, confidence = mapped(predict(laid, GRID.whole, picture, lent(counted), make=make), GRID.whole)
    everywhere = len(laid.window_rows(GRID.whole)) * len(laid.window_cols(GRID.whole))
    # Windows of 32 px start every 24 px, at -4: from 20 to 68 down and from 20 to 116 across they lie in the hole.
    assert everywhere - len(computed) == 3 * 5
    # The same as if all were computed, of what stands there for no data.
    filled = Picture()
    filled.pixels = np.where(picture.valid, picture.pixels, np.uint8(100))
    whole, sure = mapped(predict(laid, GRID.whole, filled, lent(network), make=make), GRID.whole)
    np.testing.assert_array_equal(classes, np.where(picture.valid, whole, 0))
    np.testing.assert_array_equal(confidence, np.where(picture.valid, sure, NO_CONFIDENCE))


def card_sums_in_memory(windows, area, rule):
    import torch

    from millesime.cover_raster.card_sums import CardSums

    class OnTorch(CardSums):
        def kept(self, row_number, col_number, logits):
            return super().kept(row_number, col_number, torch.tensor(logits))

    return OnTorch(windows, area, rule, device="cpu")


def test_rows_are_read_by_the_window_not_by_the_image():
    picture = Picture()
    list(predict(prediction(window_px=32, margin_px=4), GRID.whole, picture, lent(network)))
    assert picture.largest <= 32


def test_decide_by_hand():
    """Two classes: logits (0, ln 3) give 3 / 4; equal logits give the first class, one half; then NoData."""
    logits = np.array([[[0.0, 1.0, 9.0]], [[np.log(3.0), 1.0, 0.0]]], dtype=np.float32)
    told = decide(logits, np.array([[True, True, False]]), Rule((4, 6), nodata=0))
    assert told.classes.tolist() == [[6, 4, 0]]
    assert told.confidence.tolist() == [[75, 50, 255]]
