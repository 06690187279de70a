"""Which runtime computes, in which precision, and why: automatic unless it is named.

A graphics card comes first where there is one and the weights are at hand; then OpenVINO where it is installed, as
exact as ONNX Runtime in float32 (`docs/performance.md` has both on the same tiles); else ONNX Runtime. Less precision
is never chosen on a processor: bfloat16 moves the class of about one pixel in a hundred.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, get_args

from millesime.errors import ConfigError, ModelError

RuntimeName = Literal["onnxruntime", "openvino", "torch-cpu", "torch-cuda"]
Precision = Literal["f32", "bf16"]

RUNTIMES: tuple[RuntimeName, ...] = get_args(RuntimeName)
PRECISIONS: tuple[Precision, ...] = get_args(Precision)

#: The distribution behind each runtime, and how to install it.
_DISTRIBUTION = {"onnxruntime": "onnxruntime", "openvino": "openvino", "torch-cpu": "torch", "torch-cuda": "torch"}
_INSTALL = {
    "openvino": "pip install 'millesime[openvino]', or choose another --runtime",
    "torch-cpu": "pip install torch==2.13.0, then pip install 'millesime[published]'",
    "torch-cuda": "install torch with CUDA, then pip install 'millesime[published]'",
}


@dataclass(frozen=True)
class Choice:
    """A runtime that can be opened on this machine."""

    name: RuntimeName
    precision: Precision
    why: str
    """'asked for', or what made the choice."""

    def __str__(self) -> str:
        return f"{self.name} {_version(self.name)}, {self.precision} ({self.why})"


def choose(name: str | None = None, precision: str | None = None, *, has_weights: bool = False) -> Choice:
    """The runtime to use.

    Args:
        name: one of `RUNTIMES`; None chooses.
        precision: one of `PRECISIONS`; None is f32, and bf16 on a graphics card.
        has_weights: whether the network's weights are at hand besides its .onnx file: torch needs them.

    Raises:
        ConfigError: unknown name or precision.
        ModelError: the runtime asked for is not installed, cannot compute in this precision here, or lacks weights.
    """
    if name not in (None, "auto", *RUNTIMES):
        raise ConfigError(f"no runtime is called {name!r}", remedy=f"use auto, {', '.join(RUNTIMES)}")
    if precision not in (None, *PRECISIONS):
        raise ConfigError(f"no precision is called {precision!r}", remedy=f"use one of {', '.join(PRECISIONS)}")
    wanted: Precision | None = "bf16" if precision == "bf16" else "f32" if precision == "f32" else None
    for runtime in RUNTIMES:
        if runtime == name:
            return _asked_for(runtime, wanted, has_weights=has_weights)
    if has_weights and _built_for_cuda() and cuda_device() is not None:
        return Choice("torch-cuda", wanted or "bf16", "automatic: a graphics card and the weights are there")
    if _is_installed("openvino") and (wanted != "bf16" or openvino_computes_bf16()):
        return Choice("openvino", wanted or "f32", "automatic: it is installed")
    if wanted == "bf16":
        raise ModelError(
            "nothing installed computes in bf16 on this machine",
            remedy="pip install 'millesime[openvino]' on a processor that has bf16, or leave --precision f32",
        )
    return Choice("onnxruntime", "f32", "automatic: OpenVINO is not installed")


def _asked_for(name: RuntimeName, precision: Precision | None, *, has_weights: bool) -> Choice:
    if not _is_installed(_DISTRIBUTION[name]):
        raise ModelError(f"runtime {name} is not installed", remedy=_INSTALL.get(name))
    if name == "onnxruntime" and precision == "bf16":
        raise ModelError(
            "onnxruntime computes in f32 alone on a processor", remedy="--precision f32, or --runtime openvino"
        )
    if name == "openvino" and precision == "bf16" and not openvino_computes_bf16():
        raise ModelError("this processor has no bf16", remedy="--precision f32")
    if name.startswith("torch") and not has_weights:
        raise ModelError(
            f"runtime {name} needs the weights of the network, and only its .onnx file is there",
            remedy="give published weights or a model with the checkpoint of its training (MODEL.safetensors) beside "
            "it, or choose --runtime onnxruntime",
        )
    if name == "torch-cuda" and cuda_device() is None:
        raise ModelError(
            "no graphics card answers to torch on this machine",
            remedy="choose --runtime openvino or onnxruntime, or install torch with CUDA where there is a card",
        )
    return Choice(name, precision or ("bf16" if name == "torch-cuda" else "f32"), "asked for")


def cuda_device() -> str | None:
    """Name of the graphics card that torch computes on; None without one."""
    if not _is_installed("torch"):
        return None
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_available() else None


def openvino_computes_bf16() -> bool:
    """Whether the processor multiplies bfloat16 numbers itself."""
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _is_installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _built_for_cuda() -> bool:
    """Whether torch was built for graphics cards; told without importing it, which takes seconds."""
    try:
        return "+cpu" not in version("torch")
    except PackageNotFoundError:
        return False


def _version(name: RuntimeName) -> str:
    try:
        return version(_DISTRIBUTION[name]).partition("+")[0]
    except PackageNotFoundError:
        return "of unknown version"
