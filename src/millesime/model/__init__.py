"""Segmentation networks: architectures, training, export, and the runtimes that make them answer."""

from __future__ import annotations

import importlib
from typing import Any

from millesime.model.card import ModelCard

#: Public names that need a runtime, resolved on demand.
_LAZY = {"Model": "runtimes", "Runtime": "runtimes", "load": "runtimes"}

__all__ = ["Model", "ModelCard", "Runtime", "load"]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'millesime.model' has no attribute {name!r}")
    return getattr(importlib.import_module(f"millesime.model.{_LAZY[name]}"), name)
