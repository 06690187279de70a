"""The ground of a map: its vintages laid over one another, every piece with the codes of each vintage.

One overlay holds all vintages, so that a stock is the same figure whatever pair of vintages it is read beside, and so
that no flux can be joined to the wrong pair.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.artificialisation import Artificialisation
from millesime.differential import Overlay, Parameters, overlay
from millesime.differential.difference import slivers
from millesime.errors import ConfigError, CrsError, SchemaError

_CODES = ("cs", "us", "artif")


@dataclass(frozen=True)
class Vintage:
    """One vintage of a map."""

    year: int

    status: Artificialisation
    """Its polygons with codes and artificial status."""

    built_zone: geopandas.GeoDataFrame | None = None
    """Its ZONE_CONSTRUITE, None when it is not known."""


@dataclass(frozen=True)
class Ground:
    """One map, a département for instance, as pieces that cover it once. It checks itself when made."""

    code: str
    """Code of the map: that of its département where it is known."""

    name: str

    years: tuple[int, ...]
    """Its vintages, increasing."""

    pieces: geopandas.GeoDataFrame
    """`cs_Y`, `us_Y`, `artif_Y` for each year Y; from the second on, `sliver_Y` bool: what differs from the vintage
    before is too thin or too small to be told from a displaced border. Single polygons in metres."""

    built_zones: Mapping[int, geopandas.GeoDataFrame] = field(default_factory=dict)
    """Year -> ZONE_CONSTRUITE, for the vintages whose zone is known."""

    alone_m2: tuple[float, ...] = ()
    """Ground that is in no piece because a vintage does not cover it, for each pair of vintages laid over one
    another, the earlier side and the later one in turn."""

    snapped_m2: float = 0.0
    """Strips along borders that were put on those of the vintage before."""

    def __post_init__(self) -> None:
        if not self.years or list(self.years) != sorted(set(self.years)):
            raise SchemaError(f"vintages must increase, got {', '.join(map(str, self.years)) or 'none'}")
        wanted = [f"{name}_{year}" for year in self.years for name in _CODES]
        wanted += [f"sliver_{year}" for year in self.years[1:]]
        missing = [name for name in wanted if name not in self.pieces.columns]
        if missing:
            raise SchemaError(f"pieces lack {', '.join(missing)}", place=f"map {self.code}")

    @property
    def pairs(self) -> tuple[tuple[int, int], ...]:
        """Pairs of vintages that have a flux: consecutive ones, then the first with the last."""
        return pairs_of(self.years)


def pairs_of(steps: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Consecutive pairs, then the first with the last when there are more than two."""
    whole = ((steps[0], steps[-1]),) if len(steps) > 2 else ()
    return (*pairwise(steps), *whole)


def ground_of_pieces(pieces: geopandas.GeoDataFrame, *, years: tuple[int, ...], code: str, name: str) -> Ground:
    """A ground from pieces made elsewhere.

    Args:
        pieces: `cs_Y`, `us_Y`, `artif_Y`, and `sliver` bool when there are two vintages.
        years: one or two vintages, increasing.
        code: of the map.
        name: of the map.
    """
    if len(years) > 1 and f"sliver_{years[-1]}" not in pieces.columns:
        pieces = pieces.assign(**{f"sliver_{years[-1]}": pieces["sliver"]})
    return Ground(code=code, name=name, years=tuple(years), pieces=pieces)


def ground_of(
    vintages: Sequence[Vintage], *, code: str, name: str, parameters: Parameters | Sequence[Parameters] | None = None
) -> Ground:
    """Lay the vintages of a map over one another.

    The second is compared with the first as `millesime.differential.difference` does; the third is then compared with
    the pieces of both, and so on: borders within the tolerance go onto those that are there already.

    Args:
        vintages: one or more, in any order, over the same ground.
        code: of the map.
        name: of the map.
        parameters: of the differential; the same for all pairs, or one for each vintage from the second on.

    Raises:
        ConfigError: two vintages are of one year, or there is none.
        CrsError: vintages are in different CRS.
    """
    ordered = sorted(vintages, key=lambda vintage: vintage.year)
    years = tuple(vintage.year for vintage in ordered)
    if len(set(years)) != len(years) or not years:
        raise ConfigError(
            f"map {code} has the vintages {', '.join(map(str, years)) or 'none'}",
            remedy="give each vintage once, with --years where the files do not tell it",
        )
    systems = {str(vintage.status.frame.crs) for vintage in ordered}
    if len(systems) > 1:
        raise CrsError(f"the vintages of map {code} are in different CRS: {', '.join(sorted(systems))}")
    if parameters is None or isinstance(parameters, Parameters):
        parameters = [parameters or Parameters()] * (len(ordered) - 1)
    zones = {vintage.year: vintage.built_zone for vintage in ordered if vintage.built_zone is not None}
    frame = ordered[0].status.frame
    columns = {f"{kind}_{years[0]}": frame[source].array for kind, source in _sources()}
    pieces = geopandas.GeoDataFrame(columns, geometry=frame.geometry.to_numpy(), crs=frame.crs)
    alone: list[float] = []
    snapped = 0.0
    for vintage, rules in zip(ordered[1:], parameters, strict=True):
        later = vintage.status.frame
        over = overlay(pieces.geometry.to_numpy(), later.geometry.to_numpy(), tolerance_m=rules.tolerance_m)
        pieces = _laid_over(pieces, later, over, year=vintage.year, rules=rules)
        alone += list(over.alone_m2)
        snapped += float(over.snapped.area_m2.sum())
    return Ground(
        code=code,
        name=name,
        years=years,
        pieces=pieces,
        built_zones=MappingProxyType(zones),
        alone_m2=tuple(alone),
        snapped_m2=snapped,
    )


def _sources() -> tuple[tuple[str, str], ...]:
    return (("cs", "code_cs"), ("us", "code_us"), ("artif", "artif"))


def before_year(pieces: geopandas.GeoDataFrame) -> int:
    """The last vintage that pieces hold."""
    return max(int(str(column)[3:]) for column in pieces.columns if str(column).startswith("cs_"))


def _laid_over(
    pieces: geopandas.GeoDataFrame, later: geopandas.GeoDataFrame, over: Overlay, *, year: int, rules: Parameters
) -> geopandas.GeoDataFrame:
    """Pieces of the vintages so far, cut by one vintage more."""
    since = before_year(pieces)
    # Arrays of pandas stay what they are: as objects, half a million codes are as many strings.
    columns: dict[str, Any] = {
        str(name): pieces[name].array.take(over.first) for name in pieces.columns.drop("geometry")
    }
    changed = np.zeros(len(over.pieces), dtype=bool)
    for kind, source in _sources():
        columns[f"{kind}_{year}"] = later[source].array.take(over.second)
        changed |= np.asarray(columns[f"{kind}_{since}"] != columns[f"{kind}_{year}"], dtype=bool)
    sliver = changed & over.displaced
    sliver[changed] |= slivers(over.pieces[changed], parameters=rules)
    columns[f"sliver_{year}"] = sliver
    return geopandas.GeoDataFrame(columns, geometry=over.pieces, crs=pieces.crs)


def long_sliver(pieces: pd.DataFrame, years: Sequence[int]) -> npt.NDArray[np.bool_]:
    """(n,) True where all that changed between the first and the last of some consecutive years are slivers."""
    only = np.ones(len(pieces), dtype=bool)
    for since, year in pairwise(years):
        moved = np.zeros(len(pieces), dtype=bool)
        for kind in _CODES:
            moved |= (pieces[f"{kind}_{since}"] != pieces[f"{kind}_{year}"]).to_numpy(dtype=bool)
        only &= ~moved | pieces[f"sliver_{year}"].to_numpy(dtype=bool)
    return only
