"""Published weights converted once: checked against torch, kept under their digest, told by their card."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections import OrderedDict

import numpy as np
import onnxruntime
import pytest

from millesime.errors import ModelError
from millesime.model import load

torch = pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
if importlib.util.find_spec("segmentation_models_pytorch") is None:
    pytest.skip("needs pip install 'millesime[published]'", allow_module_level=True)
pytestmark = pytest.mark.torch

import onnx as onnx_library  # noqa: E402

from millesime.model import export  # noqa: E402
from millesime.model.architectures.upernet import _AveragePool  # noqa: E402
from millesime.model.published import published_model  # noqa: E402
from millesime.model.published.conversion import converted  # noqa: E402
from millesime.model.published.kept import cache_folder  # noqa: E402
from millesime.model.published.networks import build_network  # noqa: E402

NAME = "FLAIR-INC_rgbi_15cl_resnet34-unet"


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(5)
    return build_network("resnet34-unet", bands=4, classes=19)


@pytest.fixture(scope="module")
def weights(tmp_path_factory, network):
    path = tmp_path_factory.mktemp("weights") / f"{NAME}_weights.pth"
    torch.save(OrderedDict((f"model.seg_model.{key}", value) for key, value in network.state_dict().items()), path)
    return path


@pytest.fixture(scope="module")
def onnx(tmp_path_factory, weights):
    return converted(weights, cache=tmp_path_factory.mktemp("cache"))


def test_the_converted_model_answers_as_torch_does(onnx, network):
    runtime = load(onnx).open()
    facts = published_model(NAME)
    pixels = np.random.default_rng(0).integers(0, 256, (2, 4, 96, 64), dtype=np.uint8)
    mean, std = (np.asarray(values, np.float32)[None, :, None, None] for values in (facts.mean, facts.std))
    with torch.no_grad():
        expected = network(torch.from_numpy((pixels - mean) / std)).numpy()
    # Convolutions are computed by tiles, and weights joined in the decoder, so that sums are rounded otherwise.
    np.testing.assert_allclose(runtime.logits(pixels), expected, rtol=1e-5, atol=2e-5 * np.abs(expected).max())


def test_the_card_tells_bands_classes_and_limits(onnx):
    card = load(onnx).card
    assert card.name == NAME
    assert card.bands == ("red", "green", "blue", "near_infrared")
    assert card.cover_nomenclature.name == "flair1"
    assert card.class_values == tuple(range(1, 20))
    assert card.export_check["equal_classes"] >= 0.999
    assert "15, 16, 17, 19" in card.limits[-1]


def test_weights_are_converted_once_and_anew_when_they_change(tmp_path, weights, network):
    first = converted(weights, cache=tmp_path)
    before = first.stat().st_mtime_ns
    assert converted(weights, cache=tmp_path) == first
    assert first.stat().st_mtime_ns == before
    other = tmp_path / weights.name
    torch.save(
        {key: value + 1 if key.endswith("bias") else value for key, value in network.state_dict().items()}, other
    )
    assert converted(other, cache=tmp_path).parent != first.parent


def test_nothing_is_kept_of_weights_of_another_network(tmp_path, network):
    path = tmp_path / "FLAIR-INC_rgbie_15cl_resnet34-unet.pth"  # five bands by its name, four by its weights
    torch.save(network.state_dict(), path)
    with pytest.raises(ModelError, match=r"encoder\.conv1\.weight \(64, 4, 7, 7\) for \(64, 5, 7, 7\)"):
        converted(path, cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()


def test_weights_lie_beside_the_graph_and_are_checked(onnx, tmp_path):
    for file in onnx.parent.iterdir():
        shutil.copy(file, tmp_path)
    copied, data = tmp_path / onnx.name, tmp_path / f"{onnx.name}.data"
    assert copied.stat().st_size < 2e6 < 2e8 < data.stat().st_size
    assert load(copied).card == load(onnx).card
    assert set(load(onnx).card.files_sha256) == {".onnx.data", ".f32.onnx"}
    whole = data.read_bytes()
    data.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ModelError, match=r"is of another file") as caught:
        load(copied)
    assert str(caught.value.place) == str(data)
    data.unlink()
    with pytest.raises(ModelError, match=r"a file of the model is not there"):
        load(copied)


def test_the_graph_for_float32_and_the_other_answer_the_same(onnx):
    """The one by tiles is used in float32; the other holds the convolutions as they were."""
    pixels = np.random.default_rng(1).integers(0, 256, (1, 4, 64, 96), dtype=np.uint8)
    model = load(onnx)
    answers, nodes = [], []
    for path in (onnx, onnx.with_suffix(".f32.onnx")):
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
        answers.append(session.run(None, {"pixels": pixels})[0])
        nodes.append([node.op_type for node in onnx_library.load(path, load_external_data=False).graph.node])
    np.testing.assert_array_equal(model.open().logits(pixels), answers[1])
    np.testing.assert_allclose(answers[0], answers[1], rtol=1e-5, atol=2e-5 * np.abs(answers[0]).max())
    assert nodes[0].count("MatMul") == 0
    assert nodes[1].count("MatMul") == 2 * 27


def test_graphs_of_other_weights_are_other_files():
    network = torch.nn.Sequential(torch.nn.Conv2d(3, 64, 3))
    network.multiple_px = 8
    graphs = []
    for shift in (0.0, 1.0):
        network[0].weight.data += shift
        content = export.to_onnx(_Cast(network), bands=3)
        graph, weights = export.weights_beside({"one": content, "other": content}, "w")
        assert graph["one"] == graph["other"]  # and their weights are there once
        assert len(weights) == 64 * 3 * 9 * 4
        graphs.append(graph["one"])
    assert len(graphs[0]) == len(graphs[1])
    assert graphs[0] != graphs[1]


class _Cast(torch.nn.Module):
    def __init__(self, network):
        super().__init__()
        self.network, self.multiple_px = network, 8

    def forward(self, pixels):
        return self.network(pixels.to(torch.float32))


def test_what_was_lost_of_a_conversion_is_made_again(tmp_path, weights):
    made = converted(weights, cache=tmp_path)
    (made.parent / f"{made.name}.data").unlink()
    assert load(converted(weights, cache=tmp_path)).open().card.name == NAME
    made.with_suffix(".json").write_text("{", encoding="utf-8")
    assert load(converted(weights, cache=tmp_path)).card.name == NAME


def test_a_model_is_loaded_by_the_path_of_its_weights(monkeypatch, tmp_path, weights):
    monkeypatch.setenv("MILLESIME_CACHE", str(tmp_path))
    assert load(weights).card.name == NAME
    assert next(cache_folder().glob("*/*.onnx")).is_relative_to(tmp_path)


def test_what_was_converted_is_found_without_torch(monkeypatch, tmp_path, weights):
    monkeypatch.setenv("MILLESIME_CACHE", str(tmp_path))
    load(weights)
    code = (
        "import sys\nfrom millesime.model import load\n"
        f"model = load({str(weights)!r})\nmodel.open()\nprint(model.card.name, 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [NAME, "False"]


@pytest.mark.parametrize(("size", "pool"), [(16, 1), (16, 3), (16, 6), (17, 6), (7, 6)])
def test_pooling_by_matrices_is_adaptive_pooling(size, pool):
    features = torch.rand(2, 3, size, size + 2)
    expected = torch.nn.functional.adaptive_avg_pool2d(features, pool)
    torch.testing.assert_close(_AveragePool(pool)(features), expected, rtol=1e-5, atol=1e-6)
