"""Where the layers of a database lie: one file of many layers, a folder of files, or a table layer -> file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from millesime.errors import InputError
from millesime.io.files import local_file
from millesime.io.vector import list_layers

#: A database in `territory.toml`: a GeoPackage, a folder, or a table layer -> file.
Location = Path | Mapping[str, Path]

_VECTOR_SUFFIXES = {".gpkg", ".shp", ".geojson", ".json", ".fgb", ".parquet", ".geoparquet"}


@dataclass(frozen=True)
class LayerFile:
    """A layer found, or claimed by the table."""

    name: str
    """What it is called: the layer's name in its file, the file's name when it holds one layer, or the table's key."""
    path: Path
    layers: tuple[str, ...]
    """The layers of the file among which it is; a single one unless a table names a file of several layers."""


def layer_files(location: Location) -> tuple[LayerFile, ...]:
    """The layers of a database, in an order that does not depend on the file system.

    Raises:
        InputError: a file is missing or cannot be read, or a folder holds no vector file.
    """
    if isinstance(location, Mapping):
        return tuple(LayerFile(name, Path(path), list_layers(path)) for name, path in sorted(location.items()))
    found = local_file(location)
    if found.is_file():
        return tuple(LayerFile(layer, found, (layer,)) for layer in sorted(list_layers(found)))
    files = sorted(path for path in found.rglob("*") if path.suffix.lower() in _VECTOR_SUFFIXES)
    if not files:
        raise InputError(
            "the folder holds no vector file",
            place=found,
            remedy=f"give a folder of {', '.join(sorted(_VECTOR_SUFFIXES))} files, one per layer",
        )
    return tuple(entry for file in files for entry in _layers_of(file))


def _layers_of(file: Path) -> tuple[LayerFile, ...]:
    layers = list_layers(file)
    if len(layers) == 1:
        return (LayerFile(file.stem, file, layers),)
    return tuple(LayerFile(layer, file, (layer,)) for layer in sorted(layers))
