"""Training samples, augmentation and figures: drawn by number, worked out by hand."""

import numpy as np
import pytest

from millesime.errors import ModelError
from millesime.model.augment import jitter
from millesime.model.samples import IGNORED, Picture, Sampler, frequencies, moments, targets_of
from millesime.model.scores import confusion, figures


def picture(size=64, name="a", seed=1):
    """Bands that tell where each pixel comes from: its row, its column, and its target thrice."""
    random = np.random.Generator(np.random.PCG64(seed))
    rows, cols = np.indices((size, size), dtype=np.uint8)
    targets = random.integers(0, 3, (size, size), dtype=np.uint8)
    return Picture(name, np.stack([rows, cols, targets, targets, targets]), targets)


def test_targets_are_channels_and_the_rest_is_ignored():
    classes = np.array([[0, 1, 6], [15, 99, 6]], dtype=np.uint8)
    assert targets_of(classes, (1, 6, 15)).tolist() == [[IGNORED, 0, 1], [2, IGNORED, 1]]


def test_a_step_is_the_same_in_every_run_and_differs_from_the_next():
    sampler = Sampler((picture(), picture(name="b", seed=2)), 32, 6, seed=3)
    first, again, other = sampler.draw(11), Sampler(sampler.pictures, 32, 6, seed=3).draw(11), sampler.draw(12)
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_bands_and_targets_are_turned_together():
    sampler = Sampler((picture(),), 32, 8, seed=3)
    for step in range(10):
        bands, targets = sampler.draw(step)
        assert bands.shape == (8, 5, 32, 32)
        np.testing.assert_array_equal(bands[:, 2], targets)


def test_rare_classes_are_looked_for():
    """One pixel in 16,384 is of class 2: crops anywhere hardly meet it, balanced crops do."""
    targets = np.zeros((128, 128), dtype=np.uint8)
    targets[100, 20] = 2
    rare = Picture("rare", np.zeros((5, 128, 128), np.uint8), targets)
    met = {
        share: sum((Sampler((rare,), 32, 4, seed=1, balanced_share=share).draw(n)[1] == 2).any() for n in range(40))
        for share in (0.0, 0.5)
    }
    assert met[0.0] < 20 < met[0.5]


def test_pictures_must_hold_a_crop():
    with pytest.raises(ModelError, match="smaller than a crop of 96 px: a"):
        Sampler((picture(),), 96, 1, seed=1)
    with pytest.raises(ModelError, match=r"\(2, 2\) pixels of imagery for \(3, 3\)"):
        Picture("b", np.zeros((5, 2, 2), np.uint8), np.zeros((3, 3), np.uint8))


def test_moments_and_frequencies_by_hand():
    """Numbers 0, 0, 10, 10: mean 5, deviation 5. Targets 0, 0, 1 and one ignored: two thirds and one third."""
    values = np.array([[0, 0], [10, 10]], dtype=np.uint8)
    held = Picture("a", np.stack([values] * 5), np.array([[0, 0], [1, IGNORED]], dtype=np.uint8))
    assert moments([held]) == ((5.0,) * 5, (5.0,) * 5)
    assert frequencies([held], classes=3).tolist() == [2 / 3, 1 / 3, 0.0]


def test_jitter_keeps_order_of_tones_and_moves_bands_apart():
    ramp = np.broadcast_to(np.arange(256, dtype=np.uint8), (2, 5, 1, 256))
    once = jitter(ramp, np.random.Generator(np.random.PCG64(5)))
    again = jitter(ramp, np.random.Generator(np.random.PCG64(5)))
    np.testing.assert_array_equal(once, again)
    assert (np.diff(once.astype(int), axis=-1) >= 0).all()
    assert not np.array_equal(once[0, 0], once[0, 1])
    assert np.abs(once[:, 4].astype(int) - ramp[:, 4]).max() <= 21  # heights change by 8 % at most


def test_figures_by_hand():
    """Truth 0 0 0 1 and one ignored, answers 0 0 1 1: three of four right; IoU 2/3 and 1/2; class 2 absent."""
    targets = np.array([0, 0, 0, 1, IGNORED], dtype=np.uint8)
    matrix = confusion(targets, np.array([0, 0, 1, 1, 2]), classes=3)
    assert matrix.tolist() == [[2, 1, 0], [0, 1, 0], [0, 0, 0]]
    assert figures(matrix, ["a", "b", "c"]) == {
        "overall_accuracy": 0.75,
        "mean_iou": round((2 / 3 + 1 / 2) / 2, 4),
        "iou": {"a": 0.6667, "b": 0.5},
    }
