"""The layers of opened files, each with the names that may tell what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import geopandas

from millesime.errors import CrsError
from millesime.io.archives import VectorFiles
from millesime.io.vector import list_layers, outline, read_vector
from millesime.sources.ocsge.names import read_name

#: Folders around what the user gave tell something only when they are called like a delivery.
_OFFICIAL = re.compile(r"ocs-?ge", re.IGNORECASE)


@dataclass(frozen=True)
class FoundLayer:
    """One layer of geometries that was found and not read yet."""

    name: str
    """'OCCUPATION_SOL' in a single file, 'folder/file.gpkg/OCCUPATION_SOL' in a folder or an archive."""
    attributes: tuple[str, ...]
    """As in the file, geometry apart."""
    rows: int
    names: tuple[str, ...]
    """Of the layer, its file, its folders and its archive, innermost first."""
    place: str
    """File and layer, for messages."""
    folder: str
    """Folder that it lies in: layers of one folder belong together."""
    file: Path
    layer: str | None
    """Its name inside the file, None when it is the only one there."""

    def is_called(self, text: str) -> bool:
        """Whether a name that a user gives is its own: of the layer, of its file, or the whole `name`; in any case."""
        return text.lower() in {self.name.lower(), *(name.lower() for name in self.names[:2]), self.file.name.lower()}


@dataclass(frozen=True)
class RawLayer:
    """One layer of geometries as read."""

    found: FoundLayer
    frame: geopandas.GeoDataFrame
    """As in the file; the geometry column is `geometry`, the CRS an authority code."""
    told: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As `FoundLayer.name`."""
        return self.found.name

    @property
    def names(self) -> tuple[str, ...]:
        """As `FoundLayer.names`."""
        return self.found.names

    @property
    def place(self) -> str:
        """As `FoundLayer.place`."""
        return self.found.place

    @property
    def folder(self) -> str:
        """As `FoundLayer.folder`."""
        return self.found.folder


def found_layers(files: VectorFiles) -> Iterator[FoundLayer]:
    """The layers of opened files, without their rows.

    Raises:
        InputError: a file cannot be read.
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
            about = outline(file, layer=layer)
            place = f"{files.source}" if single else f"{files.source}/{inside}"
            yield FoundLayer(
                name=layer if single else (inside if alone and file.stem == layer else f"{inside}/{layer}"),
                attributes=about.attributes,
                rows=about.rows,
                names=(layer, file.stem, *folders, *outer, *around),
                place=f"{place}, layer {layer}",
                folder=inside.rpartition("/")[0],
                file=file,
                layer=None if alone else layer,
            )


def raw_layer(found: FoundLayer, *, crs: str | None = None) -> RawLayer:
    """Read a layer that was found.

    Args:
        found: it, while its file is open.
        crs: CRS of files that have none; else the token of their names (LAMB93 ...) is believed, and told.

    Raises:
        InputError: the layer cannot be read.
        CrsError: no CRS is known.
    """
    if crs is not None:
        return RawLayer(found, read_vector(found.file, layer=found.layer, crs=crs))
    try:
        return RawLayer(found, read_vector(found.file, layer=found.layer))
    except CrsError:
        named = read_name(found.names).crs
        if named is None:
            raise
        frame = read_vector(found.file, layer=found.layer, crs=named)
        return RawLayer(found, frame, (f"has no CRS: {named} is assumed, as its name says",))


def raw_layers(files: VectorFiles, *, crs: str | None = None) -> Iterator[RawLayer]:
    """The layers of opened files, read one at a time; arguments and errors as `found_layers` and `raw_layer`."""
    return (raw_layer(found, crs=crs) for found in found_layers(files))
