"""cover_raster: the class of every pixel of a vintage, and how sure the network is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from millesime.compute import Progress, StepContext
from millesime.cover_raster.combine import Openable
from millesime.cover_raster.layers import CONFIDENCE, Layer, class_layer
from millesime.cover_raster.predict import prediction_with
from millesime.cover_raster.product import Report, Schedule, predict_imagery
from millesime.imagery import BANDS, HEIGHT_CODING, Imagery, from_json
from millesime.io.workspace import Summary
from millesime.model.card import ModelCard
from millesime.model.runtimes import load

STEP_VERSION = 1


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
        schedule=Schedule(threads=context.workers.count),
        progress=context.progress,
        root=context.workspace.root,
        label=f"cover {context.vintage.year}",
    )


def write(
    imagery: Imagery,
    model: Openable,
    path: Path,
    *,
    confidence: Path | None = None,
    parameters: Parameters,
    schedule: Schedule | None = None,
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
        schedule: how the work is shared; the files are the same bytes for any.
        progress: counts pixels.
        root: folder that the imagery's relative paths start from.
        label: of the progress.

    Raises:
        ModelError: the model does not fit the imagery.
        IncompleteError: a part of the imagery cannot be read, and the schedule does not allow it.
    """
    card = model.card
    card.require_imagery(bands=BANDS, height_coding=HEIGHT_CODING, pixel_m=imagery.grid.pixel_m)
    prediction = prediction_with(
        card, grid=imagery.grid, window_px=parameters.window_px, margin_px=parameters.margin_px
    )
    outputs: dict[Layer, Path] = {class_layer(prediction): path}
    if confidence is not None:
        outputs[CONFIDENCE] = confidence
    report = predict_imagery(
        imagery,
        model,
        prediction,
        outputs,
        root=root,
        schedule=schedule,
        progress=progress,
        label=label,
    )
    report.require_complete()
    return summary_of(report, card, pixel_m=imagery.grid.pixel_m)


def summary_of(report: Report, card: ModelCard, *, pixel_m: float) -> Summary:
    """Pixels and areas of the classes that a run found."""
    nomenclature, counts = card.cover_nomenclature, report.counts
    nodata = 0 if nomenclature.nodata is None else counts.get(nomenclature.nodata, 0)
    areas: Mapping[str, float] = {
        item.name: round(float(counts.get(item.value, 0)) * pixel_m**2, 2) for item in nomenclature.classes
    }
    return Summary(
        counts={"pixels": sum(counts.values()), "nodata_pixels": nodata},
        areas_m2={name: area for name, area in areas.items() if area},
        notes=[f"model {card.name} {card.version}"],
    )
