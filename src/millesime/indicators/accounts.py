"""The account of the ground: every piece in every place that it lies in, and how much of it.

Stocks and flows are all sums over one account, so that stock(y2) - stock(y1) = gains - losses for every place and
code, exactly: areas are whole numbers of half square centimetres, the unit in which polygons on the 1 cm grid have
whole areas, so that sums are the same in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import CrsError
from millesime.indicators.grounds import Ground, ground_of_pieces
from millesime.indicators.places import Place, Places

Indices = npt.NDArray[np.intp]
Int64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

#: Half square centimetres in a square metre.
PER_M2 = 20_000

#: Polygons cut at once along limits: bounds the memory that the cuts take.
_CUT_AT_ONCE = 200_000


@dataclass(frozen=True)
class Cells:
    """Pieces of one ground inside units; a piece that a limit crosses is in several."""

    unit: Indices
    piece: Indices
    area: Int64
    """Half square centimetres."""

    @property
    def area_m2(self) -> Floats:
        """(cells,) areas in square metres."""
        return self.area / PER_M2


@dataclass(frozen=True)
class Account:
    """Pieces of ground by unit, and the places that the units make up.

    Units are what the ground is cut into: the whole of each map, then the communes, then the drawn perimeters, once per
    map that they reach.
    """

    grounds: tuple[Ground, ...]

    places: tuple[Place, ...]
    """The territory first."""

    place_area_m2: Floats
    """(places,) area inside the limits of each place, NaN for the territory and where limits of members are missing."""

    place: Indices
    """(members,) rows of `places`, ascending, with `unit` the unit that is part of it."""

    unit: Indices

    unit_ground: Indices
    """(units,) row of `grounds`."""

    unit_polygons: npt.NDArray[Any]
    """(units,) limits of each unit; None for the whole of a map."""

    cells: tuple[Cells, ...]
    """One for each ground."""

    outside_m2: float = 0.0
    """Ground that lies in no commune; 0 without communes."""

    beside_m2: float = 0.0
    """Ground that a map holds of communes counted in another map."""

    def by_place(self, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """(places, ...) sums of (units, ...) values over the units of each place."""
        out = np.zeros((len(self.places), *values.shape[1:]), dtype=values.dtype)
        np.add.at(out, self.place, values[self.unit])
        return out


def account(
    pieces: geopandas.GeoDataFrame,
    communes: geopandas.GeoDataFrame,
    *,
    years: tuple[int, ...],
    territory: tuple[str, str],
) -> Account:
    """The account of one map of one or two vintages and of its communes: see `account_of`.

    Args:
        pieces: pieces that cover the map once, with `cs_Y`, `us_Y`, `artif_Y`, and `sliver` with two vintages.
        communes: `insee`, `name` and geometry, one row each; may reach out of the map.
        years: one or two vintages, increasing.
        territory: its code and its name.

    Raises:
        CrsError: pieces and communes are in different CRS.
    """
    code, name = territory
    ground = ground_of_pieces(pieces, years=years, code=code, name=name)
    return account_of([ground], Places(communes), territory=territory)


def account_of(grounds: Sequence[Ground], places: Places, *, territory: tuple[str, str] | None = None) -> Account:
    """Cut the ground along the limits of communes and of drawn perimeters.

    Areas are those of the exact intersections, without rounding of coordinates: what a commune's limit cuts off one
    side it gives to the other. A commune is counted in the map that holds most of it, since it lies in one
    département: what a neighbour's map holds of it, along limits that do not match, is left out and told.

    Args:
        grounds: the maps.
        places: communes, what they make up, perimeters; may reach out of the maps.
        territory: code and name of all the maps together; those of the only map by default.

    Raises:
        CrsError: maps and places are in different CRS.
    """
    for ground in grounds:
        if (len(places.communes) or places.perimeters is not None) and ground.pieces.crs != places.crs:
            raise CrsError(f"places are in {places.crs}, map {ground.code} in {ground.pieces.crs}")
    n_grounds, limits = len(grounds), places.communes.geometry.to_numpy()
    geoms = [ground.pieces.geometry.to_numpy() for ground in grounds]
    whole = [half_cm2(shapely.area(pieces)) for pieces in geoms]
    cuts = [cut(pieces, limits, area=area) for pieces, area in zip(geoms, whole, strict=True)]
    held = np.stack([np.bincount(c.unit, weights=c.area, minlength=len(limits)) for c in cuts])
    home = held.argmax(axis=0) if len(limits) else np.empty(0, dtype=np.intp)
    drawn = places.perimeters
    outlines = np.empty(0, dtype=object) if drawn is None else drawn.geometry.to_numpy()
    first_drawn = n_grounds + len(limits)
    cells, beside = [], 0.0
    for g in range(n_grounds):
        at_home = home[cuts[g].unit] == g
        beside += float(cuts[g].area[~at_home].sum()) / PER_M2
        parts = [
            Cells(np.full(len(geoms[g]), g, dtype=np.intp), np.arange(len(geoms[g])), whole[g]),
            Cells(cuts[g].unit[at_home] + n_grounds, cuts[g].piece[at_home], cuts[g].area[at_home]),
        ]
        if len(outlines):
            inside = cut(geoms[g], outlines, area=whole[g])
            parts.append(Cells(inside.unit + first_drawn + g * len(outlines), inside.piece, inside.area))
        cells.append(Cells(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("unit", "piece", "area"))))
    told, place_area, place, unit = _members(places, territory or _named(grounds), n_grounds=n_grounds)
    everything = sum(int(area.sum()) for area in whole)
    return Account(
        grounds=tuple(grounds),
        places=told,
        place_area_m2=place_area,
        place=place,
        unit=unit,
        unit_ground=np.concatenate([np.arange(n_grounds), home, np.repeat(np.arange(n_grounds), len(outlines))]).astype(
            np.intp
        ),
        unit_polygons=np.concatenate([np.full(n_grounds, None, dtype=object), limits, *([outlines] * n_grounds)]),
        cells=tuple(cells),
        outside_m2=(everything - held.sum()) / PER_M2 if len(limits) else 0.0,
        beside_m2=beside,
    )


def _named(grounds: Sequence[Ground]) -> tuple[str, str]:
    if len(grounds) == 1:
        return grounds[0].code, grounds[0].name
    return "+".join(ground.code for ground in grounds), ", ".join(ground.name for ground in grounds)


def half_cm2(area_m2: Floats) -> Int64:
    """Areas in square metres as whole half square centimetres."""
    return np.rint(area_m2 * PER_M2).astype(np.int64)


def cut(geoms: npt.NDArray[Any], limits: npt.NDArray[Any], *, area: Int64) -> Cells:
    """Each piece in each limit that it shares ground with.

    Only pieces that a limit really crosses are intersected; those inside it keep their area to the last digit.

    Args:
        geoms: (n,) polygons.
        limits: (m,) polygons, which may overlap; `unit` of the result is their row.
        area: (n,) of the polygons, half square centimetres.
    """
    if not len(limits) or not len(geoms):
        nothing = np.empty(0, dtype=np.intp)
        return Cells(nothing, nothing, np.empty(0, dtype=np.int64))
    tree = shapely.STRtree(geoms)
    shapely.prepare(limits)
    unit, piece = tree.query(limits, predicate="intersects")
    within = np.zeros(len(unit), dtype=bool)
    inner_unit, inner_piece = tree.query(limits, predicate="contains_properly")
    order = np.argsort(unit.astype(np.int64) * len(geoms) + piece)
    unit, piece = unit[order], piece[order]
    keys = unit.astype(np.int64) * len(geoms) + piece
    within[np.searchsorted(keys, inner_unit.astype(np.int64) * len(geoms) + inner_piece)] = True
    rest = np.flatnonzero(~within)
    covered = rest[shapely.covers(limits[unit[rest]], geoms[piece[rest]])]
    within[covered] = True
    found = np.where(within, area[piece], 0)
    crossed = np.flatnonzero(~within)
    for start in range(0, len(crossed), _CUT_AT_ONCE):
        rows = crossed[start : start + _CUT_AT_ONCE]
        found[rows] = half_cm2(shapely.area(shapely.intersection(geoms[piece[rows]], limits[unit[rows]])))
    shapely.destroy_prepared(limits)
    positive = found > 0
    return Cells(unit[positive], piece[positive], found[positive])


def _members(
    places: Places, territory: tuple[str, str], *, n_grounds: int
) -> tuple[tuple[Place, ...], Floats, Indices, Indices]:
    """Places, their areas, and the units of each, place by place."""
    communes, drawn, levels = places.communes, places.perimeters, set(places.levels)
    area = dict(zip(communes["insee"], shapely.area(communes.geometry.to_numpy()).tolist(), strict=True))
    row = {insee: n_grounds + k for k, insee in enumerate(communes["insee"])}
    entries: list[tuple[Place, float, list[int]]] = [
        (Place("territory", *territory), float("nan"), list(range(n_grounds)))
    ]
    if "commune" in levels:
        names = dict(zip(communes["insee"], communes["name"], strict=True))
        entries += [(Place("commune", insee, names[insee]), area[insee], [row[insee]]) for insee in sorted(row)]
    for union in places.unions:
        if union.place.level in levels:
            whole = sum(area.get(insee, float("nan")) for insee in union.communes)
            entries.append((union.place, whole, [row[insee] for insee in union.communes if insee in row]))
    if drawn is not None and "perimeter" in levels:
        first, count = n_grounds + len(communes), len(drawn)
        outlines = shapely.area(drawn.geometry.to_numpy()).tolist()
        for k, (code, name) in enumerate(zip(drawn["code"], drawn["name"], strict=True)):
            units = [first + g * count + k for g in range(n_grounds)]
            entries.append((Place("perimeter", str(code), str(name)), outlines[k], units))
    counts = [len(entry[2]) for entry in entries]
    return (
        tuple(entry[0] for entry in entries),
        np.array([entry[1] for entry in entries], dtype=np.float64),
        np.repeat(np.arange(len(entries)), counts),
        np.array([unit for entry in entries for unit in entry[2]], dtype=np.intp),
    )
