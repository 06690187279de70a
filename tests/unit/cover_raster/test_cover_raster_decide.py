"""Classes that compete, calibration, ranks and probabilities, on tables small enough to check by hand."""

import json

import numpy as np
import pytest

from millesime.cover_raster import NO_CONFIDENCE, Rule, decide, parse_calibration
from millesime.cover_raster.class_names import class_value, competing_values
from millesime.errors import CodeError, ConfigError, ModelError
from millesime.imagery import BANDS
from millesime.model import ModelCard
from millesime.nomenclature import COSIA, FLAIR1, cover


def card(**changes):
    facts = {
        "name": "toy", "version": "1", "architecture": "none", "parameter_count": 1, "nomenclature": "flair1",
        "nomenclature_version": "1", "class_values": (5, 1, 9), "bands": BANDS, "height_coding": "flair8",
        "resolution_m": 0.2, "mean": (100.0,) * 5, "std": (50.0,) * 5, "normalisation": "in graph",
        "window_multiple_px": 8, "window_px": 64, "margin_px": 8, "onnx_sha256": "0" * 64,
    }  # fmt: skip
    return ModelCard(**{**facts, **changes})


def logits(*shares):
    """Logits of pixels told by the probabilities of their classes; (classes, 1, pixels)."""
    return np.log(np.array(shares, dtype=np.float32)).T[:, None, :]


EVERYWHERE = np.ones((1, 1), dtype=bool)


def test_top_classes_and_probabilities_by_hand():
    """Shares 1/2, 1/8, 3/8: percents 50, 12.5 (to even: 12), 37.5 (to even: 38)."""
    rule = Rule((4, 6, 8), nodata=0, top_k=2, probabilities=True)
    told = decide(logits((1 / 2, 1 / 8, 3 / 8)), EVERYWHERE, rule)
    assert told.top[:, 0, 0].tolist() == [4, 50, 8, 38]
    assert told.probabilities[:, 0, 0].tolist() == [50, 12, 38]


def test_of_equal_classes_the_first_channel_ranks_first():
    told = decide(logits((0.25, 0.25, 0.25, 0.25)), EVERYWHERE, Rule((9, 3, 7, 5), nodata=0, top_k=4))
    assert told.top[0::2, 0, 0].tolist() == [9, 3, 7, 5]
    assert told.classes[0, 0] == 9


@pytest.mark.parametrize(("place", "value"), [(0, np.nan), (1, np.nan), (1, np.inf)])
def test_answers_that_are_no_numbers_are_an_error(place, value):
    answered = logits((0.9, 0.1))
    answered[place] = value
    with pytest.raises(ModelError, match="not finite"), np.errstate(invalid="ignore"):
        decide(answered, EVERYWHERE, Rule((4, 6), nodata=0))


def test_where_there_is_no_imagery_nothing_is_told():
    rule = Rule((4, 6), nodata=0, top_k=1, probabilities=True)
    told = decide(logits((0.9, 0.1)), ~EVERYWHERE, rule)
    assert (told.classes[0, 0], told.confidence[0, 0]) == (0, NO_CONFIDENCE)
    assert told.top[:, 0, 0].tolist() == [NO_CONFIDENCE] * 2
    assert told.probabilities[:, 0, 0].tolist() == [NO_CONFIDENCE] * 2


def test_what_is_not_asked_for_is_not_made():
    told = decide(logits((0.9, 0.1)), EVERYWHERE, Rule((4, 6), nodata=0))
    assert told.top is None
    assert told.probabilities is None


def test_the_first_rank_is_the_decision_and_ranks_fall():
    random = np.random.default_rng(3)
    planes = random.normal(0, 2, (7, 20, 30)).astype(np.float32)
    values = (3, 1, 4, 15, 9, 2, 6)
    told = decide(planes, np.ones((20, 30), bool), Rule(values, nodata=0, top_k=7, probabilities=True))
    np.testing.assert_array_equal(told.top[0], told.classes)
    np.testing.assert_array_equal(told.top[1], told.confidence)
    assert (np.diff(told.top[1::2].astype(int), axis=0) <= 0).all()
    for channel, value in enumerate(values):
        np.testing.assert_array_equal(
            told.probabilities[channel], np.where(told.top[0::2] == value, told.top[1::2], 0).max(axis=0)
        )
    expected = np.exp(planes.astype(float)) / np.exp(planes.astype(float)).sum(axis=0)
    assert np.abs(told.probabilities - 100 * expected).max() < 0.51


def test_temperature_then_bias_by_hand():
    """Logits (ln 9, 0) are 9 to 1. Divided by 2 they are 3 to 1; with ln 6 more for the second, 3 to 6."""
    both = np.array([np.log(9.0), 0.0], dtype=np.float32)[:, None, None]
    values = {"class_values": (1, 2), "nodata": 0, "temperature": (2.0, 2.0)}
    cooler = decide(both, EVERYWHERE, Rule(**values))
    assert (cooler.classes[0, 0], cooler.confidence[0, 0]) == (1, 75)
    moved = decide(both, EVERYWHERE, Rule(**values, bias=(0.0, float(np.log(6.0)))))
    assert (moved.classes[0, 0], moved.confidence[0, 0]) == (2, 67)


def test_a_rule_that_does_not_fit_its_classes_is_refused():
    with pytest.raises(ConfigError, match="1 temperatures and 2 biases for 3 classes"):
        Rule((1, 2, 3), nodata=0, temperature=(1.0,), bias=(0.0, 0.0))
    with pytest.raises(ConfigError, match="the 4 most likely classes of 3"):
        Rule((1, 2, 3), nodata=0, top_k=4)
    with pytest.raises(ConfigError, match="finite"):
        Rule((1,), nodata=0, temperature=(0.0,))


@pytest.mark.parametrize(
    ("nomenclature", "text", "value"),
    [
        (FLAIR1, "5", 5), (FLAIR1, "eau", 5), (FLAIR1, " Water ", 5), (FLAIR1, "swimming_pool", 13),
        (FLAIR1, "sol  nu", 4), (COSIA, "Surface eau", 6), (COSIA, "swimming pool", 4), (cover("flair-hub"), "0", 0),
    ],
)  # fmt: skip
def test_a_class_is_told_by_value_or_name(nomenclature, text, value):
    assert class_value(nomenclature, text) == value


def test_every_class_is_found_by_each_of_its_names():
    for nomenclature in (FLAIR1, COSIA, cover("flair-hub")):
        for item in nomenclature.classes:
            assert class_value(nomenclature, item.name) == class_value(nomenclature, str(item.value)) == item.value
            assert "," not in item.name, "--restrict parts names at commas"


def test_an_unknown_class_is_refused():
    with pytest.raises(CodeError, match="'lake' is not a class of 'flair1'"):
        class_value(FLAIR1, "lake")


def test_competing_classes_keep_the_order_of_the_channels():
    assert competing_values(card(), ()) == (5, 1, 9)
    assert competing_values(card(), ["9, water"]) == (5, 9)
    assert competing_values(card(), ["vigne", "eau"]) == (5, 9)
    with pytest.raises(ConfigError) as told:
        competing_values(card(), ["lake,snow,eau,5"])
    for part in ("'lake' is not a class", "no channel for class 'snow'", "class '5' is told twice", "9 vigne"):
        assert part in str(told.value)


def test_a_table_gives_temperature_and_bias_by_channel():
    text = "class,temperature,bias\nwater,2,0.5\n*,1.5,\n"
    assert parse_calibration(text).of_channels(card()) == ((2.0, 1.5, 1.5), (0.5, 0.0, 0.0))
    same = json.dumps({"*": {"temperature": 1.5}, "eau": {"bias": 0.5, "temperature": 2}})
    assert parse_calibration(same).of_channels(card()) == ((2.0, 1.5, 1.5), (0.5, 0.0, 0.0))
    only = "class;bias\n5;1\n1;-1\n9;0\n"
    assert parse_calibration(only).of_channels(card()) == ((1.0, 1.0, 1.0), (1.0, -1.0, 0.0))


def test_a_table_serves_when_classes_are_left_out():
    text = "class,bias\n5,1\n1,2\n9,3\n19,4\n"
    assert parse_calibration(text).of_channels(card(class_values=(9,)))[1] == (3.0,)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("class,bias\n5,1\n", "no line for bâtiment, vigne"),
        ("class,bias\n5,1\neau,1\n*,0\n", "class eau has two lines"),
        ("class,bias\n*,1\n*,0\n", r"\* has two lines"),
        ("class,bias\nlake,1\n*,0\n", "'lake' is not a class"),
    ],
)
def test_a_table_is_checked_against_the_classes(text, told):
    with pytest.raises(ConfigError, match=told):
        parse_calibration(text, place="t.csv").of_channels(card())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "has the columns none"),
        ("class,bias\n", "holds no class"),
        ("class\n5\n", "has the columns class; expected"),
        ("class,bias,weight\n5,1,1\n", "expected class, temperature, bias"),
        ("class,bias\n5,x\n9,nan\n", "2 faults"),
        ("class,temperature\n5,0\n", "temperature of 5 is 0"),
        ("class,bias\n5,1,2\n", "line 2 has not 2 cells"),
        ("class,bias\n5\n", "line 2 has not 2 cells"),
        ("{", "is not JSON"),
        ('{"5": 3}', "class 5: expected an object"),
        ('{"5": [3]}', "class 5: expected an object"),
        ('{"5": {"bias": 1, "bias": 2}}', "class 5: expected an object"),
        ('{"5": {"bias": true}}', "bias of 5 is True, not a number"),
        ('{"5": {"tilt": 1}}', "tilt is neither"),
    ],
)
def test_a_faulty_table_is_refused(text, told):
    with pytest.raises(ConfigError, match=told):
        parse_calibration(text, place="t.csv")
