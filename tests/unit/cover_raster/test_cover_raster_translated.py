"""Networks of IGN in the chain: their classes told as those of CoSIA."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import rasterio
from prediction_toys import ToyModel, toy_card
from typer.testing import CliRunner

from millesime.cli.app import app
from millesime.cover_raster.translated import translated
from millesime.errors import ModelError
from millesime.io.raster import read_class_table
from millesime.model import load
from millesime.model.runtimes import Choice
from millesime.nomenclature import COSIA, FLAIR1_TO_COSIA


def flair(**changes):
    return ToyModel(toy_card(nomenclature="flair1", **changes))


def test_values_are_those_of_the_equivalents():
    """FLAIR's swimming pool is 13, its greenhouse 18: 4 and 15 of CoSIA."""
    own = flair(class_values=(13, 18))
    told = translated(own, "cosia")
    assert (told.card.nomenclature, told.card.class_values) == ("cosia", (4, 15))
    assert told.card.cover_nomenclature == COSIA
    assert told.notes[-1] == "classes of flair1 told as those of cosia"
    assert translated(ToyModel(toy_card()), "cosia").card == toy_card()


def test_a_class_without_equivalent_never_wins():
    """Mixed (16) is the more likely of the two everywhere, and CoSIA has none."""

    class Sure:
        on_card, choice = None, Choice("onnxruntime", "f32", "toy")
        card = toy_card(nomenclature="flair1", class_values=(16, 5))

        def logits(self, pixels):
            return np.broadcast_to(np.float32([9.0, 1.0])[None, :, None, None], (1, 2, *pixels.shape[2:])).copy()

    class Model(ToyModel):
        def open(self, choice=None, *, threads=1, window_px=None):
            return Sure()

    told = translated(Model(Sure.card), "cosia")
    assert told.card.class_values == (6,)
    assert told.open().logits(np.zeros((1, 5, 8, 8), np.uint8)).shape == (1, 1, 8, 8)
    with pytest.raises(ModelError, match="no class of model toy has an equivalent in cosia"):
        translated(flair(class_values=(15, 16)), "cosia")


def test_a_nomenclature_without_crosswalk_is_told():
    with pytest.raises(ModelError, match=r"answers classes of cosia, which have no crosswalk to flair1"):
        translated(ToyModel(toy_card()), "flair1")


@pytest.fixture
def twin(tmp_path):
    """The demo's network as if it answered FLAIR's classes."""
    model = load("builtin:demo")
    back = {cosia: own for own, cosia in FLAIR1_TO_COSIA.pairs if cosia is not None}
    facts = json.loads(model.path.with_suffix(".json").read_text(encoding="utf-8"))
    facts |= {"nomenclature": "flair1", "class_values": [back[value] for value in model.card.class_values]}
    shutil.copy(model.path, tmp_path / "twin.onnx")
    (tmp_path / "twin.json").write_text(json.dumps(facts), encoding="utf-8")
    return tmp_path / "twin.onnx"


def test_the_command_tells_the_classes_of_cosia(twin, tmp_path):
    pixels = np.random.default_rng(3).integers(0, 256, (5, 20, 30), dtype=np.uint8).repeat(8, axis=1).repeat(8, axis=2)
    place = rasterio.Affine(0.2, 0, 770_000, 0, -0.2, 6_280_000)
    image = tmp_path / "image.tif"
    with rasterio.open(
        image, "w", driver="GTiff", width=240, height=160, count=5, dtype="uint8", crs="EPSG:2154", transform=place
    ) as file:
        file.write(pixels)

    def predicted(name: str, *options: str) -> Path:
        output = tmp_path / name
        result = CliRunner().invoke(app, ["predict", str(image), "-o", str(output), "--json", *options])
        assert result.exit_code == 0, result.output
        return output

    ours, own = predicted("ours.tif"), predicted("own.tif", "-m", str(twin))
    told = predicted("told.tif", "-m", str(twin), "--nomenclature", "cosia")
    assert read_class_table(told) == COSIA
    with rasterio.open(ours) as first, rasterio.open(told) as second, rasterio.open(own) as third:
        np.testing.assert_array_equal(first.read(1), second.read(1))
        np.testing.assert_array_equal(FLAIR1_TO_COSIA.convert(third.read(1)), second.read(1))
        assert len(np.unique(first.read(1))) > 3
