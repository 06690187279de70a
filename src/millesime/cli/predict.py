"""`millesime predict`: the cover classes of any imagery."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

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


def command(
    output: Annotated[Path, typer.Option("-o", "--output", help="Class raster to write (COG).")],
    image: ImageFiles = None,
    rgb: RgbFiles = None,
    irc: IrcFiles = None,
    dsm: DsmFiles = None,
    dtm: DtmFiles = None,
    height: HeightFiles = None,
    model: Annotated[
        str,
        typer.Option(
            "-m",
            "--model",
            help="builtin:demo, MODEL.onnx with its card, weights that IGN publishes (.pth, .ckpt, .safetensors), or "
            "their name: IGNF/FLAIR-INC_rgbie_15cl_resnet34-unet.",
        ),
    ] = "builtin:demo",
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
    from millesime.cover_raster.step import Parameters, write
    from millesime.model.runtimes import load

    network = load(model)
    imagery = described(
        {"image": image, "rgb": rgb, "irc": irc, "dsm": dsm, "dtm": dtm, "height": height},
        network.card,
        bands=bands,
        scale=scale,
        resample=resample,
        height_coding=height_coding,
        crs=crs,
        honour_nodata=honour_nodata,
    )
    with terminal_progress(notes_in_pipe=True) as progress:
        for note in imagery.notes:
            progress.note(f"note: {note}")
        choice = network.choose(runtime, precision)
        progress.note(f"note: runtime {choice}")
        summary = write(
            imagery,
            network,
            output,
            confidence=confidence,
            parameters=Parameters(window_px=window_px, margin_px=margin_px),
            choice=choice,
            schedule=Schedule(threads=workers),
            progress=progress,
        )
    result = {
        "cover": str(output),
        "confidence": None if confidence is None else str(confidence),
        "pixels": summary.counts["pixels"],
        "nodata_pixels": summary.counts["nodata_pixels"],
        "areas_m2": dict(summary.areas_m2),
        "notes": [*imagery.notes, *network.notes, *summary.notes],
    }
    rows = sorted(summary.areas_m2.items(), key=lambda item: (-item[1], item[0]))
    total = sum(summary.areas_m2.values()) or 1.0
    text = [f"{name:<20}{area:>14,.0f} m²{100 * area / total:>7.1f} %" for name, area in rows]
    emit(result, as_json=as_json, text="\n".join([str(output), *text]))
