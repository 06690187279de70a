"""From facts about raster files to imagery on one grid: every fault is found before a pixel is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from millesime.errors import ImageryError, raise_together
from millesime.geo.grid import Bounds, Grid, Window
from millesime.imagery.product import BANDS, HEIGHT_MODELS, BandFile, HeightCoding, Imagery, Resampling

#: Bands of each kind of file: how it is called in messages, and the bands it holds from the first.
ROLES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "rgb": ("colour orthophoto", ("red", "green", "blue")),
    # Infra-red colour: its red and green repeat those of the colour orthophoto and are not read.
    "irc": ("infra-red orthophoto", ("near_infrared",)),
    "dsm": ("surface model", ("surface",)),
    "dtm": ("terrain model", ("terrain",)),
    "image": ("image", BANDS),
}

_BAND_COUNTS = {"rgb": 3, "irc": 3, "dsm": 1, "dtm": 1, "image": 5}

#: Offsets below this share of a pixel are the rounding of producers, not a shift.
_SAME_PLACE_PX = 0.01


@dataclass(frozen=True)
class RasterFacts:
    """What is known of a raster file before its pixels are read."""

    path: str
    grid: Grid
    count: int
    dtype: str
    nodata: float | None
    masked: bool
    """Whether it has an alpha or mask band."""

    has_alpha: bool
    """Whether one of the bands counted is transparency."""


def assemble(
    facts: Mapping[str, RasterFacts],
    *,
    extent: Bounds | None = None,
    crs: str | None = None,
    height_coding: HeightCoding = "flair8",
    honour_ortho_nodata: bool = False,
    earlier_faults: Sequence[str] = (),
) -> Imagery:
    """Put the bands of one vintage together.

    Args:
        facts: the files by role: rgb, irc, dsm and dtm, or image alone.
        extent: what must be covered, in the CRS of the files; everything the colour orthophoto covers by default.
        crs: the CRS that every file must be in; that of the colour orthophoto by default.
        height_coding: how the height band of an image is coded.
        honour_ortho_nodata: believe a NoData value declared on an 8-bit orthophoto.
        earlier_faults: faults met while the facts were gathered, told together with those found here.

    Raises:
        ImageryError: tells every fault of every file.
    """
    faults = list(earlier_faults)
    for role, fact in facts.items():
        faults.extend(f"{fact.path}: {fault}" for fault in _own_faults(role, fact))
    master = facts.get("rgb") or facts.get("image")
    if master is not None:
        wanted = crs or master.grid.crs
        strangers = {role: fact for role, fact in facts.items() if fact.grid.crs != wanted}
        faults.extend(f"{fact.path}: is in {fact.grid.crs}, expected {wanted}" for fact in strangers.values())
        bounds = extent or master.grid.bounds
        for role in ("rgb", "irc", "image"):
            if role in facts and role not in strangers:
                faults.extend(f"{facts[role].path}: {fault}" for fault in _uncovered(facts[role].grid, bounds))
    raise_together(faults, kind=ImageryError, remedy="correct or replace the files; sources are in territory.toml")
    assert master is not None
    return Imagery(
        grid=master.grid,
        area=_area(master.grid, extent),
        files=tuple(_band_file(role, fact, master.grid, honour=honour_ortho_nodata) for role, fact in facts.items()),
        height_coding=height_coding,
        notes=tuple(_notes(facts, extent or master.grid.bounds, honour=honour_ortho_nodata)),
    )


def _own_faults(role: str, fact: RasterFacts) -> list[str]:
    title, _ = ROLES[role]
    faults = []
    colours = fact.count - int(fact.has_alpha)
    if colours != _BAND_COUNTS[role]:
        faults.append(f"{title} with {colours} bands, expected {_BAND_COUNTS[role]} (transparency apart)")
    if role in {"dsm", "dtm"}:
        if fact.dtype.startswith("complex"):
            faults.append(f"{title} of type {fact.dtype}, expected heights in metres")
    elif fact.dtype != "uint8":
        faults.append(f"{title} of type {fact.dtype}, expected uint8 (gdal_translate -ot Byte -scale)")
    return faults


def _uncovered(grid: Grid, bounds: Bounds) -> list[str]:
    """What of `bounds` the grid does not cover, side by side."""
    tolerance_m = grid.pixel_m / 2
    west, south, east, north = grid.bounds
    short = {
        "west": west - bounds[0],
        "south": south - bounds[1],
        "east": bounds[2] - east,
        "north": bounds[3] - north,
    }
    missing = [f"{gap:.2f} m on the {side}" for side, gap in short.items() if gap > tolerance_m]
    if not missing:
        return []
    return [
        f"does not cover the extent {_told(bounds)}: it covers {_told(grid.bounds)} and misses {', '.join(missing)}"
    ]


def _told(bounds: Bounds) -> str:
    return "[" + ", ".join(f"{edge:.2f}" for edge in bounds) + "]"


def _area(grid: Grid, extent: Bounds | None) -> Window:
    return grid.whole if extent is None else grid.window_of(extent).clipped(grid)


def _band_file(role: str, fact: RasterFacts, grid: Grid, *, honour: bool) -> BandFile:
    bands = ROLES[role][1]
    is_height = role in {"dsm", "dtm"}
    believed = is_height or honour
    return BandFile(
        path=fact.path,
        bands=bands,
        indexes=tuple(range(1, len(bands) + 1)),
        grid=fact.grid,
        resampling="bilinear" if is_height else _resampling(fact.grid, grid),
        masked=fact.masked,
        nodata=fact.nodata if believed and not fact.masked else None,
    )


def _resampling(grid: Grid, onto: Grid) -> Resampling:
    if abs(grid.pixel_m / onto.pixel_m - 1.0) > 1e-4:
        return "bilinear"
    shifts = ((grid.west - onto.west) / onto.pixel_m, (grid.north - onto.north) / onto.pixel_m)
    return "identity" if all(abs(shift - round(shift)) < _SAME_PLACE_PX for shift in shifts) else "nearest"


def _notes(facts: Mapping[str, RasterFacts], bounds: Bounds, *, honour: bool) -> list[str]:
    notes = []
    for role, fact in facts.items():
        if role in {"dsm", "dtm"}:
            for fault in _uncovered(fact.grid, bounds):
                notes.append(f"{fact.path}: {ROLES[role][0]} {fault}; height is taken as 0 there")
        elif fact.nodata is not None and not honour:
            reason = "its mask band tells where data is" if fact.masked else "every value is data"
            notes.append(f"{fact.path}: the declared NoData value {fact.nodata:g} is ignored: {reason}")
    return notes


#: Roles that must be given together when there is no single image.
SEPARATE_ROLES = ("rgb", "irc", *("dsm", "dtm"))
assert {band for role in SEPARATE_ROLES for band in ROLES[role][1]} == {*BANDS[:4], *HEIGHT_MODELS}
