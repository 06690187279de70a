"""Sums in memory and on a card: what whole sums give, whatever is asked. torch's processor stands for the card."""

from dataclasses import dataclass

import numpy as np
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from prediction_toys import Boxes, ToyModel, digest, predicted, random_image, toy_card

from millesime.cover_raster.decide import Rule, decide
from millesime.cover_raster.scheme import scheme
from millesime.cover_raster.sums import Cells, Windows, stretches
from millesime.geo.grid import Window

CLASSES = 4
RULES = {
    "plain": Rule((6, 12, 3, 9), nodata=0),
    "calibrated": Rule((6, 12, 3, 9), nodata=0, temperature=(1.0, 2.0, 0.5, 1.0), bias=(0.0, 0.3, 0.0, -0.2)),
    "all told": Rule((6, 12, 3, 9), nodata=0, top_k=3, probabilities=True),
}
KINDS = ("classes", "confidence", "top", "probabilities")


def laid(height, width, window_px, margin_px, mode="blend"):
    """Windows over an image."""
    return Windows(
        scheme(mode, height, window_px, margin_px, axis="rows"),
        scheme(mode, width, window_px, margin_px, axis="columns"),
        window_px,
    )


def answers(windows, area):
    """Logits of each window that an area needs, the same for every area; of equal ones the first channel wins."""
    for row in windows.rows.over(area.row, area.row + area.height):
        for col in windows.cols.over(area.col, area.col + area.width):
            random = np.random.Generator(np.random.PCG64([row, col]))
            logits = random.normal(0.0, 2.0, (CLASSES, windows.window_px, windows.window_px)).astype(np.float32)
            logits[1, :5] = logits[0, :5]
            yield row, col, logits


def decided(sums, windows, area, *, as_answered=lambda logits: logits):
    """What sums tell of an area, whole; the rows that they tell follow each other."""
    told, next_row = {kind: [] for kind in KINDS}, area.row
    last_col = windows.cols.over(area.col, area.col + area.width)[-1]
    for row, col, logits in answers(windows, area):
        sums.add(row, col, sums.kept(row, col, as_answered(logits)))
        if col == last_col and (found := sums.settle(row)) is not None:
            window, decision = found
            assert window == Window(next_row, area.col, window.height, area.width)
            next_row += window.height
            for kind in KINDS:
                values = getattr(decision, kind)
                told[kind].append(None if values is None else values.copy())
    assert next_row == area.row + area.height
    return {kind: None if parts[0] is None else np.concatenate(parts, axis=-2) for kind, parts in told.items()}


def whole_sums(windows, area):
    """Every window's weighted logits, added up over the area in the order of the windows."""
    total = np.zeros((CLASSES, area.height, area.width), dtype=np.float32)
    for row, col, logits in answers(windows, area):
        (top, end), (left, right) = windows.rows.reach(row), windows.cols.reach(col)
        top, end = max(top, area.row), min(end, area.row + area.height)
        left, right = max(left, area.col), min(right, area.col + area.width)
        seen = (
            slice(top - windows.rows.start(row), end - windows.rows.start(row)),
            slice(left - windows.cols.start(col), right - windows.cols.start(col)),
        )
        weights = windows.rows.weights(row)[seen[0], None] * windows.cols.weights(col)[None, seen[1]]
        into = total[:, top - area.row : end - area.row, left - area.col : right - area.col]
        into += weights * logits[:, seen[0], seen[1]]
    return total


@given(
    size=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    margin_px=st.integers(0, 8),
    mode=st.sampled_from(["blend", "crop"]),
    cut=st.tuples(*[st.floats(0.0, 1.0)] * 4),
    name=st.sampled_from(sorted(RULES)),
)
@settings(max_examples=60)
def test_cells_give_what_whole_sums_give(size, margin_px, mode, cut, name):
    windows, rule = laid(*size, 32, margin_px, mode), RULES[name]
    rows, cols = (
        sorted(int(part * (size[0] - 1)) for part in cut[:2]),
        sorted(int(part * (size[1] - 1)) for part in cut[2:]),
    )
    area = Window(rows[0], cols[0], rows[1] - rows[0] + 1, cols[1] - cols[0] + 1)
    told = decided(Cells(windows, area, rule), windows, area)
    wanted = decide(whole_sums(windows, area), np.ones(area.shape, dtype=bool), rule)
    for kind in KINDS:
        np.testing.assert_array_equal(told[kind], getattr(wanted, kind))


def test_stretches_are_cut_where_the_windows_change():
    # Windows of 32 px every 24 px from -4: they overlap over 4 px, as 2 px at each end are blind.
    found = stretches(scheme("blend", 60, 32, 4, axis="columns"), 5, 60)
    assert [(part.first, part.end, part.numbers) for part in found] == [
        (5, 22, (0,)),
        (22, 26, (0, 1)),
        (26, 46, (1,)),
        (46, 50, (1, 2)),
        (50, 60, (2,)),
    ]


@pytest.mark.torch
@pytest.mark.parametrize("mode", ["blend", "crop"])
@pytest.mark.parametrize("name", RULES)
def test_a_card_tells_what_memory_tells(name, mode):
    torch = pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
    from millesime.cover_raster.card_sums import CardSums

    windows, area, rule = laid(300, 200, 64, 16, mode), Window(10, 7, 290, 150), RULES[name]
    here = decided(Cells(windows, area, rule), windows, area)
    there = decided(CardSums(windows, area, rule, device="cpu"), windows, area, as_answered=torch.from_numpy)
    np.testing.assert_array_equal(here["classes"], there["classes"])
    for kind in KINDS[1:]:
        assert (here[kind] is None) == (there[kind] is None), kind
        if here[kind] is not None:
            # The last bit of an exponential may turn a rounded percent, and no more.
            assert np.abs(here[kind].astype(int) - there[kind].astype(int)).max() <= 1, kind


@dataclass(frozen=True)
class OnCard(ToyModel):
    """The toy, whose answers stay where torch has them."""

    def open(self, choice=None, *, threads=1, window_px=None):
        import torch

        boxes = Boxes(self.card, 0.0)
        boxes.on_card = lambda pixels: torch.from_numpy(boxes.logits(pixels))
        return boxes


@pytest.mark.torch
def test_a_run_that_sums_on_the_card(tmp_path, monkeypatch):
    pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
    from functools import partial

    from millesime.cover_raster import card_sums

    monkeypatch.setattr(card_sums, "CardSums", partial(card_sums.CardSums, device="cpu"))
    image = random_image(tmp_path / "image.tif")
    predicted(image, tmp_path / "here.tif")
    for name, run in {"whole": {}, "tiles": {"super_tile_px": 64, "threads": 2}}.items():
        predicted(image, tmp_path / f"{name}.tif", model=OnCard(toy_card()), **run)
    assert digest(tmp_path / "whole.tif") == digest(tmp_path / "tiles.tif")
    assert digest(tmp_path / "sure.whole.tif") == digest(tmp_path / "sure.tiles.tif")
    with rasterio.open(tmp_path / "here.tif") as here, rasterio.open(tmp_path / "whole.tif") as there:
        np.testing.assert_array_equal(here.read(), there.read())
