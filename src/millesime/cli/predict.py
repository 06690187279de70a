"""`millesime predict`: the cover classes of any imagery."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from millesime.cli.output import AsJson, emit

_OPTION = {"image": "IMAGE", "rgb": "--rgb", "irc": "--irc", "dsm": "--dsm", "dtm": "--dtm"}


def command(
    output: Annotated[Path, typer.Option("-o", "--output", help="Class raster to write (COG).")],
    image: Annotated[
        Path | None, typer.Argument(help="One raster with the bands R, G, B, NIR and height; or give four files.")
    ] = None,
    rgb: Annotated[Path | None, typer.Option(help="Colour orthophoto, bands R, G, B.")] = None,
    irc: Annotated[Path | None, typer.Option(help="Infra-red orthophoto, bands NIR, R, G.")] = None,
    dsm: Annotated[Path | None, typer.Option(help="Surface model, metres.")] = None,
    dtm: Annotated[Path | None, typer.Option(help="Terrain model, metres.")] = None,
    model: Annotated[str, typer.Option("-m", "--model", help="builtin:demo, or MODEL.onnx with its card.")] = (
        "builtin:demo"
    ),
    confidence: Annotated[Path | None, typer.Option(help="Confidence raster to write: round(100 p).")] = None,
    height_coding: Annotated[
        Literal["flair8", "metres"],
        typer.Option("--height-coding", help="Height band of IMAGE: 5 per metre (flair8), or whole metres."),
    ] = "flair8",
    crs: Annotated[str | None, typer.Option(help="CRS of files that have none: EPSG:2154.")] = None,
    honour_nodata: Annotated[
        bool, typer.Option("--honour-nodata", help="Believe a NoData value declared on an 8-bit orthophoto.")
    ] = False,
    workers: Annotated[int, typer.Option(min=1, help="Windows computed at once; the result does not change.")] = 1,
    window_px: Annotated[
        int | None, typer.Option("--window-px", min=1, help="Side of a window; the model's own by default.")
    ] = None,
    margin_px: Annotated[
        int | None, typer.Option("--margin-px", min=0, help="Overlap on each side of a window; the model's own.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Predict the cover class of every pixel, with the confidence of the network on demand."""
    from millesime.compute import terminal_progress
    from millesime.cover_raster.product import Schedule
    from millesime.cover_raster.step import Parameters, write
    from millesime.errors import ConfigError, ImageryError
    from millesime.imagery.step import describe
    from millesime.model.runtimes import load

    separate = {"rgb": rgb, "irc": irc, "dsm": dsm, "dtm": dtm}
    files = {role: path for role, path in separate.items() if path is not None}
    if image is not None and files:
        raise ConfigError("both IMAGE and separate files are given", remedy="give IMAGE, or --rgb --irc --dsm --dtm")
    if image is not None:
        files = {"image": image}
    elif len(files) < len(separate):
        missing = ", ".join(f"--{role}" for role in separate if role not in files)
        raise ConfigError(f"{missing} missing", remedy="give --rgb, --irc, --dsm and --dtm, or one IMAGE of five bands")
    try:
        imagery = describe(files, file_crs=crs, height_coding=height_coding, honour_ortho_nodata=honour_nodata)
    except ImageryError as error:
        # The step's remedy speaks of a territory; here the files come from the command line.
        remedy = f"correct or replace the files given as {', '.join(_OPTION[role] for role in files)}"
        raise ImageryError(error.message, place=error.place, remedy=remedy) from error
    with terminal_progress(notes_in_pipe=True) as progress:
        for note in imagery.notes:
            progress.note(f"note: {note}")
        summary = write(
            imagery,
            load(model),
            output,
            confidence=confidence,
            parameters=Parameters(window_px=window_px, margin_px=margin_px),
            schedule=Schedule(threads=workers),
            progress=progress,
        )
    result = {
        "cover": str(output),
        "confidence": None if confidence is None else str(confidence),
        "pixels": summary.counts["pixels"],
        "nodata_pixels": summary.counts["nodata_pixels"],
        "areas_m2": dict(summary.areas_m2),
        "notes": [*imagery.notes, *summary.notes],
    }
    rows = sorted(summary.areas_m2.items(), key=lambda item: (-item[1], item[0]))
    total = sum(summary.areas_m2.values()) or 1.0
    text = [f"{name:<20}{area:>14,.0f} m²{100 * area / total:>7.1f} %" for name, area in rows]
    emit(result, as_json=as_json, text="\n".join([str(output), *text]))
