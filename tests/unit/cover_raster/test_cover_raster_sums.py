"""Sums in memory and on a card: the same classes, whatever is asked of them. torch's processor stands for the card."""

from dataclasses import dataclass

import numpy as np
import pytest
import rasterio
from prediction_toys import Boxes, ToyModel, digest, predicted, random_image, toy_card

from millesime.cover_raster.decide import NO_CONFIDENCE, Rule
from millesime.cover_raster.sums import HostStore

CLASSES, ROWS, COLS = 4, 300, 50
RULES = {
    "plain": Rule((6, 12, 3, 9), nodata=0),
    "calibrated": Rule((6, 12, 3, 9), nodata=0, temperature=(1.0, 2.0, 0.5, 1.0), bias=(0.0, 0.3, 0.0, -0.2)),
    "all told": Rule((6, 12, 3, 9), nodata=0, top_k=3, probabilities=True),
}


def two_windows(make, rule):
    """Two windows that overlap by weights of a half, decided in two turns; `make` takes numpy's logits."""
    random = np.random.Generator(np.random.PCG64(5))
    store, as_answered = make(CLASSES, ROWS, COLS)
    ones, halves = np.ones((1, COLS), np.float32), np.full((200, 1), 0.5, np.float32)
    for first in (0, 100):
        logits = random.normal(0.0, 2.0, (CLASSES, 200, COLS)).astype(np.float32)
        logits[1, :5] = logits[0, :5]  # of equal logits the first channel wins
        store.add(slice(first, first + 200), slice(0, COLS), (halves, ones), as_answered(logits))
    valid = random.random((ROWS, COLS)) > 0.1
    told = []
    for begin, end in ((0, 170), (170, 300)):
        told.append(store.decide(end - begin, valid[begin:end], rule))
        store.forget(end - begin)
    return told, valid


@pytest.fixture
def on_card():
    torch = pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
    from millesime.cover_raster.card_sums import CardStore

    return lambda *shape: (CardStore(*shape, device="cpu"), torch.from_numpy)


def in_memory(*shape):
    return HostStore(*shape), lambda logits: logits


@pytest.mark.torch
@pytest.mark.parametrize("name", RULES)
def test_a_card_tells_what_memory_tells(name, on_card):
    rule = RULES[name]
    here, valid = two_windows(in_memory, rule)
    there, _ = two_windows(on_card, rule)
    for one, other in zip(here, there, strict=True):
        np.testing.assert_array_equal(one.classes, other.classes)
        for kind in ("confidence", "top", "probabilities"):
            first, second = getattr(one, kind), getattr(other, kind)
            assert (first is None) == (second is None), kind
            if first is not None:
                # The last bit of an exponential may turn a rounded percent, and no more.
                assert np.abs(first.astype(int) - second.astype(int)).max() <= 1, kind
                np.testing.assert_array_equal(first == NO_CONFIDENCE, second == NO_CONFIDENCE)
    assert (here[0].classes == 0).sum() == (~valid[:170]).sum()


@dataclass(frozen=True)
class OnCard(ToyModel):
    """The toy, whose answers stay where torch has them."""

    def open(self, choice=None, *, threads=1):
        import torch

        boxes = Boxes(self.card, 0.0)
        boxes.on_card = lambda pixels: torch.from_numpy(boxes.logits(pixels))
        return boxes


@pytest.mark.torch
def test_a_run_that_sums_on_the_card(tmp_path, on_card, monkeypatch):
    from functools import partial

    from millesime.cover_raster import card_sums

    monkeypatch.setattr(card_sums, "CardStore", partial(card_sums.CardStore, device="cpu"))
    image = random_image(tmp_path / "image.tif")
    predicted(image, tmp_path / "here.tif")
    for name, run in {"whole": {}, "tiles": {"super_tile_px": 64, "threads": 2}}.items():
        predicted(image, tmp_path / f"{name}.tif", model=OnCard(toy_card()), **run)
    assert digest(tmp_path / "whole.tif") == digest(tmp_path / "tiles.tif")
    assert digest(tmp_path / "sure.whole.tif") == digest(tmp_path / "sure.tiles.tif")
    with rasterio.open(tmp_path / "here.tif") as here, rasterio.open(tmp_path / "whole.tif") as there:
        np.testing.assert_array_equal(here.read(), there.read())
