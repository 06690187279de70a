"""From the vintages of a zone to the case of its reports: one comparison and one account of the ground for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas
import numpy as np
import shapely

from millesime.differential import ENOUGH, TOLERANCE_M, Parameters, difference, matching_share, status_warnings
from millesime.errors import ConfigError, InputError
from millesime.indicators import Indicators, Places, Planning, communes_frame, ground_of_pieces, territory_indicators
from millesime.indicators.places import communes_of
from millesime.indicators.sensitivity import Sensitivity, sensitivity
from millesime.publication.portrait_of_files.cutting import cut
from millesime.publication.portrait_of_files.vintages import FileVintage, touching
from millesime.publication.portrait_of_files.zone import SHARED_M2, Zone, touching_box
from millesime.publication.triennial.case import Case, Coverage, ReportPlace
from millesime.publication.triennial.content import DataSource
from millesime.sources.ocsge import require_comparable

if TYPE_CHECKING:
    from millesime.indicators.enaf import Enaf
    from millesime.publication.control import Control

#: Around the zone, in metres: polygons that far out take part in the comparison, so that its border is like any other.
_AROUND_M = 20.0

#: A place is covered when this share of it is, in per cent: limits of places and of maps differ by metres.
COVERED_PCT = 99.5

#: Of the same metres: a commune is not reached when at most this share of it is covered, in per cent.
TRACE_PCT = 100 - COVERED_PCT

_REPORTED = ("commune", "epci")


@dataclass(frozen=True)
class Beside:
    """What is given beside the maps."""

    sources: Mapping[str, DataSource]
    """See `Case.sources`."""

    enaf: Enaf | None = None

    plan: Planning | None = None
    """Zones of the town plan, in the CRS of the maps."""

    control: Control | None = None
    """Control points of the change."""


def case_of(
    zone: Zone,
    vintages: Sequence[FileVintage],
    layers: Mapping[str, geopandas.GeoDataFrame],
    beside: Beside,
    *,
    tolerance_m: float | None = None,
    force: bool = False,
) -> Case:
    """Compare, cut and count, once for all the reports.

    Args:
        zone: a commune or an EPCI.
        vintages: two, in any order, with the polygons around the zone.
        layers: `commune` and, where there is one, `epci` of Admin Express.
        beside: sources, consumption of ENAF, zones of the plan.
        tolerance_m: borders at most this far apart are put on one another; by default 0 where the vintages share most
            of their vertices.
        force: compare generations of the nomenclature that differ.

    Raises:
        ConfigError: a zone that owes no report, or not two vintages of two years.
        RefusedError: generations that differ, when not forced.
        InputError: the files have no ground of the zone in common.
    """
    _require(zone, vintages)
    ordered = tuple(sorted(vintages, key=lambda vintage: vintage.year))
    years = (ordered[0].year, ordered[1].year)
    near = tuple(touching(vintage, zone.ground, reach_m=_AROUND_M) for vintage in ordered)
    warnings = require_comparable(*(vintage.layer.generations[0] for vintage in near), force=force)
    polygons = [vintage.status.frame.geometry.to_numpy() for vintage in near]
    chosen = tolerance_m
    if chosen is None:
        chosen = 0.0 if matching_share(*polygons) >= ENOUGH else TOLERANCE_M
    compared = difference(
        near[0].status, near[1].status, years=years, territory=zone.code, parameters=Parameters(tolerance_m=chosen)
    )
    pieces = cut(compared[0].frame, zone.ground, area="area_m2")
    places = _places(zone, layers, pieces)
    if not any(place.kind == "commune" for place in places):
        raise InputError(
            "no ground of the zone is on both maps, or a trace of it along a limit alone",
            place=zone.name,
            remedy="check the zone and the files",
        )
    table = _indicators(zone, places, pieces, years, beside.plan)
    return Case(
        years=years,
        indicators=table,
        pieces=pieces,
        neighbours=communes_of(touching_box(layers["commune"], zone.ground, *_boxes(ordered))),
        places=places,
        not_reached=_not_reached(zone, places),
        sources=beside.sources,
        sensitivity=_sensitivity(near, compared, years, places, crs=pieces.crs),
        coverage=_coverage(near, pieces, places),
        tolerance_m=chosen,
        official_years=tuple(vintage.year for vintage in ordered if vintage.is_official_status),
        status_warnings=status_warnings(near[0].status, near[1].status),
        other_rules=tuple(dict.fromkeys(rule for vintage in ordered for rule in vintage.other_rules)),
        enaf=beside.enaf,
        control=beside.control,
        warnings=(*warnings, *(() if beside.plan is None else beside.plan.told)),
    )


def _boxes(vintages: Sequence[FileVintage]) -> list[Any]:
    return [shapely.box(*vintage.layer.frame.total_bounds) for vintage in vintages]


def _require(zone: Zone, vintages: Sequence[FileVintage]) -> None:
    if zone.level not in _REPORTED:
        raise ConfigError(
            f"the triennial report is owed by communes and EPCI, not by {zone.name}",
            remedy="give --zone the code of a commune (5 characters) or of an EPCI (9)",
        )
    if len(vintages) != 2:
        raise ConfigError(f"the report compares two vintages, got {len(vintages)}", remedy="give both files")
    if vintages[0].year == vintages[1].year:
        raise ConfigError(
            f"both files are of {vintages[0].year}", remedy="give two vintages, or say theirs with --year"
        )


def _places(
    zone: Zone, layers: Mapping[str, geopandas.GeoDataFrame], pieces: geopandas.GeoDataFrame
) -> tuple[ReportPlace, ...]:
    """The zone itself, then each of its communes that the maps cover a real part of, by code."""
    geoms = pieces.geometry.to_numpy()
    tree = shapely.STRtree(geoms)
    if zone.level == "commune":
        if not _is_reached(_covered(tree, geoms, zone.ground), float(shapely.area(zone.ground))):
            return ()
        epci = _epci_name(zone.code, layers)
        return (ReportPlace("commune", zone.code, zone.name, "territory", zone.ground, (zone.code,), epci),)
    members = zone.communes.sort_values("insee")
    found = [ReportPlace("epci", zone.code, zone.name, "territory", zone.ground, tuple(members["insee"]))]
    for insee, name, polygon in zip(members["insee"], members["name"], members.geometry, strict=True):
        if _is_reached(_covered(tree, geoms, polygon), float(shapely.area(polygon))):
            found.append(ReportPlace("commune", insee, name, "commune", polygon, (insee,), zone.name))
    return tuple(found)


def _not_reached(zone: Zone, places: Sequence[ReportPlace]) -> tuple[tuple[str, str], ...]:
    told = {place.code for place in places}
    members = zone.communes.sort_values("insee")
    pairs = zip(members["insee"].astype(str), members["name"].astype(str), strict=True)
    return tuple((insee, name) for insee, name in pairs if insee not in told)


def _is_reached(covered_m2: float, whole_m2: float) -> bool:
    """Whether the maps hold more of a commune than the traces that limits of metres' difference leave of neighbours."""
    return covered_m2 >= SHARED_M2 and 100 * covered_m2 / whole_m2 > TRACE_PCT


def _epci_name(insee: str, layers: Mapping[str, geopandas.GeoDataFrame]) -> str:
    communes = layers["commune"]
    if "siren_epci" not in communes.columns or "epci" not in layers:
        return ""
    codes = str(communes.loc[communes["insee_com"] == insee, "siren_epci"].iloc[0]).split("/")
    epci = layers["epci"]
    names = epci.loc[epci["code_siren"].astype(str).isin(codes), "nom"]
    return ", ".join(names.astype(str))


def _indicators(
    zone: Zone,
    places: tuple[ReportPlace, ...],
    pieces: geopandas.GeoDataFrame,
    years: tuple[int, int],
    plan: Planning | None,
) -> Indicators:
    members = [place for place in places if place.level == "commune"]
    communes = communes_frame(
        [place.code for place in members],
        [place.name for place in members],
        [place.ground for place in members],
        crs=pieces.crs,
    )
    ground = ground_of_pieces(pieces, years=years, code=zone.code, name=zone.name)
    return territory_indicators([ground], Places(communes), territory=(zone.code, zone.name), planning=plan)


def _sensitivity(
    near: Sequence[FileVintage],
    compared: Any,
    years: tuple[int, int],
    places: tuple[ReportPlace, ...],
    *,
    crs: Any,
) -> Sensitivity:
    """Of every place, the zone included: the whole of the files reaches out of it."""
    told = geopandas.GeoDataFrame(
        {
            "level": ["place"] * len(places),
            "code": [place.code for place in places],
            "name": [place.name for place in places],
        },
        geometry=[place.ground for place in places],
        crs=crs,
    )
    return sensitivity(
        [vintage.status for vintage in near], years=years, territory=("", ""), comparison=compared, places=told
    )


def _coverage(
    near: Sequence[FileVintage], pieces: geopandas.GeoDataFrame, places: tuple[ReportPlace, ...]
) -> dict[str, Coverage]:
    """Places that one of the maps leaves a part of, with the share that each map covers."""
    found = {}
    geoms = pieces.geometry.to_numpy()
    tree = shapely.STRtree(geoms)
    for place in places:
        whole = float(shapely.area(place.ground))
        if 100 * _covered(tree, geoms, place.ground) / whole < COVERED_PCT:
            shares = []
            for vintage in near:
                frame = vintage.status.frame.geometry.to_numpy()
                shares.append(100 * _covered(shapely.STRtree(frame), frame, place.ground) / whole)
            found[place.code] = Coverage(min(shares[0], 100.0), min(shares[1], 100.0))
    return found


def _covered(tree: shapely.STRtree, geoms: Any, ground: Any) -> float:
    """Square metres of a place that some polygons cover."""
    shapely.prepare(ground)
    rows = tree.query(ground, predicate="intersects")
    near = geoms[rows]
    inside = shapely.covered_by(near, ground)
    crossing = shapely.intersection(near[~inside], ground)
    return float(np.sum(shapely.area(near[inside])) + np.sum(shapely.area(crossing)))
