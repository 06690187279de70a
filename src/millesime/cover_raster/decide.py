"""From logits to a class and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

#: Confidence of pixels without data.
NO_CONFIDENCE = 255


def decide(
    logits: npt.NDArray[np.float32], valid: npt.NDArray[np.bool_], *, class_values: Sequence[int], nodata: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """The most likely class of each pixel and its probability.

    Args:
        logits: (classes, height, width).
        valid: where there is imagery, (height, width).
        class_values: class value of each channel; of equal logits the first channel wins.
        nodata: class value of pixels without imagery.

    Returns:
        class values, and round(100 p) with `NO_CONFIDENCE` where there is none, both (height, width).
    """
    # Channel by channel rather than reductions over the first axis: the order of the sums is then fixed, and
    # whole rows of pixels pass through the cache.
    best = logits[0].copy()
    classes = np.full(best.shape, class_values[0], dtype=np.uint8)
    for value, plane in zip(class_values[1:], logits[1:], strict=True):
        better = plane > best
        np.copyto(best, plane, where=better)
        np.copyto(classes, np.uint8(value), where=better)
    total = np.zeros_like(best)
    for plane in logits:
        total += np.exp(plane - best)
    confidence = np.rint(np.float32(100.0) / total).astype(np.uint8)
    return np.where(valid, classes, np.uint8(nodata)), np.where(valid, confidence, np.uint8(NO_CONFIDENCE))
