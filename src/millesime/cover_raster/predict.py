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
    waiting: deque[_Seen] = deque()

    def windows() -> Iterator[tuple[int, int, Pixels | None]]:
        for number in numbers:
            waiting.append(_Seen.of(prediction, area, number))
            for col_number in prediction.window_cols(area):
                shown = _shown(prediction, bands, number, col_number)
                waiting[-1].note(shown)
                # Without data, nothing is told of it in any case.
                yield number, col_number, shown.pixels if shown.valid.any() else None

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
        seen, found = waiting.popleft(), sums.settle(number)
        if found is not None:
            window, told = found
            told.blank(~seen.valid[window.relative_to(seen.place).slices], prediction.nodata)
            yield Piece(window, told.classes, told.confidence, told.top, told.probabilities)
    for _ in answers:
        raise ValueError("more answers than windows")


@dataclass(frozen=True)
class _Shown:
    """A window as the network is shown it."""

    pixels: Pixels
    """(bands, window, window)."""

    place: Window
    """The part of the image that it was read from."""

    valid: npt.NDArray[np.bool_]
    """Of that part."""


def _shown(prediction: Prediction, bands: Bands, row_number: int, col_number: int) -> _Shown:
    """Read a window; beyond the image it is filled."""
    size, grid = prediction.window_px, prediction.grid
    row, col = prediction.rows.start(row_number), prediction.cols.start(col_number)
    rows, cols = reflected(row, size, grid.height), reflected(col, size, grid.width)
    top, left = int(rows.min()), int(cols.min())
    place = Window(top, left, int(rows.max()) - top + 1, int(cols.max()) - left + 1)
    pixels, valid = bands.read(place)
    if not valid.all():
        pixels = np.where(valid[None], pixels, np.asarray(prediction.fill, dtype=np.uint8)[:, None, None])
    if place.shape != (size, size):
        pixels = _picked(_picked(pixels, rows - top, axis=1), cols - left, axis=2)
    if prediction.outside == "zero":
        inside = _inside(row, size, grid.height)[:, None] & _inside(col, size, grid.width)
        if not inside.all():
            pixels = np.where(inside[None], pixels, np.uint8(0))
    return _Shown(pixels, place, valid)


@dataclass(frozen=True)
class _Seen:
    """Where there is imagery in the part of an area that a row of windows covers."""

    place: Window
    valid: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, prediction: Prediction, area: Window, row_number: int) -> _Seen:
        """Nothing is known yet."""
        first = max(prediction.rows.start(row_number), area.row)
        end = min(prediction.rows.start(row_number) + prediction.window_px, area.row + area.height)
        place = Window(first, area.col, end - first, area.width)
        return cls(place, np.zeros(place.shape, dtype=np.bool_))

    def note(self, shown: _Shown) -> None:
        """Take in what a window showed."""
        here = self.place.common(shown.place)
        if here is not None:
            self.valid[here.relative_to(self.place).slices] = shown.valid[here.relative_to(shown.place).slices]


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
