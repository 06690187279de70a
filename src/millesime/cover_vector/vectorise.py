"""A class raster vectorised tile by tile: read in threads, traced and merged in each tile, stitched."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from millesime.compute import Progress
from millesime.compute.ordered import in_order
from millesime.cover_vector.class_tables import nomenclature_of_values
from millesime.cover_vector.generalise import Generalised, MinArea, any_minimum, require_known, with_borders
from millesime.errors import ImageryError
from millesime.geo.coverage import Affinity, Coverage
from millesime.geo.grid import Window
from millesime.geo.tiling import super_tiles
from millesime.io.raster import BLOCK_PX, RasterReader, ThreadReaders
from millesime.nomenclature import CoverNomenclature

#: Side of the windows in which values are looked for.
_LOOKED_AT_PX = 4 * BLOCK_PX


def vectorise_raster(
    path: str | Path,
    *,
    crs: str | None = None,
    nodata: int | None = 0,
    nomenclature: CoverNomenclature | None = None,
    min_area_m2: MinArea = 0.0,
    affinity: Affinity | None = None,
    tolerance_m: float = 0.0,
    smooth: bool = False,
    tile_px: int | None = None,
    workers: int = 1,
    progress: Progress | None = None,
    require_data: bool = True,
) -> Generalised:
    """A class raster as a coverage: traced, small faces merged, borders smoothed and simplified where asked.

    The result is the same, to the byte, for any size of tile and number of workers.

    Args:
        path: raster of one band of unsigned integers.
        crs: CRS of a raster that has none.
        nodata: value that is outside; None when every pixel is inside.
        nomenclature: names of the values; None calls each value by its number.
        min_area_m2: faces below this area are merged; 0 keeps all.
        affinity: weights of shared borders by (value of the small face, value of the neighbour).
        tolerance_m: see `Coverage.simplify`; 0 keeps all vertices.
        smooth: see `Coverage.smooth`, which comes before the simplification.
        tile_px: side of the tiles that are worked on one at a time.
        workers: threads that share the tiles, then the borders to simplify.
        progress: what people see meanwhile.
        require_data: refuse a raster that is NoData everywhere, rather than make an empty map of it.

    Raises:
        ImageryError: several bands, pixels that are not unsigned integers, an impossible NoData, or no data at all.
        CodeError: values that the nomenclature does not have, with the area of each.
        CrsError: no CRS, or one that contradicts `crs`.
    """
    with ThreadReaders(path, crs=crs) as readers:
        reader = readers.here()
        require_class_raster(reader, nodata=nodata)
        grid = reader.grid
        tiled = Coverage.from_tiles(
            lambda window: readers.here().read(window)[0],
            grid,
            nodata=nodata,
            min_area_m2=min_area_m2 if any_minimum(min_area_m2) else None,
            affinity=affinity,
            tile_px=tile_px,
            run=partial(_run_tiles, workers=workers, progress=progress or Progress()),
        )
    if not tiled.faces_traced and require_data:
        raise ImageryError(f"every pixel is NoData ({nodata})", place=path, remedy="give the true one with --nodata")
    known = nomenclature or nomenclature_of_values(tiled.double_cm2, nodata=nodata)
    require_known(tiled.double_cm2, known, path)
    return with_borders(
        tiled.coverage,
        nomenclature=known,
        covered_m2=sum(tiled.double_cm2.values()) / 20_000.0,
        faces_before=tiled.faces_traced,
        isolated=tiled.isolated,
        tolerance_m=tolerance_m,
        smooth_pixel_m=grid.pixel_m if smooth else None,
        workers=workers,
    )


def _run_tiles(
    work: Callable[[Window], Any], windows: Iterable[Window], *, workers: int, progress: Progress
) -> Iterator[Any]:
    """Work on the tiles in threads, with bounded work ahead."""
    # Not processes: the compiled loops and GDAL leave the interpreter free, and a tile's arrays need not travel.
    listed = list(windows)
    if workers == 1:
        yield from progress.track(map(work, listed), total=len(listed), label="tracing")
        return
    with ThreadPoolExecutor(workers) as pool:
        done = in_order(pool, work, listed, ahead=2 * workers)
        yield from progress.track(done, total=len(listed), label="tracing")


def values_of_raster(path: str | Path, *, nodata: int | None, crs: str | None = None) -> tuple[int, ...]:
    """Values that occur in a class raster, ascending, without NoData."""
    found: set[int] = set()
    with RasterReader(path, crs=crs) as reader:
        require_class_raster(reader, nodata=nodata)
        for window in super_tiles(reader.grid, size_px=_LOOKED_AT_PX):
            found.update(np.unique(reader.read(window)[0]).tolist())
    return tuple(sorted(found - {nodata}))


def require_class_raster(reader: RasterReader, *, nodata: int | None) -> None:
    """Check that a raster holds classes.

    Raises:
        ImageryError: several bands, pixels that are not unsigned integers, or a NoData that no pixel can have.
    """
    if reader.count != 1:
        raise ImageryError(
            f"has {reader.count} bands; a class raster has one",
            place=reader.path,
            remedy="extract the band of classes (gdal_translate -b 1)",
        )
    if reader.dtype.kind != "u" or reader.dtype.itemsize > 4:
        raise ImageryError(
            f"pixels are {reader.dtype}; classes are unsigned integers of 8, 16 or 32 bits",
            place=reader.path,
            remedy="convert it (gdal_translate -ot Byte), after rounding values that are not whole",
        )
    if nodata is not None and not 0 <= nodata <= np.iinfo(reader.dtype).max:
        raise ImageryError(
            f"NoData {nodata} is no value of {reader.dtype} pixels",
            place=reader.path,
            remedy="give the true one (--nodata V), or none (--nodata none)",
        )
