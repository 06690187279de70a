"""The options that say what answers and what is told of it: models, windows, classes, calibration, ranks, years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from millesime.errors import ConfigError

if TYPE_CHECKING:
    from millesime.cover_raster import Calibration
    from millesime.cover_raster.combine import Openable
    from millesime.cover_raster.step import Parameters

_DEFAULT_MODEL = "builtin:demo"

Models = Annotated[
    list[str] | None,
    typer.Option(
        "-m",
        "--model",
        help="builtin:demo (the default), MODEL.onnx with its card, weights that IGN publishes (.pth, .ckpt, "
        ".safetensors), or their name: IGNF/FLAIR-INC_rgbie_15cl_resnet34-unet. Given several times, the mean of the "
        "probabilities of all, whichever bands each reads.",
    ),
]
ModeOption = Annotated[
    Literal["blend", "crop"] | None,
    typer.Option(
        "--mode", help="Windows are blended where they overlap (blend), or cut at their margin as by IGN (crop)."
    ),
]
FillOption = Annotated[
    Literal["reflect", "zero"] | None,
    typer.Option("--fill", help="Beyond the border of the image: its mirror, or zeros as with IGN's tools."),
]
Restrict = Annotated[
    list[str] | None,
    typer.Option("--restrict", help="Classes that compete, by name or value, between commas: the others never win."),
]
Nomenclature = Annotated[
    Literal["cosia"] | None,
    typer.Option(
        "--nomenclature",
        help="Tell the classes of IGN's networks as those of CoSIA; the ones without an equivalent never win.",
    ),
]
Tta = Annotated[
    bool, typer.Option("--tta", help="See each window in its eight turns and mirrors: eight times the computing.")
]
CalibrationFile = Annotated[
    Path | None,
    typer.Option("--calibration", help="CSV (class, temperature, bias) or JSON: logits become z / temperature + bias."),
]
TopK = Annotated[
    int | None,
    typer.Option("--top-k", min=1, help="Write the K most likely classes with their probabilities to OUTPUT.topK.tif."),
]
ProbabilityFile = Annotated[
    Path | None, typer.Option("--probabilities", help="Raster to write of round(100 p) of every class, a band each.")
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="YAML of IGN's detection (FLAIR-1, FLAIR-HUB); what is given beside it wins."),
]
YearsFile = Annotated[
    Path | None,
    typer.Option(
        "--years",
        help="CSV of a series: year, then image or rgb, irc, dsm, dtm, height, and crs, bands (4 1 2). Files are "
        "named with {year}: -o cover_{year}.tif. Relative paths start from the table's folder.",
    ),
]


@dataclass(frozen=True)
class Asked:
    """What the options ask for, read and checked."""

    model: Openable
    parameters: Parameters
    calibration: Calibration | None
    top: Path | None
    """Raster of ranks, with {year} in a series."""

    top_k: int
    probabilities: Path | None
    image: Path | None
    """Of a configuration."""

    bands: str | None
    notes: tuple[str, ...]

    def told(self, window_px: int) -> dict[str, Any]:
        """The options as they are in force, for the result; the windows are those of the image."""
        card, parameters = self.model.card, self.parameters
        temperature, bias = self.calibration.of_channels(card) if self.calibration else ((), ())
        names = [card.cover_nomenclature.by_value(value).name for value in card.class_values]
        alone = [{"name": card.name, "version": card.version, "sha256": card.onnx_sha256}]
        return {
            "models": card.architecture_parameters.get("combined", {}).get("members", alone),
            "window_px": window_px,
            "margin_px": card.margin_px if parameters.margin_px is None else parameters.margin_px,
            "mode": parameters.mode,
            "fill": parameters.fill,
            "restrict": list(card.class_values) if parameters.restrict else None,
            "nomenclature": card.nomenclature,
            "tta": parameters.tta,
            "calibration": {
                name: {"temperature": divisor, "bias": more}
                for name, divisor, more in zip(names, temperature, bias, strict=True)
            }
            if self.calibration
            else None,
            "top_k": self.top_k,
        }


def asked(
    output: Path,
    *,
    models: Sequence[str] | None = None,
    window_px: int | None = None,
    margin_px: int | None = None,
    mode: Literal["blend", "crop"] | None = None,
    fill: Literal["reflect", "zero"] | None = None,
    restrict: Sequence[str] | None = None,
    nomenclature: str | None = None,
    tta: bool = False,
    calibration: Path | None = None,
    top_k: int | None = None,
    probabilities: Path | None = None,
    config: Path | None = None,
    bands: str | None = None,
    has_image: bool = True,
) -> Asked:
    """Read what the options name, before any image is. An image of one file has its bands in the order that a
    configuration tells (`has_image`).

    Raises:
        ConfigError: a table or a configuration that is faulty.
        ModelError: a model that is not there, or models that do not go together.
    """
    from millesime.cover_raster import combined, parse_calibration
    from millesime.cover_raster.ign_configs import read_ign_config
    from millesime.cover_raster.step import Parameters
    from millesime.cover_raster.translated import translated
    from millesime.model.runtimes import load

    table = None if calibration is None else parse_calibration(_text(calibration), place=str(calibration))
    ign = None if config is None else read_ign_config(_text(config), place=str(config))
    wanted = list(models or ()) or [_DEFAULT_MODEL if ign is None else ign.model]
    members = [load(reference) for reference in wanted]
    model = combined(members, restrict=restrict or (), symmetries=tta)
    if nomenclature is not None:
        model = translated(model, nomenclature)
    notes: tuple[str, ...] = ()
    if ign is not None and config is not None:
        notes = tuple(f"{config.name}: {text}" for text in (*ign.warnings, *ign.against(members[0].card)))
        window_px = ign.window_px if window_px is None else window_px
        margin_px = ign.margin_px if margin_px is None else margin_px
        mode, fill = mode or ign.mode, fill or ign.fill
        if bands is None and has_image and (not models or len(ign.channels) == len(model.card.bands)):
            bands = ",".join(str(number) for number in ign.band_numbers(model.card))
        elif bands is None:
            why = f"the model reads {', '.join(model.card.bands)}" if has_image else "bands are given file by file"
            notes += (f"{config.name}: channels {list(ign.channels)} are not used, {why}",)
        if ign.probabilities and probabilities is None:
            probabilities = output.with_suffix(".probabilities.tif")
    parameters = Parameters(
        window_px=window_px,
        margin_px=margin_px,
        mode=mode or "blend",
        fill=fill or "reflect",
        restrict=tuple(restrict or ()),
        tta=tta,
    )
    return Asked(
        model=model,
        parameters=parameters,
        calibration=table,
        top=None if top_k is None else output.with_suffix(f".top{top_k}.tif"),
        top_k=top_k or 0,
        probabilities=probabilities,
        image=None if ign is None else Path(ign.image),
        bands=bands,
        notes=notes,
    )


@dataclass(frozen=True)
class Vintage:
    """One imagery to predict, and where its rasters go."""

    year: int | None
    files: Mapping[str, Sequence[Path] | Path | None]
    crs: str | None
    bands: str | None

    def path(self, pattern: Path | None) -> Path | None:
        """Where a raster goes.

        Raises:
            ConfigError: the name has a place for a year and there is none, or the other way round.
        """
        from millesime.cover_raster.series import path_of_year

        if pattern is not None and self.year is None and "{year}" in str(pattern):
            raise ConfigError("{year} is for several years", place=pattern, remedy="give --years, or a plain name")
        return pattern if pattern is None or self.year is None else path_of_year(pattern, self.year)


def vintages(
    table: Path | None, files: Mapping[str, Sequence[Path] | Path | None], *, crs: str | None, bands: str | None
) -> tuple[Vintage, ...]:
    """The imagery given, or that of each year of a table.

    Raises:
        ConfigError: both are given, or the table is faulty.
    """
    if table is None:
        return (Vintage(None, files, crs, bands),)
    if any(files.values()):
        raise ConfigError("--years and images are given", remedy="name the images in the table alone")
    from millesime.cover_raster.series import parse_years

    return tuple(
        Vintage(
            item.year,
            {role: table.parent / path for role, path in item.files},
            item.crs or crs,
            bands if item.bands is None else ",".join(map(str, item.bands)),
        )
        for item in parse_years(_text(table), place=str(table))
    )


def _text(path: Path) -> str:
    from millesime.io.files import local_file

    try:
        return local_file(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ConfigError("is not text in UTF-8", place=path, remedy="save it as UTF-8") from error
