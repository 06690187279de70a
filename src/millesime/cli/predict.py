"""`millesime predict`: the cover classes of any imagery."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from millesime.cli.imagery_options import (
    BandNumbers,
    DsmFiles,
    DtmFiles,
    FileCrs,
    HeightCodingOption,
    HeightFiles,
    HonourNodata,
    ImageFiles,
    IrcFiles,
    Resample,
    RgbFiles,
    Scales,
    described,
)
from millesime.cli.output import AsJson, emit
from millesime.cli.quality_options import (
    CalibrationFile,
    ConfigFile,
    FillOption,
    Models,
    ModeOption,
    ProbabilityFile,
    Restrict,
    TopK,
    Tta,
    YearsFile,
    asked,
    vintages,
)


def command(
    output: Annotated[Path, typer.Option("-o", "--output", help="Class raster to write (COG).")],
    image: ImageFiles = None,
    rgb: RgbFiles = None,
    irc: IrcFiles = None,
    dsm: DsmFiles = None,
    dtm: DtmFiles = None,
    height: HeightFiles = None,
    model: Models = None,
    confidence: Annotated[Path | None, typer.Option(help="Confidence raster to write: round(100 p).")] = None,
    bands: BandNumbers = None,
    scale: Scales = None,
    resample: Resample = False,
    height_coding: HeightCodingOption = "flair8",
    crs: FileCrs = None,
    honour_nodata: HonourNodata = False,
    workers: Annotated[int, typer.Option(min=1, help="Windows computed at once; the result does not change.")] = 1,
    window_px: Annotated[
        int | None, typer.Option("--window-px", min=1, help="Side of a window; the model's own by default.")
    ] = None,
    margin_px: Annotated[
        int | None, typer.Option("--margin-px", min=0, help="Overlap on each side of a window; the model's own.")
    ] = None,
    mode: ModeOption = None,
    fill: FillOption = None,
    restrict: Restrict = None,
    tta: Tta = False,
    calibration: CalibrationFile = None,
    top_k: TopK = None,
    probabilities: ProbabilityFile = None,
    config: ConfigFile = None,
    years: YearsFile = None,
    runtime: Annotated[
        Literal["auto", "onnxruntime", "openvino", "torch-cpu", "torch-cuda"],
        typer.Option("--runtime", help="What computes the network; runtimes differ in the last bits."),
    ] = "auto",
    precision: Annotated[
        Literal["f32", "bf16"] | None,
        typer.Option("--precision", help="f32, or bf16: faster, other classes on about a pixel in a hundred."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Predict the cover class of every pixel, with the confidence of the network on demand."""
    from millesime.compute import terminal_progress
    from millesime.cover_raster.product import Schedule
    from millesime.cover_raster.series import KeptOpen
    from millesime.cover_raster.step import write
    from millesime.errors import IncompleteError

    ask = asked(
        output,
        models=model,
        window_px=window_px,
        margin_px=margin_px,
        mode=mode,
        fill=fill,
        restrict=restrict,
        tta=tta,
        calibration=calibration,
        top_k=top_k,
        probabilities=probabilities,
        config=config,
        bands=bands,
    )
    files = {"image": image, "rgb": rgb, "irc": irc, "dsm": dsm, "dtm": dtm, "height": height}
    if ask.image is not None and years is None and not any(files.values()):
        files["image"] = [ask.image]
    network = ask.model if years is None else KeptOpen(ask.model)
    wanted = []
    for vintage in vintages(years, files, crs=crs, bands=ask.bands):
        # All of a series is examined, and every name made, before the first pixel of it is computed.
        paths = {
            "cover": vintage.path(output),
            "confidence": vintage.path(confidence),
            "top": vintage.path(ask.top),
            "probabilities": vintage.path(ask.probabilities),
        }
        imagery = described(
            vintage.files,
            network.card,
            bands=vintage.bands,
            scale=scale,
            resample=resample,
            height_coding=height_coding,
            crs=vintage.crs,
            honour_nodata=honour_nodata,
        )
        wanted.append((vintage, paths, imagery))
    results: dict[int | None, dict[str, Any]] = {}
    incomplete: list[IncompleteError] = []
    with terminal_progress(notes_in_pipe=True) as progress:
        for note in ask.notes:
            progress.note(f"warning: {note}")
        choice = network.choose(runtime, precision)
        progress.note(f"note: runtime {choice}")
        for vintage, paths, imagery in wanted:
            for note in imagery.notes:
                progress.note(f"note: {note}")
            try:
                summary = write(
                    imagery,
                    network,
                    paths["cover"] or output,
                    confidence=paths["confidence"],
                    top=paths["top"],
                    top_k=ask.top_k,
                    probabilities=paths["probabilities"],
                    parameters=ask.parameters,
                    calibration=ask.calibration,
                    choice=choice,
                    schedule=Schedule(threads=workers),
                    progress=progress,
                    label="cover" if vintage.year is None else f"cover {vintage.year}",
                )
            except IncompleteError as error:
                if vintage.year is None:
                    raise
                incomplete.append(error)
                continue
            results[vintage.year] = {
                **{name: None if path is None else str(path) for name, path in paths.items()},
                "pixels": summary.counts["pixels"],
                "nodata_pixels": summary.counts["nodata_pixels"],
                "areas_m2": dict(summary.areas_m2),
                "options": {**ask.told(), "runtime": str(choice), "config": None if config is None else str(config)},
                "notes": [*ask.notes, *imagery.notes, *network.notes, *summary.notes],
            }
    if incomplete:
        raise IncompleteError(
            "\n".join(f"{error.place}: {error.message}" for error in incomplete), remedy=incomplete[0].remedy
        )
    text = "\n\n".join(_as_text(result) for result in results.values())
    emit(results[None] if years is None else {"years": results}, as_json=as_json, text=text)


def _as_text(result: Mapping[str, Any]) -> str:
    rows = sorted(result["areas_m2"].items(), key=lambda item: (-item[1], item[0]))
    total = sum(result["areas_m2"].values()) or 1.0
    lines = [f"{name:<20}{area:>14,.0f} m²{100 * area / total:>7.1f} %" for name, area in rows]
    return "\n".join([result["cover"], *lines])
