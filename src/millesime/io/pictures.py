"""Pictures for people: a small view of an image, and its encoding for a page."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import Resampling
from rasterio.errors import NotGeoreferencedWarning, RasterioIOError
from rasterio.io import MemoryFile
from rasterio.windows import from_bounds

from millesime.errors import ImageryError
from millesime.geo.grid import Bounds
from millesime.io.files import local_file


def read_picture(path: str | Path, bounds: Bounds, *, shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Red, green and blue of a part of an image, at the size of a picture; overviews serve when there are some.

    Args:
        path: image of 8 bits whose first three bands are red, green and blue.
        bounds: west, south, east, north in the CRS of the image; what lies outside it is white.
        shape: height and width of the picture, in pixels.

    Returns:
        array of shape (3, height, width).

    Raises:
        ImageryError: not an image of three 8-bit bands or more, or damaged.
    """
    file = local_file(path)
    try:
        with rasterio.open(file) as dataset:
            if dataset.count < 3 or dataset.dtypes[0] != "uint8":
                raise ImageryError(
                    f"has {dataset.count} bands of {dataset.dtypes[0]}",
                    place=file,
                    remedy="give an image of three bands of 8 bits: red, green, blue",
                )
            return _pasted(dataset, bounds, shape)
    except RasterioIOError as error:
        raise ImageryError(f"cannot be read ({error})", place=file, remedy="check the file") from error


def _pasted(dataset: Any, bounds: Bounds, shape: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """The part of the picture that the image covers, on white."""
    west, south, east, north = bounds
    picture = np.full((3, *shape), 255, dtype=np.uint8)
    held = dataset.bounds
    shared = (max(west, held.left), max(south, held.bottom), min(east, held.right), min(north, held.top))
    if shared[0] >= shared[2] or shared[1] >= shared[3]:
        return picture
    across, down = shape[1] / (east - west), shape[0] / (north - south)
    left, right = round((shared[0] - west) * across), round((shared[2] - west) * across)
    top, bottom = round((north - shared[3]) * down), round((north - shared[1]) * down)
    if right > left and bottom > top:
        picture[:, top:bottom, left:right] = dataset.read(
            [1, 2, 3],
            window=from_bounds(*shared, transform=dataset.transform),
            out_shape=(3, bottom - top, right - left),
            resampling=Resampling.average,
        )
    return picture


def encode_jpeg(pixels: npt.NDArray[np.uint8], *, quality: int) -> bytes:
    """Encode an array of shape (3, height, width) as a JPEG file in memory."""
    _, height, width = pixels.shape
    profile: dict[str, Any] = {"driver": "JPEG", "width": width, "height": height, "count": 3, "dtype": "uint8"}
    with warnings.catch_warnings():
        # A picture of a page has no place on earth.
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with MemoryFile() as memory:
            with memory.open(**profile, QUALITY=quality) as dataset:
                dataset.write(pixels)
            return memory.read()
