"""The files that a raster is made of, and how they are recognised: a virtual raster reads others, place by place."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from millesime.errors import ImageryError
from millesime.geo.grid import Window

#: Elements of a virtual raster that name a file, of mosaics and of warped rasters.
SOURCE_NAMES = ("SourceFilename", "SourceDataset")

_SOURCES = ("SimpleSource", "ComplexSource", "AveragedSource", "KernelFilteredSource", "NoDataFromMaskSource")

#: Pixels around a window that an interpolation may look at.
_AROUND_PX = 4

FileIdentity = tuple[int, int]
"""Size in bytes and time of last modification in nanoseconds; (-1, -1) of a file that is not there."""


def identity_of(path: str | Path) -> FileIdentity:
    """What recognises a file without reading it."""
    try:
        facts = Path(path).stat()
    except OSError:
        return (-1, -1)
    return facts.st_size, facts.st_mtime_ns


def files_read(path: str | Path, window: Window | None = None) -> tuple[Path, ...]:
    """The files that reading a window of a raster reads: the raster, its mask when that lies beside it, and what a
    virtual raster takes there.

    Args:
        path: any raster.
        window: rows and columns of the raster; all of it by default.

    Raises:
        ImageryError: a virtual raster is damaged.
    """
    found = {Path(path): None}
    mask = Path(f"{path}.msk")
    if mask.is_file():
        found[mask] = None
    if Path(path).suffix.lower() == ".vrt":
        for source in _sources_of(Path(path), window):
            # A source that is itself virtual counts whole: its own windows are of another grid.
            found.update(dict.fromkeys(files_read(source)))
    return tuple(found)


def _sources_of(path: Path, window: Window | None) -> list[Path]:
    return [source for source, box in _boxes_of(path, identity_of(path)) if box is None or _meets(box, window)]


_Box = tuple[float, float, float, float]
"""First column and row, columns and rows."""


@lru_cache(maxsize=64)
def _boxes_of(path: Path, identity: FileIdentity) -> tuple[tuple[Path, _Box | None], ...]:
    """The files that a virtual raster names and where they lie in it, as far as it tells: parsed once, as every
    super-tile of a large image asks.
    """
    del identity  # tells the cache that the file is another one
    try:
        root = ElementTree.parse(path).getroot()  # noqa: S314  the raster driver parses the same file
    except (ElementTree.ParseError, OSError) as error:
        raise ImageryError(f"is not a virtual raster ({error})", place=path, remedy="make it again") from error
    boxes = {
        source.find("SourceFilename"): _box(source.find("DstRect")) for name in _SOURCES for source in root.iter(name)
    }
    found: dict[tuple[Path, _Box | None], None] = {}
    for file in root.iter():  # of warped and pansharpened rasters too, which tell no place
        if file.tag in SOURCE_NAMES and file.text:
            name = file.text.strip()
            source = path.parent / name if file.get("relativeToVRT", "0") == "1" else Path(name)
            found[source, boxes.get(file)] = None
    return tuple(found)


def _box(rectangle: ElementTree.Element | None) -> _Box | None:
    if rectangle is None:
        return None
    try:
        col, row, width, height = (float(rectangle.attrib[key]) for key in ("xOff", "yOff", "xSize", "ySize"))
    except (KeyError, ValueError):
        return None
    return col, row, width, height


def _meets(box: _Box, window: Window | None) -> bool:
    if window is None:
        return True
    col, row, width, height = box
    near = window.expanded(_AROUND_PX)
    return (
        col < near.col + near.width
        and col + width > near.col
        and row < near.row + near.height
        and row + height > near.row
    )
