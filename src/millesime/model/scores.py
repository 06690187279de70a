"""The few figures that a training watches; `millesime.evaluation` measures products."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from millesime.model.samples import IGNORED


def confusion(
    targets: npt.NDArray[np.uint8], predicted: npt.NDArray[np.integer], *, classes: int
) -> npt.NDArray[np.int64]:
    """Pixels by true channel (rows) and predicted channel (columns)."""
    known = targets != IGNORED
    pairs = targets[known].astype(np.int64) * classes + predicted[known].astype(np.int64)
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)


def figures(matrix: npt.NDArray[np.int64], names: Sequence[str]) -> dict[str, object]:
    """Overall accuracy, mean IoU of the classes present in the truth, and IoU of each."""
    right = np.diag(matrix).astype(np.float64)
    union = matrix.sum(axis=0) + matrix.sum(axis=1) - right
    present = matrix.sum(axis=1) > 0
    iou = np.divide(right, union, out=np.zeros_like(right), where=union > 0)
    return {
        "overall_accuracy": round(float(right.sum() / max(matrix.sum(), 1)), 4),
        "mean_iou": round(float(iou[present].mean()), 4) if present.any() else 0.0,
        "iou": {name: round(float(value), 4) for name, value, here in zip(names, iou, present, strict=True) if here},
    }
