"""Confusion of a map with a truth, and the accuracies that follow from it.

Conventions, which the reports name: accuracies are of the whole extent, every pixel or square metre counting alike;
ground that the map leaves empty counts as wrong; ground without truth is left out. The mean IoU is taken over the
classes present in the truth or in the map; classes absent from both are left out, never counted as 0 or 1. The whole
confusion matrix goes with every report, so that any other convention can be worked out from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.errors import InternalError

Floats = npt.NDArray[np.float64]

#: Written in every report.
MEAN_IOU_CONVENTION = "mean over the classes present in the truth or in the map; absent classes left out"


@dataclass(frozen=True)
class Confusion:
    """Truth by row, map by column."""

    classes: tuple[str, ...]
    """Names of the k classes."""

    matrix: Floats
    """(k, k) amount of truth i mapped as j."""

    unmapped: Floats
    """(k,) amount of truth i that the map leaves empty."""

    unit: str
    """'px' or 'm²'."""

    def __post_init__(self) -> None:
        k = len(self.classes)
        if self.matrix.shape != (k, k) or self.unmapped.shape != (k,):
            raise InternalError(f"a confusion of {k} classes with a matrix of shape {self.matrix.shape}")
        if (self.matrix < 0).any() or (self.unmapped < 0).any():
            raise InternalError("a confusion with negative amounts")

    @property
    def truth(self) -> Floats:
        """(k,) amount of each class in the truth."""
        return self.matrix.sum(axis=1) + self.unmapped

    @property
    def mapped(self) -> Floats:
        """(k,) amount of each class in the map, where there is a truth."""
        return self.matrix.sum(axis=0)

    @property
    def agreed(self) -> Floats:
        """(k,) amount of each class on which both agree."""
        return np.diag(self.matrix).copy()

    @property
    def total(self) -> float:
        """Amount compared."""
        return float(self.truth.sum())

    @property
    def overall_accuracy(self) -> float:
        """Share of the truth that is mapped right; NaN when nothing was compared."""
        return float(_share(self.agreed.sum(), np.float64(self.total)))

    @property
    def users_accuracy(self) -> Floats:
        """(k,) share of what the map calls so that is so; NaN where the map has none."""
        return _share(self.agreed, self.mapped)

    @property
    def producers_accuracy(self) -> Floats:
        """(k,) share of what is so that the map calls so; NaN where the truth has none."""
        return _share(self.agreed, self.truth)

    @property
    def iou(self) -> Floats:
        """(k,) intersection over union; NaN for a class absent from the truth and from the map."""
        return _share(self.agreed, self.truth + self.mapped - self.agreed)

    @property
    def mean_iou(self) -> float:
        """Mean IoU over the classes present in the truth or in the map; NaN when there is none."""
        present = self.iou[~np.isnan(self.iou)]
        return float(present.mean()) if len(present) else float("nan")

    def __add__(self, other: Confusion) -> Confusion:
        """Both together: of several windows, or of several territories.

        Raises:
            InternalError: classes or units differ.
        """
        if (self.classes, self.unit) != (other.classes, other.unit):
            raise InternalError("confusions of other classes or units cannot be added")
        return Confusion(self.classes, self.matrix + other.matrix, self.unmapped + other.unmapped, self.unit)

    def as_dict(self, *, labels: Sequence[str] | None = None) -> dict[str, Any]:
        """For JSON: None stands for an accuracy that has no meaning.

        Args:
            labels: words for the classes, when they are codes.
        """
        words = labels if labels is not None else self.classes
        columns = (self.truth, self.mapped, self.agreed, self.users_accuracy, self.producers_accuracy, self.iou)
        names = ("truth", "mapped", "agreed", "users_accuracy", "producers_accuracy", "iou")
        classes = [
            {"code": code, "label": label}
            | {name: _plain(column[row]) for name, column in zip(names, columns, strict=True)}
            for row, (code, label) in enumerate(zip(self.classes, words, strict=True))
        ]
        return {
            "unit": self.unit,
            "total": self.total,
            "overall_accuracy": _plain(self.overall_accuracy),
            "mean_iou": _plain(self.mean_iou),
            "mean_iou_convention": MEAN_IOU_CONVENTION,
            "unmapped": float(self.unmapped.sum()),
            "classes": classes,
            "matrix": self.matrix.tolist(),
        }


def _share(part: Any, whole: Any) -> Any:
    part, whole = np.asarray(part, dtype=np.float64), np.asarray(whole, dtype=np.float64)
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)


def _plain(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def confusion(
    truth: npt.NDArray[Any], predicted: npt.NDArray[Any], *, classes: dict[int, str], nodata: int | None = 0
) -> Confusion:
    """Confusion of two class rasters of the same shape.

    Args:
        truth: class values; pixels of `nodata` are left out.
        predicted: class values; `nodata`, or a value that is no class, counts as empty, hence wrong.
        classes: value -> name, in the order of the report.
        nodata: value of pixels without class.
    """
    if truth.shape != predicted.shape:
        raise InternalError(f"rasters of shapes {truth.shape} and {predicted.shape} cannot be compared")
    k = len(classes)
    index = np.full(256, k, dtype=np.int64)  # the last row and column are for what is no class
    for place, value in enumerate(classes):
        if value != nodata:
            index[value] = place
    pairs = index[truth.ravel()] * (k + 1) + index[predicted.ravel()]
    counts = np.bincount(pairs, minlength=(k + 1) ** 2).reshape(k + 1, k + 1).astype(np.float64)
    return Confusion(tuple(classes.values()), counts[:k, :k], counts[:k, k], "px")


def confusion_of_windows(
    windows: Iterable[tuple[npt.NDArray[Any], npt.NDArray[Any]]], *, classes: dict[int, str], nodata: int | None = 0
) -> Confusion:
    """Confusion of rasters that come window by window, truth and map; memory is that of one window."""
    k = len(classes)
    total = Confusion(tuple(classes.values()), np.zeros((k, k)), np.zeros(k), "px")
    for truth, predicted in windows:
        total = total + confusion(truth, predicted, classes=classes, nodata=nodata)
    return total
