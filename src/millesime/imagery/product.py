"""Imagery: the bands of one vintage on one grid, told rather than copied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from millesime.errors import ImageryError
from millesime.geo.grid import Grid, Window

#: The bands that a reader gives, in this order. Height is above ground, coded as `HEIGHT_CODING`.
BANDS = ("red", "green", "blue", "near_infrared", "height")

#: Height models, whose difference is the height above ground.
HEIGHT_MODELS = ("surface", "terrain")

HeightCoding = Literal["flair8", "metres"]
"""'flair8': clip(round(5 h), 0, 255), so that 1 is 20 cm and 51 m saturates, as in the FLAIR data sets; 'metres':
whole metres."""

#: How a reader codes heights, whatever the files hold.
HEIGHT_CODING: HeightCoding = "flair8"

Resampling = Literal["identity", "nearest", "bilinear"]
"""How a file is brought on the grid: pixel by pixel, nearest pixel, or bilinear between pixel centres."""


@dataclass(frozen=True)
class BandFile:
    """One raster file and the bands that are read from it."""

    path: str

    bands: tuple[str, ...]
    """What each band read is: names of `BANDS` or of `HEIGHT_MODELS`."""

    indexes: tuple[int, ...]
    """Number of each of these bands in the file, from 1."""

    grid: Grid
    """The file's own grid, in the CRS it was recognised in or given."""

    resampling: Resampling

    masked: bool = False
    """Whether an alpha or mask band of the file tells where data is."""

    nodata: float | None = None
    """The value that means no data, where it is believed; None when every value is data."""

    def __post_init__(self) -> None:
        if len(self.bands) != len(self.indexes) or not self.bands:
            raise ImageryError(f"{len(self.bands)} band names for {len(self.indexes)} band numbers", place=self.path)


@dataclass(frozen=True)
class Imagery:
    """The bands of one vintage. Pixels stay in their files; a reader brings them on the grid."""

    grid: Grid
    """The grid of the colour orthophoto, whole: the windows of a network are anchored on its origin."""

    area: Window
    """The part of the grid that is mapped: the territory's extent, or everything."""

    files: tuple[BandFile, ...]
    """Where the bands come from: each of `BANDS` once, the height from a file of its own or from both height models."""

    height_coding: HeightCoding = "flair8"
    """How a height band that comes from a file is coded there; heights of height models are metres."""

    notes: tuple[str, ...] = ()
    """What was found odd in the files, and how it is treated."""

    def __post_init__(self) -> None:
        found = sorted(band for file in self.files for band in file.bands)
        if found not in (sorted((*BANDS[:4], *HEIGHT_MODELS)), sorted(BANDS)):
            raise ImageryError(f"the files give the bands {', '.join(found)}; expected each of {', '.join(BANDS)} once")
        others = sorted({file.grid.crs for file in self.files} - {self.grid.crs})
        if others:
            raise ImageryError(f"files in {', '.join(others)} beside a grid in {self.grid.crs}")
        if self.area.clipped(self.grid) != self.area:
            raise ImageryError(f"the area {self.area} reaches out of a grid of {self.grid.shape} px")

    @property
    def area_grid(self) -> Grid:
        """The grid of the mapped area alone: that of every product made from this imagery."""
        return self.grid.crop(self.area)

    def giving(self, *bands: str) -> tuple[BandFile, ...]:
        """The files that give at least one of `bands`."""
        return tuple(file for file in self.files if set(bands) & set(file.bands))


_FORM = TypeAdapter(Imagery)


def to_json(imagery: Imagery) -> str:
    """Imagery as the text of `imagery.bands.json`."""
    return _FORM.dump_json(imagery, indent=2).decode() + "\n"


def from_json(text: str, *, place: str = "") -> Imagery:
    """Imagery from the text of `imagery.bands.json`.

    Raises:
        ImageryError: the text is not such a description.
    """
    try:
        return _FORM.validate_json(text)
    except ValidationError as error:
        raise ImageryError(
            f"is not a description of bands ({error.error_count()} faults: {error.errors()[0]['msg']})",
            place=place or None,
            remedy="run the imagery step again",
        ) from error
