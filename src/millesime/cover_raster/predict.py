"""Predict: the classes of any part of an image, streamed from top to bottom in bounded memory.

Memory is that of the pixels of one row of windows over the width asked for, whatever the height, and of the logits of
the windows at work. What is computed at a pixel depends on the scheme alone: the same windows are summed there in the
same order for any part asked for. In crop mode one window says all about a pixel, and the sum is its logits unchanged.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, Protocol

import numpy as np
import numpy.typing as npt

from millesime.cover_raster.calibration import Calibration
from millesime.cover_raster.decide import Rule
from millesime.cover_raster.scheme import Mode, Scheme, reflected, scheme
from millesime.cover_raster.sums import Cells, SumsMaker, Windows
from millesime.cover_raster.window_size import usual_window_px
from millesime.errors import ConfigError, ModelError
from millesime.geo.grid import Grid, Window
from millesime.model.card import ModelCard

#: Side of the largest windows: their logits alone take 5 GB for nineteen classes.
_MOST_WINDOW_PX = 8192

Pixels = npt.NDArray[np.uint8]

Outside = Literal["reflect", "zero"]
"""What stands beyond the borders of the image: its mirror, or zeros before normalisation, as IGN's tools have it."""

Answer = Callable[[Pixels, Callable[[Any], Any]], Any]
"""What a function makes of the logits (classes, window, window) of a window (bands, window, window): an array that is
lent, see `Runtime.lend`, or what the sums take."""

Run = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]
"""As `map`: a function of each item, in the order of the items; many at once, if it likes."""


class Bands(Protocol):
    """Where pixels come from; `millesime.imagery.ImageryReader` is one."""

    def read(self, window: Window) -> tuple[Pixels, npt.NDArray[np.bool_]]:
        """Bands (bands, height, width) and validity (height, width) of a window inside the image."""
        ...


@dataclass(frozen=True)
class Piece:
    """Predicted pixels, final."""

    window: Window
    """Where, on the image's grid."""

    classes: npt.NDArray[np.uint8]
    confidence: npt.NDArray[np.uint8]

    top: npt.NDArray[np.uint8] | None = None
    """(2 K, height, width), when the prediction asks for it: see `Decision.top`."""

    probabilities: npt.NDArray[np.uint8] | None = None
    """(classes, height, width), when the prediction asks for it: see `Decision.probabilities`."""


@dataclass(frozen=True)
class Prediction:
    """What to predict with, and how windows are laid."""

    grid: Grid
    """The image, whole."""

    window_px: int
    margin_px: int
    class_values: tuple[int, ...]
    nodata: int
    fill: tuple[int, ...]
    """Number of each band that stands where there is no imagery: the mean, so that it means nothing."""

    mode: Mode = "blend"
    outside: Outside = "reflect"
    """Beyond the borders of the image; pixels without data inside it stand as `fill` tells in any case."""

    temperature: tuple[float, ...] = ()
    """By channel, as `bias`: see `Rule`."""

    bias: tuple[float, ...] = ()
    top_k: int = 0
    probabilities: bool = False

    @cached_property
    def rows(self) -> Scheme:
        """Windows from top to bottom."""
        return scheme(self.mode, self.grid.height, self.window_px, self.margin_px, axis="rows")

    @cached_property
    def cols(self) -> Scheme:
        """Windows from left to right."""
        return scheme(self.mode, self.grid.width, self.window_px, self.margin_px, axis="columns")

    @cached_property
    def rule(self) -> Rule:
        """How classes are told apart."""
        return Rule(self.class_values, self.nodata, self.temperature, self.bias, self.top_k, self.probabilities)

    def window_rows(self, area: Window) -> range:
        """Rows of windows that an area needs."""
        return self.rows.over(area.row, area.row + area.height)

    def window_cols(self, area: Window) -> range:
        """Columns of windows that an area needs."""
        return self.cols.over(area.col, area.col + area.width)


def predict(
    prediction: Prediction,
    area: Window,
    bands: Bands,
    answer: Answer,
    *,
    run: Run = map,
    make: SumsMaker = Cells,
) -> Iterator[Piece]:
    """Predict an area from top to bottom; one piece for each row of windows, together they tile the area.

    Args:
        prediction: how.
        area: what, on the image's grid.
        bands: where pixels come from.
        answer: the network.
        run: how windows are computed.
        make: where sums of its answers are kept.
    """
    numbers = prediction.window_rows(area)
    sums = make(Windows(prediction.rows, prediction.cols, prediction.window_px), area, prediction.rule)
    waiting: deque[_Strip] = deque()

    def windows() -> Iterator[tuple[int, int, Pixels | None]]:
        for number in numbers:
            waiting.append(_read_strip(prediction, area, number, bands))
            for col_number, pixels in waiting[-1].windows():
                yield number, col_number, pixels

    def computed(window: tuple[int, int, Pixels | None]) -> Any:
        number, col_number, pixels = window
        return None if pixels is None else answer(pixels, partial(sums.kept, number, col_number))

    # Asked for in one go: at the end of a row of windows, nobody waits for the last of them.
    answers = run(computed, windows())
    for number in numbers:
        for col_number in prediction.window_cols(area):
            kept = next(answers)
            if kept is not None:
                sums.add(number, col_number, kept)
        strip, found = waiting.popleft(), sums.settle(number)
        if found is not None:
            window, told = found
            told.blank(~strip.valid_in(window), prediction.nodata)
            yield Piece(window, told.classes, told.confidence, told.top, told.probabilities)
    for _ in answers:
        raise ValueError("more answers than windows")


@dataclass(frozen=True)
class _Strip:
    """The pixels of one row of windows, read once."""

    prediction: Prediction
    row: int
    """Row of the image that the first row stands for; the strip may reach out of the image."""

    col: int
    numbers: range
    """The windows, from left to right."""

    pixels: Pixels
    valid: npt.NDArray[np.bool_]

    def windows(self) -> Iterator[tuple[int, Pixels | None]]:
        """The number and the pixels of each window; None without data, which nothing is told of in any case."""
        size = self.prediction.window_px
        for number in self.numbers:
            left = self.prediction.cols.start(number) - self.col
            seen = slice(left, left + size)
            yield number, np.ascontiguousarray(self.pixels[:, :, seen]) if self.valid[:, seen].any() else None

    def valid_in(self, window: Window) -> npt.NDArray[np.bool_]:
        """Validity of a part of the strip."""
        return self.valid[window.relative_to(Window(self.row, self.col, *self.valid.shape)).slices]


def _read_strip(prediction: Prediction, area: Window, number: int, bands: Bands) -> _Strip:
    numbers = prediction.window_cols(area)
    row, col = prediction.rows.start(number), prediction.cols.start(numbers[0])
    height = prediction.window_px
    width = prediction.cols.start(numbers[-1]) + height - col
    picked_rows = reflected(row, height, prediction.grid.height)
    picked_cols = reflected(col, width, prediction.grid.width)
    top, left = int(picked_rows.min()), int(picked_cols.min())
    needed = Window(top, left, int(picked_rows.max()) - top + 1, int(picked_cols.max()) - left + 1)
    pixels, valid = bands.read(needed)
    if not valid.all():
        fill = np.asarray(prediction.fill, dtype=np.uint8)[:, None, None]
        pixels = np.where(valid[None], pixels, fill)
    if needed.shape != (height, width):
        pixels = _picked(_picked(pixels, picked_rows - top, axis=1), picked_cols - left, axis=2)
        valid = _picked(_picked(valid, picked_rows - top, axis=0), picked_cols - left, axis=1)
    if prediction.outside == "zero":
        inside = _inside(row, height, prediction.grid.height)[:, None] & _inside(col, width, prediction.grid.width)
        if not inside.all():
            pixels = np.where(inside[None], pixels, np.uint8(0))
    return _Strip(prediction, row, col, numbers, pixels, valid)


def _picked(values: npt.NDArray[Any], places: npt.NDArray[np.intp], *, axis: int) -> npt.NDArray[Any]:
    """As `values.take(places, axis)`; most places follow each other, and those are copied as one."""
    count = values.shape[axis]
    begin = int(np.argmax(places == 0))
    if not np.array_equal(places[begin : begin + count], np.arange(count)):
        return values.take(places, axis)
    before, after = (values.take(part, axis) for part in (places[:begin], places[begin + count :]))
    return np.concatenate((before, values, after), axis)


def _inside(start: int, count: int, size_px: int) -> npt.NDArray[np.bool_]:
    places = np.arange(start, start + count)
    return (places >= 0) & (places < size_px)


def windows_needed(prediction: Prediction, areas: Iterable[Window]) -> int:
    """Number of windows that are computed for these areas, one after the other: for progress."""
    return sum(len(prediction.window_rows(area)) * len(prediction.window_cols(area)) for area in areas)


def prediction_with(
    card: ModelCard,
    *,
    grid: Grid,
    window_px: int | None = None,
    margin_px: int | None = None,
    mode: Mode = "blend",
    outside: Outside = "reflect",
    calibration: Calibration | None = None,
    top_k: int = 0,
    probabilities: bool = False,
) -> Prediction:
    """How to predict an image with the model of a card; window and margin are those that suit it unless given.

    Args:
        card: of a model, or of several combined.
        grid: the image's.
        window_px: side of the windows; see `usual_window_px`.
        margin_px: overlap on each side of a window in mode 'blend', what is cut off it in mode 'crop'.
        mode: how windows share the image.
        outside: what stands beyond the image.
        calibration: temperature and bias of classes.
        top_k: number of classes to tell, with their probabilities.
        probabilities: whether to tell the probability of every class.

    Raises:
        ConfigError: a window that the model cannot take, or margins that leave nothing of it.
        ModelError: classes that leave no value for NoData.
    """
    margin = card.margin_px if margin_px is None else margin_px
    if window_px is None:
        window_px = usual_window_px(card, height=grid.height, width=grid.width, margin_px=margin, mode=mode)
    if window_px <= 0 or window_px % card.window_multiple_px:
        raise ConfigError(
            f"windows of {window_px} px do not fit model {card.name}",
            remedy=f"give a --window-px that is a multiple of {card.window_multiple_px}",
        )
    if window_px > _MOST_WINDOW_PX:
        raise ConfigError(
            f"windows of {window_px} px would not fit in memory", remedy=f"give --window-px {_MOST_WINDOW_PX} or less"
        )
    if card.window_is_fixed and window_px != card.window_px:
        raise ConfigError(
            f"model {card.name} was converted for windows of {card.window_px} px alone, got {window_px} px",
            remedy=f"give --window-px {card.window_px}, with a --margin-px that fits it, or leave both out",
        )
    nodata = card.cover_nomenclature.nodata
    if nodata is None:
        raise ModelError(
            f"classes of {card.nomenclature} leave no value for NoData",
            place=f"model {card.name}",
            remedy="export the model with a nomenclature that keeps 0 for NoData, such as cosia",
        )
    temperature, bias = calibration.of_channels(card) if calibration else ((), ())
    prediction = Prediction(
        grid=grid,
        window_px=window_px,
        margin_px=margin,
        class_values=card.class_values,
        nodata=nodata,
        fill=tuple(min(max(round(mean), 0), 255) for mean in card.mean),
        mode=mode,
        outside=outside,
        temperature=temperature,
        bias=bias,
        top_k=top_k,
        probabilities=probabilities,
    )
    _ = prediction.rows, prediction.cols, prediction.rule  # checks margins and what is told
    return prediction
