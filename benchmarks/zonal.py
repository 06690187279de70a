"""Zonal majority: the class counts of parcels, 4,026 of them at 8192 px, and the most frequent class of each."""

from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import rasterio.features
import shapely

from benchmarks import _inputs
from benchmarks._measure import Contender, run_row
from benchmarks._peers import module_missing
from benchmarks._raster import CLASSES, CRS, grid_of
from millesime.geo.coverage import Coverage, zonal_counts
from millesime.geo.coverage.zonal import ZonalCounts, zonal_counts_of_bands
from millesime.geo.grid import Window
from millesime.io.raster import RasterReader

BENCHMARK = "zonal"
FILES = "millesime, files"
_PARCELS_PER_PX2 = 4026 / 8192**2
_BAND_ROWS = 512
Given = tuple[Any, np.ndarray]


def parcels(px: int) -> Any:
    """Cells around points strewn evenly, as a valid coverage on the 1 cm grid that fills the raster."""
    west, south, east, north = grid_of(px).bounds
    rng = np.random.default_rng(7)
    number = round(_PARCELS_PER_PX2 * px**2)
    points = np.stack([rng.uniform(west, east, number), rng.uniform(south, north, number)], axis=1)
    frame = shapely.box(west, south, east, north)
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(points), extend_to=frame))
    return Coverage.from_polygons(shapely.intersection(cells, frame), crs=CRS).to_polygons()


def _in_memory(px: int) -> Given:
    return parcels(px), _inputs.labels(px)


def _ours(given: Given) -> ZonalCounts:
    polygons, labels = given
    return zonal_counts(polygons, labels, grid_of(labels.shape[0]), threads=_inputs.THREADS)


def _majority_facts(given: Given, majority: np.ndarray) -> dict[str, Any]:
    """Share of the parcels whose majority is that of masks made one by one, for some of them."""
    polygons, labels = given
    chosen = np.arange(0, len(polygons), max(len(polygons) // 200, 1))
    equal = [
        np.bincount(labels[window][mask], minlength=CLASSES + 1).argmax() == majority[place]
        for place in chosen
        for window, mask in [_mask(polygons[place], labels.shape[0])]
        if mask.any()
    ]
    return {"polygons": len(polygons), "majority_as_by_masks": round(float(np.mean(equal)), 4), "pixels": labels.size}


def _mask(polygon: Any, px: int) -> tuple[tuple[slice, slice], np.ndarray]:
    grid = grid_of(px)
    window = grid.window_of(polygon.bounds).clipped(grid)
    mask = rasterio.features.rasterize([(polygon, 1)], out_shape=window.shape, transform=grid.crop(window).transform)
    return window.slices, mask == 1


def _our_facts(given: Given, done: ZonalCounts) -> dict[str, Any]:
    return {
        **_majority_facts(given, done.majority()),
        "pixels_counted_twice_or_never": int(abs(done.counts.sum() - given[1].size)),
    }


def _files(px: int) -> tuple[Any, Path]:
    return parcels(px), _inputs.raster_file(px)


def _our_files(given: tuple[Any, Path]) -> ZonalCounts:
    polygons, path = given
    with RasterReader(path) as reader:
        grid = reader.grid
        bands = (
            (row, reader.read(Window(row, 0, min(_BAND_ROWS, grid.height - row), grid.width))[0])
            for row in range(0, grid.height, _BAND_ROWS)
        )
        return zonal_counts_of_bands(polygons, bands, grid, dtype=reader.dtype)


def _frame(px: int) -> tuple[Any, Path]:
    return geopandas.GeoDataFrame(geometry=parcels(px), crs=CRS), _inputs.raster_file(px)


def _exactextract(given: tuple[Any, Path]) -> Any:
    from exactextract import exact_extract

    return exact_extract(str(given[1]), given[0], ["majority"], output="pandas")


def _with_labels(path: Path) -> np.ndarray:
    with rasterio.open(path) as file:
        return file.read(1)


def _rasterize(given: Given) -> np.ndarray:
    polygons, labels = given
    zones = rasterio.features.rasterize(
        zip(polygons, range(1, len(polygons) + 1), strict=True),
        out_shape=labels.shape,
        transform=grid_of(labels.shape[0]).transform,
        dtype="int32",
    )
    size = (len(polygons) + 1) * (CLASSES + 1)
    return np.bincount((zones * (CLASSES + 1) + labels).ravel(), minlength=size).reshape(-1, CLASSES + 1)[1:]


CONTENDERS = (
    Contender("millesime", _in_memory, _ours, _our_facts),
    Contender(
        "rasterize + bincount", _in_memory, _rasterize, lambda given, counts: _majority_facts(given, counts.argmax(1))
    ),
    Contender(
        FILES, _files, _our_files, lambda given, done: _our_facts((given[0], _with_labels(given[1])), done),
        against=FILES,
    ),
    Contender(
        "exactextract", _frame, _exactextract,
        lambda given, done: _majority_facts(
            (given[0].geometry.to_numpy(), _with_labels(given[1])), done["majority"].to_numpy()
        ),
        missing=lambda: module_missing("exactextract"), against=FILES,
    ),
)  # fmt: skip


def main() -> None:
    run_row(BENCHMARK, __name__, CONTENDERS)
