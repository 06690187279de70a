"""From logits to a class and how sure it is, and on demand to the next classes and to every probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millesime.errors import ConfigError
from millesime.model.runtimes.interface import require_finite

#: Confidence, and every value of ranks and probabilities, of pixels without data.
NO_CONFIDENCE = 255

#: Pixels decided at once: few enough for the processor's cache, enough that threads seldom wait for each other.
_BLOCK_PX = 1 << 15

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

    @classmethod
    def empty(cls, rule: Rule, shape: tuple[int, int]) -> Decision:
        """Room for what a rule tells of (height, width) pixels, whose values mean nothing yet."""
        return cls(
            np.empty(shape, dtype=np.uint8),
            np.empty(shape, dtype=np.uint8),
            top=np.empty((2 * rule.top_k, *shape), dtype=np.uint8) if rule.top_k else None,
            probabilities=np.empty((len(rule.class_values), *shape), dtype=np.uint8) if rule.probabilities else None,
        )

    def part(self, rows: slice, cols: slice) -> Decision:
        """What is told of some pixels: written there, it stands here."""
        return Decision(
            self.classes[rows, cols],
            self.confidence[rows, cols],
            top=None if self.top is None else self.top[:, rows, cols],
            probabilities=None if self.probabilities is None else self.probabilities[:, rows, cols],
        )

    def take(self, other: Decision) -> None:
        """Stand for the same pixels as another decision of the same rule."""
        for mine, theirs in (
            (self.classes, other.classes),
            (self.confidence, other.confidence),
            (self.top, other.top),
            (self.probabilities, other.probabilities),
        ):
            if mine is not None and theirs is not None:
                mine[:] = theirs

    def blank(self, empty: npt.NDArray[np.bool_], nodata: int) -> None:
        """Tell of these pixels, (height, width), that there is no imagery."""
        if not empty.any():
            return
        self.classes[empty] = nodata
        for planes in (self.confidence[None], self.top, self.probabilities):
            if planes is not None:
                planes[:, empty] = NO_CONFIDENCE


def decide(logits: Logits, valid: npt.NDArray[np.bool_], rule: Rule) -> Decision:
    """The most likely class of each pixel and its probability, and what else the rule asks for.

    Args:
        logits: (channels, height, width).
        valid: where there is imagery, (height, width).
        rule: classes of the channels, calibration, what to tell.

    Raises:
        ModelError: logits that are not finite.
    """
    told = Decision.empty(rule, valid.shape)
    decide_into(told, logits, rule)
    told.blank(~valid, rule.nodata)
    return told


def decide_into(told: Decision, logits: Logits, rule: Rule) -> None:
    """As `decide` where there is imagery everywhere, into the room that is given.

    Raises:
        ModelError: logits that are not finite.
    """
    height, width = told.classes.shape
    step = max(_BLOCK_PX // max(width, 1), 1)
    for first in range(0, height, step):
        rows = slice(first, first + step)
        _decide_rows(_calibrated(logits[:, rows], rule), rule, told.part(rows, slice(None)))


def _decide_rows(planes: Logits, rule: Rule, told: Decision) -> None:
    """Fill a decision; each pixel for itself."""
    values = np.asarray(rule.class_values, dtype=np.uint8)
    best = np.maximum.reduce(planes, axis=0)
    shares = np.subtract(planes, best)
    told.classes[:] = values[_first_zero(shares)]
    np.exp(shares, out=shares)
    total = np.add.reduce(shares, axis=0)  # plane after plane: the order of the sums is fixed
    require_finite(finite=bool(np.isfinite(total).all()))
    told.confidence[:] = np.rint(np.float32(100.0) / total)  # the exponential of nothing is one
    if told.probabilities is None and told.top is None:
        return
    percents = np.rint(np.float32(100.0) * shares / total).astype(np.uint8)
    if told.probabilities is not None:
        told.probabilities[:] = percents
    if told.top is not None:
        left = planes.copy()
        for rank in range(rule.top_k):
            channel = _first_zero(left - np.maximum.reduce(left, axis=0))[None]
            told.top[2 * rank] = values[channel[0]]
            told.top[2 * rank + 1] = np.take_along_axis(percents, channel, axis=0)[0]
            np.put_along_axis(left, channel, -np.inf, axis=0)


def _first_zero(planes: Logits) -> Bytes:
    """The first plane of each pixel that is nothing there: the number of planes before it.

    Counted, as copies by a mask are slow, and numpy seeks the largest of an axis number by number.
    """
    channel, before = (fill(planes.shape[1:], dtype=np.uint8) for fill in (np.zeros, np.ones))
    differs = np.empty(planes.shape[1:], dtype=np.bool_)
    for plane in planes[:-1]:
        np.not_equal(plane, np.float32(0.0), out=differs)
        before &= differs.view(np.uint8)
        channel += before
    return channel


def _calibrated(logits: Logits, rule: Rule) -> Logits:
    planes = logits
    if rule.temperature:
        planes = planes / np.asarray(rule.temperature, dtype=np.float32)[:, None, None]
    if rule.bias:
        planes = planes + np.asarray(rule.bias, dtype=np.float32)[:, None, None]
    return planes
