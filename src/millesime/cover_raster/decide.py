"""From logits to a class and how sure it is, and on demand to the next classes and to every probability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millesime.errors import ConfigError

#: Confidence, and every value of ranks and probabilities, of pixels without data.
NO_CONFIDENCE = 255

Logits = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Rule:
    """How the classes of a pixel are told apart."""

    class_values: tuple[int, ...]
    """Class value of each channel; of equal logits the first channel wins."""

    nodata: int
    """Class value of pixels without imagery."""

    temperature: tuple[float, ...] = ()
    """What the logits of each channel are divided by before they are compared; none by default."""

    bias: tuple[float, ...] = ()
    """What is then added to them."""

    top_k: int = 0
    """Number of classes to tell, with their probabilities."""

    probabilities: bool = False
    """Whether to tell the probability of every class."""

    def __post_init__(self) -> None:
        count = len(self.class_values)
        if any(len(values) not in (0, count) for values in (self.temperature, self.bias)):
            raise ConfigError(f"{len(self.temperature)} temperatures and {len(self.bias)} biases for {count} classes")
        if not all(np.isfinite(self.bias)) or not all(0 < value < np.inf for value in self.temperature):
            raise ConfigError("biases must be finite, and temperatures finite and above 0")
        if not 0 <= self.top_k <= count:
            raise ConfigError(
                f"the {self.top_k} most likely classes of {count}", remedy=f"give a --top-k of {count} or fewer"
            )


@dataclass(frozen=True)
class Decision:
    """What is told of each pixel."""

    classes: Bytes
    """Class values, (height, width)."""

    confidence: Bytes
    """round(100 p) of the class, `NO_CONFIDENCE` where there is no imagery."""

    top: Bytes | None = None
    """(2 K, height, width): the most likely class, its round(100 p), the second class, its round(100 p) and so on;
    `NO_CONFIDENCE` in all of them where there is no imagery."""

    probabilities: Bytes | None = None
    """(classes, height, width): round(100 p) of each class in the order of the channels, `NO_CONFIDENCE` where there
    is no imagery. Rounded one by one, they need not sum to 100."""


def decide(logits: Logits, valid: npt.NDArray[np.bool_], rule: Rule) -> Decision:
    """The most likely class of each pixel and its probability, and what else the rule asks for.

    Args:
        logits: (channels, height, width).
        valid: where there is imagery, (height, width).
        rule: classes of the channels, calibration, what to tell.
    """
    planes = _calibrated(logits, rule)
    # Channel by channel rather than reductions over the first axis: the order of the sums is then fixed, and
    # whole rows of pixels pass through the cache.
    best = planes[0].copy()
    classes = np.full(best.shape, rule.class_values[0], dtype=np.uint8)
    for value, plane in zip(rule.class_values[1:], planes[1:], strict=True):
        better = plane > best
        np.copyto(best, plane, where=better)
        np.copyto(classes, np.uint8(value), where=better)
    total = np.zeros_like(best)
    for plane in planes:
        total += np.exp(plane - best)
    confidence = np.rint(np.float32(100.0) / total).astype(np.uint8)

    def share(plane: Logits) -> Bytes:
        percent = np.rint(np.float32(100.0) * np.exp(plane - best) / total).astype(np.uint8)
        return np.where(valid, percent, np.uint8(NO_CONFIDENCE))

    return Decision(
        np.where(valid, classes, np.uint8(rule.nodata)),
        np.where(valid, confidence, np.uint8(NO_CONFIDENCE)),
        top=_ranked(planes, valid, rule, share) if rule.top_k else None,
        probabilities=np.stack([share(plane) for plane in planes]) if rule.probabilities else None,
    )


def _calibrated(logits: Logits, rule: Rule) -> Logits:
    planes = logits
    if rule.temperature:
        planes = planes / np.asarray(rule.temperature, dtype=np.float32)[:, None, None]
    if rule.bias:
        planes = planes + np.asarray(rule.bias, dtype=np.float32)[:, None, None]
    return planes


def _ranked(planes: Logits, valid: npt.NDArray[np.bool_], rule: Rule, share: Callable[[Logits], Bytes]) -> Bytes:
    """The most likely classes one after the other, as `Decision.top` tells them."""
    values = np.asarray(rule.class_values, dtype=np.uint8)
    order = np.argsort(-planes, axis=0, kind="stable")[: rule.top_k]  # stable: the first of equal channels comes first
    ranks = []
    for channels in order:
        ranks.append(np.where(valid, values[channels], np.uint8(NO_CONFIDENCE)))
        ranks.append(share(np.take_along_axis(planes, channels[None], axis=0)[0]))
    return np.stack(ranks)
