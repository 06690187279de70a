"""torch, on the processor or on a graphics card: where the network and its weights are at hand."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from millesime.errors import ModelError
from millesime.model import checkpoints
from millesime.model.architectures import build
from millesime.model.card import ModelCard
from millesime.model.runtimes.choice import Choice
from millesime.model.runtimes.interface import OnCard, Runtime, Used, require_classes

#: Largest difference of a logit, relative to the largest logit, between the weights and the .onnx file.
_TOLERANCE = 1e-3


class TorchRuntime:
    """A network run by torch: channels last; on a card compiled, and in bfloat16 unless float32 is asked for."""

    def __init__(self, network: Any, card: ModelCard, choice: Choice) -> None:
        self.card, self.choice = card, choice
        self._device = torch.device("cuda" if choice.name == "torch-cuda" else "cpu")
        self._mine = threading.local()
        self._turn = threading.Lock()
        network = network.eval().to(self._device).to(memory_format=torch.channels_last)
        for parameter in network.parameters():
            parameter.requires_grad_(False)
        self._network = network
        if self._device.type == "cuda":
            # The same kernels in every run, and no rounding of float32 that was not asked for.
            torch.backends.cudnn.benchmark = False
            torch.backends.cudnn.deterministic = True
            torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
            self._network = torch.compile(network, dynamic=False)

    @property
    def on_card(self) -> OnCard | None:
        """See `Runtime`."""
        return self._left_on_card if self._device.type == "cuda" else None

    def logits(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """See `Runtime`."""
        if self._device.type == "cuda":
            answer = self._left_on_card(pixels)
        else:
            if not getattr(self._mine, "is_ready", False):
                torch.set_num_threads(1)  # one thread, one answer; each thread of ours tells it anew
                self._mine.is_ready = True
            answer = self._answer(torch.from_numpy(np.ascontiguousarray(pixels)))
        here: npt.NDArray[np.float32] = answer.cpu().contiguous().numpy()
        return here

    def lend(self, pixels: npt.NDArray[np.uint8], use: Callable[[npt.NDArray[np.float32]], Used]) -> Used:
        """See `Runtime`."""
        return use(self.logits(pixels))

    def _left_on_card(self, pixels: npt.NDArray[np.uint8]) -> Any:
        # A compiled network is entered by one thread at a time; the others meanwhile read and sum. It is asked and not
        # waited for: the card works on while the next window is brought.
        with self._turn:
            there = torch.from_numpy(np.ascontiguousarray(pixels)).pin_memory().to(self._device, non_blocking=True)
            return self._answer(there)

    def _answer(self, pixels: Any) -> Any:
        is_short = self.choice.precision == "bf16"
        with torch.inference_mode(), torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=is_short):
            logits = self._network(pixels.contiguous(memory_format=torch.channels_last)).float()
        require_classes(logits, self.card)
        return logits


def network_of(weights: Path, card: ModelCard) -> Any:
    """The network of a card, filled with published weights or with those of a checkpoint of a training.

    Raises:
        ModelError: the weights are of another network.
    """
    from millesime.model.published.catalogue import is_published

    if is_published(card.name):
        from millesime.model.published.conversion import whole_network

        return whole_network(weights, name=card.name, window_px=card.window_px)
    network = build(
        card.architecture,
        bands=len(card.bands),
        classes=len(card.class_values),
        mean=card.mean,
        std=card.std,
        **card.architecture_parameters,
    )
    checkpoints.fill(network, checkpoints.load(weights).weights, place=weights)
    return network


def require_same_answers(network: Any, reference: Runtime, *, weights: Path) -> None:
    """Check that weights are those that the .onnx file was made from, by the answers of both on random pixels.

    Raises:
        ModelError: they are not.
    """
    card = reference.card
    side = card.window_px if card.window_multiple_px == card.window_px else 4 * card.window_multiple_px
    random = np.random.Generator(np.random.PCG64(0))
    pixels = random.integers(0, 256, (1, len(card.bands), side, side), dtype=np.uint8)
    expected = reference.logits(pixels)
    with torch.inference_mode():
        found = network.eval()(torch.from_numpy(pixels)).float().numpy()
    difference = float(np.abs(found - expected).max())
    if difference > _TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise ModelError(
            f"these weights answer otherwise than the .onnx file of model {card.name} (by {difference:.3g})",
            place=weights,
            remedy="put back the checkpoint that the model was exported from, or choose --runtime onnxruntime",
        )
