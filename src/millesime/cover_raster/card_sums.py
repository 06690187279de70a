"""Sums of logits, classes and confidence on the graphics card: three bytes of a pixel come back, not its logits."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from millesime.cover_raster.decide import Decision, Rule
from millesime.cover_raster.sums import Windows, stretches
from millesime.geo.grid import Window
from millesime.model.runtimes.interface import require_finite

#: Rows decided at once: what is computed for them fits a card beside the sums.
_ROWS = 128


class CardSums:
    """See `millesime.cover_raster.sums.Sums`; on a device of torch.

    Whole rows of windows are summed and decided in one go: a card takes as long to start on a narrow cell as on a
    wide one.
    """

    def __init__(self, windows: Windows, area: Window, rule: Rule, *, device: str = "cuda") -> None:
        self._windows, self._area, self._rule = windows, area, rule
        self._device = torch.device(device)
        self._first = area.row
        """Row of the image that the first row of the sums stands for."""

        shape = (len(rule.class_values), windows.window_px, area.width)
        self._values = torch.zeros(shape, dtype=torch.float32, device=self._device)
        self._last_of = {
            stretch.numbers[-1]: stretch.end for stretch in stretches(windows.rows, area.row, area.row + area.height)
        }
        """The end of the rows that each row of windows is the last to count in."""

        needed = windows.cols.over(area.col, area.col + area.width)
        self._across = {number: self._there(windows.cols.weights(number)) for number in needed}

    def kept(self, row_number: int, col_number: int, logits: Any) -> Any:
        """See `Sums`: a tensor on the same device, whole."""
        del row_number, col_number
        return logits

    def add(self, row_number: int, col_number: int, kept: Any) -> None:
        """See `Sums`."""
        rows, cols, area = self._windows.rows, self._windows.cols, self._area
        top, left = rows.start(row_number), cols.start(col_number)
        first, end = _common(rows.reach(row_number), area.row, area.row + area.height)
        west, east = _common(cols.reach(col_number), area.col, area.col + area.width)
        seen_rows, seen_cols = slice(first - top, end - top), slice(west - left, east - left)
        weights = self._there(rows.weights(row_number))[seen_rows, None] * self._across[col_number][None, seen_cols]
        into = self._values[:, first - self._first : end - self._first, west - area.col : east - area.col]
        into += weights * kept[:, seen_rows, seen_cols]

    def settle(self, row_number: int) -> tuple[Window, Decision] | None:
        """See `Sums`: as `millesime.cover_raster.decide.decide`, but for the last bit of an exponential."""
        count = self._last_of.get(row_number, self._first) - self._first
        if count <= 0:
            return None
        parts = [self._decide_rows(slice(first, min(first + _ROWS, count))) for first in range(0, count, _ROWS)]
        together = [_on_host(torch.cat(planes, dim=1)) for planes in zip(*parts, strict=True)]
        shares = together[3] if self._rule.probabilities else None
        told = Decision(together[0][0], together[1][0], together[2] if self._rule.top_k else None, shares)
        window = Window(self._first, self._area.col, count, self._area.width)
        kept = self._values.shape[1] - count
        self._values[:, :kept] = self._values[:, count:].clone()
        self._values[:, kept:] = 0.0
        self._first += count
        return window, told

    def _there(self, weights: npt.NDArray[np.float32]) -> Any:
        return torch.from_numpy(weights).to(self._device, non_blocking=True)

    def _decide_rows(self, rows: slice) -> tuple[Any, Any, Any, Any]:
        rule = self._rule
        planes = self._calibrated(self._values[:, rows])
        values = torch.tensor(rule.class_values, dtype=torch.uint8, device=self._device)
        channel, best = _first_best(planes)
        total = torch.zeros_like(best)
        for plane in planes:  # channel by channel: the order of the sum is fixed
            total += torch.exp(plane - best)
        require_finite(finite=bool(torch.isfinite(total).all()))

        def percent(plane: Any) -> Any:
            return torch.round(100.0 * torch.exp(plane - best) / total).to(torch.uint8)

        top, left = [], planes.clone() if rule.top_k else planes
        for _ in range(rule.top_k):
            ranked, plane = _first_best(left)
            top += [values[ranked], percent(plane)]
            left.scatter_(0, ranked[None], -torch.inf)
        shares = [percent(plane) for plane in planes] if rule.probabilities else []
        nothing = torch.empty((0, *best.shape), dtype=torch.uint8, device=self._device)
        return (
            values[channel][None],
            percent(best)[None],
            torch.stack(top) if top else nothing,
            torch.stack(shares) if shares else nothing,
        )

    def _calibrated(self, planes: Any) -> Any:
        rule = self._rule

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


def _common(reach: tuple[int, int], first: int, end: int) -> tuple[int, int]:
    return max(reach[0], first), min(reach[1], end)


def _on_host(planes: Any) -> npt.NDArray[np.uint8]:
    found: npt.NDArray[np.uint8] = planes.cpu().numpy()
    return found
