"""Sums of logits, classes and confidence on the graphics card: three bytes of a pixel come back, not its logits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from millesime.cover_raster.decide import NO_CONFIDENCE, Decision, Rule
from millesime.cover_raster.sums import Valid, Weights
from millesime.model.runtimes.interface import require_finite

#: Rows decided at once: what is computed for them fits a card beside the sums.
_ROWS = 128


class CardStore:
    """See `millesime.cover_raster.sums.Store`; on a device of torch."""

    def __init__(self, classes: int, rows: int, cols: int, *, device: str = "cuda") -> None:
        self._device = torch.device(device)
        self._values = torch.zeros((classes, rows, cols), dtype=torch.float32, device=self._device)

    def add(self, rows: slice, cols: slice, weights: tuple[Weights, Weights], logits: Any) -> None:
        """See `Store`; logits are a tensor on the same device."""
        down, across = (torch.from_numpy(part).to(self._device, non_blocking=True) for part in weights)
        self._values[:, rows, cols] += (down * across) * logits

    def decide(self, count: int, valid: Valid, rule: Rule) -> Decision:
        """See `Store`: as `millesime.cover_raster.decide.decide`, but for the last bit of an exponential."""
        parts = [
            self._decide_rows(slice(first, min(first + _ROWS, count)), valid, rule) for first in range(0, count, _ROWS)
        ]
        together = [_on_host(torch.cat(planes, dim=1)) for planes in zip(*parts, strict=True)]
        shares = together[3] if rule.probabilities else None
        return Decision(together[0][0], together[1][0], together[2] if rule.top_k else None, shares)

    def forget(self, count: int) -> None:
        """See `Store`."""
        kept = self._values.shape[1] - count
        self._values[:, :kept] = self._values[:, count:].clone()
        self._values[:, kept:] = 0.0

    def _decide_rows(self, rows: slice, valid: Valid, rule: Rule) -> tuple[Any, Any, Any, Any]:
        planes = self._calibrated(self._values[:, rows], rule)
        empty = torch.from_numpy(~valid[rows]).to(self._device)
        values = torch.tensor(rule.class_values, dtype=torch.uint8, device=self._device)
        channel, best = _first_best(planes)
        total = torch.zeros_like(best)
        for plane in planes:  # channel by channel: the order of the sum is fixed
            total += torch.exp(plane - best)
        require_finite(finite=bool(torch.isfinite(total).all()))

        def percent(plane: Any) -> Any:
            share = torch.round(100.0 * torch.exp(plane - best) / total).to(torch.uint8)
            return share.masked_fill(empty, NO_CONFIDENCE)

        def of(channels: Any, *, otherwise: int) -> Any:
            return values[channels].masked_fill(empty, otherwise)

        top, left = [], planes.clone() if rule.top_k else planes
        for _ in range(rule.top_k):
            ranked, plane = _first_best(left)
            top += [of(ranked, otherwise=NO_CONFIDENCE), percent(plane)]
            left.scatter_(0, ranked[None], -torch.inf)
        shares = [percent(plane) for plane in planes] if rule.probabilities else []
        nothing = torch.empty((0, *best.shape), dtype=torch.uint8, device=self._device)
        return (
            of(channel, otherwise=rule.nodata)[None],
            percent(best)[None],
            torch.stack(top) if top else nothing,
            torch.stack(shares) if shares else nothing,
        )

    def _calibrated(self, planes: Any, rule: Rule) -> Any:
        def by_channel(values: tuple[float, ...]) -> Any:
            return torch.tensor(values, dtype=torch.float32, device=self._device)[:, None, None]

        if rule.temperature:
            planes = planes / by_channel(rule.temperature)
        if rule.bias:
            planes = planes + by_channel(rule.bias)
        return planes


def _first_best(planes: Any) -> tuple[Any, Any]:
    """The channel of the largest logit of each pixel, the first of equal ones, and the logit."""
    best = planes[0].clone()
    channel = torch.zeros(best.shape, dtype=torch.int64, device=planes.device)
    for number, plane in enumerate(planes[1:], start=1):
        better = plane > best
        best = torch.where(better, plane, best)
        channel = channel.masked_fill(better, number)
    return channel, best


def _on_host(planes: Any) -> npt.NDArray[np.uint8]:
    found: npt.NDArray[np.uint8] = planes.cpu().numpy()
    return found
