"""The model card: what a network was made from, what it expects and what it answers.

A network without its card is refused: class numbers, band order and normalisation cannot be guessed, and a
mix-up still looks plausible on a screen.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from millesime.errors import ModelError, raise_together
from millesime.nomenclature import CoverNomenclature, cover

#: What gives a band of imagery, on the command line.
_GIVEN_BY = {
    "red": "--rgb",
    "green": "--rgb",
    "blue": "--rgb",
    "near_infrared": "--irc",
    "height": "--dsm and --dtm, or --height",
}


#: Ends of the names of the files that may belong to an .onnx file.
WEIGHTS, FLOAT32 = ".onnx.data", ".f32.onnx"


class ModelCard(BaseModel):
    """Facts about one network; stored as JSON beside the .onnx file, under the same name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    version: str
    architecture: str
    architecture_parameters: dict[str, Any] = Field(default_factory=dict)
    parameter_count: int

    nomenclature: str
    """Name of the cover nomenclature of the answer."""

    nomenclature_version: str

    class_values: tuple[int, ...]
    """Class value of each output channel, in order."""

    bands: tuple[str, ...]
    """Names of the input bands, in order."""

    height_coding: Literal["flair8", "metres"]
    resolution_m: float

    mean: tuple[float, ...]
    """Mean of each band in digital numbers: subtracted before the first layer."""

    std: tuple[float, ...]
    """Standard deviation of each band, divided by."""

    normalisation: Literal["in graph", "outside"]
    """'in graph': the file takes uint8 numbers; 'outside': it takes float32, already normalised."""

    window_multiple_px: int
    """Windows must be a multiple of this."""

    window_px: int
    """Window size that suits the network."""

    largest_window_px: int | None = None
    """Size up to which windows may grow to compute fewer pixels twice, of a network whose answer at a pixel depends on
    the pixels around it alone; None when it is always to have `window_px`."""

    window_is_fixed: bool = False
    """Whether it takes windows of this size alone."""

    margin_px: int
    """Overlap on each side of a window that suits it."""

    onnx_sha256: str
    """Digest of the .onnx file that this card describes."""

    files_sha256: dict[str, str] = Field(default_factory=dict)
    """Digests of the files that belong to it, by the end of their names, see `file_beside`; none when the .onnx
    file is all there is."""

    training: dict[str, Any] = Field(default_factory=dict)
    """Territories, command, parameters, duration."""

    figures: dict[str, Any] = Field(default_factory=dict)
    """Measured quality, with the name of each convention."""

    export_check: dict[str, Any] = Field(default_factory=dict)
    """Largest difference with the network that was exported, measured on random input."""

    licence: str = ""
    limits: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        counts = {len(self.bands), len(self.mean), len(self.std)}
        if len(counts) != 1:
            raise ValueError(f"{len(self.bands)} bands, {len(self.mean)} means and {len(self.std)} standard deviations")
        if not all(value > 0 for value in self.std):
            raise ValueError(f"standard deviations must be positive: {self.std}")
        if len(set(self.class_values)) != len(self.class_values) or not self.class_values:
            raise ValueError(f"class values must be distinct: {self.class_values}")
        if self.window_px % self.window_multiple_px or not 0 <= 4 * self.margin_px <= self.window_px:
            raise ValueError(
                f"window of {self.window_px} px, margin of {self.margin_px} px, "
                f"multiple of {self.window_multiple_px} px"
            )
        if foreign := set(self.files_sha256) - {WEIGHTS, FLOAT32}:
            raise ValueError(f"files of the model that are not known: {', '.join(sorted(foreign))}")
        if self.largest_window_px is not None and (self.window_is_fixed or self.largest_window_px < self.window_px):
            raise ValueError(f"windows of {self.window_px} px that grow to {self.largest_window_px} px")
        return self

    @property
    def cover_nomenclature(self) -> CoverNomenclature:
        """The nomenclature of the answer; every class value is checked against it."""
        nomenclature = cover(self.nomenclature)
        nomenclature.require(self.class_values)
        return nomenclature

    def require_imagery(self, *, bands: tuple[str, ...], height_coding: str, pixel_m: float) -> None:
        """Check that imagery is what the network was trained on.

        Args:
            bands: the bands of the imagery, in any order; it must have those that the network reads, and others are
                not read.
            height_coding: how the imagery's heights are coded, which matters when the network reads them.
            pixel_m: side of the imagery's pixels.

        Raises:
            ModelError: tells every mismatch, with the remedy.
        """
        faults = []
        missing = [band for band in self.bands if band not in bands]
        if missing:
            options = dict.fromkeys(_GIVEN_BY.get(band, f"an image with {band}") for band in missing)
            faults.append(
                f"it reads the bands {', '.join(self.bands)}; the imagery lacks {', '.join(missing)} "
                f"(give {', '.join(options)})"
            )
        if "height" in self.bands and height_coding != self.height_coding:
            faults.append(
                f"it reads heights coded as {self.height_coding}; the imagery has {height_coding} "
                f"(choose --height-coding {self.height_coding})"
            )
        if abs(pixel_m / self.resolution_m - 1.0) > 0.01:
            faults.append(
                f"it was trained on pixels of {self.resolution_m} m; the imagery has {pixel_m:.6g} m "
                f"(--resample, or resample the orthophoto to {self.resolution_m} m first)"
            )
        raise_together(
            faults,
            kind=ModelError,
            place=f"model {self.name} {self.version}",
            remedy="use a model that fits this imagery, or prepare the imagery as told",
        )


def file_beside(onnx: Path, end: str) -> Path:
    """A file that belongs to an .onnx file.

    Args:
        onnx: the file.
        end: of the other's name: `WEIGHTS`, what it does not hold itself; `FLOAT32`, the same network put so that it is
            computed faster, in float32 alone.
    """
    return onnx.with_name(onnx.stem + end)


def as_text(card: ModelCard) -> str:
    """The card as Markdown, for people."""
    nomenclature = card.cover_nomenclature
    classes = ", ".join(f"{value} {nomenclature.by_value(value).name}" for value in card.class_values)
    lines = [
        f"# {card.name} {card.version}",
        "",
        (
            f"{card.architecture} of {card.parameter_count:,} parameters {card.architecture_parameters}; "
            f"file sha256 `{card.onnx_sha256}`"
            + "".join(f", {end} `{digest}`" for end, digest in card.files_sha256.items())
            + "."
        ),
        "",
        (
            f"- **In**: {', '.join(card.bands)}, uint8, pixels of {card.resolution_m} m; heights coded as "
            f"{card.height_coding}. Normalisation {card.normalisation}: mean {list(card.mean)}, "
            f"standard deviation {list(card.std)}."
        ),
        f"- **Out**: classes of {card.nomenclature} {card.nomenclature_version}: {classes}.",
        (
            f"- **Windows**: {_sides(card)}, overlapping by {card.margin_px} px on each side; any multiple of "
            f"{card.window_multiple_px} px."
        ),
        f"- **Export** checked against the trained network: {_listed(card.export_check)}.",
        f"- **Licence**: {card.licence or 'not stated'}.",
        "",
        "## Training",
        "",
        *[f"- {key}: {_value(value)}" for key, value in card.training.items()],
        "",
        "## Figures",
        "",
        *[f"- {key}: {_value(value)}" for key, value in card.figures.items()],
        "",
        "## Limits",
        "",
        *[f"- {limit}" for limit in card.limits or ("not stated",)],
    ]
    return "\n".join(lines) + "\n"


def _sides(card: ModelCard) -> str:
    grows = "" if card.largest_window_px is None else f" to {card.largest_window_px}"
    return f"{card.window_px}{grows} px"


def _listed(values: dict[str, Any]) -> str:
    return ", ".join(f"{key.replace('_', ' ')} {_value(value)}" for key, value in values.items()) or "not told"


def _value(value: Any) -> str:
    return _listed(value) if isinstance(value, dict) else str(value)
