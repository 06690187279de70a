"""Exemptions that a local authority may apply: layers of their own, beside the status and never inside it.

Each has its legal basis. None changes `artif`: an exemption tells which ground it would leave out of an account, and
the totals of that account with and without it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.artificialisation.product import Artificialisation
from millesime.errors import ConfigError, CrsError
from millesime.geo.precision import polygons_of
from millesime.nomenclature import threshold

#: An installation is declared exempt when one of these says yes: by its date, as agrivoltaic, by its technique.
_DECLARED = ("ex_date", "ex_agriv", "ex_techniq")
_YES = {"1", "true", "oui", "yes", "o", "y", "t"}
_FOREST_USE, _TREES = "US1.2", "CS2.1.1"


@dataclass(frozen=True)
class Exemption:
    """One exemption."""

    name: str
    account: Literal["artificialisation", "ENAF consumption"]
    """The account that it concerns; the two are never added up."""

    basis: str
    """Legal basis."""

    law: str
    """What the texts say."""

    reading: str
    """What we add to be able to apply them."""

    @property
    def column(self) -> str:
        """Attribute with the exempt square metres of each polygon."""
        return f"exempt_{self.name.replace('-', '_')}_m2"

    @property
    def layer(self) -> str:
        """Name of its layer in a GeoPackage."""
        return f"EXEMPTION_{self.name.replace('-', '_').upper()}"


EXEMPTIONS: Mapping[str, Exemption] = {
    item.name: item
    for item in (
        Exemption(
            name="parks",
            account="artificialisation",
            basis="annex of article R.101-1, code de l'urbanisme: option for public parks and gardens",
            law="vegetated public parks and gardens of at least 2 500 m² may be counted as not artificial",
            reading="the vegetated ground (CS2) of declared parks that touch counts together for the 2 500 m²",
        ),
        Exemption(
            name="pv-artif",
            account="artificialisation",
            basis="annex of article R.101-1, code de l'urbanisme: option for photovoltaic installations (conditions "
            "not confirmed)",
            law="ground photovoltaics may be left out; in forest they are always counted",
            reading="every installation given meets the conditions; forest is CS2.1.1 or US1.2",
        ),
        Exemption(
            name="pv-enaf",
            account="ENAF consumption",
            basis="décret 2023-1408 (consumption of natural, agricultural and forest land; says nothing of artif)",
            law="some ground photovoltaics are left out of the consumption; in forest they are always counted",
            reading="the installations whose declaration says so (ex_date, ex_agriv or ex_techniq), all of them when "
            "the layer has none of these attributes; forest is CS2.1.1 or US1.2",
        ),
    )
}


@dataclass(frozen=True)
class Exempted:
    """What an exemption leaves out, and the total of its account with and without it."""

    exemption: Exemption
    area_m2: npt.NDArray[np.float64]
    """(n,) exempt ground in each polygon of the vintage."""

    pieces: geopandas.GeoDataFrame
    """Exempt ground: `id` when the map has it, `cs`, `us`, `area_m2`, geometry. It is no OCCUPATION_SOL: its codes are
    not named as there."""

    total_without_m2: float
    """The account without the exemption: artificial ground, or all the ground of the installations for ENAF."""

    total_with_m2: float
    """The account once the exempt ground is left out."""

    declared: int
    """Objects given."""

    declared_not_exempt: int
    """Objects given of which nothing is exempt."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        item = self.exemption
        return {
            "name": item.name,
            "account": item.account,
            "basis": item.basis,
            "law": item.law,
            "reading": item.reading,
            "declared": self.declared,
            "declared_not_exempt": self.declared_not_exempt,
            "exempt_m2": float(self.area_m2.sum()),
            "total_without_m2": self.total_without_m2,
            "total_with_m2": self.total_with_m2,
        }


def exempt(
    result: Artificialisation,
    name: str,
    declared: geopandas.GeoDataFrame,
    *,
    min_park_m2: float = threshold("park_exemption").value,
) -> Exempted:
    """Apply one exemption.

    Args:
        result: the statuses; they stay as they are.
        name: a key of EXEMPTIONS.
        declared: parks or installations, polygons in the CRS of the result.
        min_park_m2: vegetated ground that a park must have, in square metres.

    Raises:
        ConfigError: no such exemption.
        CrsError: the objects are in another CRS.
    """
    if name not in EXEMPTIONS:
        raise ConfigError(f"no exemption is called {name!r}", remedy=f"use one of {', '.join(EXEMPTIONS)}")
    item = EXEMPTIONS[name]
    if declared.crs != result.frame.crs:
        raise CrsError(f"{name}: the layer is in {declared.crs}, the map in {result.frame.crs}", remedy="reproject it")
    claimed = declared[_is_declared_exempt(declared)] if name == "pv-enaf" else declared
    pieces, row, site = _laid_over(result.frame, claimed)
    area = shapely.area(pieces)
    cover, use = (result.frame[column].to_numpy(dtype=str)[row] for column in ("code_cs", "code_us"))
    kept = result.artificial[row] if item.account == "artificialisation" else np.ones(len(row), dtype=bool)
    if name == "parks":
        green = np.char.startswith(cover, "CS2")
        site_m2 = np.bincount(site[green], weights=area[green], minlength=int(site.max(initial=-1)) + 1)
        kept &= green & (site_m2[site] >= min_park_m2 - _ROUNDING_M2)
    else:
        kept &= ~(np.char.startswith(cover, _TREES) | (use == _FOREST_USE))
    exempt_m2 = np.zeros(len(result.frame))
    np.add.at(exempt_m2, row[kept], area[kept])
    total = result.area_m2()
    if item.account == "ENAF consumption":
        total = float(shapely.area(_laid_over(result.frame, declared)[0]).sum())
    return Exempted(
        exemption=item,
        area_m2=exempt_m2,
        pieces=_as_layer(result.frame, pieces[kept], row[kept]),
        total_without_m2=total,
        total_with_m2=total - float(exempt_m2.sum()),
        declared=len(declared),
        declared_not_exempt=_without_exemption(declared, pieces[kept]),
    )


_NAMES = {"id": "id", "code_cs": "cs", "code_us": "us"}

#: Areas of intersections carry this much rounding.
_ROUNDING_M2 = 1e-6


def _is_declared_exempt(declared: geopandas.GeoDataFrame) -> npt.NDArray[np.bool_]:
    names = {str(column).lower(): column for column in declared.columns}
    present = [names[name] for name in _DECLARED if name in names]
    if not present:
        return np.ones(len(declared), dtype=bool)
    says = [[str(value).strip().lower().removesuffix(".0") in _YES for value in declared[name]] for name in present]
    return np.asarray(np.any(says, axis=0), dtype=bool).reshape(len(declared))


def _laid_over(
    frame: geopandas.GeoDataFrame, declared: geopandas.GeoDataFrame
) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Single polygons of the map within the objects, the row of the map and the site of each.

    A site is a set of objects that overlap or touch: ground that two of them claim is counted once.
    """
    given = declared.geometry.to_numpy()
    usable = given[~(shapely.is_missing(given) | shapely.is_empty(given))]
    sites = polygons_of(shapely.union_all(shapely.make_valid(usable)))[0]
    sites = sites[np.argsort(shapely.to_wkb(shapely.normalize(sites)))]
    geoms = frame.geometry.to_numpy()
    site, row = shapely.STRtree(geoms).query(sites, predicate="intersects")
    pieces, of = polygons_of(shapely.intersection(geoms[row], sites[site]))
    return pieces, row[of], site[of]


def _without_exemption(declared: geopandas.GeoDataFrame, pieces: npt.NDArray[Any]) -> int:
    if not len(pieces):
        return len(declared)
    geoms = shapely.make_valid(declared.geometry.to_numpy())
    which, piece = shapely.STRtree(pieces).query(geoms, predicate="intersects")
    shares_ground = ~shapely.touches(geoms[which], pieces[piece])
    return len(declared) - len(np.unique(which[shares_ground]))


def _as_layer(
    frame: geopandas.GeoDataFrame, pieces: npt.NDArray[Any], row: npt.NDArray[np.intp]
) -> geopandas.GeoDataFrame:
    order = np.lexsort([shapely.to_wkb(shapely.normalize(pieces)), row]) if len(row) else row
    columns = {name: short for name, short in _NAMES.items() if name in frame.columns}
    table = pd.DataFrame(frame[list(columns)]).iloc[row[order]].reset_index(drop=True).rename(columns=columns)
    table["area_m2"] = shapely.area(pieces[order])
    return geopandas.GeoDataFrame(table, geometry=shapely.normalize(pieces[order]), crs=frame.crs)
