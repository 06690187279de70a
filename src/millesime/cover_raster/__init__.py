"""Cover raster: the class and the confidence of every pixel of an area, predicted by a network."""

from __future__ import annotations

from millesime.cover_raster.decide import NO_CONFIDENCE, decide
from millesime.cover_raster.predict import Piece, Prediction, predict, prediction_with
from millesime.cover_raster.scheme import AxisScheme, reflected

__all__ = [
    "NO_CONFIDENCE",
    "AxisScheme",
    "Piece",
    "Prediction",
    "decide",
    "predict",
    "prediction_with",
    "reflected",
]
