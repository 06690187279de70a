"""The card of a model: it checks itself, and what it is asked to work on."""

import pytest
from pydantic import ValidationError

from millesime.errors import CodeError, ModelError
from millesime.imagery import BANDS
from millesime.model.card import ModelCard, as_text

FACTS = {
    "name": "toy",
    "version": "2",
    "architecture": "lightunet",
    "parameter_count": 12,
    "nomenclature": "cosia",
    "nomenclature_version": "1",
    "class_values": (1, 6),
    "bands": BANDS,
    "height_coding": "flair8",
    "resolution_m": 0.2,
    "mean": (100.0,) * 5,
    "std": (50.0,) * 5,
    "normalisation": "in graph",
    "window_multiple_px": 32,
    "window_px": 512,
    "margin_px": 64,
    "onnx_sha256": "0" * 64,
}


def card(**changes):
    return ModelCard(**{**FACTS, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"mean": (1.0,) * 4}, "5 bands, 4 means and 5 standard deviations"),
        ({"std": (1.0, 1.0, 0.0, 1.0, 1.0)}, "standard deviations must be positive"),
        ({"class_values": (1, 1)}, "class values must be distinct"),
        ({"window_px": 500}, "window of 500 px"),
        ({"margin_px": 256}, "margin of 256 px"),
        ({"files_sha256": {"/../other": "0" * 64}}, "files of the model that are not known: /../other"),
        ({"surprise": 1}, "Extra inputs are not permitted"),
    ],
)
def test_a_faulty_card_is_refused(changes, message):
    with pytest.raises(ValidationError, match=message):
        card(**changes)


def test_classes_must_be_those_of_the_nomenclature():
    assert card().cover_nomenclature.name == "cosia"
    with pytest.raises(CodeError, match=r"\[99\]"):
        _ = card(class_values=(1, 99)).cover_nomenclature


def test_imagery_must_be_what_it_was_trained_on():
    card().require_imagery(bands=BANDS, height_coding="flair8", pixel_m=0.2)
    card().require_imagery(bands=BANDS, height_coding="flair8", pixel_m=0.19999999999963)
    with pytest.raises(ModelError) as told:
        card().require_imagery(bands=BANDS[:3], height_coding="metres", pixel_m=0.25)
    for expected in (
        "model toy 2",
        "reads the bands red, green, blue, near_infrared, height; the imagery lacks near_infrared, height",
        "give --irc, --dsm and --dtm, or --height",
        "--height-coding flair8",
        "--resample, or resample the orthophoto",
    ):
        assert expected in str(told.value)


def test_imagery_may_have_more_bands_in_any_order():
    irc = card(bands=("near_infrared", "red", "green"), mean=(0.0,) * 3, std=(1.0,) * 3)
    irc.require_imagery(bands=BANDS, height_coding="metres", pixel_m=0.2)  # it reads no heights
    with pytest.raises(ModelError, match=r"lacks near_infrared \(give --irc\)"):
        irc.require_imagery(bands=BANDS[:3], height_coding="flair8", pixel_m=0.2)


def test_the_text_tells_bands_classes_and_limits():
    text = as_text(card(limits=("made-up places",), figures={"seed 101": {"overall_accuracy": 0.9}}))
    for expected in ("1 Bâtiment, 6 Surface eau", "red, green, blue", "- made-up places", "overall accuracy 0.9"):
        assert expected in text
