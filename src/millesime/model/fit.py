"""Fitting a network: one step at a time, each drawn from its number, so that a training can stop anywhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from millesime.errors import ModelError
from millesime.model.architectures import build
from millesime.model.augment import jitter
from millesime.model.checkpoints import Checkpoint, fill
from millesime.model.losses import class_weights, cross_entropy
from millesime.model.samples import Picture, Sampler, frequencies
from millesime.model.scores import confusion, figures

#: Side of the windows that validation looks at.
_VALIDATION_PX = 768

PRECISIONS = ("float32", "bfloat16")

_MOMENTS = ("exp_avg", "exp_avg_sq")


@dataclass(frozen=True)
class Settings:
    """Everything that decides a training, but its pictures."""

    architecture: str = "lightunet"
    architecture_parameters: Mapping[str, Any] = field(default_factory=dict)
    class_values: tuple[int, ...] = ()
    """Class value of each output channel."""

    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    steps: int = 3000
    batch: int = 8
    crop_px: int = 256
    learning_rate: float = 3e-3
    weight_decay: float = 0.01
    warm_up: float = 0.08
    """Share of the steps over which the rate rises."""

    smoothing: float = 0.05
    class_strength: float = 0.25
    """See `class_weights`."""

    balanced_share: float = 0.25
    """See `Sampler`."""

    jitter: float = 1.0
    """Strength of the radiometric augmentation; 0 for none."""

    precision: str = "float32"
    """Of the products of the convolutions: float32, or bfloat16, twice as fast on processors that have it; weights,
    sums and the loss stay in float32."""

    seed: int = 1


def learning_rate(settings: Settings, step: int) -> float:
    """One cycle: up in a straight line, down along a cosine to a hundredth."""
    rise = max(1, round(settings.warm_up * settings.steps))
    if step < rise:
        return settings.learning_rate * (0.1 + 0.9 * step / rise)
    progress = min(1.0, (step - rise) / max(1, settings.steps - rise))
    return settings.learning_rate * (0.01 + 0.99 * 0.5 * (1.0 + float(np.cos(np.pi * progress))))


class Fit:
    """A network being fitted.

    Args:
        pictures: annotated pictures to learn from.
        settings: see `Settings`.

    Raises:
        ModelError: pictures smaller than a crop, crops that do not fit the network, or an unknown precision.
    """

    def __init__(self, pictures: Sequence[Picture], settings: Settings) -> None:
        if settings.precision not in PRECISIONS:
            raise ModelError(f"precision {settings.precision!r}", remedy=f"one of {', '.join(PRECISIONS)}")
        self.settings = settings
        self.network: Any
        with _seeded(settings.seed):
            self.network = build(
                settings.architecture,
                bands=len(settings.mean),
                classes=len(settings.class_values),
                mean=settings.mean,
                std=settings.std,
                **settings.architecture_parameters,
            )
        # Channels last: a third faster on processors, the same arithmetic.
        self.network = self.network.to(memory_format=torch.channels_last)
        if settings.crop_px % self.network.multiple_px:
            raise ModelError(
                f"crops of {settings.crop_px} px do not fit the network",
                remedy=f"give a --crop-px that is a multiple of {self.network.multiple_px}",
            )
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
        )
        self._sampler = Sampler(
            tuple(pictures), settings.crop_px, settings.batch, settings.seed, balanced_share=settings.balanced_share
        )
        seen = frequencies(pictures, classes=len(settings.class_values))
        self._weights = class_weights(seen, strength=settings.class_strength)

    def step(self, number: int) -> float:
        """Learn from the crops of one step.

        Returns:
            the loss.

        Raises:
            ModelError: it is not a number.
        """
        bands, targets = self._sampler.draw(number)
        if self.settings.jitter:
            random = np.random.Generator(np.random.PCG64([self.settings.seed, number, 1]))
            bands = jitter(bands, random, strength=self.settings.jitter)
        for group in self._optimiser.param_groups:
            group["lr"] = learning_rate(self.settings, number)
        self.network.train()
        pixels = torch.from_numpy(np.ascontiguousarray(bands)).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.settings.precision == "bfloat16"):
            logits = self.network(pixels)
        wanted = torch.from_numpy(np.ascontiguousarray(targets))
        loss: Any = cross_entropy(logits.float(), wanted, weights=self._weights, smoothing=self.settings.smoothing)
        self._optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 5.0)
        self._optimiser.step()
        value = float(loss.detach())
        if not np.isfinite(value):
            raise ModelError(f"the loss is {value} at step {number}", remedy="train with a smaller --learning-rate")
        return value

    def state(self, step: int) -> Checkpoint:
        """Everything that is needed to go on after `step` steps."""
        moments = {
            f"{name}|{kind}": self._optimiser.state[parameter][kind]
            for name, parameter in self.network.named_parameters()
            for kind in _MOMENTS
            if parameter in self._optimiser.state
        }
        return Checkpoint(step, self.network.state_dict(), moments, asdict(self.settings))

    def restore(self, found: Checkpoint, *, place: str) -> int:
        """Go on from a checkpoint of the same training.

        Returns:
            the number of the next step.

        Raises:
            ModelError: it is of another training.
        """
        ours = Checkpoint(0, {}, settings=asdict(self.settings)).as_json()["settings"]
        others = [name for name in ("architecture", "class_values", "seed") if found.settings.get(name) != ours[name]]
        if others:
            raise ModelError(
                "; ".join(f"trained with {name} {found.settings.get(name)}, now {ours[name]}" for name in others),
                place=place,
                remedy="resume with the options the checkpoint was made with, or start without --resume",
            )
        fill(self.network, found.weights, place=place)
        for name, parameter in self.network.named_parameters():
            self._optimiser.state[parameter] = {
                "step": torch.tensor(float(found.step)),
                **{kind: found.moments[f"{name}|{kind}"] for kind in _MOMENTS},
            }
        return found.step


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Fresh weights depend on the seed alone, and the generator of the process is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def validate(network: Any, pictures: Sequence[Picture], *, names: Sequence[str]) -> dict[str, Any]:
    """Figures of a network on windows that tile the pictures; a rest of less than a multiple is not seen.

    Returns:
        empty without pictures; see `scores.figures`.
    """
    if not pictures:
        return {}
    matrix = np.zeros((len(names), len(names)), dtype=np.int64)
    network.eval()
    with torch.no_grad():
        for bands, targets in _windows(pictures, network.multiple_px):
            answer = network(torch.from_numpy(bands[None])).argmax(dim=1)[0].numpy()
            matrix += confusion(targets, answer, classes=len(names))
    return {**figures(matrix, names), "pixels": int(matrix.sum())}


def _windows(
    pictures: Sequence[Picture], multiple_px: int
) -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]]:
    for picture in pictures:
        height, width = (size // multiple_px * multiple_px for size in picture.targets.shape)
        for row in range(0, height, _VALIDATION_PX):
            for col in range(0, width, _VALIDATION_PX):
                rows = slice(row, min(row + _VALIDATION_PX, height))
                cols = slice(col, min(col + _VALIDATION_PX, width))
                yield np.ascontiguousarray(picture.bands[:, rows, cols]), picture.targets[rows, cols]
