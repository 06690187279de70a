"""Where `millesime predict` may write: looked at before the first pixel is computed, all faults together."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from millesime.errors import InputError, raise_together

if TYPE_CHECKING:
    from millesime.imagery import Imagery

_SUFFIXES = (".tif", ".tiff", ".vrt")

#: What is written beside the first raster, without being asked for by name.
_BESIDE = (".provenance.json", ".missing.gpkg", ".stac.json")


def require_outputs(outputs: Iterable[Mapping[str, Path | None]], inputs: Iterable[Path], *, stac: bool) -> None:
    """Check that outputs can be written, and that none of them takes the place of another or of an input.

    Args:
        outputs: of each vintage, by what they are; the classes first.
        inputs: every file that is read.
        stac: whether a virtual raster is written beside the classes.

    Raises:
        InputError: all faults.
    """
    read = {_real(path): path for path in inputs}
    taken: dict[Path, Path] = {}
    faults: list[str] = []
    for named in outputs:
        paths = [path for path in named.values() if path is not None]
        for path in paths:
            faults += _place_faults(path)
            if (other := taken.get(_real(path))) is not None:
                faults.append(f"{path}: two rasters would be written there ({other})")
            taken[_real(path)] = path
        beside = [paths[0].with_suffix(suffix) for suffix in _BESIDE] if paths and paths[0].name else []
        if stac and beside and paths[0].suffix != ".vrt":
            beside.append(paths[0].with_suffix(".vrt"))
        for path in (*paths, *beside):
            if _real(path) in read:
                faults.append(f"{path}: is read; it would be written over")
    raise_together(faults, kind=InputError, remedy="give other names to what is written; nothing was computed")


def files_of(imagery: Imagery) -> set[Path]:
    """Every file that an imagery is read from, those of virtual rasters too."""
    from millesime.io.raster_sources import files_read

    found: set[Path] = set()
    for file in imagery.files:
        for name, _ in file.within(imagery.grid.bounds):
            found |= {Path(name), *map(Path, files_read(name))}
    return found


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _place_faults(path: Path) -> list[str]:
    if path.suffix.lower() not in _SUFFIXES:
        return [f"{path}: a raster is written as .tif or .vrt"]
    folder = path.absolute().parent
    if not folder.is_dir():
        return [f"{path}: there is no folder {folder}"]
    if not os.access(folder, os.W_OK):
        return [f"{path}: the folder {folder} cannot be written in"]
    if path.is_dir():
        return [f"{path}: is a folder"]
    if path.suffix.lower() == ".vrt":
        return _tiles_faults(path)
    return []


def _tiles_faults(path: Path) -> list[str]:
    """The folder of a virtual raster's files is replaced: it may hold files of an earlier run alone."""
    folder, own = path.with_suffix(""), re.compile(rf"{re.escape(path.stem)}_\d{{7}}_\d{{7}}\.tif")
    if not folder.exists():
        return []
    if not folder.is_dir():
        return [f"{path}: its files would lie in {folder}, which is a file"]
    others = sorted(item.name for item in folder.iterdir() if not own.fullmatch(item.name))
    if not others:
        return []
    return [f"{path}: its files would lie in {folder}, which holds other things: {', '.join(others[:3])}"]
