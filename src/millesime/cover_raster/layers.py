"""The rasters that a prediction gives: how each is written and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from millesime.cover_raster.decide import NO_CONFIDENCE
from millesime.cover_raster.predict import Piece, Prediction


@dataclass(frozen=True)
class Layer:
    """One raster of the output; its pixels are the attribute of a `Piece` of the same name."""

    name: str
    nodata: int
    overview: str
    """How overviews are resampled."""

    dtype: str = "uint8"
    count: int = 1
    is_classes: bool = False
    """Whether it carries the nomenclature."""

    def values(self, piece: Piece) -> npt.NDArray[Any]:
        """Its pixels, (height, width) or (bands, height, width)."""
        values: npt.NDArray[Any] = getattr(piece, self.name)
        return values


def class_layer(prediction: Prediction) -> Layer:
    """The class of each pixel."""
    return Layer("classes", nodata=prediction.nodata, overview="mode", is_classes=True)


#: round(100 p) of the class.
CONFIDENCE = Layer("confidence", nodata=NO_CONFIDENCE, overview="average")


def top_layer(prediction: Prediction) -> Layer:
    """The most likely classes and their round(100 p), two bands each: see `Decision.top`."""
    return Layer("top", nodata=NO_CONFIDENCE, overview="nearest", count=2 * prediction.top_k)


def probability_layer(prediction: Prediction) -> Layer:
    """round(100 p) of each class, a band each, in the order of the model's classes."""
    return Layer("probabilities", nodata=NO_CONFIDENCE, overview="average", count=len(prediction.class_values))
