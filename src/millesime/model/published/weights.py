"""Weights from the files that IGN publishes, strictly: every name and every shape must be that of the network.

A file is safetensors, or a pickle that holds nothing but tensors in plain containers. What else a pickle may hold would
be code, which is never run: torch's reader of plain weights refuses it.
"""

from __future__ import annotations

import pickle
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from millesime.errors import ModelError
from millesime.io.files import local_file
from millesime.model.published.catalogue import WEIGHTS_SUFFIXES

#: What frameworks put before the names of the network; the longest that fits goes.
_PREFIXES = ("model.seg_model.", "seg_model.", "model.", "module.")

#: Weights of the training, which no network has.
_OF_TRAINING = re.compile(r"(^|\.)criterion(\.|$)")

#: Faults told by name, at most.
_TOLD = 12


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """The tensors of a file under their names in it, without those of the training.

    Raises:
        ModelError: not such a file, or a pickle that holds more than tensors.
    """
    file = local_file(path)
    if file.suffix not in WEIGHTS_SUFFIXES:
        raise ModelError(
            f"weights are read from {', '.join(WEIGHTS_SUFFIXES)}, got {file.suffix or 'no suffix'}",
            place=file,
            remedy="give the file as it was published",
        )
    if file.suffix == ".safetensors":
        try:
            content: Any = load_file(file)
        except (SafetensorError, ValueError, OSError) as error:
            raise ModelError(f"is not a safetensors file ({error})", place=file, remedy="fetch it again") from error
    else:
        content = _unpickled(file)
    if isinstance(content, Mapping) and isinstance(content.get("state_dict"), Mapping):
        content = content["state_dict"]
    tensors = (
        {name: tensor for name, tensor in content.items() if isinstance(name, str) and isinstance(tensor, Tensor)}
        if isinstance(content, Mapping)
        else {}
    )
    if not tensors:
        raise ModelError("holds no weights", place=file, remedy="give a state dict, or a checkpoint of Lightning")
    return {name: tensor for name, tensor in tensors.items() if not _OF_TRAINING.search(name)}


def _unpickled(file: Path) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old protocols: what cannot be read is an error
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        if "Unsupported operand" in str(error):  # a byte that no pickle of weights has, as of a page of text
            raise ModelError("is not a file of weights", place=file, remedy="fetch it again") from error
        raise ModelError(
            "holds more than tensors, which could run code when read: it was not opened",
            place=file,
            remedy="convert it where you trust it: torch.save(checkpoint['state_dict'], 'weights.pth'), or safetensors",
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelError(f"cannot be read as weights ({reason})", place=file, remedy="fetch it again") from error


def fill(network: nn.Module, weights: Mapping[str, Tensor], *, place: str | Path, told: bool = True) -> None:
    """Load weights into a network, strictly.

    Args:
        network: changed in place.
        weights: under the names of a file, with any of the prefixes that frameworks put before them.
        place: the file, for messages.
        told: how many faults of each kind are listed; False lists all.

    Raises:
        ModelError: lists missing, unexpected and mismatched names, or weights that are not finite.
    """
    wanted = network.state_dict()
    named = _named_as(wanted, weights)
    broken = [name for name, tensor in named.items() if not torch.isfinite(tensor).all()]
    if broken:
        raise ModelError(
            f"{len(broken)} of the weights hold numbers that are not finite: {_listed(broken, all_of_them=not told)}",
            place=place,
            remedy="fetch the file again, or train again",
        )
    kinds = {
        "missing": [name for name in wanted if name not in named],
        "unexpected": [name for name in named if name not in wanted],
        "of another shape": [
            f"{name} {tuple(tensor.shape)} for {tuple(wanted[name].shape)}"
            for name, tensor in named.items()
            if name in wanted and tensor.shape != wanted[name].shape
        ],
        "of another kind of number": [
            f"{name} {tensor.dtype} for {wanted[name].dtype}"
            for name, tensor in named.items()
            if name in wanted and tensor.is_floating_point() != wanted[name].is_floating_point()
        ],
    }
    faults = [f"{len(names)} {kind}: {_listed(names, all_of_them=not told)}" for kind, names in kinds.items() if names]
    if faults:
        raise ModelError(
            "the weights are not those of this network: " + "; ".join(faults),
            place=place,
            remedy="check the name of the model, its bands and its classes (19 channels, whatever the name says)",
        )
    network.load_state_dict(dict(named))


def _named_as(wanted: Mapping[str, Any], weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights without the prefix that fits most names, and without names that it leaves empty."""
    best: dict[str, Tensor] = dict(weights)
    most = sum(name in wanted for name in best)
    for prefix in _PREFIXES:
        stripped = {name.removeprefix(prefix): tensor for name, tensor in weights.items() if name.removeprefix(prefix)}
        fits = sum(name in wanted for name in stripped)
        if fits > most and len(stripped) == len(weights):
            best, most = stripped, fits
    return best


def _listed(names: list[str], *, all_of_them: bool) -> str:
    shown = names if all_of_them else names[:_TOLD]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
