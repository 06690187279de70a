"""The rasters that a prediction gives: how each is written and what it means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from millesime.cover_raster.decide import NO_CONFIDENCE
from millesime.cover_raster.predict import Piece, Prediction
from millesime.geo.halving import Halving
from millesime.nomenclature import CoverNomenclature


@dataclass(frozen=True)
class Layer:
    """One raster of the output; its pixels are the attribute of a `Piece` of the same name."""

    name: str
    nodata: int
    overview: Halving
    """How overviews are resampled."""

    count: int = 1
    is_classes: bool = False
    """Whether it carries the nomenclature."""

    band_names: tuple[str, ...] = ()

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
    names = [f"{what} {rank}" for rank in range(1, prediction.top_k + 1) for what in ("class", "probability")]
    return Layer("top", nodata=NO_CONFIDENCE, overview="nearest", count=len(names), band_names=tuple(names))


def probability_layer(prediction: Prediction, nomenclature: CoverNomenclature) -> Layer:
    """round(100 p) of each class, a band each, in the order of the model's classes."""
    names = tuple(nomenclature.by_value(value).name for value in prediction.class_values)
    return Layer("probabilities", nodata=NO_CONFIDENCE, overview="average", count=len(names), band_names=names)
