"""Rasters in and out: windows read from one handle, products written as Cloud Optimized GeoTIFF.

Class rasters carry their nomenclature: its name, and the name and colour of each class, in the file's tags.
"""

from __future__ import annotations

import contextlib
import json
import threading
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import rasterio
import rasterio.shutil
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
from rasterio.windows import Window as RasterioWindow

from millesime.errors import ImageryError, InputError
from millesime.geo.grid import AnyGrid, Grid, OblongGrid, Window
from millesime.io.crs import resolve_crs
from millesime.io.files import local_file, named_when_full
from millesime.io.virtual_raster import Parts, filled, require_sources
from millesime.nomenclature import CoverClass, CoverNomenclature

#: Side of the blocks of every raster product, in pixels.
BLOCK_PX = 512

#: Decoded blocks that GDAL keeps while windows are read once, in bytes: without a bound it takes a share of all memory.
_BLOCK_CACHE_BYTES = 64 << 20

_TAG = "MILLESIME_NOMENCLATURE"

#: Pixel sides may differ by this share: producers write 0.19999999999963 for 0.20.
_PIXEL_TOLERANCE = 1e-4


def _open(path: str | Path) -> Any:
    file = local_file(path)
    if file.suffix.lower() == ".vrt":
        require_sources(file)
    try:
        with warnings.catch_warnings():
            # A raster without georeference is told by an error of ours, with its remedy.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            return rasterio.open(file)
    except RasterioIOError as error:
        raise ImageryError(f"cannot be read as a raster ({error})", place=file, remedy="check the file") from error


def _cause(error: BaseException) -> str:
    """The driver's own words, which name the damaged file of a mosaic; rasterio hides them behind its own."""
    return str(error.__cause__ or error)


def _place_of(dataset: Any, path: Path, crs: str | None) -> AnyGrid:
    code = resolve_crs(dataset.crs.to_wkt() if dataset.crs else None, given=crs, place=path)
    place = dataset.transform
    if place.is_identity:
        raise ImageryError(
            "the raster has no georeference: where its pixels lie is not known",
            place=path,
            remedy="put its world file (.tfw, .j2w, .jgw) beside it, or georeference it (gdal_edit -a_ullr)",
        )
    if abs(place.b) > 1e-9 or abs(place.d) > 1e-9:
        raise ImageryError("the raster is rotated", place=path, remedy="warp it to a north-up grid (gdalwarp)")
    if place.a <= 0 or place.e >= 0:
        raise ImageryError("the raster is not north up", place=path, remedy="warp it to a north-up grid (gdalwarp)")
    west, north, across = round(place.c, 6), round(place.f, 6), round(place.a, 6)
    if abs(place.a + place.e) > _PIXEL_TOLERANCE * place.a:
        return OblongGrid(code, west, north, across, round(-place.e, 6), dataset.width, dataset.height)
    return Grid(code, west, north, across, dataset.width, dataset.height)


def read_grid(path: str | Path, *, crs: str | None = None) -> Grid:
    """The pixel grid of a raster; `crs` serves when the file has none.

    Raises:
        ImageryError: not a raster, rotated, south up, or pixels that are not square.
        CrsError: no CRS, or one that is not recognised or contradicts `crs`.
    """
    with RasterReader(path, crs=crs) as reader:
        return reader.grid


class RasterReader:
    """One open raster. Open it where it is used: handles do not survive a fork and are not shared by threads.

    Args:
        path: the file.
        crs: serves when the file has none.
        square: refuse pixels that are not square.

    Raises:
        ImageryError: not a raster, rotated, south up, or pixels that are not square.
        CrsError: no CRS, or one that is not recognised or contradicts `crs`.
    """

    def __init__(self, path: str | Path, *, crs: str | None = None, square: bool = True) -> None:
        self.path = Path(path)
        self._dataset = _open(path)
        try:
            self.place: AnyGrid = _place_of(self._dataset, self.path, crs)
            if square:
                _ = self.grid
        except BaseException:
            self._dataset.close()
            raise
        self.count: int = self._dataset.count
        self.dtype = np.dtype(self._dataset.dtypes[0])
        kinds = zip(self._dataset.dtypes, self._dataset.colorinterp, strict=True)
        types = [dtype for dtype, meaning in kinds if meaning != ColorInterp.alpha]
        if len(set(types)) > 1:
            told = ", ".join(types)
            self._dataset.close()
            raise ImageryError(
                f"bands of different types: {told}",
                place=self.path,
                remedy="give heights apart, by --height or --dsm and --dtm; or make one type of them: gdal_translate",
            )
        self.nodata: float | None = self._dataset.nodata
        self.has_alpha: bool = ColorInterp.alpha in self._dataset.colorinterp
        flags = self._dataset.mask_flag_enums[0]
        self.has_mask: bool = self.has_alpha or MaskFlags.per_dataset in flags
        # A mask band beside an alpha band hides the latter from GDAL's flags.
        self.has_mask_band: bool = MaskFlags.per_dataset in flags and MaskFlags.alpha not in flags
        self.has_palette: bool = ColorInterp.palette in self._dataset.colorinterp
        self.descriptions: tuple[str, ...] = tuple(name or "" for name in self._dataset.descriptions)
        self.tags: Mapping[str, str] = dict(self._dataset.tags())
        self._filled = filled(self.path, self.place) if self.path.suffix.lower() == ".vrt" else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._dataset.close()

    @property
    def grid(self) -> Grid:
        """Where its square pixels lie.

        Raises:
            ImageryError: they are not square.
        """
        if isinstance(self.place, OblongGrid):
            raise ImageryError(
                f"pixels are not square: {self.place.told_pixels} m",
                place=self.path,
                remedy="warp it to square pixels (gdalwarp -tr)",
            )
        return self.place

    @property
    def alpha(self) -> int:
        """Number of the band marked as alpha, from 1; 0 when there is none."""
        return self._dataset.colorinterp.index(ColorInterp.alpha) + 1 if self.has_alpha else 0

    @property
    def has_gaps(self) -> bool:
        """Whether it is a virtual raster with places that no file fills."""
        return self._filled is not None

    def read(self, window: Window | None = None, *, bands: Sequence[int] | None = None) -> npt.NDArray[Any]:
        """Pixels of a window that lies inside the grid (the whole raster by default).

        Args:
            window: rows and columns to read.
            bands: band numbers from 1; all by default.

        Returns:
            array of shape (bands, height, width).

        Raises:
            ImageryError: the window reaches out of the grid, or the file is damaged there.
        """
        rectangle = window or self.place.whole
        if rectangle.clipped(self.place) != rectangle:
            raise ImageryError(f"{rectangle} reaches out of the raster", place=self.path)
        with self._told_when_damaged(rectangle) as place:
            return self._dataset.read(list(bands) if bands is not None else None, window=place)

    def valid(self, window: Window | None = None) -> npt.NDArray[np.bool_]:
        """Where the file itself says that there is data, of shape (height, width).

        An alpha or mask band says so; a declared NoData value when there is neither; and a virtual raster has nothing
        where no file of it lies.

        Raises:
            ImageryError: the file is damaged there.
        """
        rectangle = window or self.place.whole
        if self._filled is not None and not self.has_mask:
            return self._is_filled(rectangle, self._filled)
        with self._told_when_damaged(rectangle) as place:
            if self.has_alpha:
                # Asked for a mask, GDAL would let a declared NoData value win over the alpha band.
                known = self._dataset.read(self.alpha, window=place) != 0
            else:
                known = self._dataset.dataset_mask(window=place) != 0
        return known if self._filled is None else known & self._is_filled(rectangle, self._filled)

    def _is_filled(self, rectangle: Window, bands: Sequence[Parts]) -> npt.NDArray[np.bool_]:
        """Where all bands are: a pixel without one of them shows something else than what is there."""
        known = np.ones(rectangle.shape, dtype=np.bool_)
        for parts in bands:
            here = np.zeros(rectangle.shape, dtype=np.bool_)
            for part in parts:
                if (common := part.common(rectangle)) is not None:
                    here[common.relative_to(rectangle).slices] = True
            known &= here
        return known

    @contextlib.contextmanager
    def _told_when_damaged(self, rectangle: Window) -> Iterator[RasterioWindow]:
        try:
            yield RasterioWindow(rectangle.col, rectangle.row, rectangle.width, rectangle.height)
        except RasterioIOError as error:
            raise ImageryError(
                f"rows {rectangle.row} to {rectangle.row + rectangle.height - 1}, columns {rectangle.col} to "
                f"{rectangle.col + rectangle.width - 1} cannot be read ({_cause(error)})",
                place=self.path,
                remedy="the file is damaged: fetch it again",
            ) from error

    def class_table(self) -> CoverNomenclature | None:
        """The nomenclature that the file carries in its tags, None when it carries none."""
        text = self.tags.get(_TAG)
        if text is None:
            return None
        try:
            table = json.loads(text)
            return CoverNomenclature(
                name=table["name"],
                version=table["version"],
                classes=tuple(
                    CoverClass(int(row["value"]), row["name"], row["colour"], row.get("cs_code"))
                    for row in table["classes"]
                ),
                nodata=table["nodata"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ImageryError(
                f"the tag {_TAG} is damaged ({error})", place=self.path, remedy="write the raster again"
            ) from error


def read_class_table(path: str | Path) -> CoverNomenclature | None:
    """The nomenclature that a class raster carries in its tags, None when it carries none."""
    dataset = _open(path)
    dataset.close()
    with RasterReader(path) as reader:
        return reader.class_table()


def nomenclature_tags(nomenclature: CoverNomenclature) -> dict[str, str]:
    """The tags by which a class raster carries its nomenclature."""
    rows = [
        {"value": item.value, "name": item.name, "colour": item.colour, "cs_code": item.cs_code}
        for item in nomenclature.classes
    ]
    table = {
        "name": nomenclature.name,
        "version": nomenclature.version,
        "nodata": nomenclature.nodata,
        "classes": rows,
    }
    return {_TAG: json.dumps(table, ensure_ascii=False)}


def new_geotiff(
    path: str | Path,
    grid: Grid,
    *,
    dtype: str,
    count: int = 1,
    nodata: float | None = None,
    nomenclature: CoverNomenclature | None = None,
    tags: Mapping[str, str] | None = None,
    band_names: Sequence[str] = (),
    **layout: Any,
) -> Any:
    """A GeoTIFF in blocks of `BLOCK_PX`, open to be written; `layout` are options of its driver."""
    dataset = rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=grid.width,
        height=grid.height,
        count=count,
        dtype=dtype,
        crs=grid.crs,
        transform=grid.transform,
        nodata=nodata,
        tiled=True,
        blockxsize=BLOCK_PX,
        blockysize=BLOCK_PX,
        photometric="rgb" if count == 3 else "minisblack" if nomenclature is None else "palette",
        **layout,
    )
    for band, name in enumerate(band_names, start=1):
        dataset.set_band_description(band, name)
    dataset.update_tags(**(tags or {}))
    if nomenclature is not None:
        dataset.write_colormap(1, nomenclature.colour_table())
        dataset.update_tags(**nomenclature_tags(nomenclature))
    return dataset


class CogWriter:
    """A raster product written window by window, then laid out as a Cloud Optimized GeoTIFF.

    The file appears under its name when the block ends well, and not at all otherwise. The same pixels give the
    same bytes, in whatever order the windows come.
    """

    def __init__(
        self,
        path: str | Path,
        grid: Grid,
        *,
        dtype: str,
        count: int = 1,
        overview: str = "nearest",
        threads: int = 2,
        **facts: Any,
    ) -> None:
        """Begin a raster; `facts` are those of `new_geotiff`."""
        self.path, self.grid, self.threads = Path(path), grid, threads
        if not self.path.parent.is_dir():
            raise InputError("no such folder", place=self.path.parent, remedy="create it first")
        self._overview = overview.upper()
        self._predictor = "YES" if np.dtype(dtype).kind == "f" else "NO"
        self._rough = self.path.with_name(f".{self.path.name}.rough.tif")
        self._laid_out = self.path.with_name(f".{self.path.name}.cog.tif")
        with named_when_full(self.path):
            self._dataset = new_geotiff(
                self._rough,
                grid,
                dtype=dtype,
                count=count,
                **facts,
                bigtiff="IF_SAFER",
                sparse_ok=True,
                # Bands of a colour image lie together, as viewers read them.
                interleave="pixel" if count in {3, 4} else "band",
            )

    def __enter__(self) -> Self:
        return self

    def write(self, pixels: npt.NDArray[Any], window: Window | None = None) -> None:
        """Write the pixels of a window: (height, width), or (bands, height, width)."""
        rectangle = window or self.grid.whole
        values = pixels[np.newaxis] if pixels.ndim == 2 else pixels
        if values.shape[1:] != rectangle.shape:
            raise ImageryError(f"{values.shape[1:]} pixels do not fill {rectangle}", place=self.path)
        with named_when_full(self.path):
            self._dataset.write(
                values, window=RasterioWindow(rectangle.col, rectangle.row, rectangle.width, rectangle.height)
            )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            with named_when_full(self.path):
                self._dataset.close()
                if kind is None:
                    self._lay_out()
                    self._laid_out.replace(self.path)
        finally:
            for leftover in (self._rough, self._laid_out):
                for file in (leftover, leftover.with_name(f"{leftover.name}.aux.xml")):
                    file.unlink(missing_ok=True)

    def _lay_out(self) -> None:
        with rasterio.Env(GDAL_NUM_THREADS=str(self.threads)):
            rasterio.shutil.copy(
                self._rough,
                self._laid_out,
                driver="COG",
                compress="DEFLATE",
                level=6,
                predictor=self._predictor,
                blocksize=BLOCK_PX,
                overview_resampling=self._overview,
                bigtiff="IF_SAFER",
                num_threads=self.threads,
            )


def write_raster(path: str | Path, pixels: npt.NDArray[Any], grid: Grid, **options: Any) -> None:
    """Write a raster held in memory, (height, width) or (bands, height, width), as a COG; options of `CogWriter`."""
    count = 1 if pixels.ndim == 2 else pixels.shape[0]
    with CogWriter(path, grid, dtype=str(pixels.dtype), count=count, **options) as writer:
        writer.write(pixels)


@contextlib.contextmanager
def bounded_cache() -> Iterator[None]:
    """Keep few decoded blocks of rasters in memory, in the whole process, while the block runs."""
    with rasterio.Env(GDAL_CACHEMAX=_BLOCK_CACHE_BYTES):
        yield


class ThreadReaders:
    """One reader of a raster for each thread, as handles are not shared by threads; closed together."""

    def __init__(self, path: str | Path, *, crs: str | None) -> None:
        self._open = partial(RasterReader, path, crs=crs)
        self._local = threading.local()
        self._opened = ExitStack()
        # Windows are read once: more decoded blocks than those of a window are kept for nothing.
        self._opened.enter_context(bounded_cache())

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
