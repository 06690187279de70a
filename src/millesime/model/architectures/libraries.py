"""Libraries of network architectures, which only the models published by others need."""

from __future__ import annotations

import importlib
import sys
import warnings
from typing import Any

from millesime.errors import ModelError

#: Operators of torchvision that are declared where its own cannot be loaded; nothing here calls them.
_OPERATORS = (
    "nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
    "qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor",
)
_LIBRARIES: list[Any] = []


def segmentation_models() -> Any:
    """The library segmentation_models_pytorch.

    Raises:
        ModelError: it is not installed.
    """
    _import_torchvision()
    return _import("segmentation_models_pytorch")


def transformers() -> Any:
    """The library transformers.

    Raises:
        ModelError: it is not installed.
    """
    _import_torchvision()
    return _import("transformers")


def _import(name: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # they tell of their own future changes
            return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{error.name} is not installed; published models are converted with it",
            remedy="pip install torch==2.13.0, then pip install 'millesime[published]'",
        ) from error


def _import_torchvision() -> None:
    """Import torchvision, whose wheel is built for CUDA: beside a torch without, its operators cannot be loaded."""
    if "torchvision" in sys.modules:
        return
    try:
        _import("torchvision")
        return
    except RuntimeError as error:
        if "torchvision::nms" not in str(error):
            raise
    for name in [name for name in sys.modules if name.split(".")[0] == "torchvision"]:
        del sys.modules[name]
    torch = importlib.import_module("torch")
    library = torch.library.Library("torchvision", "DEF")
    for schema in _OPERATORS:
        library.define(schema)
    _LIBRARIES.append(library)  # the operators go with it
    _import("torchvision")
