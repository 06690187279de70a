"""A per-pixel classifier: how far colour and height alone go, as the yardstick of a network that sees context.

A small perceptron on the bands of one pixel, trained by plain mini-batch descent. It is meant to be as good as such a
classifier can fairly be: bands and their ratios, two hidden layers, no balancing of classes (overall accuracy is what
is compared).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from millesime.errors import InputError

Bands = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]
Matrix = npt.NDArray[np.float32]

_HIDDEN = (64, 48)
_CHUNK = 1 << 17


@dataclass(frozen=True)
class PixelClassifier:
    """A fitted classifier."""

    classes: Labels
    """Class of each output, ascending."""

    centre: Matrix
    """Mean of each feature."""

    scale: Matrix
    """Standard deviation of each feature."""

    weights: tuple[Matrix, ...]
    """Per layer, (inputs + 1, outputs): the last row is the bias."""

    def predict(self, bands: Bands) -> Labels:
        """Class of each pixel.

        Args:
            bands: (n, 5) or (5, h, w) uint8: R, G, B, NIR, height above ground.

        Returns:
            (n,) or (h, w) classes.
        """
        flat = bands if bands.ndim == 2 else bands.reshape(bands.shape[0], -1).T
        parts = [
            self.classes[_forward(self._features(flat[start : start + _CHUNK]), self.weights)[-1].argmax(axis=1)]
            for start in range(0, len(flat), _CHUNK)
        ]
        labels = np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint8)
        return labels if bands.ndim == 2 else labels.reshape(bands.shape[1:])

    def _features(self, flat: Bands) -> Matrix:
        return (features(flat) - self.centre) / self.scale


def features(flat: Bands) -> Matrix:
    """Bands, normalised differences and brightness of pixels, (n, 5) -> (n, 11) float32."""
    bands = flat.astype(np.float32)
    red, green, blue, infrared, height = bands.T
    total = red + green + blue + 1.0
    columns = (
        red, green, blue, infrared, np.sqrt(height), np.minimum(height, 30.0),
        (infrared - red) / (infrared + red + 1.0), (green - red) / (green + red + 1.0),
        (blue - red) / (blue + red + 1.0), infrared / total, np.sqrt(total),
    )  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float32)


def fit(samples: Bands, labels: Labels, *, epochs: int = 12, batch: int = 2048, seed: int = 0) -> PixelClassifier:
    """Train on labelled pixels.

    Args:
        samples: (n, 5) uint8: R, G, B, NIR, height above ground.
        labels: (n,) classes.
        epochs: passes over the samples.
        batch: pixels per step.
        seed: draws the first weights and the order of the samples.

    Returns:
        The classifier; equal inputs give equal classifiers.

    Raises:
        InputError: no sample, or shapes that do not agree.
    """
    if samples.ndim != 2 or samples.shape[1] != 5 or labels.shape != samples.shape[:1] or len(labels) == 0:
        raise InputError(f"expected (n, 5) samples and (n,) labels, got {samples.shape} and {labels.shape}")
    rng = np.random.Generator(np.random.PCG64(seed))
    raw = features(samples)
    centre, scale = raw.mean(axis=0), raw.std(axis=0) + np.float32(1e-3)
    inputs = (raw - centre) / scale
    classes, targets = np.unique(labels, return_inverse=True)
    sizes = (inputs.shape[1], *_HIDDEN, len(classes))
    weights = [_first_weights(rng, a, b) for a, b in pairwise(sizes)]
    descent = _Descent(weights)
    steps = max(1, epochs * (len(inputs) // batch + 1))
    done = 0
    for _ in range(epochs):
        order = rng.permutation(len(inputs))
        for start in range(0, len(order), batch):
            rows = order[start : start + batch]
            rate = 4e-3 * 0.5 * (1.0 + np.cos(np.pi * done / steps))
            descent.step(_gradients(inputs[rows], targets[rows], weights), rate=float(rate))
            done += 1
    return PixelClassifier(classes, centre, scale, tuple(weights))


def _first_weights(rng: np.random.Generator, inputs: int, outputs: int) -> Matrix:
    body = rng.normal(0.0, np.sqrt(2.0 / inputs), (inputs, outputs))
    return np.concatenate([body, np.zeros((1, outputs))]).astype(np.float32)


def _forward(inputs: Matrix, weights: tuple[Matrix, ...] | list[Matrix]) -> list[Matrix]:
    """Values of every layer, the inputs first, the scores last."""
    values = [inputs]
    for number, layer in enumerate(weights):
        scores = values[-1] @ layer[:-1] + layer[-1]
        values.append(np.maximum(scores, 0.0) if number + 1 < len(weights) else scores)
    return values


def _gradients(inputs: Matrix, targets: npt.NDArray[np.intp], weights: list[Matrix]) -> list[Matrix]:
    """Gradient of the mean cross-entropy with respect to each layer."""
    values = _forward(inputs, weights)
    scores = values[-1] - values[-1].max(axis=1, keepdims=True)
    error = np.exp(scores)
    error /= error.sum(axis=1, keepdims=True)
    error[np.arange(len(targets)), targets] -= 1.0
    error /= np.float32(len(targets))
    gradients: list[Matrix] = []
    for number in range(len(weights) - 1, -1, -1):
        below = values[number]
        gradients.append(np.concatenate([below.T @ error, error.sum(axis=0, keepdims=True)]))
        if number:
            error = (error @ weights[number][:-1].T) * (below > 0.0)
    return gradients[::-1]


class _Descent:
    """Adaptive moments, in place."""

    def __init__(self, weights: list[Matrix]) -> None:
        self._weights = weights
        self._means = [np.zeros_like(layer) for layer in weights]
        self._squares = [np.zeros_like(layer) for layer in weights]
        self._count = 0

    def step(self, gradients: list[Matrix], *, rate: float) -> None:
        self._count += 1
        correction = np.sqrt(1.0 - 0.999**self._count) / (1.0 - 0.9**self._count)
        for layer, mean, square, gradient in zip(self._weights, self._means, self._squares, gradients, strict=True):
            mean += 0.1 * (gradient - mean)
            square += 0.001 * (gradient * gradient - square)
            layer -= np.float32(rate * correction) * mean / (np.sqrt(square) + np.float32(1e-8))
