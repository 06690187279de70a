"""A fitted per-pixel classifier survives its text."""

from __future__ import annotations

import numpy as np
import pytest

from millesime.errors import ModelError
from millesime.evaluation.pixel_classifier import fit
from millesime.evaluation.yardstick import from_json, to_json


def test_same_classes_after_a_round_trip():
    rng = np.random.default_rng(1)
    pixels = rng.integers(0, 256, (500, 5)).astype(np.uint8)
    labels = np.where(pixels[:, 3] > pixels[:, 0], 12, 3).astype(np.uint8)
    classifier = fit(pixels, labels, epochs=4, batch=64)
    text = to_json(classifier, fitted_on="made-up pixels")
    again = from_json(text)
    assert again.predict(pixels).tolist() == classifier.predict(pixels).tolist()
    assert to_json(again, fitted_on="made-up pixels") == text


@pytest.mark.parametrize("text", ["", "{}", '{"form": "other"}'])
def test_other_texts_are_refused(text):
    with pytest.raises(ModelError, match="per-pixel classifier"):
        from_json(text, place="x.json")
