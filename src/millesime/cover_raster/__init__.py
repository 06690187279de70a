"""Cover raster: the class and the confidence of every pixel of an area, predicted by a network."""

from __future__ import annotations

from millesime.cover_raster.calibration import Calibration, parse_calibration
from millesime.cover_raster.combine import combined
from millesime.cover_raster.decide import NO_CONFIDENCE, Decision, Rule, decide
from millesime.cover_raster.predict import Piece, Prediction, predict, prediction_with
from millesime.cover_raster.scheme import AxisScheme, CropScheme, reflected

__all__ = [
    "NO_CONFIDENCE",
    "AxisScheme",
    "Calibration",
    "CropScheme",
    "Decision",
    "Piece",
    "Prediction",
    "Rule",
    "combined",
    "decide",
    "parse_calibration",
    "predict",
    "prediction_with",
    "reflected",
]
