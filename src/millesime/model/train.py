"""Training on annotated territories: a checkpoint at every stage, an ONNX file with its card in the end.

The same seed, territories, number of steps and threads give the same weights, whether the training was stopped and
resumed or not.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from millesime.compute import Progress
from millesime.errors import ModelError, raise_together
from millesime.geo.grid import Window
from millesime.imagery import BANDS, HEIGHT_CODING
from millesime.imagery.step import describe, open_imagery
from millesime.io.files import written_whole
from millesime.io.raster import RasterReader
from millesime.io.workspace import Workspace
from millesime.model import checkpoints, export
from millesime.model.card import ModelCard, as_text
from millesime.model.fit import Fit, Settings, validate
from millesime.model.samples import Picture, moments, targets_of
from millesime.nomenclature import CoverNomenclature

#: Steps timed before the length of a training with a time budget is fixed.
_TIMED_STEPS = 20

_ORTHOS = {"rgb": "ortho_rgb", "irc": "ortho_irc", "dsm": "dsm", "dtm": "dtm"}


@dataclass(frozen=True)
class Run:
    """How a training is run; of this, only the threads can change the result."""

    checkpoint: Path | None = None
    """File that the state is written to, every `save_every` steps."""

    resume: bool = False
    """Go on from `checkpoint` when it exists."""

    initial: Path | None = None
    """Checkpoint whose weights to start from, with a fresh optimiser."""

    minutes: float | None = None
    """Time budget: it fixes the number of steps from the speed of the first ones, so that the result depends on the
    machine. The number is written in the card: give it to have the same again."""

    save_every: int = 200
    threads: int = 2
    progress: Progress = field(default_factory=Progress)


@dataclass(frozen=True)
class Trained:
    """The end of a training."""

    network: Any
    settings: Settings
    figures: Mapping[str, Any]
    seconds: float


def read_pictures(territories: Sequence[Path], *, nomenclature: CoverNomenclature) -> tuple[Picture, ...]:
    """The imagery of every vintage of territories, with its true classes (`truth/<year>/cover.tif`).

    Raises:
        ModelError: tells every truth that is missing or does not fit.
        ImageryError: a vintage's imagery does not serve.
    """
    pictures: list[Picture] = []
    faults: list[str] = []
    for folder in territories:
        workspace = Workspace.open(folder)
        for vintage in workspace.territory.in_order():
            truth = workspace.root / "truth" / str(vintage.year) / "cover.tif"
            if not truth.is_file():
                faults.append(f"{truth}: no such file")
                continue
            found = {role: workspace.source(name, vintage) for role, name in _ORTHOS.items()}
            imagery = describe(
                {role: path for role, path in found.items() if isinstance(path, Path)},
                extent=workspace.territory.extent,
                file_crs=vintage.crs,
                crs=workspace.territory.crs,
            )
            with RasterReader(truth) as reader, open_imagery(imagery) as bands:
                if reader.grid != imagery.area_grid:
                    faults.append(f"{truth}: is not on the grid of the imagery ({reader.grid})")
                    continue
                area: Window = imagery.area
                classes, (pixels, _) = reader.read()[0], bands.read(area)
            targets = targets_of(classes, nomenclature.values)
            pictures.append(Picture(f"{folder.name}/{vintage.year}", pixels, targets))
    raise_together(
        faults, kind=ModelError, remedy="a territory to learn from holds truth/<year>/cover.tif on the ortho's grid"
    )
    return tuple(pictures)


def train(
    pictures: Sequence[Picture],
    *,
    settings: Settings,
    class_names: Sequence[str],
    validation: Sequence[Picture] = (),
    how: Run | None = None,
) -> Trained:
    """Train a network.

    Args:
        pictures: annotated pictures to learn from.
        settings: what decides the result; mean and std are measured on the pictures when left out.
        class_names: name of each output channel, for the figures.
        validation: pictures never learnt from, to watch.
        how: see `Run`.

    Raises:
        ModelError: pictures too small, a checkpoint of another training, or a loss that is not a number.
    """
    run = how or Run()
    torch.set_num_threads(run.threads)
    if not settings.mean and pictures:
        mean, std = moments(pictures)
        settings = replace(settings, mean=mean, std=std)
    first, initial = 0, run.initial
    if run.resume and run.checkpoint is not None and run.checkpoint.is_file():
        found = checkpoints.load(run.checkpoint)
        settings = replace(settings, mean=tuple(found.settings["mean"]), std=tuple(found.settings["std"]))
        if run.minutes is not None:
            settings = replace(settings, steps=int(found.settings["steps"]))
        fit = Fit(pictures, settings)
        first, initial = fit.restore(found, place=str(run.checkpoint)), None
        run.progress.note(f"resumed at step {first} of {settings.steps}")
    else:
        if run.minutes is not None:
            settings = replace(settings, steps=_steps_within(run.minutes, Fit(pictures, settings)))
            run.progress.note(f"{settings.steps} steps fit in {run.minutes:g} minutes")
        fit = Fit(pictures, settings)
    if initial is not None:
        checkpoints.fill(fit.network, checkpoints.load(initial).weights, place=initial)
    started = time.monotonic()
    measured = _go(fit, first, validation, class_names, run, started)
    return Trained(fit.network.eval(), settings, measured, round(time.monotonic() - started, 1))


def _go(
    fit: Fit, first: int, validation: Sequence[Picture], names: Sequence[str], run: Run, started: float
) -> dict[str, Any]:
    steps, losses = fit.settings.steps, [0.0]
    measured: dict[str, Any] = {}
    for step in run.progress.track(range(first, steps), total=steps - first, label="training"):
        losses.append(fit.step(step))
        done = step + 1
        if done % run.save_every and done != steps:
            continue
        if run.checkpoint is not None:
            checkpoints.save(run.checkpoint, fit.state(done))
        measured = validate(fit.network, validation, names=names)
        mean_loss = sum(losses) / max(len(losses) - 1, 1)
        run.progress.note(_told(done, steps, mean_loss, measured, time.monotonic() - started))
        losses = [0.0]
    return measured or validate(fit.network, validation, names=names)


def _steps_within(minutes: float, fit: Fit) -> int:
    """As many steps as a time budget holds, from the speed of a few of them."""
    fit.step(0)
    started = time.monotonic()
    for step in range(1, _TIMED_STEPS + 1):
        fit.step(step)
    return max(1, int(minutes * 60.0 * _TIMED_STEPS / (time.monotonic() - started)))


def _told(step: int, steps: int, loss: float, measured: Mapping[str, Any], seconds: float) -> str:
    text = f"step {step} of {steps}, {seconds:.0f} s: loss {loss:.3f}"
    if not measured:
        return text
    return f"{text}, validation accuracy {measured['overall_accuracy']:.3f}, mean IoU {measured['mean_iou']:.3f}"


def write_model(
    path: Path,
    trained: Trained,
    *,
    name: str,
    version: str,
    nomenclature: CoverNomenclature,
    training: Mapping[str, Any],
    resolution_m: float = 0.2,
    window_px: int = 1024,
    margin_px: int = 64,
    licence: str = "",
    limits: Sequence[str] = (),
    figures: Mapping[str, Any] | None = None,
    text_path: Path | None = None,
) -> ModelCard:
    """Export a network: the .onnx file, its card (.json) and the same card for people (.md) beside it.

    Args:
        path: the .onnx file.
        trained: what to export.
        name: of the model.
        version: of the model.
        nomenclature: of its classes.
        training: facts on territories and command, for the card.
        resolution_m: pixel size it was trained at.
        window_px: window that suits it.
        margin_px: overlap that suits it.
        licence: of the weights.
        limits: sentences on what it cannot do.
        figures: measured quality, when there is more than the validation of the training.
        text_path: file of the card for people.

    Raises:
        ModelError: the export answers otherwise than the network.
    """
    network, settings = trained.network, trained.settings
    content = export.to_onnx(network, bands=len(BANDS))
    check = export.compare(network, content, bands=len(BANDS))
    if check["equal_classes"] < 0.999:
        raise ModelError(f"the exported network answers otherwise: {check}", place=path)
    card = ModelCard(
        name=name,
        version=version,
        architecture=settings.architecture,
        architecture_parameters=dict(settings.architecture_parameters),
        parameter_count=sum(parameter.numel() for parameter in network.parameters()),
        nomenclature=nomenclature.name,
        nomenclature_version=nomenclature.version,
        class_values=settings.class_values,
        bands=BANDS,
        height_coding=HEIGHT_CODING,
        resolution_m=resolution_m,
        mean=settings.mean,
        std=settings.std,
        normalisation="in graph",
        window_multiple_px=network.multiple_px,
        window_px=window_px,
        margin_px=margin_px,
        onnx_sha256=hashlib.sha256(content).hexdigest(),
        training={**training, "seconds": trained.seconds, "settings": _plain(settings)},
        figures=dict(figures) if figures is not None else {"validation": dict(trained.figures)},
        export_check=check,
        licence=licence,
        limits=tuple(limits),
    )
    with written_whole(path) as draft:
        draft.write_bytes(content)
    with written_whole(path.with_suffix(".json")) as draft:
        draft.write_text(card.model_dump_json(indent=2) + "\n", encoding="utf-8")
    with written_whole(text_path or path.with_suffix(".md")) as draft:
        draft.write_text(as_text(card), encoding="utf-8")
    return card


def _plain(settings: Settings) -> dict[str, Any]:
    """Settings that the card does not tell elsewhere."""
    told = {"architecture", "architecture_parameters", "class_values", "mean", "std"}
    return {name: value for name, value in asdict(settings).items() if name not in told}
