"""Evaluation: accuracy of any product against a truth, and conformity of files with their specification."""

from __future__ import annotations

from millesime.evaluation.by_area import Shared, confusion_by_area, shared_ground
from millesime.evaluation.changes import ChangeAccuracy, change_accuracy
from millesime.evaluation.confusion import Confusion, confusion, confusion_of_windows
from millesime.evaluation.territory import (
    COVER_CLASSES,
    ChangeToEvaluate,
    VintageToEvaluate,
    evaluate_territory,
)
from millesime.evaluation.text import as_text

__all__ = [
    "COVER_CLASSES",
    "ChangeAccuracy",
    "ChangeToEvaluate",
    "Confusion",
    "Shared",
    "VintageToEvaluate",
    "as_text",
    "change_accuracy",
    "confusion",
    "confusion_by_area",
    "confusion_of_windows",
    "evaluate_territory",
    "shared_ground",
]
