"""Training on annotated territories: pictures in, a checkpoint at every stage, an ONNX file with its card out.

The same seed, data, number of steps and threads give the same weights, whether the training was stopped and
resumed or not: crops and augmentation are drawn from the step's number.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from millesime.compute import Progress
from millesime.errors import ModelError
from millesime.model import checkpoints
from millesime.model.architectures import build
from millesime.model.augment import jitter
from millesime.model.losses import class_weights, cross_entropy
from millesime.model.samples import Picture, Sampler, frequencies
from millesime.model.scores import confusion, figures

#: Steps timed before the length of a training with a time budget is fixed.
_TIMED_STEPS = 20

#: Side of the windows that validation looks at.
_VALIDATION_PX = 768


@dataclass(frozen=True)
class Settings:
    """Everything that decides a training, but its pictures."""

    architecture: str = "lightunet"
    architecture_parameters: Mapping[str, Any] = field(default_factory=dict)
    class_values: tuple[int, ...] = ()
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

    augmentation: bool = True
    seed: int = 1
    threads: int = 2
    save_every: int = 100
    """Steps between two checkpoints, each with a validation."""


@dataclass(frozen=True)
class Trained:
    """The end of a training."""

    network: Any
    settings: Settings
    figures: Mapping[str, Any]
    seconds: float


def learning_rate(settings: Settings, step: int) -> float:
    """One cycle: up in a straight line, down along a cosine to a hundredth."""
    rise = max(1, round(settings.warm_up * settings.steps))
    if step < rise:
        return settings.learning_rate * (0.1 + 0.9 * step / rise)
    progress = min(1.0, (step - rise) / max(1, settings.steps - rise))
    return settings.learning_rate * (0.01 + 0.99 * 0.5 * (1.0 + float(np.cos(np.pi * progress))))


def train(
    pictures: Sequence[Picture],
    *,
    settings: Settings,
    class_names: Sequence[str],
    validation: Sequence[Picture] = (),
    checkpoint: Path | None = None,
    resume: bool = False,
    initial: Path | None = None,
    minutes: float | None = None,
    progress: Progress | None = None,
) -> Trained:
    """Train a network.

    Args:
        pictures: annotated pictures to learn from.
        settings: see `Settings`.
        class_names: name of each output channel, for the figures.
        validation: pictures never learnt from, to watch.
        checkpoint: file that the state is written to, every `save_every` steps.
        resume: go on from `checkpoint` when it exists.
        initial: checkpoint whose weights to start from, with a fresh optimiser.
        minutes: time budget; it fixes the number of steps from the speed of the first ones, so that the result
            depends on the machine. The number is in the settings returned: give it to have the same again.
        progress: what people see.

    Raises:
        ModelError: pictures too small, a checkpoint of another training, or a loss that is not a number.
    """
    shown = progress or Progress()
    torch.set_num_threads(settings.threads)
    network, optimiser = _fresh(settings)
    first = 0
    if resume and checkpoint is not None and checkpoint.is_file():
        first = _restore(checkpoint, network, optimiser, settings)
        shown.note(f"resumed at step {first} of {settings.steps}")
    elif initial is not None:
        checkpoints.fill(network, checkpoints.load(initial).weights, place=initial)
    sampler = Sampler(
        tuple(pictures), settings.crop_px, settings.batch, settings.seed, balanced_share=settings.balanced_share
    )
    weights = class_weights(frequencies(pictures, classes=len(settings.class_values)), strength=settings.class_strength)
    started, loss_sum, loss_count = time.monotonic(), 0.0, 0
    if minutes is not None:
        settings = _within(minutes, network, optimiser, sampler, weights, settings)
        network, optimiser = _fresh(settings)
        shown.note(f"{settings.steps} steps fit in {minutes:g} minutes")
    measured: dict[str, Any] = {}
    for step in shown.track(range(first, settings.steps), label="training"):
        loss = _step(network, optimiser, sampler, weights, settings, step)
        loss_sum, loss_count = loss_sum + loss, loss_count + 1
        done = step + 1
        if done % settings.save_every and done != settings.steps:
            continue
        measured = validate(network, validation, names=class_names)
        shown.note(_told(done, settings, loss_sum / loss_count, measured, time.monotonic() - started))
        loss_sum, loss_count = 0.0, 0
        if checkpoint is not None:
            checkpoints.save(checkpoint, _state(network, optimiser, settings, done))
    return Trained(network.eval(), settings, measured, round(time.monotonic() - started, 1))


def _fresh(settings: Settings) -> tuple[Any, torch.optim.AdamW]:
    with _seeded(settings.seed):
        network = build(
            settings.architecture,
            bands=len(settings.mean),
            classes=len(settings.class_values),
            mean=settings.mean,
            std=settings.std,
            **settings.architecture_parameters,
        )
    if settings.crop_px % network.multiple_px:
        raise ModelError(
            f"crops of {settings.crop_px} px do not fit the network",
            remedy=f"give a --crop-px that is a multiple of {network.multiple_px}",
        )
    return network, torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )


@contextlib.contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Fresh weights depend on the seed alone, and the generator of the process is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _step(network: Any, optimiser: Any, sampler: Sampler, weights: Any, settings: Settings, step: int) -> float:
    bands, targets = sampler.draw(step)
    if settings.augmentation:
        bands = jitter(bands, np.random.Generator(np.random.PCG64([settings.seed, step, 1])))
    for group in optimiser.param_groups:
        group["lr"] = learning_rate(settings, step)
    network.train()
    logits = network(torch.from_numpy(np.ascontiguousarray(bands)))
    loss: Any = cross_entropy(
        logits, torch.from_numpy(np.ascontiguousarray(targets)), weights=weights, smoothing=settings.smoothing
    )
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
    optimiser.step()
    value = float(loss.detach())
    if not np.isfinite(value):
        raise ModelError(f"the loss is {value} at step {step}", remedy="train again with a smaller --learning-rate")
    return value


def _within(
    minutes: float, network: Any, optimiser: Any, sampler: Sampler, weights: Any, settings: Settings
) -> Settings:
    """The settings with as many steps as the time budget holds, from the speed of a few steps."""
    _step(network, optimiser, sampler, weights, settings, 0)
    started = time.monotonic()
    for step in range(1, _TIMED_STEPS + 1):
        _step(network, optimiser, sampler, weights, settings, step)
    each_s = (time.monotonic() - started) / _TIMED_STEPS
    return replace(settings, steps=max(1, int(minutes * 60.0 / each_s)))


def validate(network: Any, pictures: Sequence[Picture], *, names: Sequence[str]) -> dict[str, Any]:
    """Figures of a network on windows that tile the pictures; what is left on their right and bottom is not seen."""
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


def _state(network: Any, optimiser: Any, settings: Settings, step: int) -> checkpoints.Checkpoint:
    moments = {
        f"{name}|{kind}": optimiser.state[parameter][kind]
        for name, parameter in network.named_parameters()
        for kind in ("exp_avg", "exp_avg_sq")
        if parameter in optimiser.state
    }
    return checkpoints.Checkpoint(step, network.state_dict(), moments, asdict(settings))


def _restore(path: Path, network: Any, optimiser: Any, settings: Settings) -> int:
    found = checkpoints.load(path)
    for name in ("architecture", "class_values", "seed"):
        theirs, ours = found.settings.get(name), asdict(settings)[name]
        if (list(theirs) if isinstance(theirs, list | tuple) else theirs) != (
            list(ours) if isinstance(ours, tuple) else ours
        ):
            raise ModelError(
                f"was trained with {name} {theirs}, not {ours}", place=path, remedy="resume with the same options"
            )
    checkpoints.fill(network, found.weights, place=path)
    for name, parameter in network.named_parameters():
        optimiser.state[parameter] = {
            "step": torch.tensor(float(found.step)),
            **{kind: found.moments[f"{name}|{kind}"] for kind in ("exp_avg", "exp_avg_sq")},
        }
    return found.step


def _told(step: int, settings: Settings, loss: float, measured: Mapping[str, Any], seconds: float) -> str:
    figures_text = (
        f", validation accuracy {measured['overall_accuracy']:.3f}, mean IoU {measured['mean_iou']:.3f}"
        if measured
        else ""
    )
    return f"step {step} of {settings.steps}, {seconds:.0f} s: loss {loss:.3f}{figures_text}"
