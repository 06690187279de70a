"""From a class raster to a map that people can use: small faces merged, borders smoothed and straightened."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import rasterio

from millesime.compute import Progress
from millesime.cover_raster.threads import in_order
from millesime.cover_vector.class_tables import nomenclature_of_values
from millesime.cover_vector.product import CoverVector
from millesime.errors import CodeError, ImageryError
from millesime.geo.coverage import Affinity, Coverage, merge_small_faces
from millesime.geo.grid import Window
from millesime.io.raster import BLOCK_PX, RasterReader
from millesime.nomenclature import CoverNomenclature

_BLOCK_CACHE_MB = 64

MinArea = float | Mapping[int, float]
"""A minimum area in m², or one by value (values that are absent have none)."""


@dataclass(frozen=True)
class Generalised:
    """A generalised cover and what it took."""

    cover: CoverVector

    covered_m2: float
    """Area of the raster that has data."""

    faces_before: int
    merged: int
    """Faces merged away."""

    isolated: int
    """Faces left below their minimum, as there is nothing beside them to merge into."""

    vertices_before: int
    vertices_after: int
    """Vertices of all borders, before and after the simplification."""

    area_drift_m2: float
    """Area that changed class by simplification: half the sum of the changes of all faces, at least."""

    total_drift_m2: float
    """Change of the total area by simplification; not zero only along borders of NoData."""


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
    with _Readers(path, crs=crs) as readers:
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
    return _with_borders(
        tiled.coverage,
        nomenclature=known,
        covered_m2=sum(tiled.double_cm2.values()) / 20_000.0,
        faces_before=tiled.faces_traced,
        isolated=tiled.isolated,
        tolerance_m=tolerance_m,
        smooth_pixel_m=grid.pixel_m if smooth else None,
        workers=workers,
    )


class _Readers:
    """One reader of a raster for each thread, as handles are not shared by threads; closed together."""

    def __init__(self, path: str | Path, *, crs: str | None) -> None:
        self._open = partial(RasterReader, path, crs=crs)
        self._local = threading.local()
        self._opened = ExitStack()
        # Windows are read once: more decoded blocks than those of a window are kept for nothing.
        self._opened.enter_context(rasterio.Env(GDAL_CACHEMAX=_BLOCK_CACHE_MB))

    def here(self) -> RasterReader:
        """The reader of this thread."""
        if not hasattr(self._local, "reader"):
            self._local.reader = self._opened.enter_context(self._open())
        reader: RasterReader = self._local.reader
        return reader

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()


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
        for band in _bands(reader):
            found.update(np.unique(band).tolist())
    return tuple(sorted(found - {nodata}))


def require_known(double_cm2: Mapping[int, int], nomenclature: CoverNomenclature, place: str | Path) -> None:
    """Check that all values are classes.

    Args:
        double_cm2: twice the area of each value in cm².
        nomenclature: the classes.
        place: the raster, for the message.

    Raises:
        CodeError: values that are not classes, with the area of each.
    """
    unknown = [
        f"{value} ({area / 20_000.0:,.0f} m²)" for value, area in double_cm2.items() if value not in nomenclature.values
    ]
    if unknown:
        raise CodeError(
            f"pixel values that are not classes of {nomenclature.name!r}: {', '.join(unknown)}",
            place=place,
            remedy="give the table of this raster with --classes, or its --nodata",
        )


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


def trace(reader: RasterReader, *, nodata: int | None, progress: Progress) -> Coverage:
    """The faces of a class raster, read band by band; errors of `require_class_raster`."""
    require_class_raster(reader, nodata=nodata)
    bands = progress.track(_bands(reader), total=-(-reader.grid.height // BLOCK_PX), label="tracing")
    return Coverage.from_bands(bands, reader.grid, dtype=reader.dtype, nodata=nodata)


def _bands(reader: RasterReader) -> Iterator[npt.NDArray[Any]]:
    for row in range(0, reader.grid.height, BLOCK_PX):
        window = Window(row, 0, min(BLOCK_PX, reader.grid.height - row), reader.grid.width)
        yield reader.read(window)[0]


def generalise(
    raw: Coverage,
    *,
    nomenclature: CoverNomenclature,
    min_area_m2: MinArea = 0.0,
    affinity: Affinity | None = None,
    tolerance_m: float = 0.0,
    smooth_pixel_m: float | None = None,
) -> Generalised:
    """Merge small faces, then smooth and simplify borders; nothing of it where the parameter is 0.

    Args:
        raw: faces of a class raster.
        nomenclature: classes of its values.
        min_area_m2: area below which a face is merged, for all or by value.
        affinity: weights of shared borders by (value of the small face, value of the neighbour).
        tolerance_m: see `Coverage.simplify`.
        smooth_pixel_m: side of the pixels, to smooth borders first (see `Coverage.smooth`); None does not.
    """
    isolated, whole = 0, raw
    if any_minimum(min_area_m2):
        done = merge_small_faces(raw, min_area_m2=min_area_m2, affinity=affinity)
        isolated, whole = done.isolated, done.coverage
    return _with_borders(
        whole,
        nomenclature=nomenclature,
        covered_m2=raw.total_area_m2,
        faces_before=len(raw),
        isolated=isolated,
        tolerance_m=tolerance_m,
        smooth_pixel_m=smooth_pixel_m,
        workers=1,
    )


def _with_borders(
    whole: Coverage,
    *,
    nomenclature: CoverNomenclature,
    covered_m2: float,
    faces_before: int,
    isolated: int,
    tolerance_m: float,
    smooth_pixel_m: float | None,
    workers: int,
) -> Generalised:
    """Smooth and simplify the borders of merged faces, and tell what it took."""
    smoothed = whole if smooth_pixel_m is None else whole.smooth(pixel_m=smooth_pixel_m)
    simple = smoothed.simplify(tolerance_m=tolerance_m, threads=workers)
    change = simple.double_areas - whole.double_areas
    return Generalised(
        CoverVector(simple, nomenclature),
        covered_m2=covered_m2,
        faces_before=faces_before,
        merged=faces_before - len(whole),
        isolated=isolated,
        vertices_before=len(whole.vertices),
        vertices_after=len(simple.vertices),
        area_drift_m2=int(np.abs(change).sum()) / 40_000.0,
        total_drift_m2=int(change.sum()) / 20_000.0,
    )


def any_minimum(min_area_m2: MinArea) -> bool:
    """Whether there is a minimum area at all."""
    return (max(min_area_m2.values(), default=0.0) if isinstance(min_area_m2, Mapping) else min_area_m2) > 0
