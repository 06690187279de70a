"""`millesime predict`: the cover classes of any imagery."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

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
    Nomenclature,
    ProbabilityFile,
    Restrict,
    TopK,
    Tta,
    YearsFile,
    asked,
    vintages,
)
from millesime.cli.run_options import (
    AllowMissing,
    Assemble,
    ConfidenceFile,
    Date,
    Scheduler,
    ShardOption,
    Stac,
    SuperTilePx,
    Workers,
    dated,
    scheduled,
)

if TYPE_CHECKING:
    from millesime.cover_raster.catalogue_entry import Dates
    from millesime.cover_raster.step import Cover


def command(
    output: Annotated[
        Path, typer.Option("-o", "--output", help="Class raster to write: .tif (COG), or .vrt with its files.")
    ],
    image: ImageFiles = None,
    rgb: RgbFiles = None,
    irc: IrcFiles = None,
    dsm: DsmFiles = None,
    dtm: DtmFiles = None,
    height: HeightFiles = None,
    model: Models = None,
    confidence: ConfidenceFile = None,
    bands: BandNumbers = None,
    scale: Scales = None,
    resample: Resample = False,
    height_coding: HeightCodingOption = "flair8",
    crs: FileCrs = None,
    honour_nodata: HonourNodata = False,
    workers: Workers = 1,
    super_tile_px: SuperTilePx = None,
    shard: ShardOption = None,
    assemble: Assemble = False,
    allow_missing: AllowMissing = False,
    scheduler: Scheduler = None,
    stac: Stac = False,
    date: Date = None,
    window_px: Annotated[
        int | None, typer.Option("--window-px", min=1, help="Side of a window; what suits model and image by default.")
    ] = None,
    margin_px: Annotated[
        int | None, typer.Option("--margin-px", min=0, help="Overlap on each side of a window; the model's own.")
    ] = None,
    mode: ModeOption = None,
    fill: FillOption = None,
    restrict: Restrict = None,
    nomenclature: Nomenclature = None,
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
    from millesime.cli.predict_files import files_of, told
    from millesime.cli.predict_outputs import require_outputs
    from millesime.compute import terminal_progress
    from millesime.cover_raster.series import KeptOpen
    from millesime.cover_raster.step import predict_cover
    from millesime.errors import IncompleteError

    schedule = scheduled(
        workers=workers,
        super_tile_px=super_tile_px,
        shard=shard,
        assemble=assemble,
        allow_missing=allow_missing,
        scheduler=scheduler,
    )
    ask = asked(
        output,
        models=model,
        window_px=window_px,
        margin_px=margin_px,
        mode=mode,
        fill=fill,
        restrict=restrict,
        nomenclature=nomenclature,
        tta=tta,
        calibration=calibration,
        top_k=top_k,
        probabilities=probabilities,
        config=config,
        bands=bands,
        has_image=not any((rgb, irc, dsm, dtm, height)),
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
        wanted.append((vintage, paths, imagery, dated(date, stac=stac, year=vintage.year)))
    read = {file for _, _, imagery, _ in wanted for file in files_of(imagery)}
    require_outputs([paths for _, paths, _, _ in wanted], read, stac=stac)
    results: dict[int | None, dict[str, Any]] = {}
    incomplete: list[IncompleteError] = []
    with terminal_progress(notes_in_pipe=True) as progress:
        for note in ask.notes:
            progress.note(f"warning: {note}")
        choice = network.choose(runtime, precision)
        progress.note(f"note: runtime {choice}")
        for vintage, paths, imagery, dates in wanted:
            for note in imagery.notes:
                progress.note(f"note: {note}")
            beside: dict[str, str | None] = {}
            try:
                cover = predict_cover(
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
                    schedule=schedule,
                    progress=progress,
                    label="cover" if vintage.year is None else f"cover {vintage.year}",
                    finish=partial(_write_beside, beside, stac=stac, dates=dates),
                )
            except KeyboardInterrupt:
                progress.note("note: stopped; what is done is kept, and the same command goes on from there")
                raise
            try:
                cover.report.require_complete()
            except IncompleteError as error:
                incomplete.append(error)
            summary, made_with = cover.summary, cover.report.made_from["scheme"]
            results[vintage.year] = {
                **{name: None if path is None else str(path) for name, path in paths.items()},
                "pixels": summary.counts["pixels"],
                "nodata_pixels": summary.counts["nodata_pixels"],
                "areas_m2": dict(summary.areas_m2),
                "options": {
                    **ask.told(made_with["window_px"]),
                    "runtime": str(choice),
                    "config": None if config is None else str(config),
                },
                **told(cover),
                "beside": beside,
                "notes": [*ask.notes, *imagery.notes, *network.notes, *cover.report.notes, *summary.notes],
            }
    text = "\n\n".join(_as_text(result) for result in results.values())
    emit(results[None] if years is None else {"years": results}, as_json=as_json, text=text)
    if len(incomplete) == 1:
        raise incomplete[0]
    if incomplete:
        raise IncompleteError(
            "\n".join(f"{error.place}: {error.message}" for error in incomplete), remedy=incomplete[0].remedy
        )


def _write_beside(told: dict[str, str | None], cover: Cover, *, stac: bool, dates: Dates | None) -> None:
    from millesime.cli.predict_files import write_beside

    told.update(write_beside(cover, stac=stac, dates=dates))


def _as_text(result: Mapping[str, Any]) -> str:
    rows = sorted(result["areas_m2"].items(), key=lambda item: (-item[1], item[0]))
    total = sum(result["areas_m2"].values()) or 1.0
    lines = [f"{name:<20}{area:>14,.0f} m²{100 * area / total:>7.1f} %" for name, area in rows]
    if not result["written"]:
        tiles = result["super_tiles"]
        done = tiles["total"] - tiles["left_to_others"] - tiles["missing"]
        then = "" if tiles["missing"] else "; when all are, the same command without --shard writes it"
        return f"{result['cover']} is not written yet: {done} of {tiles['total']} super-tiles are there{then}"
    if result["nodata_pixels"]:
        share = result["nodata_pixels"] / result["pixels"]
        lines.append(f"without data: {share:.1%} of the area, told by {result['beside']['missing']}")
    return "\n".join([result["cover"], *lines])
