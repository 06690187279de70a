"""Several answers made one: fewer classes, eight views of a window, several models.

What comes out is a model like any other, with its card: the run, the scheme of windows and the decision know nothing
of what it is made of. The order of all sums is fixed, so that the answer does not depend on anything else.

- Restricted, a model answers its other channels alone: its probabilities are among these.
- Symmetries: the mean of the logits of the eight turns and mirrors of a window, each brought back.
- Ensemble: the mean of the probabilities of its members at each pixel, told as logarithms. Logits that are shifted by
  the same number in all channels mean the same, so that an ensemble of one answers what its member does.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from millesime.cover_raster.class_names import competing_values
from millesime.errors import ModelError, raise_together
from millesime.model.card import ModelCard
from millesime.model.runtimes import Choice, OnCard, Runtime, Used, choose

Pixels = npt.NDArray[np.uint8]
Logits = npt.NDArray[np.float32]

#: Least probability that a logarithm is taken of; far below what a probability can tell in percent.
_LEAST = np.finfo(np.float32).tiny


class Openable(Protocol):
    """A network on disk; `millesime.model.Model` is one."""

    @property
    def card(self) -> ModelCard:
        """What it expects and answers."""
        ...

    @property
    def weights(self) -> Path | None:
        """What torch reads, where it is at hand."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """Where it comes from, to be told."""
        ...

    def choose(self, runtime: str | None = None, precision: str | None = None) -> Choice:
        """The runtime that computes it here."""
        ...

    def open(self, choice: Choice | None = None, *, threads: int = 1, window_px: int | None = None) -> Runtime:
        """Load it, ready for windows of a size."""
        ...


@dataclass(frozen=True)
class Combined:
    """A model made of one or several."""

    members: tuple[Openable, ...]
    card: ModelCard
    """Bands of all members, classes that may be answered."""

    symmetries: bool = False

    @property
    def weights(self) -> Path | None:
        """Of the first member; None unless the weights of all of them are at hand."""
        found = [member.weights for member in self.members]
        return None if None in found else found[0]

    @property
    def notes(self) -> tuple[str, ...]:
        """Of all members."""
        return tuple(dict.fromkeys(note for member in self.members for note in member.notes))

    def choose(self, runtime: str | None = None, precision: str | None = None) -> Choice:
        """The runtime that computes all members."""
        return choose(runtime, precision, has_weights=self.weights is not None)

    def open(self, choice: Choice | None = None, *, threads: int = 1, window_px: int | None = None) -> Runtime:
        """Load the members."""
        opened = [member.open(choice, threads=threads, window_px=window_px) for member in self.members]
        return CombinedRuntime(opened, self.card, symmetries=self.symmetries)


class CombinedRuntime:
    """Members ready to answer as one, in memory: views and channels are sorted there."""

    on_card: OnCard | None = None

    def __init__(self, members: Sequence[Runtime], card: ModelCard, *, symmetries: bool = False) -> None:
        self.card, self.choice = card, members[0].choice
        self._members = tuple(_Member.of(member, card, symmetries=symmetries) for member in members)

    def logits(self, pixels: Pixels) -> Logits:
        """Logits (n, classes, h, w) of the card's bands and classes; windows are square when there are symmetries."""
        if len(self._members) == 1:
            return self._members[0].logits(pixels)
        total = _probabilities(self._members[0].logits(pixels))
        for member in self._members[1:]:
            total += _probabilities(member.logits(pixels))
        total /= np.float32(len(self._members))
        return np.log(np.maximum(total, _LEAST))

    def lend(self, pixels: Pixels, use: Callable[[Logits], Used]) -> Used:
        """See `Runtime`."""
        return use(self.logits(pixels))


@dataclass(frozen=True)
class _Member:
    runtime: Runtime
    bands: tuple[int, ...]
    """Places of its bands among those of the whole."""

    channels: tuple[int, ...]
    """Its channel of each class of the whole."""

    symmetries: bool

    @classmethod
    def of(cls, runtime: Runtime, card: ModelCard, *, symmetries: bool) -> _Member:
        own = runtime.card
        return cls(
            runtime,
            tuple(card.bands.index(band) for band in own.bands),
            tuple(own.class_values.index(value) for value in card.class_values),
            symmetries,
        )

    def logits(self, pixels: Pixels) -> Logits:
        if self.bands != tuple(range(pixels.shape[1])):
            pixels = np.ascontiguousarray(pixels[:, self.bands])
        logits = _mean_of_symmetries(self.runtime, pixels) if self.symmetries else self.runtime.logits(pixels)
        if self.channels == tuple(range(logits.shape[1])):
            return logits
        return np.ascontiguousarray(logits[:, self.channels])


def _mean_of_symmetries(runtime: Runtime, pixels: Pixels) -> Logits:
    """Four turns as they are, then four turns mirrored, summed in this order; each answer is turned back first."""
    total: Logits | None = None
    for mirrored in (False, True):
        for turns in range(4):
            seen = np.rot90(pixels, turns, axes=(2, 3))
            seen = seen[..., ::-1] if mirrored else seen
            answer = runtime.logits(np.ascontiguousarray(seen))
            answer = answer[..., ::-1] if mirrored else answer
            answer = np.rot90(answer, -turns, axes=(2, 3))
            total = answer.astype(np.float32) if total is None else total + answer
    assert total is not None
    return np.ascontiguousarray(total / np.float32(8.0))


def _probabilities(logits: Logits) -> Logits:
    """Channel by channel, so that the order of the sum is fixed."""
    best = logits.max(axis=1)
    shares = np.exp(logits - best[:, None])
    total = np.zeros_like(best)
    for channel in range(shares.shape[1]):
        total += shares[:, channel]
    shares /= total[:, None]
    return shares


def combined(models: Sequence[Openable], *, restrict: Sequence[str] = (), symmetries: bool = False) -> Openable:
    """One model of several, or a model of fewer classes or of eight views; the model itself when nothing is asked.

    Args:
        models: in the order that probabilities are summed in; the first one tells windows, margins and the order of
            classes.
        restrict: classes that compete, by value or name; all by default.
        symmetries: whether each window is seen in its eight turns and mirrors.

    Raises:
        ModelError: models of different classes or resolutions; all faults together.
        ConfigError: a class that the models have not.
    """
    if not models:
        raise ModelError("no model is given", remedy="give --model")
    first = models[0].card
    values = competing_values(first, restrict)
    if len(models) == 1 and values == first.class_values and not symmetries:
        return models[0]
    faults = [fault for model in models[1:] for fault in _against(first, model.card)]
    raise_together(
        faults,
        kind=ModelError,
        place=f"beside model {first.name} {first.version}",
        remedy="combine models of the same classes, pixels and coding of heights",
    )
    cards = [model.card for model in models]
    return Combined(tuple(models), _card(cards, values, symmetries=symmetries), symmetries)


def _against(first: ModelCard, card: ModelCard) -> list[str]:
    """What keeps a model from answering with another one."""
    name, faults = f"model {card.name} {card.version}", []
    speaks = (card.nomenclature, card.nomenclature_version)
    if speaks != (first.nomenclature, first.nomenclature_version):
        wanted = f"{first.nomenclature} {first.nomenclature_version}"
        faults.append(f"{name} answers classes of {' '.join(speaks)}, expected {wanted}")
    elif set(card.class_values) != set(first.class_values):
        more = sorted(set(card.class_values) - set(first.class_values))
        fewer = sorted(set(first.class_values) - set(card.class_values))
        told = [f"without {fewer}"] * bool(fewer) + [f"with {more} besides"] * bool(more)
        faults.append(f"{name} answers other classes: {', '.join(told)}")
    if abs(card.resolution_m / first.resolution_m - 1.0) > 0.01:
        faults.append(f"{name} reads pixels of {card.resolution_m} m, expected {first.resolution_m} m")
    if card.window_is_fixed and first.window_is_fixed and card.window_px != first.window_px:
        faults.append(f"{name} takes windows of {card.window_px} px alone, model {first.name} {first.window_px} px")
    if "height" in card.bands and "height" in first.bands and card.height_coding != first.height_coding:
        faults.append(f"{name} reads heights coded as {card.height_coding}, expected {first.height_coding}")
    return faults


def _largest(cards: Sequence[ModelCard], window_px: int, multiple_px: int) -> int | None:
    """The windows that suit all: none may grow when one is not to."""
    given = [card.largest_window_px for card in cards]
    if any(side is None for side in given):
        return None
    return max(min(side for side in given if side is not None) // multiple_px * multiple_px, window_px)


def _card(cards: Sequence[ModelCard], values: tuple[int, ...], *, symmetries: bool) -> ModelCard:
    first, several = cards[0], len(cards) > 1
    bands = tuple(dict.fromkeys(band for card in cards for band in card.bands))
    # Where there is no imagery, a band stands at its mean: that of the first model which reads it.
    told_by = {band: next(card for card in cards if band in card.bands) for band in bands}
    heights = next((card.height_coding for card in cards if "height" in card.bands), first.height_coding)
    multiple = math.lcm(*(card.window_multiple_px for card in cards))
    fixed = next((card for card in cards if card.window_is_fixed), None)
    window = -(-first.window_px // multiple) * multiple if fixed is None else fixed.window_px
    members = [{"name": card.name, "version": card.version, "sha256": card.onnx_sha256} for card in cards]
    made_of: dict[str, Any] = {"members": members, "class_values": list(values), "symmetries": symmetries}
    return first.model_copy(
        update={
            "name": " + ".join(card.name for card in cards),
            "version": " + ".join(card.version for card in cards),
            "architecture": "mean of probabilities" if several else first.architecture,
            "architecture_parameters": {**({} if several else first.architecture_parameters), "combined": made_of},
            "parameter_count": sum(card.parameter_count for card in cards),
            "class_values": values,
            "bands": bands,
            "height_coding": heights,
            "mean": tuple(told_by[band].mean[told_by[band].bands.index(band)] for band in bands),
            "std": tuple(told_by[band].std[told_by[band].bands.index(band)] for band in bands),
            "window_multiple_px": multiple,
            "window_px": window,
            "largest_window_px": _largest(cards, window, multiple),
            "window_is_fixed": fixed is not None,
            "onnx_sha256": hashlib.sha256(json.dumps(made_of, sort_keys=True).encode()).hexdigest(),
            "training": {card.name: card.training for card in cards} if several else first.training,
            "figures": {card.name: card.figures for card in cards} if several else {},
            "export_check": {},
            "licence": "; ".join(dict.fromkeys(card.licence for card in cards if card.licence)),
            "limits": tuple(dict.fromkeys(limit for card in cards for limit in card.limits)),
        }
    )
