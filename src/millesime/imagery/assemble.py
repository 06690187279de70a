"""From facts about raster files to imagery on one grid: every fault is found before a pixel is computed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from millesime.errors import ImageryError, raise_together
from millesime.geo.grid import AnyGrid, Bounds, Grid
from millesime.imagery.choice import (
    IMAGES,
    ROLES,
    Bands,
    chosen,
    count_faults,
    held_bands,
    missing_files,
    numbered_bands,
)
from millesime.imagery.digital_numbers import COLOURS, Limits, Scaling
from millesime.imagery.facts import RasterFacts
from millesime.imagery.mosaic import SAME_PLACE_PX
from millesime.imagery.notes import choice_told, oddities, resampling_told, uncovered
from millesime.imagery.product import BANDS, BandFile, HeightCoding, Imagery, Resampling, Tile
from millesime.imagery.resample import takes_means

__all__ = ["RasterFacts", "assemble"]

#: Above this many pixels of a file along one of the grid it is refused: reading it would take its square in memory.
_TOO_FINE = 32.0

_REMEDY = "correct or replace the files; sources are in territory.toml"

Measure = Callable[[BandFile, Limits], tuple[float, float]]
"""The numbers at two percentiles of a file of which one band is read."""


def assemble(
    facts: Mapping[str, RasterFacts],
    *,
    bands: Sequence[str] = BANDS,
    numbers: Sequence[int] | None = None,
    extent: Bounds | None = None,
    crs: str | None = None,
    height_coding: HeightCoding = "flair8",
    honour_ortho_nodata: bool = False,
    scaling: Scaling | None = None,
    measure: Measure | None = None,
    pixel_m: float | None = None,
    earlier_faults: Sequence[str] = (),
    unread: Collection[str] = (),
) -> Imagery:
    """Put the bands of one vintage together.

    Args:
        facts: the files, or mosaics, by role: keys of `ROLES`.
        bands: what is read, in this order; no other band is.
        numbers: for the image, the number of each of `bands`, from 1.
        extent: what must be covered, in the CRS of the files; everything the colour orthophoto covers by default.
        crs: the CRS that every file must be in; that of the colour orthophoto by default.
        height_coding: how the height band of an image, or the file of heights, is coded.
        honour_ortho_nodata: believe a NoData value declared on an 8-bit orthophoto.
        scaling: how numbers that are not 8-bit become digital numbers.
        measure: takes percentiles, where `scaling` asks for them.
        pixel_m: side of the pixels of the grid; those of the colour orthophoto by default, or their finer side where
            they are not square.
        earlier_faults: faults met while the facts were gathered, told together with those found here.
        unread: roles that were given and whose facts are not known.

    Raises:
        ImageryError: tells every fault of every file.
    """
    faults = list(earlier_faults)
    held: dict[str, Bands] = {}
    numbered = numbered_bands(bands, numbers, given={*facts, *unread})
    for role, fact in facts.items():
        wrong = count_faults(role, fact, wanted=numbered, numbers=numbers)
        faults.extend(f"{fact.path}: {fault}" for fault in wrong)
        if not wrong:
            held[role] = held_bands(role, fact, wanted=numbered, numbers=numbers)
    broken = {role for role in facts if role not in held} | set(unread)
    taken, doubles = chosen(held, bands)
    faults += doubles
    faults += missing_files(
        taken, bands=bands, given={*facts, *unread}, unread=broken, image=None if numbers else facts.get("image")
    )
    used = {role: fact for role, fact in facts.items() if role in taken or role in broken}
    faults += _type_faults(used, taken, scaling, height_coding)
    master = next((used[role] for role in (*IMAGES, *used) if role in used), None)
    if master is not None:
        faults += _place_faults(used, master, extent=extent, crs=crs)
        faults += _size_faults(used, pixel_m or min(master.grid.pixel_size_m))
    lacking = [band for band in bands if not any(band in own for own in taken.values())]
    if not faults and master is not None and set(lacking) - {"height"}:
        faults.append(f"{master.path}: gives {_listed(taken)}; {', '.join(lacking)} is needed too")
    raise_together(faults, kind=ImageryError, remedy=_REMEDY)
    assert master is not None
    scales, told = _scales(facts, taken, scaling, measure, honour=honour_ortho_nodata)
    grid = _grid(master.grid, pixel_m)
    files = tuple(
        _band_file(role, facts[role], taken[role], grid, honour=honour_ortho_nodata, scale=scales[role])
        for role in facts
        if role in taken
    )
    return Imagery(
        grid=grid,
        area=grid.whole if extent is None else grid.window_of(extent).clipped(grid),
        files=files,
        height_coding=height_coding,
        notes=(
            *oddities({role: facts[role] for role in facts if role in taken}, extent or master.grid.bounds,
                    honour=honour_ortho_nodata),
            *choice_told(facts, taken, numbers=numbers),
            *told,
            *resampling_told(files, grid),
        ),
        bands=tuple(bands),
    )  # fmt: skip


def _listed(taken: Mapping[str, Bands]) -> str:
    return ", ".join(band for own in taken.values() for band in own)


def _grid(master: AnyGrid, pixel_m: float | None) -> Grid:
    """The grid of square pixels that covers the master: a last pixel that it fills in part is kept."""
    own = min(master.pixel_size_m)
    side = own if pixel_m is None or abs(pixel_m / own - 1.0) <= 1e-4 else pixel_m
    if side == own and isinstance(master, Grid):
        return master
    return Grid.covering(master.bounds, pixel_m=side, crs=master.crs)


def _type_faults(
    facts: Mapping[str, RasterFacts],
    taken: Mapping[str, Bands],
    scaling: Scaling | None,
    height_coding: HeightCoding,
) -> list[str]:
    faults = []
    for role, fact in facts.items():
        title, own = ROLES[role][0], taken.get(role, {})
        if fact.dtype.startswith("complex"):
            faults.append(f"{fact.path}: {title} of type {fact.dtype}, expected real numbers")
        elif fact.dtype != "uint8":
            if role in IMAGES:
                faults += [f"{fact.path}: {fault}" for fault in _unscaled(title, fact, own, scaling)]
            if "height" in own and height_coding == "flair8":
                faults.append(
                    f"{fact.path}: heights of type {fact.dtype}; the coding flair8 is of type uint8, and metres are "
                    "told by --height-coding metres"
                )
    if scaling is not None and facts and not any(role in IMAGES and facts[role].dtype != "uint8" for role in facts):
        faults.append("--scale is given, and all images have 8-bit numbers, which are used as they are: leave it out")
    return faults


def _unscaled(title: str, fact: RasterFacts, own: Bands, scaling: Scaling | None) -> list[str]:
    if scaling is None:
        return [
            (
                f"{title} of type {fact.dtype}, expected uint8; tell which numbers become 0 and 255: --scale MIN,MAX "
                "(0,65535 when the whole range is used), or --scale 2%,98% for percentiles"
            )
        ]
    return [
        f"type {fact.dtype}, and no --scale is given for {band}"
        for band in own
        if band in COLOURS and scaling.of(band) is None
    ]


def _place_faults(
    facts: Mapping[str, RasterFacts], master: RasterFacts, *, extent: Bounds | None, crs: str | None
) -> list[str]:
    wanted = crs or master.grid.crs
    strangers = {role: fact for role, fact in facts.items() if fact.grid.crs != wanted}
    faults = [f"{fact.path}: is in {fact.grid.crs}, expected {wanted}" for fact in strangers.values()]
    bounds = extent or master.grid.bounds
    for role in IMAGES:
        if role in facts and role not in strangers:
            faults.extend(f"{facts[role].path}: {fault}" for fault in uncovered(facts[role].grid, bounds))
    return faults


def _size_faults(facts: Mapping[str, RasterFacts], pixel_m: float) -> list[str]:
    return [
        f"{fact.path}: pixels of {fact.grid.told_pixels} m are too fine for pixels of {pixel_m:g} m; bring it "
        "nearer to them first (gdalwarp -r average -tr)"
        for fact in facts.values()
        if pixel_m / min(fact.grid.pixel_size_m) > _TOO_FINE
    ]


def _scales(
    facts: Mapping[str, RasterFacts],
    taken: Mapping[str, Bands],
    scaling: Scaling | None,
    measure: Measure | None,
    *,
    honour: bool,
) -> tuple[dict[str, tuple[tuple[float, float] | None, ...]], list[str]]:
    """For each role the numbers of each band that become 0 and 255; and what is told of them."""
    scales: dict[str, tuple[tuple[float, float] | None, ...]] = dict.fromkeys(taken, ())
    notes, faults = [], []
    for role, own in taken.items():
        fact = facts[role]
        if role not in IMAGES or fact.dtype == "uint8":
            continue
        found: list[tuple[float, float] | None] = []
        for band, index in own.items():
            limits = scaling.of(band) if scaling and band in COLOURS else None
            if limits is None:
                found.append(None)
                continue
            pair = (limits.low, limits.high)
            if limits.percent:
                assert measure is not None
                alone = _band_file(role, fact, {band: index}, _grid(fact.grid, None), honour=honour, scale=())
                pair = measure(alone, limits)
            if not pair[0] < pair[1]:
                faults.append(f"{fact.path}: the percentiles {limits} of {band} are both {pair[0]:g}")
            found.append(pair)
            origin = f" (its percentiles {limits})" if limits.percent else ""
            notes.append(f"{fact.path}: {band}: numbers {pair[0]:g} to {pair[1]:g} become 0 to 255{origin}")
        scales[role] = tuple(found)
    raise_together(faults, kind=ImageryError, remedy="give --scale MIN,MAX for each band that has other than 8 bits")
    return scales, notes


def _band_file(
    role: str,
    fact: RasterFacts,
    bands: Bands,
    grid: Grid,
    *,
    honour: bool,
    scale: tuple[tuple[float, float] | None, ...],
) -> BandFile:
    tiles = tuple(
        Tile(tile.path, tile.grid, tile.masked or tile.has_gaps, _believed(role, tile, honour=honour))
        for tile in fact.tiles
    )
    nodata = None if tiles else _believed(role, fact, honour=honour)
    declared = any(value is not None for value in (nodata, *(tile.nodata for tile in tiles)))
    whole = fact.data_numbers
    return BandFile(
        path=fact.path,
        bands=tuple(bands),
        indexes=tuple(bands.values()),
        grid=fact.grid,
        resampling=_resampling(fact.grid, grid, is_height=role not in IMAGES),
        masked=fact.masked or fact.has_gaps,
        nodata=nodata,
        tiles=tiles,
        scale=scale if any(scale) else (),
        nodata_indexes=whole if declared and role in IMAGES and set(whole) != set(bands.values()) else (),
    )


def _believed(role: str, fact: RasterFacts, *, honour: bool) -> float | None:
    """The declared NoData value where it is believed: not on 8-bit images, where a mask band serves."""
    believed = role not in IMAGES or honour or fact.dtype != "uint8"
    return fact.nodata if believed and not fact.masked else None


def _resampling(grid: AnyGrid, onto: Grid, *, is_height: bool) -> Resampling:
    if any(takes_means(onto.pixel_m, side) for side in grid.pixel_size_m):
        return "average"
    if not isinstance(grid, Grid) or is_height or abs(grid.pixel_m / onto.pixel_m - 1.0) > 1e-4:
        return "bilinear"
    shifts = ((grid.west - onto.west) / onto.pixel_m, (grid.north - onto.north) / onto.pixel_m)
    return "identity" if all(abs(shift - round(shift)) < SAME_PLACE_PX for shift in shifts) else "nearest"
