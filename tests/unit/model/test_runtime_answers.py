"""Runtimes beside each other: the same answers but for the last bits, and the same bytes from any number of threads."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from millesime.errors import ModelError
from millesime.model import load
from millesime.model.runtimes import Choice, choose
from millesime.model.runtimes.choice import openvino_computes_bf16

needs_openvino = pytest.mark.skipif(
    importlib.util.find_spec("openvino") is None, reason="needs OpenVINO: pip install 'millesime[openvino]'"
)
needs_torch = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch: pip install torch==2.13.0"
)


@pytest.fixture(scope="module")
def pixels():
    return np.random.Generator(np.random.PCG64(2)).integers(0, 256, (6, 5, 96, 64), dtype=np.uint8)


@pytest.fixture(scope="module")
def reference(pixels):
    runtime = load("builtin:demo").open()
    return np.stack([runtime.logits(one[None])[0] for one in pixels])


def asked_by_threads(runtime, pixels, threads):
    with ThreadPoolExecutor(threads) as pool:
        return np.stack(list(pool.map(lambda one: runtime.logits(one[None])[0], pixels)))


@needs_openvino
def test_openvino_answers_as_onnx_runtime_does(pixels, reference):
    model = load("builtin:demo")
    runtime = model.open(model.choose("openvino"))
    found = asked_by_threads(runtime, pixels, 1)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, reference, rtol=1e-4, atol=1e-3)
    assert (found.argmax(axis=1) == reference.argmax(axis=1)).mean() > 0.9999
    assert str(runtime.choice).startswith("openvino ")


@needs_openvino
def test_what_openvino_lends_is_what_it_answers_and_is_overwritten_by_the_next(pixels):
    model = load("builtin:demo")
    runtime = model.open(model.choose("openvino", "f32"))
    expected = asked_by_threads(runtime, pixels, 1)
    lent = runtime.lend(pixels[:1], lambda logits: logits)
    np.testing.assert_array_equal(lent[0], expected[0])
    np.testing.assert_array_equal(runtime.lend(pixels[1:2], np.copy)[0], expected[1])
    np.testing.assert_array_equal(lent[0], expected[1])
    with pytest.raises(ZeroDivisionError):
        runtime.lend(pixels[:1], lambda logits: 1 // 0)
    np.testing.assert_array_equal(runtime.logits(pixels[2:3])[0], expected[2])  # the request is free again


@needs_openvino
def test_openvino_answers_the_same_bytes_from_any_number_of_threads(pixels):
    model = load("builtin:demo")
    choice = model.choose("openvino", "f32")
    alone = asked_by_threads(model.open(choice), pixels, 1)
    for threads in (2, 3):
        together = asked_by_threads(model.open(choice, threads=threads), pixels, threads)
        np.testing.assert_array_equal(together, alone)
    # More threads than it was opened for wait for each other.
    np.testing.assert_array_equal(asked_by_threads(model.open(choice), pixels, 3), alone)


@needs_openvino
def test_threads_that_ask_openvino_first_do_not_wait_for_each_other_forever():
    code = (
        "import threading\nimport numpy as np\nfrom millesime.model import load\n"
        "model = load('builtin:demo')\n"
        "runtime = model.open(model.choose('openvino'), threads=2)\n"
        "start = threading.Barrier(8)\n"
        "def ask():\n    start.wait()\n    runtime.logits(np.zeros((1, 5, 32, 32), np.uint8))\n"
        "asking = [threading.Thread(target=ask) for _ in range(8)]\n"
        "for thread in asking:\n    thread.start()\nfor thread in asking:\n    thread.join()\nprint('answered')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.strip() == "answered"


@needs_openvino
def test_openvino_takes_windows_of_several_sizes(pixels, reference):
    model = load("builtin:demo")
    runtime = model.open(model.choose("openvino"))
    for height, width in ((96, 64), (64, 64), (32, 32), (96, 64)):
        part = np.ascontiguousarray(pixels[:1, :, :height, :width])
        expected = model.open().logits(part)
        np.testing.assert_allclose(runtime.logits(part), expected, rtol=1e-4, atol=1e-3)


@needs_openvino
def test_openvino_is_ready_for_windows_that_it_was_told_of(pixels, monkeypatch):
    """A network compiled, or a request made, beside a running answer would keep all of Python waiting for it."""
    model = load("builtin:demo")
    choice = model.choose("openvino", "f32")
    told = model.open(choice, threads=2, window_px=64)
    others = np.ascontiguousarray(pixels[:, :, :64])
    expected = asked_by_threads(model.open(choice), others, 1)
    monkeypatch.setattr(told._runner, "compile_model", None)
    np.testing.assert_array_equal(asked_by_threads(told, others, 2), expected)
    # More threads than requests take turns.
    np.testing.assert_array_equal(asked_by_threads(told, others, 5), expected)


@needs_openvino
def test_openvino_in_bf16_is_less_exact_and_says_so(pixels, reference):
    model = load("builtin:demo")
    if not openvino_computes_bf16():
        with pytest.raises(ModelError, match="no bf16"):
            model.choose("openvino", "bf16")
        return
    choice = model.choose("openvino", "bf16")
    found = asked_by_threads(model.open(choice, threads=2), pixels, 2)
    assert "bf16" in str(choice)
    assert not np.allclose(found, reference, rtol=1e-4, atol=1e-3)
    assert (found.argmax(axis=1) == reference.argmax(axis=1)).mean() > 0.9


@needs_openvino
def test_openvino_refuses_a_damaged_file_and_a_card_that_contradicts_it(tmp_path):
    model = load("builtin:demo")
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(b"not a network at all")
    choice = choose("openvino")
    with pytest.raises(ModelError, match="cannot be loaded"):
        type(model)(model.card, damaged).open(choice)
    outside = model.card.model_copy(update={"normalisation": "outside"})
    with pytest.raises(ModelError, match=r"it takes u8, its card \(outside\) wants f32"):
        type(model)(outside, model.path).open(choice)
    fewer = model.card.model_copy(
        update={"bands": model.card.bands[:4], "mean": model.card.mean[:4], "std": model.card.std[:4]}
    )
    with pytest.raises(ModelError, match="takes 5 bands, its card tells 4"):
        type(model)(fewer, model.path).open(choice)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A tiny network of the project, exported with its card, the checkpoint of its training beside it."""
    torch = pytest.importorskip("torch", reason="needs torch: pip install torch==2.13.0")
    from millesime.model import checkpoints, export
    from millesime.model.architectures import build

    folder = tmp_path_factory.mktemp("trained")
    card = load("builtin:demo").card
    parameters = {**card.architecture_parameters, "widths": [4, 8, 8]}
    torch.manual_seed(4)
    network = build(
        card.architecture, bands=5, classes=len(card.class_values), mean=card.mean, std=card.std, **parameters
    )
    content = export.to_onnx(network, bands=5)
    told = {
        "architecture_parameters": parameters,
        "onnx_sha256": hashlib.sha256(content).hexdigest(),
        "window_multiple_px": network.multiple_px,
    }
    path = folder / "tiny.onnx"
    path.write_bytes(content)
    path.with_suffix(".json").write_text(card.model_copy(update=told).model_dump_json(), encoding="utf-8")
    checkpoints.save(path.with_suffix(".safetensors"), checkpoints.Checkpoint(1, network.state_dict()))
    return path


@needs_torch
@pytest.mark.torch
def test_torch_answers_as_onnx_runtime_does_from_the_checkpoint_beside_the_model(trained, pixels):
    model = load(trained)
    assert model.weights == trained.with_suffix(".safetensors")
    expected = asked_by_threads(model.open(), pixels, 1)
    for threads in (1, 3):
        found = asked_by_threads(model.open(model.choose("torch-cpu")), pixels, threads)
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)
    short = asked_by_threads(model.open(model.choose("torch-cpu", "bf16")), pixels, 2)
    assert short.dtype == np.float32
    assert not np.allclose(short, expected, rtol=1e-4, atol=1e-4)


@needs_torch
@pytest.mark.torch
def test_torch_answers_the_same_bytes_from_any_number_of_threads(trained, pixels):
    model = load(trained)
    runtime = model.open(model.choose("torch-cpu"))
    np.testing.assert_array_equal(asked_by_threads(runtime, pixels, 3), asked_by_threads(runtime, pixels, 1))


@needs_torch
@pytest.mark.torch
def test_a_checkpoint_of_another_training_is_refused(trained, tmp_path):
    from millesime.model import checkpoints

    for suffix in (".onnx", ".json"):
        shutil.copy(trained.with_suffix(suffix), tmp_path / f"tiny{suffix}")
    found = checkpoints.load(trained.with_suffix(".safetensors"))
    moved = {name: value + 1 if value.is_floating_point() else value for name, value in found.weights.items()}
    checkpoints.save(tmp_path / "tiny.safetensors", checkpoints.Checkpoint(2, moved))
    model = load(tmp_path / "tiny.onnx")
    with pytest.raises(ModelError, match=r"answer otherwise than the \.onnx file"):
        model.open(model.choose("torch-cpu"))


def test_a_model_without_its_weights_is_not_for_torch():
    model = load("builtin:demo")
    assert model.weights is None
    with pytest.raises(ModelError, match="runtime torch-cpu"):
        model.open(Choice("torch-cpu", "f32", "asked for"))
