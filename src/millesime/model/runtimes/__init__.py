"""Runs a network: one interface, whatever computes it. A model is an .onnx file with its card beside it."""

from __future__ import annotations

from millesime.model.runtimes.choice import PRECISIONS, RUNTIMES, Choice, Precision, RuntimeName, choose
from millesime.model.runtimes.interface import OnCard, Runtime, Used
from millesime.model.runtimes.models import Model, load

__all__ = [
    "PRECISIONS",
    "RUNTIMES",
    "Choice",
    "Model",
    "OnCard",
    "Precision",
    "Runtime",
    "RuntimeName",
    "Used",
    "choose",
    "load",
]
