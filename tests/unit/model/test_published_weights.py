"""Networks that IGN publishes: names, counts and shapes of weights, and files that are not what they should be."""

from __future__ import annotations

import importlib.util
import pickle
from collections import OrderedDict

import pytest

from millesime.errors import ModelError
from millesime.model.published import published_model, published_names

torch = pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
if importlib.util.find_spec("segmentation_models_pytorch") is None:
    pytest.skip("needs pip install 'millesime[published]'", allow_module_level=True)
pytestmark = pytest.mark.torch

from safetensors.torch import save_file  # noqa: E402

from millesime.model.published.networks import build_network, parameter_count  # noqa: E402
from millesime.model.published.weights import fill, read_weights  # noqa: E402


@pytest.fixture(scope="module")
def unet():
    torch.manual_seed(3)
    return build_network("resnet34-unet", bands=5, classes=19)


def written(tmp_path, weights, *, style):
    """Weights as the projects that publish them write them."""
    if style == "flair-inc pth":
        path = tmp_path / "FLAIR-INC_rgbie_15cl_resnet34-unet_weights.pth"
        torch.save(OrderedDict((f"model.seg_model.{name}", value) for name, value in weights.items()), path)
    elif style == "lightning ckpt":
        path = tmp_path / "FLAIR-INC_rgbie_15cl_resnet34-unet.ckpt"
        named = {f"model.seg_model.{name}": value for name, value in weights.items()}
        torch.save({"epoch": 3, "state_dict": {**named, "criterion.weight": torch.ones(19)}}, path)
    elif style == "bare pth":
        path = tmp_path / "bare.pth"
        torch.save(dict(weights), path)
    else:
        path = tmp_path / "model.safetensors"
        save_file({f"model.{name}": value.contiguous() for name, value in weights.items()}, path)
    return path


@pytest.mark.parametrize("style", ["flair-inc pth", "lightning ckpt", "bare pth", "safetensors"])
def test_weights_come_back_whatever_stands_before_their_names(tmp_path, unet, style):
    path = written(tmp_path, unet.state_dict(), style=style)
    other = build_network("resnet34-unet", bands=5, classes=19)
    fill(other, read_weights(path), place=path)
    for name, value in unet.state_dict().items():
        assert torch.equal(other.state_dict()[name], value), name


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda weights: weights.pop("encoder.conv1.weight"), "1 missing: encoder.conv1.weight"),
        (lambda weights: weights.update({"decoder.extra": torch.ones(1)}), "1 unexpected: decoder.extra"),
        (
            lambda weights: weights.update({"segmentation_head.0.weight": torch.ones(15, 16, 3, 3)}),
            r"1 of another shape: segmentation_head.0.weight \(15, 16, 3, 3\) for \(19, 16, 3, 3\)",
        ),
        (
            lambda weights: weights.update({"enc0der.bn1.bias": weights.pop("encoder.bn1.bias")}),
            "1 missing: encoder.bn1.bias; 1 unexpected: enc0der.bn1.bias",
        ),
    ],
)
def test_every_weight_that_does_not_fit_is_told(tmp_path, unet, spoil, told):
    weights = dict(unet.state_dict())
    spoil(weights)
    path = written(tmp_path, weights, style="flair-inc pth")
    with pytest.raises(ModelError, match=told):
        fill(build_network("resnet34-unet", bands=5, classes=19), read_weights(path), place=path)


def test_weights_that_are_no_numbers_are_refused(tmp_path, unet):
    weights = {name: value.clone() for name, value in unet.state_dict().items()}
    first = next(iter(weights))
    weights[first].view(-1)[7] = float("nan")
    path = written(tmp_path, weights, style="bare pth")
    with pytest.raises(ModelError, match=f"1 of the weights hold numbers that are not finite: {first}"):
        fill(build_network("resnet34-unet", bands=5, classes=19), read_weights(path), place=path)


def test_weights_of_another_kind_of_number_are_refused(tmp_path, unet):
    weights = {name: value.clone() for name, value in unet.state_dict().items()}
    first, second = list(weights)[:2]
    weights[first] = weights[first].to(torch.int8)
    weights[second] = weights[second].half()  # half precision is a float as well
    path = written(tmp_path, weights, style="bare pth")
    with pytest.raises(
        ModelError, match=rf"network: 1 of another kind of number: {first} torch.int8 for torch.float32\n"
    ):
        fill(build_network("resnet34-unet", bands=5, classes=19), read_weights(path), place=path)


def test_a_page_saved_under_the_name_of_weights_is_told_from_a_pickle(tmp_path):
    path = tmp_path / "weights.pth"
    path.write_text("<!DOCTYPE html><html>not found</html>")
    with pytest.raises(ModelError, match="is not a file of weights"):
        read_weights(path)


def test_a_prefix_that_nobody_knows_is_an_error(tmp_path, unet):
    weights = {f"backbone.{name}": value for name, value in unet.state_dict().items()}
    path = written(tmp_path, weights, style="bare pth")
    with pytest.raises(ModelError, match=r"278 missing: .* and 266 more; 278 unexpected: backbone\."):
        fill(build_network("resnet34-unet", bands=5, classes=19), read_weights(path), place=path)


class _Runs:
    """What a pickle can do when it is read."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return (open, (str(self.target), "w"))


@pytest.mark.parametrize("wrap", ["pickle", "torch"])
def test_a_pickle_that_runs_code_is_refused_unread(tmp_path, wrap):
    trace, path = tmp_path / "ran", tmp_path / "weights.pth"
    content = {"state_dict": {"encoder.conv1.weight": torch.ones(1)}, "hook": _Runs(trace)}
    if wrap == "pickle":
        path.write_bytes(pickle.dumps(content))
    else:
        torch.save(content, path)
    with pytest.raises(ModelError, match=r"weights\.pth"):
        read_weights(path)
    assert not trace.exists()


@pytest.mark.parametrize("content", [b"", b"not weights", b"PK\x03\x04 cut"])
@pytest.mark.parametrize("suffix", [".pth", ".ckpt", ".safetensors"])
def test_a_damaged_file_is_told(tmp_path, content, suffix):
    path = tmp_path / f"weights{suffix}"
    path.write_bytes(content)
    with pytest.raises(ModelError, match="weights"):
        read_weights(path)


#: Millions of weights as counted from the published networks; keys of the resnet34 U-Net as in its file.
COUNTS = [
    ("vgg16-unet", 5, 28.957, None),
    ("resnet34-unet", 3, 24.439, 278),
    ("resnet34-unet", 4, 24.442, 278),
    ("resnet34-unet", 5, 24.445, 278),
    ("resnet34-fpn", 3, 23.158, None),
    ("resnet34-deeplabv3", 3, 26.012, None),
    ("resnet34-deeplabv3plus", 3, 22.442, None),
]


@pytest.mark.parametrize(("architecture", "bands", "millions", "keys"), COUNTS)
def test_networks_have_the_published_number_of_weights(architecture, bands, millions, keys):
    network = build_network(architecture, bands=bands, classes=19)
    assert round(parameter_count(network) / 1e6, 3) == millions
    assert keys is None or len(network.state_dict()) == keys


@pytest.mark.slow
@pytest.mark.parametrize(
    ("architecture", "millions"),
    [("mitb5-unet", 84.726), ("swin-upernet-small", 81.160), ("swin-upernet-large", 233.865)],
)
def test_large_networks_have_the_published_number_of_weights(architecture, millions):
    assert round(parameter_count(build_network(architecture, bands=3, classes=19)) / 1e6, 3) == millions


@pytest.mark.parametrize(
    ("encoder", "millions"),
    [("swin_tiny_patch4_window7_224", 29.416), ("convnextv2_tiny", 29.764)],
)
def test_hub_networks_have_the_published_weights(encoder, millions):
    network = build_network(f"{encoder}-upernet", bands=3, classes=19)
    own = parameter_count(network) - parameter_count(network.fusion_handler)
    # The published count is of a decoder for images of three bands, whose unused stage has two weights a channel more.
    assert round((own + 2 * 256) / 1e6, 3) == millions
    shapes = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    decoder = "main_decoders.AERIAL_LABEL-COSIA.seg_model."
    assert shapes[f"{decoder}segmentation_head.0.weight"] == (19, 64, 1, 1)
    assert shapes[f"{decoder}decoder.fpn_bottleneck.0.weight"] == (64, 1280, 3, 3)
    assert shapes[f"{decoder}decoder.psp.blocks.3.1.0.weight"] == (192, 768, 1, 1)
    assert shapes["fusion_handler.conv_f.3.weight"] == (768, 768, 1, 1)
    assert all(name.startswith(("encoders.AERIAL_RGBI.seg_model.", decoder, "fusion_handler.")) for name in shapes)
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 512, 512)).shape == (1, 19, 512, 512)


def test_names_tell_bands_order_and_classes():
    model = published_model("IGNF/FLAIR-INC_rgbie_15cl_resnet34-unet")
    assert model.bands == ("red", "green", "blue", "near_infrared", "height")
    assert model.mean == (105.08, 110.87, 101.82, 106.38, 53.26)
    assert model.class_values == tuple(range(1, 20))
    assert model.never_predicted == (15, 16, 17, 19)
    hub = published_model("FLAIR-HUB_LC-A_IR_swinbase-upernet.safetensors")
    assert hub.bands == ("near_infrared", "red", "green")
    assert hub.architecture == "swin_base_patch4_window12_384-upernet"
    # Channel 0 is building (1), channel 1 greenhouse (18), channel 3 impervious (3), channel 4 pervious (2).
    assert [hub.class_values[channel] for channel in (0, 1, 3, 4, 18)] == [1, 18, 3, 2, 19]
    assert sorted(hub.class_values) == list(range(1, 20))


@pytest.mark.parametrize("name", published_names())
def test_every_published_name_is_known(name):
    model = published_model(name)
    assert len(model.bands) == len(model.mean) == len(model.std)
    assert model.name == name


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("my_model.pth", "names no published model"),
        ("FLAIR-HUB_LC-L_IR_swinbase-upernet", "several modalities or time series"),
        ("FLAIR-HUB_LPIS-A_IR_swinbase-upernet", "several modalities"),
        ("FLAIR-HUB_LC-A_RGB_swinbase-upernet", "mean of the blue band"),
        ("FLAIR-HUB_LC-A_IR_vit-upernet", "no encoder is called vit"),
        ("FLAIR-INC_rgbie_15cl_mitb5-unet", "no model is published"),
    ],
)
def test_what_is_not_supported_is_told_by_name(name, told):
    with pytest.raises(ModelError, match=told):
        published_model(name)
