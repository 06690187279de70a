"""What every runtime is: a network ready to answer, with its card and what computes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt

from millesime.errors import ModelError
from millesime.model.card import ModelCard
from millesime.model.runtimes.choice import Choice

OnCard = Callable[[npt.NDArray[np.uint8]], Any]
"""As `Runtime.logits`, the answer being a tensor of torch on the card."""


Used = TypeVar("Used")


class Runtime(Protocol):
    """A network ready to answer. Several threads may ask at once.

    Each answer is computed by one thread of the processor (or by the card), so that it does not depend on how many are
    asked for at once: same bytes for any number of threads. Runtimes differ from each other in the last bits.
    """

    card: ModelCard
    choice: Choice

    @property
    def on_card(self) -> OnCard | None:
        """The same answers left on the graphics card that computed them; None where none does."""
        ...

    def logits(self, pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Logits (n, classes, h, w) of digital numbers (n, bands, h, w), sizes a multiple of the card's."""
        ...

    def lend(self, pixels: npt.NDArray[np.uint8], use: Callable[[npt.NDArray[np.float32]], Used]) -> Used:
        """What a function makes of the logits, without a copy of them where the runtime has them in its own memory.

        The array is lent: once the function returns, the next answer overwrites it.
        """
        ...


def network_input(pixels: npt.NDArray[np.uint8], card: ModelCard) -> npt.NDArray[np.uint8] | npt.NDArray[np.float32]:
    """What the .onnx file takes: the digital numbers, normalised when the file does not do it."""
    if card.normalisation == "in graph":
        return pixels
    mean = np.asarray(card.mean, dtype=np.float32)[None, :, None, None]
    std = np.asarray(card.std, dtype=np.float32)[None, :, None, None]
    return (pixels.astype(np.float32) - mean) / std


def require_finite(*, finite: bool) -> None:
    """Check that answers are numbers, as told by the one who has them.

    Raises:
        ModelError: they are not.
    """
    if not finite:
        raise ModelError("the network answers numbers that are not finite", remedy="check its weights")


def require_classes(answer: Any, card: ModelCard) -> None:
    """Check that an answer, an array or a tensor, has a channel for each class of the card.

    Raises:
        ModelError: it has not.
    """
    if answer.shape[1] != len(card.class_values):
        raise ModelError(
            f"model {card.name} answers {answer.shape[1]} classes, its card tells {len(card.class_values)}",
            remedy="use the card that was written with the file",
        )
