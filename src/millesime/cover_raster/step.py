"""cover_raster: the class of every pixel of a vintage, and how sure the network is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from millesime.compute import Progress, StepContext
from millesime.compute.threads import in_order
from millesime.cover_raster.decide import NO_CONFIDENCE
from millesime.cover_raster.predict import Piece, Prediction, predict, prediction_with
from millesime.geo.grid import Window
from millesime.imagery import BANDS, HEIGHT_CODING, Imagery, from_json
from millesime.imagery.step import open_imagery
from millesime.io.raster import BLOCK_PX, CogWriter
from millesime.io.workspace import Summary
from millesime.model.card import ModelCard
from millesime.model.runtimes import Model, Runtime, load

STEP_VERSION = 1

#: Width of the part that is predicted at once: bounds the memory of rows of windows that wait to be summed.
_COLUMN_PX = 16 * BLOCK_PX


class Parameters(BaseModel):
    """Parameters of the step, from `[parameters.cover_raster]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_px: int | None = Field(default=None, gt=0)
    """Side of the windows that the network sees; the model's own by default. It is part of the result."""

    margin_px: int | None = Field(default=None, ge=0)
    """Overlap on each side of a window; the model's own by default."""


def run(context: StepContext) -> Summary:
    """Predict the vintage."""
    assert isinstance(context.parameters, Parameters)
    description = context.product("imagery")
    return write(
        from_json(description.read_text(encoding="utf-8"), place=str(description)),
        load(context.source("model")),
        context.output(),
        confidence=context.output("confidence"),
        parameters=context.parameters,
        threads=context.workers.count,
        progress=context.progress,
        root=context.workspace.root,
        label=f"cover {context.vintage.year}",
    )


def write(
    imagery: Imagery,
    model: Model,
    path: Path,
    *,
    confidence: Path | None = None,
    parameters: Parameters,
    threads: int = 1,
    progress: Progress | None = None,
    root: Path | None = None,
    label: str = "cover",
) -> Summary:
    """Predict the area of an imagery and write its class raster.

    Args:
        imagery: what to predict.
        model: what to predict with.
        path: class raster to write, on the grid of the imagery's area.
        confidence: confidence raster to write.
        parameters: window and margin.
        threads: windows computed at once; the files are the same bytes for any number.
        progress: counts windows.
        root: folder that the imagery's relative paths start from.
        label: of the progress.

    Raises:
        ModelError: the model does not fit the imagery.
    """
    card = model.card
    card.require_imagery(bands=BANDS, height_coding=HEIGHT_CODING, pixel_m=imagery.grid.pixel_m)
    prediction = prediction_with(
        card, grid=imagery.grid, window_px=parameters.window_px, margin_px=parameters.margin_px
    )
    counts = np.zeros(256, dtype=np.int64)
    tags = {"MILLESIME_MODEL": f"{card.name} {card.version} sha256:{card.onnx_sha256}"}
    nomenclature, grid = card.cover_nomenclature, imagery.area_grid
    with CogWriter(
        path, grid, dtype="uint8", nodata=prediction.nodata, nomenclature=nomenclature, tags=tags, overview="mode"
    ) as classes:
        pieces = _pieces(prediction, imagery, model.open(), threads, progress or Progress(), root, label)
        if confidence is None:
            _write_pieces(pieces, imagery, classes, None, counts)
        else:
            with CogWriter(
                confidence, grid, dtype="uint8", nodata=NO_CONFIDENCE, tags=tags, overview="average"
            ) as sure:
                _write_pieces(pieces, imagery, classes, sure, counts)
    return _summary(counts, card, pixel_m=grid.pixel_m)


def _columns(area: Window) -> tuple[Window, ...]:
    """The area in columns of bounded width."""
    end = area.col + area.width
    return tuple(
        Window(area.row, col, area.height, min(_COLUMN_PX, end - col)) for col in range(area.col, end, _COLUMN_PX)
    )


def _pieces(
    prediction: Prediction,
    imagery: Imagery,
    runtime: Runtime,
    threads: int,
    progress: Progress,
    root: Path | None,
    label: str,
) -> Iterator[Piece]:
    columns = _columns(imagery.area)
    total = sum(len(prediction.window_rows(area)) * len(prediction.window_cols(area)) for area in columns)
    counter = iter(progress.track(range(total), total=total, label=label))

    def one(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        logits: npt.NDArray[np.float32] = runtime.logits(pixels[None])[0]
        return logits

    with ThreadPoolExecutor(max_workers=threads) as pool, open_imagery(imagery, root=root) as reader:

        def answer(windows: Iterable[npt.NDArray[np.uint8]]) -> Iterator[npt.NDArray[np.float32]]:
            for logits in in_order(pool, one, windows, ahead=threads + 1):
                next(counter, None)
                yield logits

        for column in columns:
            yield from predict(prediction, column, reader, answer)
    for _ in counter:  # the bar ends
        pass


def _write_pieces(
    pieces: Iterable[Piece],
    imagery: Imagery,
    classes: CogWriter,
    confidence: CogWriter | None,
    counts: npt.NDArray[np.int64],
) -> None:
    for piece in pieces:
        window = piece.window.relative_to(imagery.area)
        classes.write(piece.classes, window)
        if confidence is not None:
            confidence.write(piece.confidence, window)
        counts += np.bincount(piece.classes.reshape(-1), minlength=256)


def _summary(counts: npt.NDArray[np.int64], card: ModelCard, *, pixel_m: float) -> Summary:
    nomenclature = card.cover_nomenclature
    nodata = 0 if nomenclature.nodata is None else int(counts[nomenclature.nodata])
    areas = {item.name: round(float(counts[item.value]) * pixel_m**2, 2) for item in nomenclature.classes}
    return Summary(
        counts={"pixels": int(counts.sum()), "nodata_pixels": nodata},
        areas_m2={name: area for name, area in areas.items() if area},
        notes=[f"model {card.name} {card.version}"],
    )
