"""The raster files that a person names: files one by one, or folders of tiles."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from millesime.errors import InputError
from millesime.io.files import local_file

#: Suffixes of rasters in folders. Virtual rasters are left out: they repeat the files beside them.
_SUFFIXES = {".tif", ".tiff", ".jp2", ".j2k", ".png", ".jpg", ".jpeg", ".asc", ".img", ".bil"}


def _is_tile(inside: Path) -> bool:
    """Hidden files and folders are not the user's: the parts of a run that was stopped, copies of a file manager."""
    return inside.suffix.lower() in _SUFFIXES and not any(part.startswith(".") for part in inside.parts)


def raster_files(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Files, in the order given; a folder stands for the rasters in it and in its folders, in the order of their names.

    A file that is named twice counts once.

    Raises:
        InputError: no such file or folder, or a folder without a raster.
    """
    found: dict[Path, None] = {}
    for path in paths:
        place = local_file(path)
        if not place.is_dir():
            found[place] = None
            continue
        inside = sorted(item for item in place.rglob("*") if _is_tile(item.relative_to(place)) and item.is_file())
        if not inside:
            raise InputError(
                f"the folder holds no raster ({', '.join(sorted(_SUFFIXES))})", place=place, remedy="check the folder"
            )
        found.update(dict.fromkeys(inside))
    return tuple(found)
