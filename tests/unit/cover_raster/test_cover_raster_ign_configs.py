"""Configurations of IGN's two detection tools, written here in their formats: what is translated, told, refused."""

import pytest
import yaml

from millesime.cover_raster.ign_configs import read_ign_config
from millesime.errors import ConfigError
from millesime.imagery import BANDS
from millesime.model import ModelCard

FLAIR_1 = {
    "output_path": "out",
    "output_name": "village",
    "input_img_path": "ortho.tif",
    "channels": [1, 2, 3, 4, 5],
    "img_pixels_detection": 512,
    "margin": 128,
    "output_type": "argmax",
    "n_classes": 19,
    "model_weights": "FLAIR-INC_rgbie_15cl_resnet34-unet_weights.pth",
    "model_framework": {"model_provider": "SegmentationModelsPytorch"},
    "batch_size": 4,
    "use_gpu": True,
    "num_worker": 2,
    "write_dataframe": False,
    "norma_task": [
        {
            "norm_type": "custom",
            "norm_means": [105.08, 110.87, 101.82, 106.38, 53.26],
            "norm_stds": [52.17, 45.38, 44, 39.69, 79.3],
        }
    ],
}
HUB = {
    "output_path": "out",
    "output_name": "village",
    "output_type": "argmax",
    "cog_conversion": True,
    "model_weights": "FLAIR-HUB_LC-A_IR_swinbase-upernet.safetensors",
    "img_pixels_detection": 2048,
    "margin": 512,
    "output_px_meters": 0.2,
    "monotemp_arch": "swin_base_patch4_window12_384-upernet",
    "multitemp_model_ref_date": "05-15",
    "modalities": {
        "inputs": {"AERIAL_RGBI": True, "DEM_ELEV": False},
        "AERIAL_RGBI": {
            "input_img_path": "aerial.tif",
            "channels": [4, 1, 2],
            "normalization": {"type": "custom", "means": [106.59, 105.66, 111.35], "stds": [39.78, 52.23, 45.62]},
        },
        "DEM_ELEV": {"input_img_path": "dem.tif"},
    },
    "tasks": [
        {"name": "AERIAL_LABEL-COSIA", "active": True, "class_names": {0: "building"}},
        {"name": "ALL_LABEL-LPIS", "active": False},
    ],
}


def card(**changes):
    facts = {
        "name": "toy", "version": "1", "architecture": "resnet34-unet", "parameter_count": 1, "nomenclature": "flair1",
        "nomenclature_version": "1", "class_values": tuple(range(1, 20)), "bands": BANDS, "height_coding": "flair8",
        "resolution_m": 0.2, "mean": (105.08, 110.87, 101.82, 106.38, 53.26), "std": (52.17, 45.38, 44, 39.69, 79.3),
        "normalisation": "in graph", "window_multiple_px": 32, "window_px": 512, "margin_px": 64,
        "onnx_sha256": "0" * 64,
    }  # fmt: skip
    return ModelCard(**{**facts, **changes})


HUB_CARD = card(
    architecture="swin_base_patch4_window12_384-upernet", bands=("near_infrared", "red", "green"),
    mean=(106.59, 105.66, 111.35), std=(39.78, 52.23, 45.62),
)  # fmt: skip


def read(content, **changes):
    return read_ign_config(yaml.safe_dump({**content, **changes}), place="conf.yaml")


def keys_told(translated):
    return [text.partition(":")[0].partition(" ")[0] for text in translated.warnings]


def test_flair_1_is_translated():
    found = read(FLAIR_1)
    assert (found.tool, found.image, found.model) == (
        "FLAIR-1", "ortho.tif", "FLAIR-INC_rgbie_15cl_resnet34-unet_weights.pth"
    )  # fmt: skip
    assert (found.window_px, found.margin_px, found.mode, found.fill) == (512, 128, "crop", "zero")
    assert not found.probabilities
    assert found.band_numbers(card()) == (1, 2, 3, 4, 5)
    assert found.against(card()) == ()


def test_each_key_of_flair_1_that_is_not_what_it_was_is_told_once():
    assert sorted(keys_told(read(FLAIR_1))) == [
        "batch_size", "model_framework", "num_worker", "output_name", "output_path", "output_type", "use_gpu",
    ]  # fmt: skip
    assert "write_dataframe" in keys_told(read(FLAIR_1, write_dataframe=True))
    assert "from 0" in read(FLAIR_1).warnings[0]


def test_hub_is_translated():
    found = read(HUB)
    assert (found.tool, found.image) == ("FLAIR-HUB", "aerial.tif")
    assert (found.window_px, found.margin_px, found.mode, found.fill) == (2048, 512, "crop", "zero")
    assert found.band_numbers(HUB_CARD) == (4, 1, 2)
    assert found.against(HUB_CARD) == ()
    assert sorted(keys_told(found)) == [
        "multitemp_model_ref_date", "output_name", "output_path", "output_type", "tasks.class_names",
    ]  # fmt: skip
    assert "cog_conversion" in keys_told(read(HUB, cog_conversion=False))


@pytest.mark.parametrize("content", [FLAIR_1, HUB])
def test_probabilities_are_asked_for(content):
    found = read(content, output_type="class_prob")
    assert found.probabilities
    assert any("round(100 p)" in text for text in found.warnings)


@pytest.mark.parametrize("content", [FLAIR_1, HUB])
def test_an_unknown_key_is_told(content):
    assert "colour: unknown, not used" in read(content, colour="red").warnings


def test_what_the_weights_know_better_is_told():
    found = read(FLAIR_1, n_classes=15, norma_task=[{"norm_type": "custom", "norm_means": [1, 2], "norm_stds": [1, 1]}])
    told = found.against(card())
    assert len(told) == 3
    assert "the weights have 19 channels" in told[0]
    assert "means [1.0, 2.0] are not used" in told[1]
    assert "standard deviations" in told[2]
    other = read(HUB, monotemp_arch="convnextv2_base-upernet", output_px_meters=1.0).against(HUB_CARD)
    assert "convnextv2_base-upernet: the weights are of swin_base" in other[0]
    assert "output_px_meters 1 is not used" in other[1]


def test_scaling_is_told_not_to_be_used():
    found = read(FLAIR_1, norma_task=[{"norm_type": "scaling", "norm_means": [], "norm_stds": []}])
    assert any("norm_type scaling: not used" in text for text in found.warnings)
    assert found.means is None


def test_channels_must_be_as_many_as_the_bands_of_the_model():
    with pytest.raises(ConfigError, match=r"channels \[1, 2, 3\] for a model that reads red, green"):
        read(FLAIR_1, channels=[1, 2, 3]).band_numbers(card())
    with pytest.raises(ConfigError, match=r"channels \[1, 1, 2, 3, 4\]"):
        read(FLAIR_1, channels=[1, 1, 2, 3, 4]).band_numbers(card())


@pytest.mark.parametrize(
    ("content", "changes", "told"),
    [
        (FLAIR_1, {"margin": 256}, "margin: 256 px on both sides leave nothing of 512 px"),
        (FLAIR_1, {"margin": -1}, "margin: is -1, expected a whole number from 0"),
        (FLAIR_1, {"margin": True}, "margin: is True"),
        (FLAIR_1, {"img_pixels_detection": "512"}, "img_pixels_detection: is '512'"),
        (FLAIR_1, {"channels": [0, 1]}, r"channels: is \[0, 1\], expected numbers of bands from 1"),
        (FLAIR_1, {"channels": "1 2 3"}, "channels: is '1 2 3', expected a list of numbers"),
        (FLAIR_1, {"channels": []}, r"channels: is \[\], expected a list"),
        (FLAIR_1, {"model_weights": None}, "model_weights: is None, expected a path"),
        (FLAIR_1, {"output_type": "logits"}, "output_type: is 'logits'"),
        (FLAIR_1, {"norma_task": "custom"}, "norma_task: is 'custom'"),
        (HUB, {"tasks": [{"name": "ALL_LABEL-LPIS", "active": True}]}, "tasks: asks for ALL_LABEL-LPIS"),
        (HUB, {"tasks": None}, "tasks: is None, expected a list"),
        (HUB, {"output_px_meters": "fine"}, "output_px_meters: is 'fine'"),
        (HUB, {"modalities": {"inputs": {"AERIAL_RGBI": True, "DEM_ELEV": True}}}, "2 faults|3 faults"),
        (HUB, {"modalities": {}}, "modalities.inputs: is missing"),
    ],
)
def test_a_faulty_configuration_is_refused(content, changes, told):
    with pytest.raises(ConfigError, match=told):
        read(content, **changes)


def test_faults_are_told_together():
    with pytest.raises(ConfigError) as told:
        read({key: value for key, value in FLAIR_1.items() if key not in {"margin", "channels", "model_weights"}})
    for key in ("margin", "channels", "model_weights"):
        assert f"{key}: is missing" in str(told.value)


@pytest.mark.parametrize("text", ["", "a: [", "- 1\n- 2", "paths: {train_csv: a.csv}", "!!python/object:os.system {}"])
def test_what_is_no_configuration_of_a_detection_is_refused(text):
    with pytest.raises(ConfigError, match=r"is neither|is not YAML"):
        read_ign_config(text, place="conf.yaml")
