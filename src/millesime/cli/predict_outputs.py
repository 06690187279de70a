"""Where `millesime predict` may write: looked at before the first pixel is computed, all faults together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from millesime.cli.predict_files import files_beside
from millesime.errors import InputError, raise_together

_SUFFIXES = (".tif", ".tiff", ".vrt")


def require_outputs(outputs: Iterable[Mapping[str, Path | None]], inputs: Iterable[Path], *, stac: bool) -> None:
    """Check that outputs can be written, and that none of them takes the place of another or of an input.

    Args:
        outputs: of each vintage, by what they are; the classes first.
        inputs: every file that is read.
        stac: whether a virtual raster is written beside the classes.

    Raises:
        InputError: all faults.
    """
    read = {_real(path) for path in inputs}
    taken: dict[Path, Path] = {}
    faults: list[str] = []
    for named in outputs:
        paths = [path for path in named.values() if path is not None]
        beside = tuple(files_beside(paths[0], stac=stac).values()) if paths[0].name else ()
        for path in (*paths, *beside):
            faults += _place_faults(path) if path in paths else []
            if (other := taken.get(_real(path))) is not None:
                faults.append(f"{path}: two files would be written there ({other})")
            taken[_real(path)] = path
        for path in (*paths, *beside):
            if _real(path) in read:
                faults.append(f"{path}: is read; it would be written over")
    raise_together(faults, kind=InputError, remedy="give other names to what is written; nothing was computed")


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _place_faults(path: Path) -> list[str]:
    if path.suffix not in _SUFFIXES:
        return [f"{path}: a raster is written as .tif or .vrt, in small letters"]
    folder = path.absolute().parent
    if not folder.is_dir():
        return [f"{path}: there is no folder {folder}"]
    if not os.access(folder, os.W_OK):
        return [f"{path}: the folder {folder} cannot be written in"]
    if path.is_dir():
        return [f"{path}: is a folder"]
    if path.suffix == ".vrt":
        return _tiles_faults(path)
    return []


def _tiles_faults(path: Path) -> list[str]:
    """The folder of a virtual raster's files is replaced: it may hold files of an earlier run alone."""
    from millesime.io.raster_mosaic import require_mosaic_folder

    try:
        require_mosaic_folder(path)
    except InputError as error:
        return [f"{path}: its files would lie in {error.place}: {error.message}"]
    return []
