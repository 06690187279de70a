"""The per-pixel classifier: learns what single pixels tell, and no more."""

import numpy as np
import pytest

from millesime.errors import InputError
from millesime.evaluation.pixel_classifier import features, fit

RNG = np.random.Generator(np.random.PCG64(1))


def pixels(centre, n=600):
    return np.clip(RNG.normal(centre, 8.0, (n, 5)), 0, 255).astype(np.uint8)


def test_separate_colours_are_told_apart():
    """Grass (bright infrared), asphalt (grey) and roofs (high): far apart for noise of 8."""
    groups = [
        (12, pixels([90, 120, 70, 180, 0])),
        (3, pixels([120, 120, 120, 118, 0])),
        (1, pixels([180, 120, 95, 160, 60])),
    ]
    samples = np.concatenate([group for _, group in groups])
    labels = np.repeat(np.array([number for number, _ in groups], dtype=np.uint8), 600)
    classifier = fit(samples, labels, epochs=8, batch=128)
    assert (classifier.predict(samples) == labels).mean() > 0.99
    assert classifier.classes.tolist() == [1, 3, 12]


def test_equal_colours_stay_at_chance():
    """Two classes drawn from one law: nothing beats the larger share, 0.5, by much."""
    samples, labels = pixels([150, 130, 100, 150, 2], 4000), np.tile(np.array([5, 14], dtype=np.uint8), 2000)
    classifier = fit(samples[:2000], labels[:2000], epochs=4)
    assert abs((classifier.predict(samples[2000:]) == labels[2000:]).mean() - 0.5) < 0.08


def test_images_and_lists_of_pixels_agree_and_training_repeats():
    samples, labels = pixels([100, 100, 100, 100, 10], 400), np.tile(np.array([2, 9], dtype=np.uint8), 200)
    first, second = fit(samples, labels, epochs=2), fit(samples, labels, epochs=2)
    image = samples.T.reshape(5, 20, 20)
    assert np.array_equal(first.predict(image).reshape(-1), first.predict(samples))
    assert all(np.array_equal(a, b) for a, b in zip(first.weights, second.weights, strict=True))


def test_features_of_a_black_pixel_are_finite():
    assert np.isfinite(features(np.zeros((1, 5), dtype=np.uint8))).all()


def test_shapes_that_do_not_agree_are_refused():
    with pytest.raises(InputError, match="samples"):
        fit(np.zeros((3, 4), dtype=np.uint8), np.zeros(3, dtype=np.uint8))
