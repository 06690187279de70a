"""Which runtime computes: what is installed, what is asked for, what is said when it cannot be."""

from __future__ import annotations

import re

import pytest

from millesime.errors import ConfigError, ModelError
from millesime.model.runtimes import choice as choices
from millesime.model.runtimes import choose


@pytest.fixture
def machine(monkeypatch):
    """A machine with some packages, a processor with or without bf16, a graphics card or none."""

    def made(*packages, bf16=False, card=None, build_for_cuda=False):
        monkeypatch.setattr(choices, "_is_installed", lambda module: module in ("onnxruntime", *packages))
        monkeypatch.setattr(choices, "openvino_computes_bf16", lambda: bf16)
        monkeypatch.setattr(choices, "cuda_device", lambda: card)
        monkeypatch.setattr(choices, "_built_for_cuda", lambda: build_for_cuda)

    return made


#: packages, bf16 processor, card, weights at hand, precision asked for -> runtime and precision.
AUTOMATIC = [
    ((), False, None, False, None, "onnxruntime", "f32"),
    (("openvino",), True, None, False, None, "openvino", "f32"),
    (("openvino",), True, None, False, "bf16", "openvino", "bf16"),
    (("openvino", "torch"), True, "a card", True, None, "torch-cuda", "bf16"),
    (("openvino", "torch"), True, "a card", True, "f32", "torch-cuda", "f32"),
    (("openvino", "torch"), True, "a card", False, None, "openvino", "f32"),
    (("torch",), True, None, True, None, "onnxruntime", "f32"),
]


@pytest.mark.parametrize(("packages", "bf16", "card", "weights", "asked", "name", "precision"), AUTOMATIC)
def test_automatic(machine, packages, bf16, card, weights, asked, name, precision):
    machine(*packages, bf16=bf16, card=card, build_for_cuda=card is not None)
    found = choose(precision=asked, has_weights=weights)
    assert (found.name, found.precision) == (name, precision)
    assert found == choose("auto", asked, has_weights=weights)
    assert "automatic" in str(found)


def test_less_precision_is_never_chosen_on_a_processor(machine):
    for bf16 in (False, True):
        machine("openvino", "torch", bf16=bf16)
        assert choose(has_weights=True).precision == "f32"


#: runtime and precision asked for, packages, bf16 processor, weights at hand -> words of the refusal.
REFUSED = [
    ("openvino", None, (), False, True, r"openvino is not installed(.|\n)*millesime\[openvino\]"),
    ("torch-cpu", None, (), False, True, r"torch-cpu is not installed(.|\n)*torch==2\.13\.0"),
    ("torch-cpu", None, ("torch",), False, False, r"needs the weights(.|\n)*MODEL\.safetensors"),
    ("torch-cuda", None, ("torch",), False, True, r"no graphics card(.|\n)*--runtime openvino or onnxruntime"),
    ("onnxruntime", "bf16", (), True, True, r"f32 alone(.|\n)*--runtime openvino"),
    ("openvino", "bf16", ("openvino",), False, True, r"no bf16(.|\n)*--precision f32"),
    (None, "bf16", ("openvino",), False, True, r"nothing installed computes in bf16(.|\n)*millesime\[openvino\]"),
]


@pytest.mark.parametrize(("name", "precision", "packages", "bf16", "weights", "words"), REFUSED)
def test_what_cannot_be_is_told_with_the_remedy(machine, name, precision, packages, bf16, weights, words):
    machine(*packages, bf16=bf16)
    with pytest.raises(ModelError) as told:
        choose(name, precision, has_weights=weights)
    assert re.search(words, str(told.value))


def test_unknown_names_are_refused(machine):
    machine()
    with pytest.raises(ConfigError, match="no runtime is called 'tensorrt'"):
        choose("tensorrt")
    with pytest.raises(ConfigError, match="no precision is called 'int8'"):
        choose(precision="int8")


def test_the_choice_is_told_with_the_version(machine):
    machine("openvino")
    told = str(choose("onnxruntime"))
    assert told.startswith("onnxruntime 1.")
    assert told.endswith(", f32 (asked for)")
