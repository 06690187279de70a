"""CoSIA as it is delivered: one file per tile of 10 km of the kilometre grid, with `numero` and `classe`.

Files are called `D034_2022_770_6280_vecto.gpkg`: département and year, then the kilometres of the western and of the
**northern** limit of the tile in Lambert-93. The names are those that readers of the deliveries tell; that of
the layer is not documented, and is that of the file without its suffix.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

import geopandas
import numpy as np

from millesime.cover_vector.product import CoverVector
from millesime.errors import ConfigError
from millesime.geo.coverage.squares import cut_into_squares

TILE_KM = 10

#: Département (D034, D02A, D974) and year.
_SERIES = re.compile(r"D(0\d\d|02[AB]|97\d)_\d{4}", re.ASCII)


@dataclass(frozen=True)
class CosiaTile:
    """The polygons of one tile."""

    series: str
    """Département and year, as in the names of the files: 'D034_2022'."""

    west_km: int
    north_km: int
    """Western and northern limit of the tile, in km of the CRS."""

    frame: geopandas.GeoDataFrame
    """`numero`, `classe` and the polygon, from north to south."""

    @property
    def name(self) -> str:
        """Name of the layer, and of the file without its suffix."""
        return f"{self.series}_{self.west_km}_{self.north_km}_vecto"


def require_series(text: str) -> str:
    """The name of a series of tiles, such as 'D034_2022'.

    Raises:
        ConfigError: it is of another form.
    """
    if not _SERIES.fullmatch(text):
        raise ConfigError(
            f"{text!r} is no département and year", remedy="give them as in CoSIA's file names: D034_2022, D02A_2021"
        )
    return text


def cosia_tiles(cover: CoverVector, *, series: str, tile_km: int = TILE_KM) -> Iterator[CosiaTile]:
    """The cover cut into the tiles of the kilometre grid, from north to south and west to east; empty ones left out.

    Polygons are cut at the limits of tiles. The pieces of all tiles are a valid coverage together: what two tiles
    share is the same, vertex for vertex, in both (see `cut_into_squares`).

    Args:
        cover: polygons and their classes, in a metric CRS.
        series: département and year, such as 'D034_2022'.
        tile_km: side of the tiles in km.

    Raises:
        ConfigError: the series is of another form.
    """
    require_series(series)
    pieces = cut_into_squares(cover.coverage, side_cm=tile_km * 100_000)
    numbers = cover.coverage.face_values.astype(np.int64)[pieces.face]
    names = {item.value: item.name for item in cover.nomenclature.classes}
    changes = (np.diff(pieces.column) != 0) | (np.diff(pieces.row) != 0)
    limits = np.append(np.flatnonzero(np.append(True, changes)[: len(numbers)]), len(numbers))
    for begin, end in itertools.pairwise(limits.tolist()):
        columns = {
            "numero": numbers[begin:end],
            "classe": np.array([names[number] for number in numbers[begin:end].tolist()], dtype=object),
        }
        frame = geopandas.GeoDataFrame(columns, geometry=pieces.polygons[begin:end], crs=cover.coverage.crs)
        west, south = int(pieces.column[begin]) * tile_km, int(pieces.row[begin]) * tile_km
        yield CosiaTile(series, west, south + tile_km, frame)
