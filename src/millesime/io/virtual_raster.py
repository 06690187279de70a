"""What a virtual raster (VRT) is made of: files that must be there, and the places that no file fills."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import shapely

from millesime.errors import ImageryError, raise_together
from millesime.geo.grid import AnyGrid, Window
from millesime.io.raster_sources import SOURCE_NAMES

#: Elements of a band that fill a rectangle of it.
_RECTANGLES = ("SimpleSource", "ComplexSource", "AveragedSource", "KernelFilteredSource", "NoDataFromMaskSource")

#: Missing files told by name; the others are counted.
_TOLD = 5


def require_sources(path: Path) -> None:
    """Check that every file that a virtual raster names lies on this machine, those of virtual rasters inside too.

    Raises:
        ImageryError: tells the files that are missing or elsewhere.
    """
    faults = list(_faults(path, seen=set()))
    told = faults[:_TOLD]
    if len(faults) > _TOLD:
        told.append(f"{len(faults) - _TOLD} more")
    raise_together(told, kind=ImageryError, place=path, remedy="fetch the files, or make the virtual raster again")


def _faults(path: Path, *, seen: set[Path]) -> Iterator[str]:
    for element in _root(path).iter():
        if element.tag not in SOURCE_NAMES or not element.text:
            continue
        name = element.text.strip()
        source = path.parent / name if element.get("relativeToVRT", "0") == "1" else Path(name)
        if source in seen:
            continue
        seen.add(source)
        if name.startswith("/vsi") or "://" in name:
            yield f"it reads {name}, and only local files are read"
        elif not source.is_file():
            yield f"it reads {source}, which is not there"
        elif source.suffix.lower() == ".vrt":
            yield from _faults(source, seen=seen)


Parts = tuple[Window, ...]


def filled(path: Path, grid: AnyGrid) -> tuple[Parts, ...] | None:
    """The parts of a virtual raster that its files fill, of each band that they do not fill whole, bands filled alike
    together; None when they fill all, as far as that can be told.

    Outside them a reader gets 0 or the NoData value, which are no data whatever the file declares.
    """
    found = (_filled_of(band, grid) for band in _root(path).findall("VRTRasterBand"))
    return tuple(dict.fromkeys(parts for parts in found if parts is not None)) or None


def _filled_of(band: ElementTree.Element, grid: AnyGrid) -> Parts | None:
    if band.get("subClass") not in (None, "VRTSourcedRasterBand"):
        return None
    found = []
    for child in band:
        if child.tag not in _RECTANGLES:
            continue
        rectangle = child.find("DstRect")
        window = None if rectangle is None else _window(rectangle, grid)
        if window is None or window == grid.whole:
            return None
        found.append(window)
    boxes = [shapely.box(item.col, item.row, item.col + item.width, item.row + item.height) for item in found]
    together = float(shapely.union_all(boxes).area)
    return None if round(together) == grid.width * grid.height else tuple(found)


def _window(rectangle: ElementTree.Element, grid: AnyGrid) -> Window | None:
    """The pixels whose centres a rectangle holds."""
    try:
        left, top, width, height = (float(rectangle.attrib[key]) for key in ("xOff", "yOff", "xSize", "ySize"))
    except (KeyError, ValueError):
        return None
    row, col = max(math.ceil(top - 0.5), 0), max(math.ceil(left - 0.5), 0)
    bottom, right = math.ceil(top + height - 0.5), math.ceil(left + width - 0.5)
    if bottom <= row or right <= col:
        return None
    return Window(row, col, min(bottom, grid.height) - row, min(right, grid.width) - col)


def _root(path: Path) -> ElementTree.Element:
    try:
        return ElementTree.parse(path).getroot()  # noqa: S314  the raster driver parses the same file
    except (ElementTree.ParseError, OSError) as error:
        raise ImageryError(f"is not a virtual raster ({error})", place=path, remedy="make it again") from error
