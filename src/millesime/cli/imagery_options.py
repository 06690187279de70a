"""The options that say which files the bands of an imagery come from, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from millesime.errors import ConfigError, ImageryError

if TYPE_CHECKING:
    from millesime.imagery import HeightCoding, Imagery
    from millesime.model.card import ModelCard

OPTIONS = {
    "image": "IMAGE",
    "rgb": "--rgb",
    "irc": "--irc",
    "dsm": "--dsm",
    "dtm": "--dtm",
    "height": "--height",
}

_FOLDER = "a file, a folder of tiles, or the option repeated"

ImageFiles = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Raster with the bands R, G, B, then NIR and height where the model reads them; several files or a "
        "folder are tiles of one mosaic. Or give --rgb, --irc, --dsm, --dtm.",
    ),
]
RgbFiles = Annotated[list[Path] | None, typer.Option("--rgb", help=f"Colour orthophoto, bands R, G, B: {_FOLDER}.")]
IrcFiles = Annotated[list[Path] | None, typer.Option("--irc", help="Infra-red orthophoto, bands NIR, R, G.")]
DsmFiles = Annotated[list[Path] | None, typer.Option("--dsm", help="Surface model, metres.")]
DtmFiles = Annotated[list[Path] | None, typer.Option("--dtm", help="Terrain model, metres.")]
HeightFiles = Annotated[
    list[Path] | None, typer.Option("--height", help="Height above ground, instead of --dsm and --dtm.")
]
BandNumbers = Annotated[
    str | None,
    typer.Option(
        "--bands",
        help="Numbers of the model's bands in IMAGE, in the model's order: 4,1,2. See its card. That of height is left "
        "out where --height, or --dsm and --dtm, give it.",
    ),
]
Scales = Annotated[
    list[str] | None,
    typer.Option(
        "--scale",
        help="Numbers that become 0 and 255 in images of other than 8 bits: MIN,MAX for all bands, red=MIN,MAX for "
        "one, or percentiles: 2%,98%.",
    ),
]
Resample = Annotated[bool, typer.Option("--resample", help="Bring imagery of other pixels to those of the model.")]
HeightCodingOption = Annotated[
    Literal["flair8", "metres"],
    typer.Option("--height-coding", help="Height band of IMAGE or --height: 5 per metre (flair8), or metres."),
]
FileCrs = Annotated[str | None, typer.Option("--crs", help="CRS of files that have none: EPSG:2154.")]
HonourNodata = Annotated[
    bool, typer.Option("--honour-nodata", help="Believe a NoData value declared on an 8-bit orthophoto.")
]


def described(
    files: Mapping[str, Sequence[Path] | Path | None],
    card: ModelCard,
    *,
    bands: str | None = None,
    scale: Sequence[str] | None = None,
    resample: bool = False,
    height_coding: HeightCoding = "flair8",
    crs: str | None = None,
    honour_nodata: bool = False,
) -> Imagery:
    """The imagery that a command is given, with the bands that a model reads.

    Args:
        files: what was given, by role: keys of `OPTIONS`.
        card: of the model.
        bands: text of --bands.
        scale: texts of --scale.
        resample: bring images to the model's pixels.
        height_coding: of a height band or file.
        crs: of files that have none.
        honour_nodata: believe NoData values declared on 8-bit images.

    Raises:
        ConfigError: options that do not go together, or files that are missing for the model's bands.
        ImageryError: tells every fault of every file.
    """
    from millesime.imagery.digital_numbers import parse_scaling
    from millesime.imagery.notes import heights_told
    from millesime.imagery.step import describe

    given = {role: (found,) if isinstance(found, Path) else tuple(found) for role, found in files.items() if found}
    _require(given, card, bands)
    numbers = None if bands is None else _numbers(bands)
    scaling = parse_scaling(scale or ())
    try:
        imagery = describe(
            given,
            bands=card.bands,
            numbers=numbers,
            file_crs=crs,
            height_coding=height_coding,
            honour_ortho_nodata=honour_nodata,
            scaling=scaling,
            pixel_m=card.resolution_m if resample else None,
        )
    except ImageryError as error:
        # The step's remedy speaks of a territory; here the files come from the command line.
        remedy = (
            f"model {card.name} reads {', '.join(card.bands)}; correct or replace the files given as "
            f"{', '.join(OPTIONS[role] for role in given)}"
        )
        raise ImageryError(error.message, place=error.place, remedy=remedy) from error
    return replace(imagery, notes=(*imagery.notes, *heights_told(imagery.files, imagery.grid)))


def _require(given: Mapping[str, tuple[Path, ...]], card: ModelCard, bands: str | None) -> None:
    """Check that the files given can have the model's bands, before any is opened."""
    if "image" in given and "rgb" in given:
        raise ConfigError("both IMAGE and --rgb are given", remedy="give one of them")
    if bands is not None and "image" not in given:
        raise ConfigError("--bands numbers the bands of IMAGE, and none is given", remedy="give IMAGE")
    if "image" in given:
        return
    missing: dict[str, None] = {}
    for band in card.bands:
        if band in {"red", "green"} and "irc" not in given:
            missing.update(dict.fromkeys(["rgb"] if "rgb" not in given else []))
        elif band == "blue" and "rgb" not in given:
            missing["rgb"] = None
        elif band == "near_infrared" and "irc" not in given:
            missing["irc"] = None
        elif band == "height" and "height" not in given:
            missing.update(dict.fromkeys(role for role in ("dsm", "dtm") if role not in given))
    if missing:
        order = [role for role in OPTIONS if role in missing]
        raise ConfigError(
            f"{', '.join(OPTIONS[role] for role in order)} missing: model {card.name} reads {', '.join(card.bands)}",
            remedy="give them, or one IMAGE with these bands",
        )


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError as error:
        raise ConfigError(f"--bands {text!r} is not a list of numbers", remedy="--bands 4,1,2") from error
