"""What a file holds, for checks that follow references between files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyogrio
import pyogrio.errors

from millesime.errors import InputError
from millesime.io.raster import RasterReader

_RASTERS = {".tif", ".tiff", ".jp2", ".vrt"}


def describe_file(path: Path) -> Mapping[str, frozenset[str]] | None:
    """Layers and tables of a file, and the attributes of each; None when there is no file.

    A raster is one layer called ''.

    Raises:
        InputError: the file cannot be read.
    """
    if not path.is_file():
        return None
    if path.suffix.lower() in _RASTERS:
        with RasterReader(path):
            return {"": frozenset()}
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    except pyogrio.errors.DataSourceError as error:
        raise InputError(f"cannot be read as a vector file ({error})", place=path, remedy="check the file") from error
    return {layer: frozenset(str(name) for name in pyogrio.read_info(path, layer=layer)["fields"]) for layer in layers}
