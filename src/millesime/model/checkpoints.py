"""Checkpoints of a training: weights and optimiser in one safetensors file; nothing is ever unpickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from millesime.errors import ModelError
from millesime.io.files import local_file, written_whole


@dataclass(frozen=True)
class Checkpoint:
    """The state of a training after some steps."""

    step: int
    weights: Mapping[str, Tensor]
    moments: Mapping[str, Tensor] = field(default_factory=dict)
    """First and second moments of the optimiser, as `<parameter>|exp_avg` and `<parameter>|exp_avg_sq`."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    """What the network was built with and trained by."""

    def as_json(self) -> dict[str, Any]:
        """Step and settings as they are after a journey through JSON, where tuples are lists."""
        found: dict[str, Any] = json.loads(json.dumps({"step": self.step, "settings": dict(self.settings)}))
        return found


def save(path: str | Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint, whole or not at all."""
    tensors = {f"weight|{name}": tensor.contiguous() for name, tensor in checkpoint.weights.items()}
    tensors |= {f"moment|{name}": tensor.contiguous() for name, tensor in checkpoint.moments.items()}
    facts = json.dumps(checkpoint.as_json(), sort_keys=True)
    with written_whole(path) as draft:
        save_file(tensors, draft, metadata={"millesime": facts})


def load(path: str | Path) -> Checkpoint:
    """Read a checkpoint.

    Raises:
        ModelError: not a safetensors file, or not written by a training of this package.
    """
    file = local_file(path)
    weights: dict[str, Tensor] = {}
    moments: dict[str, Tensor] = {}
    try:
        with safe_open(file, framework="pt") as content:
            facts = json.loads((content.metadata() or {})["millesime"])
            for name in content.keys():  # noqa: SIM118 - not a mapping
                kind, _, key = name.partition("|")
                (weights if kind == "weight" else moments)[key] = content.get_tensor(name)
    except (SafetensorError, KeyError, ValueError) as error:
        raise ModelError(
            f"is not a checkpoint of `millesime train` ({error})", place=file, remedy="give a .safetensors it wrote"
        ) from error
    return Checkpoint(step=int(facts["step"]), weights=weights, moments=moments, settings=facts["settings"])


def fill(network: Any, weights: Mapping[str, Tensor], *, place: str | Path) -> None:
    """Load weights into a network, strictly.

    Raises:
        ModelError: lists every missing, unexpected and mismatched name.
    """
    wanted = network.state_dict()
    faults = [f"missing: {name}" for name in wanted if name not in weights]
    faults += [f"unexpected: {name}" for name in weights if name not in wanted]
    faults += [
        f"{name} has shape {tuple(tensor.shape)}, expected {tuple(wanted[name].shape)}"
        for name, tensor in weights.items()
        if name in wanted and tensor.shape != wanted[name].shape
    ]
    if faults:
        raise ModelError(
            "the weights are not of this architecture: " + "; ".join(faults),
            place=place,
            remedy="use the checkpoint with the architecture it was made by",
        )
    network.load_state_dict(dict(weights))
