"""imagery: the bands of one vintage on one grid, checked before the first pixel is computed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
from pydantic import BaseModel, ConfigDict

from millesime.compute import StepContext
from millesime.errors import ImageryError, InputError
from millesime.geo.grid import Bounds, Grid
from millesime.geo.tiling import super_tiles
from millesime.imagery.assemble import SEPARATE_ROLES, RasterFacts, assemble
from millesime.imagery.product import BandFile, HeightCoding, Imagery, to_json
from millesime.imagery.reader import ImageryReader
from millesime.io.raster import RasterReader
from millesime.io.workspace import Summary

STEP_VERSION = 1

_TILE_PX = 2048


class Parameters(BaseModel):
    """Parameters of the step, from `[parameters.imagery]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    honour_ortho_nodata: bool = False
    """Believe a NoData value declared on an 8-bit orthophoto. Such a value is mostly wrong: 255 makes white roofs
    vanish; an alpha or mask band is always believed."""


def describe(
    files: Mapping[str, Path],
    *,
    extent: Bounds | None = None,
    file_crs: str | None = None,
    crs: str | None = None,
    height_coding: HeightCoding = "flair8",
    honour_ortho_nodata: bool = False,
    root: Path | None = None,
) -> Imagery:
    """Examine the files of one vintage and put them on one grid.

    Args:
        files: by role: rgb, irc, dsm and dtm; or image alone, with five bands.
        extent: what must be covered; everything that the colour orthophoto covers by default.
        file_crs: the CRS of files that tell none.
        crs: the CRS that all must be in; that of the colour orthophoto by default.
        height_coding: how the height band of an image is coded.
        honour_ortho_nodata: see `Parameters`.
        root: folder that paths inside it are noted from.

    Raises:
        ImageryError: tells every fault of every file.
    """
    missing = [role for role in SEPARATE_ROLES if role not in files] if "image" not in files else []
    faults = [f"no {role} file is given" for role in missing]
    facts = {}
    for role, path in files.items():
        try:
            facts[role] = _examine(path, crs=file_crs, root=root)
        except InputError as error:
            faults.append(f"{error.place}: {error.message}" + (f" ({error.remedy})" if error.remedy else ""))
    return assemble(
        facts,
        extent=extent,
        crs=crs,
        height_coding=height_coding,
        honour_ortho_nodata=honour_ortho_nodata,
        earlier_faults=faults,
    )


def _examine(path: Path, *, crs: str | None, root: Path | None) -> RasterFacts:
    with RasterReader(path, crs=crs) as reader:
        inside = root is not None and path.is_relative_to(root)
        return RasterFacts(
            path=path.relative_to(root).as_posix() if inside and root is not None else str(path),
            grid=reader.grid,
            count=reader.count,
            dtype=str(reader.dtype),
            nodata=reader.nodata,
            masked=reader.has_mask,
            has_alpha=reader.has_alpha,
        )


@contextlib.contextmanager
def open_imagery(imagery: Imagery, *, root: Path | None = None) -> Iterator[ImageryReader]:
    """Open the files of an imagery; paths that are not absolute start at `root`.

    Raises:
        ImageryError: a file is no longer what was described.
    """
    with contextlib.ExitStack() as stack:
        sources = []
        for file in imagery.files:
            source = stack.enter_context(RasterReader((root or Path()) / file.path, crs=file.grid.crs))
            if source.grid != file.grid:
                raise ImageryError("has changed since it was described", place=file.path, remedy="run imagery again")
            sources.append(source)
        yield ImageryReader(imagery, sources)


def run(context: StepContext) -> Summary:
    """Describe the bands of the vintage."""
    assert isinstance(context.parameters, Parameters)
    names = {"rgb": "ortho_rgb", "irc": "ortho_irc", "dsm": "dsm", "dtm": "dtm"}
    found = {role: context.source(name) for role, name in names.items()}
    imagery = describe(
        {role: path for role, path in found.items() if isinstance(path, Path)},
        extent=context.territory.extent,
        file_crs=context.vintage.crs,
        crs=context.territory.crs,
        honour_ortho_nodata=context.parameters.honour_ortho_nodata,
        root=context.workspace.root,
    )
    context.output().write_text(to_json(imagery), encoding="utf-8")
    areas = {
        f"without_{band}": _without_data_m2(file, imagery, root=context.workspace.root)
        for band in ("surface", "terrain")
        for file in imagery.giving(band)
    }
    return Summary(
        counts={"pixels": imagery.area.height * imagery.area.width}, areas_m2=areas, notes=list(imagery.notes)
    )


def _without_data_m2(file: BandFile, imagery: Imagery, *, root: Path) -> float:
    """Area of the mapped extent where a height model has nothing, in m², counted in its own pixels."""
    area: Grid = imagery.area_grid
    cells = file.grid.window_of(area.bounds)
    known = 0
    with RasterReader(root / file.path, crs=file.grid.crs) as source:
        for tile in super_tiles(file.grid.crop(cells), size_px=_TILE_PX):
            window = type(tile)(tile.row + cells.row, tile.col + cells.col, tile.height, tile.width)
            with contextlib.suppress(ImageryError):  # a tile outside the file has nothing
                values = source.read(window.clipped(file.grid), bands=file.indexes)[0]
                known += int((np.isfinite(values) & (values != file.nodata)).sum())
    return float(cells.height * cells.width - known) * file.grid.pixel_m**2
