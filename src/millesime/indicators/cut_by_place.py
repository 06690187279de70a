"""Pieces of ground cut by place: how many square metres of each piece lie in each place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import CrsError, SchemaError

Indices = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]

PLACE_COLUMNS = ("level", "code", "name")


@dataclass(frozen=True)
class CutByPlace:
    """Parts of pieces in places; the whole territory is place 0 and holds every piece."""

    places: tuple[tuple[str, str, str], ...]
    """Level, code, name."""

    place: Indices
    piece: Indices
    area_m2: Floats
    """(k,) each part: its place, its piece, its area."""

    def sums_ha(self, weight: npt.NDArray[Any]) -> Floats:
        """(places,) hectares of the pieces, each times its weight (0, 1 or -1 for a status or its change)."""
        weights = self.area_m2 * np.asarray(weight, dtype=np.float64)[self.piece] / 10_000
        return np.bincount(self.place, weights=weights, minlength=len(self.places)).astype(np.float64)


def cut_by_place(
    geometries: npt.NDArray[Any],
    area_m2: Floats,
    *,
    territory: tuple[str, str],
    places: geopandas.GeoDataFrame | None,
    crs: Any,
) -> CutByPlace:
    """Cut pieces by place.

    Args:
        geometries: (n,) pieces that cover the territory once.
        area_m2: (n,) their areas.
        territory: its code and its name.
        places: `level`, `code`, `name` and polygons, one row each; they may overlap and reach out of the territory.
        crs: CRS of the pieces.

    Raises:
        CrsError: places are in another CRS.
        SchemaError: places lack columns, or two have one level and code.
    """
    n = len(geometries)
    named = [("territory", *territory)]
    place, piece, area = [np.zeros(n, dtype=np.intp)], [np.arange(n, dtype=np.intp)], [np.asarray(area_m2, float)]
    if places is not None and len(places):
        _require(places, crs)
        named += [tuple(map(str, row)) for row in places[list(PLACE_COLUMNS)].itertuples(index=False)]  # type: ignore[misc]
        own = places.geometry.to_numpy()
        tree = shapely.STRtree(geometries)
        shapely.prepare(own)
        at, row = tree.query(own, predicate="intersects")
        inside = shapely.covers(own[at], geometries[row])
        cut = np.where(inside, area[0][row], 0.0)
        cut[~inside] = shapely.area(shapely.intersection(geometries[row[~inside]], own[at[~inside]]))
        kept = cut > 0
        place.append(at[kept] + 1)
        piece.append(row[kept])
        area.append(cut[kept])
    joined = [np.concatenate(parts) for parts in (place, piece, area)]
    return CutByPlace(tuple(named), joined[0], joined[1], joined[2])


def _require(places: geopandas.GeoDataFrame, crs: Any) -> None:
    if places.crs != crs:
        raise CrsError(f"places are in {places.crs}, the map in {crs}", remedy="reproject the places")
    missing = [name for name in PLACE_COLUMNS if name not in places.columns]
    if missing:
        raise SchemaError(f"places lack {', '.join(missing)}")
    if places.duplicated(["level", "code"]).any():
        raise SchemaError("two places have one level and code", remedy="dissolve them first")
