"""Models on disk: found, checked against their card, and answering the same from any thread."""

import hashlib
import shutil
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from millesime.errors import ModelError
from millesime.imagery import BANDS
from millesime.model import load


@pytest.fixture
def copy(tmp_path):
    """A copy of the built-in model, with its card."""
    found = load("builtin:demo")
    for suffix in (".onnx", ".json"):
        shutil.copy(found.path.with_suffix(suffix), tmp_path / f"mine{suffix}")
    return tmp_path / "mine.onnx"


def test_the_builtin_model_is_small_and_fits_the_imagery():
    model = load("builtin:demo")
    assert model.path.stat().st_size <= 3_500_000
    assert model.card.bands == BANDS
    assert model.card.cover_nomenclature.name == "cosia"
    assert model.card.export_check["equal_classes"] >= 0.999
    assert model.card.limits
    assert (model.path.parent / "MODEL_CARD.md").is_file()


def test_a_copy_with_its_card_is_the_same_model(copy):
    assert load(copy).card == load(str(copy)).card == load("builtin:demo").card


def test_threads_and_neighbours_in_a_batch_change_nothing(copy):
    runtime = load(copy).open()
    random = np.random.Generator(np.random.PCG64(1))
    pixels = random.integers(0, 256, (4, 5, 64, 96), dtype=np.uint8)
    alone = [runtime.logits(one[None])[0] for one in pixels]
    assert alone[0].shape == (len(runtime.card.class_values), 64, 96)
    assert alone[0].dtype == np.float32
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda one: runtime.logits(one[None])[0], pixels))
    np.testing.assert_array_equal(np.stack(together), np.stack(alone))


def test_a_model_without_card_is_refused(copy):
    copy.with_suffix(".json").unlink()
    with pytest.raises(ModelError, match="has no card") as told:
        load(copy)
    assert "mine.json" in str(told.value)


def test_the_card_of_another_file_is_refused(copy):
    copy.write_bytes(copy.read_bytes() + b"\0")
    with pytest.raises(ModelError, match="is of another file"):
        load(copy)


def test_a_card_that_is_none_tells_each_fault(copy):
    copy.with_suffix(".json").write_text('{"name": "x", "colour": 3}', encoding="utf-8")
    with pytest.raises(ModelError) as told:
        load(copy)
    assert "colour: Extra inputs are not permitted" in str(told.value)
    assert "class_values: Field required" in str(told.value)


def test_what_is_not_a_model_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"no model is called builtin:nothing(.|\n)*builtin:demo"):
        load("builtin:nothing")
    with pytest.raises(ModelError, match="FLAIR-INC_rgbi_15cl_resnet34-unet"):
        load("IGNF/FLAIR-INC_rgbi_15cl_resnet34-une")  # a letter is lost
    with pytest.raises(ModelError, match="no such file"):
        load(tmp_path / "absent.onnx")
    unknown = tmp_path / "weights.tflite"
    unknown.write_bytes(b"TFL3")
    with pytest.raises(ModelError, match=r"an \.onnx file, got \.tflite"):
        load(unknown)


def _again(path, content, card):
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    path.with_suffix(".json").write_text(
        card.model_copy(update={"onnx_sha256": digest}).model_dump_json(), encoding="utf-8"
    )
    return load(path)


def test_a_damaged_file_is_told(copy):
    card = load(copy).card
    with pytest.raises(ModelError, match="cannot be loaded"):
        _again(copy, b"not a network at all", card).open()


def test_a_card_that_contradicts_the_network_is_refused(copy):
    content, card = copy.read_bytes(), load(copy).card
    outside = card.model_copy(update={"normalisation": "outside"})
    with pytest.raises(ModelError, match=r"takes tensor\(uint8\)"):
        _again(copy, content, outside).open()
    fewer = card.model_copy(update={"bands": BANDS[:4], "mean": card.mean[:4], "std": card.std[:4]})
    with pytest.raises(ModelError, match="takes 5 bands, its card tells 4"):
        _again(copy, content, fewer).open()
