"""The layers of opened files, each with the names that may tell what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas

from millesime.errors import CrsError
from millesime.io.archives import VectorFiles
from millesime.io.vector import list_layers, read_vector
from millesime.sources.ocsge.names import read_name

#: Folders around what the user gave tell something only when they are called like a delivery.
_OFFICIAL = re.compile(r"ocs-?ge", re.IGNORECASE)


@dataclass(frozen=True)
class RawLayer:
    """One layer of geometries as read."""

    name: str
    """'OCCUPATION_SOL' in a single file, 'folder/file.gpkg/OCCUPATION_SOL' in a folder or an archive."""
    frame: geopandas.GeoDataFrame
    """As in the file; the geometry column is `geometry`, the CRS an authority code."""
    names: tuple[str, ...]
    """Of the layer, its file, its folders and its archive, innermost first."""
    place: str
    """File and layer, for messages."""
    folder: str
    """Folder that it lies in: layers of one folder belong together."""
    told: tuple[str, ...] = ()


def raw_layers(files: VectorFiles, *, crs: str | None = None) -> Iterator[RawLayer]:
    """The layers of opened files, one at a time.

    Args:
        files: as `vector_files` opens them.
        crs: CRS of files that have none; else the token of their names (LAMB93 ...) is believed, and told.

    Raises:
        InputError: a file cannot be read.
        CrsError: no CRS is known.
    """
    single = len(files.files) == 1 and files.files[0] == files.source.absolute()
    around = [part for part in reversed(files.source.absolute().parts[:-1]) if _OFFICIAL.search(part)]
    for file in files.files:
        layers = list_layers(file)
        inside = files.name_of(file)
        folders = () if single else tuple(reversed(inside.split("/")[:-1]))
        outer = () if single else (files.source.stem if files.source.is_file() else files.source.absolute().name,)
        for layer in layers:
            alone = len(layers) == 1
            names = (layer, file.stem, *folders, *outer, *around)
            frame, told = _frame(file, None if alone else layer, crs, read_name(names).crs)
            name = layer if single else (inside if alone and file.stem == layer else f"{inside}/{layer}")
            place = f"{files.source}" if single else f"{files.source}/{inside}"
            yield RawLayer(name, frame, names, f"{place}, layer {layer}", inside.rpartition("/")[0], told)


def _frame(
    file: Path, layer: str | None, given: str | None, named: str | None
) -> tuple[geopandas.GeoDataFrame, tuple[str, ...]]:
    if given is not None:
        return read_vector(file, layer=layer, crs=given), ()
    try:
        return read_vector(file, layer=layer), ()
    except CrsError:
        if named is None:
            raise
        return read_vector(file, layer=layer, crs=named), (f"has no CRS: {named} is assumed, as its name says",)
