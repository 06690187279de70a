"""Imagery: the bands of one vintage on one grid, told rather than copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from millesime.errors import ImageryError
from millesime.geo.grid import AnyGrid, Bounds, Grid, Window

#: The bands of the chain, in this order. Height is above ground, coded as `HEIGHT_CODING`.
BANDS = ("red", "green", "blue", "near_infrared", "height")

#: Height models, whose difference is the height above ground.
HEIGHT_MODELS = ("surface", "terrain")

HeightCoding = Literal["flair8", "metres"]
"""'flair8': clip(round(5 h), 0, 255), so that 1 is 20 cm and 51 m saturates, as in the FLAIR data sets; 'metres':
metres."""

#: How a reader codes heights, whatever the files hold.
HEIGHT_CODING: HeightCoding = "flair8"

Resampling = Literal["identity", "nearest", "bilinear", "average"]
"""How a file is brought on the grid: pixel by pixel, nearest pixel, bilinear between pixel centres, or the mean of the
pixels under each pixel of the grid, each weighing the area it covers. Of pixels that are not square, those that are
much finer along one axis alone are averaged along it and interpolated along the other; both are told as 'average'."""


@dataclass(frozen=True)
class Tile:
    """One raster file of a mosaic."""

    path: str
    grid: AnyGrid
    masked: bool = False
    nodata: float | None = None


@dataclass(frozen=True)
class BandFile:
    """One raster file, or a mosaic of files on one grid, and the bands that are read from it."""

    path: str
    """The file, or the folder of a mosaic's first file."""

    bands: tuple[str, ...]
    """What each band read is: names of `BANDS` or of `HEIGHT_MODELS`."""

    indexes: tuple[int, ...]
    """Number of each of these bands in the file, from 1."""

    grid: AnyGrid
    """The file's own grid, in the CRS it was recognised in or given; that of all files of a mosaic together. Its pixels
    need not be square: it is then brought on the grid by values between pixels or means."""

    resampling: Resampling

    masked: bool = False
    """Whether the file itself tells where data is: an alpha or mask band, a virtual raster with gaps."""

    nodata: float | None = None
    """The value that means no data, where it is believed; None when every value is data."""

    tiles: tuple[Tile, ...] = ()
    """Files of a mosaic, the first that has data at a pixel gives it; empty for a single file."""

    scale: tuple[tuple[float, float] | None, ...] = ()
    """For each band the numbers that become 0 and 255; None, or an empty tuple, where numbers are used as they are."""

    nodata_indexes: tuple[int, ...] = ()
    """Bands that must all hold `nodata` where there is none, when they are others than those read."""

    def __post_init__(self) -> None:
        if len(self.bands) != len(self.indexes) or not self.bands:
            raise ImageryError(f"{len(self.bands)} band names for {len(self.indexes)} band numbers", place=self.path)
        if self.scale and len(self.scale) != len(self.bands):
            raise ImageryError(f"{len(self.scale)} scales for {len(self.bands)} bands", place=self.path)

    @property
    def is_height(self) -> bool:
        """Whether it gives heights alone: where it has none, the height is taken as 0."""
        return not set(self.bands) & set(BANDS[:4])

    def reading(self, bands: Sequence[str]) -> BandFile:
        """The same file with only those of its bands that are among `bands`."""
        kept = [number for number, band in enumerate(self.bands) if band in bands]
        if len(kept) == len(self.bands):
            return self
        believed = any(value is not None for value in (self.nodata, *(tile.nodata for tile in self.tiles)))
        return replace(
            self,
            bands=tuple(self.bands[number] for number in kept),
            indexes=tuple(self.indexes[number] for number in kept),
            scale=tuple(self.scale[number] for number in kept) if self.scale else (),
            nodata_indexes=self.nodata_indexes or (self.indexes if believed else ()),
        )

    def within(self, bounds: Bounds) -> tuple[tuple[str, AnyGrid], ...]:
        """Path and grid of each file that reading `bounds` (west, south, east, north in metres) may open.

        A margin of two pixels is added, which interpolation may look at.
        """
        if not self.tiles:
            return ((self.path, self.grid),)
        reach = 2 * max(self.grid.pixel_size_m)
        west, south, east, north = bounds[0] - reach, bounds[1] - reach, bounds[2] + reach, bounds[3] + reach
        return tuple(
            (tile.path, tile.grid)
            for tile in self.tiles
            if tile.grid.bounds[0] < east
            and tile.grid.bounds[2] > west
            and tile.grid.bounds[1] < north
            and tile.grid.bounds[3] > south
        )


@dataclass(frozen=True)
class Imagery:
    """The bands of one vintage. Pixels stay in their files; a reader brings them on the grid."""

    grid: Grid
    """The grid of the colour orthophoto, whole, or that asked for: the windows of a network are anchored on its
    origin."""

    area: Window
    """The part of the grid that is mapped: the territory's extent, or everything."""

    files: tuple[BandFile, ...]
    """Where the bands come from: each of `bands` once, the height from a file of its own or from both height models."""

    height_coding: HeightCoding = "flair8"
    """How a height band that comes from a file is coded there; heights of height models are metres."""

    notes: tuple[str, ...] = ()
    """What was found odd in the files, and how it is treated."""

    bands: tuple[str, ...] = BANDS
    """What a reader gives, in this order."""

    def __post_init__(self) -> None:
        given = [band for file in self.files for band in file.bands]
        wanted = _sources_of(self.bands, given)
        if sorted(given) != sorted(wanted) or len(set(self.bands)) != len(self.bands):
            raise ImageryError(
                f"the files give the bands {', '.join(sorted(given))}; expected each of {', '.join(self.bands)} once"
            )
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

    def reading(self, bands: Sequence[str]) -> Imagery:
        """The same imagery of which a reader gives these bands alone, in this order; other files are not opened.

        Raises:
            ImageryError: the files do not give one of them.
        """
        order = tuple(bands)
        missing = [band for band in order if band not in self.bands]
        if missing:
            raise ImageryError(
                f"the imagery has no {', '.join(missing)}; it has {', '.join(self.bands)}",
                remedy="describe it with the files that give these bands",
            )
        if order == self.bands:
            return self
        wanted = _sources_of(order, [band for file in self.files for band in file.bands])
        return replace(self, bands=order, files=tuple(file.reading(wanted) for file in self.giving(*wanted)))


def _sources_of(bands: Sequence[str], given: Sequence[str]) -> list[str]:
    """What files must give for `bands`: height models stand for the height unless a file gives it."""
    if "height" not in bands or "height" in given:
        return list(bands)
    return [*(band for band in bands if band != "height"), *HEIGHT_MODELS]


_FORM = TypeAdapter(Imagery)

#: Left out of the text where they say nothing.
_OPTIONAL: dict[str, Any] = {"tiles": (), "scale": (), "nodata_indexes": ()}


def to_json(imagery: Imagery) -> str:
    """Imagery as the text of `imagery.bands.json`."""
    silent: dict[int, set[str]] = {
        number: {name for name, usual in _OPTIONAL.items() if getattr(file, name) == usual}
        for number, file in enumerate(imagery.files)
    }
    left_out: dict[str, Any] = {"files": silent}
    if imagery.bands == BANDS:
        left_out["bands"] = True
    return _FORM.dump_json(imagery, indent=2, exclude=left_out).decode() + "\n"


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
