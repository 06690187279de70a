"""cover_raster: the class of every pixel of a vintage, and how sure the network is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from millesime.compute import Progress, StepContext
from millesime.cover_raster.calibration import Calibration
from millesime.cover_raster.combine import Openable, combined
from millesime.cover_raster.layers import CONFIDENCE, Layer, class_layer, probability_layer, top_layer
from millesime.cover_raster.predict import Outside, prediction_with
from millesime.cover_raster.product import Report, Schedule, predict_imagery
from millesime.cover_raster.scheme import Mode
from millesime.cover_raster.translated import translated
from millesime.imagery import HEIGHT_CODING, Imagery, from_json
from millesime.io.workspace import Summary
from millesime.model.card import ModelCard
from millesime.model.runtimes import Choice, Precision, RuntimeName, load
from millesime.nomenclature import COSIA

STEP_VERSION = 1


class Parameters(BaseModel):
    """Parameters of the step, from `[parameters.cover_raster]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    window_px: int | None = Field(default=None, gt=0)
    """Side of the windows that the network sees; the model's own by default. It is part of the result."""

    margin_px: int | None = Field(default=None, ge=0)
    """Overlap on each side of a window, or what is cut off it in mode 'crop'; the model's own by default."""

    mode: Mode = "blend"
    """How windows share the image; 'crop' is what IGN's tools do."""

    fill: Outside = "reflect"
    """What stands beyond the borders of the image."""

    restrict: tuple[str, ...] = ()
    """Classes that compete, by value or name; all those of the model by default."""

    tta: bool = False
    """Whether each window is seen in its eight turns and mirrors."""

    runtime: RuntimeName = "onnxruntime"
    """What computes the network. It is part of the result, as runtimes differ in the last bits: the same on every
    machine unless it is told otherwise."""

    precision: Precision = "f32"
    """Of the products of the network's layers."""


def run(context: StepContext) -> Summary:
    """Predict the vintage, in the classes of CoSIA: later steps know no others."""
    assert isinstance(context.parameters, Parameters)
    description = context.product("imagery")
    parameters = context.parameters
    own = combined([load(context.source("model"))], restrict=parameters.restrict, symmetries=parameters.tta)
    model = translated(own, COSIA.name)
    summary = write(
        from_json(description.read_text(encoding="utf-8"), place=str(description)),
        model,
        context.output(),
        confidence=context.output("confidence"),
        parameters=parameters,
        schedule=Schedule(threads=context.workers.count),
        parts=context.parts(),
        progress=context.progress,
        root=context.workspace.root,
        label=f"cover {context.vintage.year}",
    )
    return replace(summary, notes=[*summary.notes, *model.notes])


@dataclass(frozen=True)
class Cover:
    """What a run made, and of what."""

    report: Report
    summary: Summary
    imagery: Imagery
    """The bands that were read."""

    card: ModelCard


def write(imagery: Imagery, model: Openable, path: Path, *, parameters: Parameters, **options: Any) -> Summary:
    """Predict the area of an imagery and write its rasters; options of `predict_cover`.

    Raises:
        ModelError: the model does not fit the imagery.
        IncompleteError: a part of the imagery cannot be read.
    """
    cover = predict_cover(imagery, model, path, parameters=parameters, **options)
    cover.report.require_complete()
    return cover.summary


def predict_cover(
    imagery: Imagery,
    model: Openable,
    path: Path,
    *,
    confidence: Path | None = None,
    top: Path | None = None,
    top_k: int = 3,
    probabilities: Path | None = None,
    parameters: Parameters,
    calibration: Calibration | None = None,
    choice: Choice | None = None,
    schedule: Schedule | None = None,
    parts: Path | None = None,
    progress: Progress | None = None,
    root: Path | None = None,
    label: str = "cover",
    finish: Callable[[Cover], None] = lambda _: None,
) -> Cover:
    """Predict the area of an imagery and write its rasters; what is missing is told by the report.

    Args:
        imagery: what to predict.
        model: what to predict with, already of the classes and views that the parameters tell: see `combined`.
        path: class raster to write, on the grid of the imagery's area.
        confidence: confidence raster to write.
        top: raster to write of the most likely classes and their probabilities.
        top_k: how many of them.
        probabilities: raster to write of the probability of every class.
        parameters: windows, and what is told.
        calibration: temperature and bias of classes.
        choice: runtime that computes it; that of the parameters by default.
        schedule: how the work is shared; the files are the same bytes for any.
        parts: folder of super-tiles that are made, see `predict_imagery`.
        progress: counts pixels.
        root: folder that the imagery's relative paths start from.
        label: of the progress.
        finish: what else is to be done before the super-tiles go, see `predict_imagery`.

    Raises:
        ModelError: the model does not fit the imagery.
    """
    card = model.card
    bands = card.bands if set(card.bands) <= set(imagery.bands) else imagery.bands
    heights = HEIGHT_CODING if "height" in bands else card.height_coding
    card.require_imagery(bands=bands, height_coding=heights, pixel_m=imagery.grid.pixel_m)
    imagery = imagery.reading(bands)
    prediction = prediction_with(
        card,
        grid=imagery.grid,
        window_px=parameters.window_px,
        margin_px=parameters.margin_px,
        mode=parameters.mode,
        outside=parameters.fill,
        calibration=calibration,
        top_k=top_k if top is not None else 0,
        probabilities=probabilities is not None,
    )
    outputs: dict[Layer, Path] = {class_layer(prediction): path}
    if confidence is not None:
        outputs[CONFIDENCE] = confidence
    if top is not None:
        outputs[top_layer(prediction)] = top
    if probabilities is not None:
        outputs[probability_layer(prediction, card.cover_nomenclature)] = probabilities
    chosen = choice or model.choose(parameters.runtime, parameters.precision)

    def cover(report: Report) -> Cover:
        return Cover(report, summary_of(report, card, chosen, pixel_m=imagery.grid.pixel_m), imagery, card)

    report = predict_imagery(
        imagery,
        model,
        prediction,
        outputs,
        choice=chosen,
        root=root,
        schedule=schedule,
        parts=parts,
        progress=progress,
        label=label,
        finish=lambda report: finish(cover(report)),
    )
    return cover(report)


def summary_of(report: Report, card: ModelCard, choice: Choice, *, pixel_m: float) -> Summary:
    """Pixels and areas of the classes that a run found."""
    nomenclature, counts = card.cover_nomenclature, report.counts
    nodata = 0 if nomenclature.nodata is None else counts.get(nomenclature.nodata, 0)
    areas: Mapping[str, float] = {
        item.name: round(float(counts.get(item.value, 0)) * pixel_m**2, 2) for item in nomenclature.classes
    }
    return Summary(
        counts={"pixels": sum(counts.values()), "nodata_pixels": nodata},
        areas_m2={name: area for name, area in areas.items() if area},
        notes=[f"model {card.name} {card.version}", f"runtime {choice}"],
    )
