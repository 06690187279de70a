"""A fitted per-pixel classifier as text: it travels beside the model that it is the yardstick of."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.errors import ModelError
from millesime.evaluation.pixel_classifier import PixelClassifier

_FORM = "millesime per-pixel classifier 1"

#: Digits after the point: far finer than what changes a class.
_DIGITS = 6


def to_json(classifier: PixelClassifier, *, fitted_on: str) -> str:
    """A classifier as JSON.

    Args:
        classifier: whose classes are values of CoSIA.
        fitted_on: what it learnt from, for people.
    """
    content = {
        "form": _FORM,
        "fitted_on": fitted_on,
        "classes": classifier.classes.tolist(),
        "centre": _numbers(classifier.centre),
        "scale": _numbers(classifier.scale),
        "weights": [_numbers(layer) for layer in classifier.weights],
    }
    return json.dumps(content) + "\n"


def from_json(text: str, *, place: str = "") -> PixelClassifier:
    """A classifier from its JSON.

    Raises:
        ModelError: the text is not one of a classifier.
    """
    try:
        content = json.loads(text)
        if content["form"] != _FORM:
            raise ValueError(f"form {content['form']!r}")
        return PixelClassifier(
            classes=np.array(content["classes"], dtype=np.uint8),
            centre=np.array(content["centre"], dtype=np.float32),
            scale=np.array(content["scale"], dtype=np.float32),
            weights=tuple(np.array(layer, dtype=np.float32) for layer in content["weights"]),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"is not a per-pixel classifier ({error})", place=place or None, remedy="make it again: make demo-model"
        ) from error


def _numbers(array: npt.NDArray[Any]) -> list[Any]:
    return np.round(array.astype(np.float64), _DIGITS).tolist()
