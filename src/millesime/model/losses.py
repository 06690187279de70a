"""Training losses."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional

from millesime.model.samples import IGNORED


def class_weights(
    frequencies: npt.NDArray[np.float64], *, strength: float, limits: tuple[float, float] = (0.4, 4.0)
) -> Tensor:
    """Weight of each class: (median frequency / frequency) ** strength, within limits; 0 for a class never seen.

    A strength of 0 leaves frequent classes their full say and gives the best overall accuracy; 1 makes all classes
    equal and finds pools and greenhouses at the price of false ones.
    """
    seen = frequencies > 0
    weights = np.zeros_like(frequencies)
    weights[seen] = np.clip((np.median(frequencies[seen]) / frequencies[seen]) ** strength, limits[0], limits[1])
    return torch.from_numpy(weights.astype(np.float32))


def cross_entropy(logits: Tensor, targets: Tensor, *, weights: Tensor, smoothing: float) -> Tensor:
    """Weighted cross entropy of (n, classes, h, w) logits; targets (n, h, w), `IGNORED` left out."""
    return functional.cross_entropy(
        logits, targets.long(), weight=weights, ignore_index=IGNORED, label_smoothing=smoothing
    )
