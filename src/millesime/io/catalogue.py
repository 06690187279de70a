"""What a file holds, for checks that follow references between files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyogrio

from millesime.io.raster import RasterReader
from millesime.io.vector import list_layers

_RASTERS = {".tif", ".tiff", ".jp2", ".vrt"}


def describe_file(path: Path) -> Mapping[str, frozenset[str]] | None:
    """Layers of a file and the attributes of each; a raster is one layer called ''; None when there is no file.

    Raises:
        InputError: the file cannot be read.
    """
    if not path.is_file():
        return None
    if path.suffix.lower() in _RASTERS:
        with RasterReader(path):
            return {"": frozenset()}
    return {
        layer: frozenset(str(name) for name in pyogrio.read_info(path, layer=layer)["fields"])
        for layer in list_layers(path)
    }
