"""What is told of files that serve: what was found odd in them and how they are brought on the grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from millesime.geo.grid import AnyGrid, Bounds, Grid
from millesime.imagery.choice import IMAGES, ROLES, Bands, unmark_command
from millesime.imagery.facts import RasterFacts
from millesime.imagery.mosaic import gap_px
from millesime.imagery.product import BANDS, BandFile
from millesime.imagery.resample import takes_means


def uncovered(grid: AnyGrid, bounds: Bounds) -> list[str]:
    """What of `bounds` the grid does not cover, side by side."""
    across, down = grid.pixel_size_m
    west, south, east, north = grid.bounds
    short = {
        "west": west - bounds[0],
        "south": south - bounds[1],
        "east": bounds[2] - east,
        "north": bounds[3] - north,
    }
    tolerance_m = {"west": across / 2, "east": across / 2, "north": down / 2, "south": down / 2}
    missing = [f"{gap:.2f} m on the {side}" for side, gap in short.items() if gap > tolerance_m[side]]
    if not missing:
        return []
    return [
        f"does not cover the extent {_told(bounds)}: it covers {_told(grid.bounds)} and misses {', '.join(missing)}"
    ]


def _told(bounds: Bounds) -> str:
    return "[" + ", ".join(f"{edge:.2f}" for edge in bounds) + "]"


def oddities(facts: Mapping[str, RasterFacts], bounds: Bounds, *, honour: bool) -> list[str]:
    """NoData that is believed or not, heights that stop short, gaps and mosaics."""
    notes = []
    for role, fact in facts.items():
        if role not in IMAGES:
            for fault in uncovered(fact.grid, bounds):
                notes.append(f"{fact.path}: {ROLES[role][0]} {fault}; height is taken as 0 there")
        elif fact.nodata is not None:
            if fact.dtype != "uint8" and not fact.masked:
                notes.append(f"{fact.path}: the declared NoData value {fact.nodata:g} is believed: it is not 8-bit")
            elif not honour:
                reason = "its mask band tells where data is" if fact.masked else "every value is data"
                notes.append(f"{fact.path}: the declared NoData value {fact.nodata:g} is ignored: {reason}")
        if fact.alpha and role in IMAGES:
            notes.append(f"{fact.path}: {_alpha_told(fact)}")
        if fact.has_gaps:
            notes.append(f"{fact.path}: places that no file of the virtual raster fills are NoData")
        if fact.tiles:
            gaps = gap_px(fact.grid, fact.tiles)
            told = f"; {gaps} px that no tile has are NoData" if gaps else ""
            notes.append(f"{fact.path}: mosaic of {len(fact.tiles)} tiles, the first in the order given wins{told}")
    return notes


def _alpha_told(fact: RasterFacts) -> str:
    if not fact.has_alpha:
        return f"band {fact.alpha} is marked as alpha and read as data, as --bands names it: it masks nothing"
    return (
        f"band {fact.alpha} is marked as alpha and taken as transparency: NoData where it is 0. If it holds something "
        f"else, such as near infra-red, unmark it: {unmark_command(fact)}"
    )


def choice_told(
    facts: Mapping[str, RasterFacts], taken: Mapping[str, Bands], *, numbers: Sequence[int] | None
) -> list[str]:
    """Which bands of an image are taken for which, where that was not evident."""
    own = taken.get("image")
    if own is None or (numbers is None and list(own.items()) == list(zip(BANDS, range(1, 6), strict=True))):
        return []
    listed = ", ".join(f"{index} as {band}" for band, index in own.items())
    return [f"{facts['image'].path}: bands read: {listed}"]


_HOW = {
    "nearest": "each pixel takes the nearest of its pixels",
    "bilinear": "bilinear",
    "average": "mean of the pixels under each",
}


def resampling_told(files: Sequence[BandFile], grid: Grid) -> list[str]:
    """How images are brought on the grid, where they are not on it; heights on pixels of another size always are."""
    return [
        f"{file.path}: pixels of {file.grid.told_pixels} m are brought to {grid.pixel_m:g} m: {_how(file, grid)}"
        for file in files
        if file.resampling != "identity" and not (file.is_height and file.resampling == "bilinear")
    ]


def _how(file: BandFile, grid: Grid) -> str:
    across, down = (
        _HOW["average" if takes_means(grid.pixel_m, side) else "bilinear"] for side in file.grid.pixel_size_m
    )
    if file.resampling == "average" and across != down:
        return f"from west to east {across}, from north to south {down}"
    return _HOW[file.resampling]


def heights_told(files: Sequence[BandFile], grid: Grid) -> list[str]:
    """How heights are brought on the grid: always between pixel centres, which is no oddity and told on demand."""
    return [
        f"{file.path}: heights of {file.grid.told_pixels} m are brought to {grid.pixel_m:g} m: bilinear"
        for file in files
        if file.is_height and file.resampling == "bilinear"
    ]
