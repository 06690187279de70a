"""What tells others about a cover raster: a STAC item, and what it was made from. Neither holds a time of writing."""

from __future__ import annotations

import calendar
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj

from millesime.cover_raster.layers import Layer
from millesime.errors import ConfigError
from millesime.geo.grid import Grid
from millesime.nomenclature import CoverNomenclature

_PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"
_CLASSIFICATION = "https://stac-extensions.github.io/classification/v2.0.0/schema.json"

_MEDIA = {
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    ".vrt": "application/xml",
}

#: Points on each side of the footprint: sides that are straight on a map are curved in longitudes and latitudes.
_SIDE_POINTS = 5

_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Dates:
    """When the imagery was taken, both days included."""

    start: str
    """'2022-07-14'."""

    end: str

    @classmethod
    def parse(cls, text: str) -> Dates:
        """Read a year, a month or a day (2022, 2022-07, 2022-07-14), or two of them (2022-06-30/2022-08).

        Raises:
            ConfigError: it is not of this form.
        """
        first, _, second = text.partition("/")
        try:
            found = cls(_span(first)[0], _span(second or first)[1])
        except ValueError as error:
            raise ConfigError(
                f"a date is a year, a month or a day, or two of them, got {text!r}",
                remedy="--date 2022, --date 2022-07-14 or --date 2022-06/2022-08",
            ) from error
        if found.start > found.end:
            raise ConfigError(f"the dates {text!r} end before they start", remedy="exchange them")
        return found

    def properties(self) -> dict[str, str | None]:
        """The time of a STAC item: one day, or a span without a day of its own."""
        start, end = f"{self.start}T00:00:00Z", f"{self.end}T23:59:59Z"
        if self.start == self.end:
            return {"datetime": start}
        return {"datetime": None, "start_datetime": start, "end_datetime": end}


def _span(text: str) -> tuple[str, str]:
    """First and last day of a year, of a month, or of a day."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day = (None if part is None else int(part) for part in match.groups())
    assert year is not None
    if month is None:
        return f"{text}-01-01", f"{text}-12-31"
    days = calendar.monthrange(year, month)[1]  # refuses a thirteenth month
    if day is None:
        return f"{text}-01", f"{text}-{days:02d}"
    if not 1 <= day <= days:
        raise ValueError(text)
    return text, text


def stac_item(
    name: str,
    *,
    grid: Grid,
    dates: Dates,
    files: Mapping[Layer, str],
    nomenclature: CoverNomenclature,
    properties: Mapping[str, Any],
    others: Mapping[str, str],
) -> dict[str, Any]:
    """A STAC item (version 1.0.0) of the rasters of a run.

    Args:
        name: of the item.
        grid: of the rasters.
        dates: of the imagery.
        files: path of the raster of each layer, from the item.
        nomenclature: of the classes.
        properties: more to tell.
        others: path of each file besides, by the name of its asset.
    """
    ring = _ring(grid)
    longitudes, latitudes = [place[0] for place in ring], [place[1] for place in ring]
    assets: dict[str, Any] = {}
    for layer, path in files.items():
        asset: dict[str, Any] = {
            "href": f"./{path}",
            "type": _MEDIA.get(path[path.rfind(".") :], "application/octet-stream"),
            "title": layer.name,
            "roles": ["data"],
        }
        if layer.is_classes:
            asset["classification:classes"] = _classes(nomenclature)
        assets[layer.name] = asset
    for key, path in others.items():
        assets[key] = {"href": f"./{path}", "roles": ["metadata"]}
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "stac_extensions": [_PROJECTION, _CLASSIFICATION],
        "id": name,
        "bbox": [min(longitudes), min(latitudes), max(longitudes), max(latitudes)],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            **dates.properties(),
            "proj:code": grid.crs,
            "proj:shape": [grid.height, grid.width],
            "proj:transform": [*grid.transform][:6],
            "gsd": grid.pixel_m,
            **properties,
        },
        "links": [],
        "assets": assets,
    }


def _classes(nomenclature: CoverNomenclature) -> list[dict[str, Any]]:
    classes: list[dict[str, Any]] = []
    if nomenclature.nodata is not None:
        classes.append({"value": nomenclature.nodata, "name": "nodata", "nodata": True})
    classes += [
        {
            "value": item.value,
            "name": f"{nomenclature.name}-{item.value}",
            "title": item.name,
            "color_hint": item.colour.removeprefix("#").upper(),
        }
        for item in nomenclature.classes
    ]
    return classes


def _ring(grid: Grid) -> list[list[float]]:
    """The grid's border in longitude and latitude, anticlockwise, closed."""
    west, south, east, north = grid.bounds
    along = np.linspace(0.0, 1.0, _SIDE_POINTS + 1)[:-1]
    corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    border = [
        (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))
        for a, b in itertools.pairwise(corners)
        for share in along
    ]
    to_degrees = pyproj.Transformer.from_crs(grid.crs, "EPSG:4326", always_xy=True)
    places = [[round(float(part), 7) for part in to_degrees.transform(*point)] for point in border]
    return [*places, places[0]]
