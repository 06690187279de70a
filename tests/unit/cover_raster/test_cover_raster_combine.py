"""Restricted models, symmetries and ensembles: the order of classes and bands, and the mean that is told."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from millesime.cover_raster import Rule, combined, decide, prediction_with
from millesime.cover_raster.combine import CombinedRuntime
from millesime.errors import ConfigError, ModelError
from millesime.geo.grid import Grid
from millesime.imagery import BANDS
from millesime.model import ModelCard
from millesime.model.runtimes import Choice

CHOICE = Choice("onnxruntime", "f32", "default")


def card(**changes):
    facts = {
        "name": "toy", "version": "1", "architecture": "none", "parameter_count": 7, "nomenclature": "flair1",
        "nomenclature_version": "1", "class_values": (1, 5, 9), "bands": BANDS[:3], "height_coding": "flair8",
        "resolution_m": 0.2, "mean": (100.0,) * 3, "std": (50.0,) * 3, "normalisation": "in graph",
        "window_multiple_px": 8, "window_px": 64, "margin_px": 8, "onnx_sha256": "0" * 64,
    }  # fmt: skip
    return ModelCard(**{**facts, **changes})


class Runtime:
    on_card = None

    def __init__(self, card, answer):
        self.card, self.answer, self.choice, self.calls = card, answer, CHOICE, []

    def logits(self, pixels):
        self.calls.append(pixels)
        return self.answer(pixels)


@dataclass(frozen=True)
class Toy:
    """A model without a file; `answer` makes logits of pixels."""

    card: ModelCard
    answer: object
    weights: Path | None = None
    notes: tuple[str, ...] = ()

    def open(self, choice=None, *, threads=1, window_px=None):
        return Runtime(self.card, self.answer)


def of_bands(pixels):
    """The first three bands are the logits of three classes."""
    return pixels[:, :3].astype(np.float32) / np.float32(64.0)


def constant(*shares):
    def answer(pixels):
        planes = np.log(np.array(shares, dtype=np.float32))[None, :, None, None]
        return np.broadcast_to(planes, (len(pixels), len(shares), *pixels.shape[2:])).copy()

    return answer


PIXELS = np.random.default_rng(0).integers(0, 256, (2, 3, 8, 8), dtype=np.uint8)


def shares(logits):
    weights = np.exp(logits.astype(float))
    return weights / weights.sum(axis=1, keepdims=True)


def test_one_model_of_which_nothing_is_asked_is_itself():
    model = Toy(card(), of_bands)
    assert combined([model]) is model
    assert combined([model], restrict=["1,5,9"]) is model


def test_a_restricted_model_answers_its_other_channels_alone():
    model = combined([Toy(card(), constant(0.6, 0.1, 0.3))], restrict=["vigne", "eau"])
    assert model.card.class_values == (5, 9)
    told = decide(
        model.open().logits(PIXELS)[0], np.ones((8, 8), bool), Rule(model.card.class_values, nodata=0, top_k=2)
    )
    assert told.top[:, 0, 0].tolist() == [9, 75, 5, 25]  # 0.3 and 0.1 among 0.4


def test_an_ensemble_is_the_mean_of_probabilities():
    """(0.8, 0.1, 0.1) and (0.1, 0.3, 0.6), the second with its channels in another order."""
    second = Toy(card(class_values=(9, 1, 5), version="2"), constant(0.6, 0.1, 0.3))
    model = combined([Toy(card(), constant(0.8, 0.1, 0.1)), second])
    np.testing.assert_allclose(shares(model.open().logits(PIXELS))[0, :, 0, 0], [0.45, 0.2, 0.35], atol=1e-6)


def test_members_of_an_ensemble_are_restricted_before_the_mean():
    """Of water and vine alone: (1/2, 1/2) and (1/3, 2/3), hence (5/12, 7/12)."""
    members = [Toy(card(), constant(0.8, 0.1, 0.1)), Toy(card(version="2"), constant(0.1, 0.3, 0.6))]
    model = combined(members, restrict=["5,9"])
    np.testing.assert_allclose(shares(model.open().logits(PIXELS))[0, :, 0, 0], [5 / 12, 7 / 12], atol=1e-6)


def test_an_ensemble_of_twins_answers_what_one_does():
    one = Toy(card(), of_bands)
    both = combined([one, one]).open().logits(PIXELS)
    np.testing.assert_allclose(shares(both), shares(of_bands(PIXELS)), atol=1e-6)
    alone = CombinedRuntime([one.open()], card()).logits(PIXELS)
    np.testing.assert_array_equal(alone, of_bands(PIXELS))


def test_a_class_that_no_member_believes_has_a_finite_logarithm():
    def sure(pixels):
        planes = np.zeros((len(pixels), 3, *pixels.shape[2:]), dtype=np.float32)
        planes[:, 0] = 300.0
        return planes

    assert np.isfinite(combined([Toy(card(), sure)] * 2).open().logits(PIXELS)).all()


def test_members_of_different_bands_see_their_own_in_their_own_order():
    infrared = card(
        name="irc", bands=("near_infrared", "red", "green"), mean=(90.0, 80.0, 70.0), std=(1.0, 2.0, 3.0), version="2"
    )
    model = combined([Toy(card(), of_bands), Toy(infrared, of_bands)])
    assert model.card.bands == ("red", "green", "blue", "near_infrared")
    assert model.card.mean == (100.0, 100.0, 100.0, 90.0)  # of the first model that reads the band
    runtime = CombinedRuntime([Runtime(card(), of_bands), Runtime(infrared, of_bands)], model.card)
    pixels = np.random.default_rng(1).integers(0, 256, (1, 4, 8, 8), dtype=np.uint8)
    expected = (shares(of_bands(pixels[:, [0, 1, 2]])) + shares(of_bands(pixels[:, [3, 0, 1]]))) / 2
    np.testing.assert_allclose(shares(runtime.logits(pixels)), expected, atol=1e-6)


def test_the_card_of_an_ensemble_tells_its_members():
    first, second = card(onnx_sha256="a" * 64), card(name="other", onnx_sha256="b" * 64, window_multiple_px=48,
                                                     window_px=48, margin_px=4)  # fmt: skip
    made = combined([Toy(first, of_bands), Toy(second, of_bands)]).card
    assert made.name == "toy + other"
    assert [item["sha256"][0] for item in made.architecture_parameters["combined"]["members"]] == ["a", "b"]
    assert (made.window_multiple_px, made.window_px, made.parameter_count) == (48, 96, 14)
    digests = {
        made.onnx_sha256,
        combined([Toy(second, of_bands), Toy(first, of_bands)]).card.onnx_sha256,
        combined([Toy(first, of_bands), Toy(second, of_bands)], symmetries=True).card.onnx_sha256,
        combined([Toy(first, of_bands), Toy(second, of_bands)], restrict=["1,5"]).card.onnx_sha256,
    }
    assert len(digests) == 4, "what answers otherwise has another digest"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"nomenclature": "cosia"}, "answers classes of cosia 1, expected flair1 1"),
        ({"class_values": (1, 5, 7)}, r"other classes: without \[9\], with \[7\] besides"),
        ({"resolution_m": 0.5}, r"pixels of 0\.5 m, expected 0\.2 m"),
    ],
)
def test_models_that_do_not_go_together_are_refused(changes, told):
    with pytest.raises(ModelError, match=told):
        combined([Toy(card(), of_bands), Toy(card(version="2", **changes), of_bands)])


def test_nothing_to_combine_or_an_unknown_class_is_refused():
    with pytest.raises(ModelError, match="no model is given"):
        combined([])
    with pytest.raises(ConfigError, match="no channel for class 'snow'"):
        combined([Toy(card(), of_bands)], restrict=["snow"])


def sided(pixels):
    """Logits that lean to a side: each class looks at a neighbour in another direction."""
    values = np.pad(pixels.astype(np.float32) / np.float32(64.0), ((0, 0), (0, 0), (1, 1), (1, 1)))
    return np.stack([values[:, 0, 1:-1, :-2], values[:, 1, :-2, 1:-1], values[:, 2, 2:, 2:]], axis=1)


def turned(array, turns, *, mirrored):
    seen = np.rot90(array, turns, axes=(2, 3))
    return seen[..., ::-1] if mirrored else seen


def test_the_eight_views_are_distinct_and_each_answer_is_turned_back():
    model = combined([Toy(card(), sided)], symmetries=True)
    runtime = Runtime(card(), sided)
    found = CombinedRuntime([runtime], model.card, symmetries=True).logits(PIXELS)
    assert len({pixels.tobytes() for pixels in runtime.calls}) == 8
    assert all(pixels.flags.c_contiguous for pixels in runtime.calls)
    expected = np.zeros_like(found, dtype=float)
    for mirrored in (False, True):
        for turns in range(4):
            answer = sided(turned(PIXELS, turns, mirrored=mirrored))
            back = answer[..., ::-1] if mirrored else answer
            expected += np.rot90(back, -turns, axes=(2, 3)) / 8
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("turns", range(4))
def test_with_symmetries_a_turned_image_gives_the_turned_answer(turns, mirrored):
    """That no view was left out or turned back the wrong way: what leans to a side no longer does."""
    runtime = combined([Toy(card(), sided)], symmetries=True).open()
    expected = turned(runtime.logits(PIXELS), turns, mirrored=mirrored)
    found = runtime.logits(np.ascontiguousarray(turned(PIXELS, turns, mirrored=mirrored)))
    np.testing.assert_allclose(found, expected, atol=1e-5)
    plain = turned(sided(PIXELS), turns, mirrored=mirrored)
    if turns or mirrored:
        assert np.abs(sided(turned(PIXELS, turns, mirrored=mirrored)) - plain).max() > 0.5


def test_symmetries_of_what_has_none_to_lose_change_nothing():
    runtime = combined([Toy(card(), of_bands)], symmetries=True).open()
    np.testing.assert_array_equal(runtime.logits(PIXELS), of_bands(PIXELS))


def test_a_model_of_one_size_of_windows_imposes_it():
    grid = Grid("EPSG:2154", 0.0, 100.0, 0.2, 100, 100)
    fixed = card(name="fixed", window_is_fixed=True, window_multiple_px=96, window_px=96)
    with pytest.raises(ConfigError, match=r"converted for windows of 96 px alone, got 192 px"):
        prediction_with(fixed, grid=grid, window_px=192)
    assert prediction_with(fixed, grid=grid, window_px=96).window_px == 96
    both = combined([Toy(card(), of_bands), Toy(fixed, of_bands)]).card
    assert (both.window_px, both.window_is_fixed) == (96, True)
    with pytest.raises(ModelError, match="takes windows of 192 px alone, model fixed 96 px"):
        combined([
            Toy(fixed, of_bands),
            Toy(card(version="2", window_is_fixed=True, window_multiple_px=192, window_px=192), of_bands),
        ])  # fmt: skip
