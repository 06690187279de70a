"""From the vintages read and the zone to the material of a portrait, and how sure its figures are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import shapely

from millesime.artificialisation import Artificialisation
from millesime.differential import ENOUGH, TOLERANCE_M, Differential, Overlay, Parameters, difference, matching_share
from millesime.errors import ConfigError, CrsError, InputError
from millesime.geo.grid import Bounds
from millesime.indicators import account, commune_layer, covered_share, indicators
from millesime.indicators.sensitivity import Sensitivity, sensitivity
from millesime.publication.material import Material, VintageLayers
from millesime.publication.portrait_of_files.cutting import cut
from millesime.publication.portrait_of_files.vintages import FileVintage, numbered
from millesime.publication.portrait_of_files.zone import Zone, communes_on
from millesime.publication.product import Delivery
from millesime.sources.ocsge import require_comparable

_HECTARE_M2 = 10_000.0

#: The maps show this much more than the zone on each side, as a share of its longer side.
_FRAME = 0.02


@dataclass(frozen=True)
class Compared:
    """How two vintages were compared, and what of it is in doubt; areas in hectares, inside the zone."""

    years: tuple[int, int]
    tolerance_m: float

    noise_gain_ha: float
    """Of the artificialised land: pieces too thin or small to be told from a displaced border."""

    noise_loss_ha: float
    near_threshold_ha: float
    """Of the artificial flux, gain plus loss: patches about as large as a threshold, slivers apart."""

    alone_ha: tuple[float, float]
    """Ground that one vintage alone covers: earlier only, later only."""

    warnings: tuple[str, ...]


@dataclass(frozen=True)
class OfFiles:
    """The material of a portrait made of files."""

    zone: Zone
    vintages: tuple[FileVintage, ...]
    """Earlier first."""

    material: Material
    compared: Compared | None
    zone_ha: float | None
    """Area of the zone; None for the whole map."""

    covered_ha: float
    """Ground of the zone that the figures are of."""

    sensitivity: Sensitivity
    """What the figures of the zone rest on; see `sensitivity_level`."""

    earlier_built_zone: geopandas.GeoDataFrame | None
    """ZONE_CONSTRUITE of the earlier vintage inside the zone; None without one, or without an earlier vintage."""

    @property
    def sensitivity_level(self) -> str:
        """Level of the rows of the zone in its sensitivity."""
        return "territory" if self.zone.ground is None else "perimeter"


def assemble(
    zone: Zone, vintages: Sequence[FileVintage], *, tolerance_m: float | None = None, force: bool = False
) -> OfFiles:
    """Compare, cut and count.

    Args:
        zone: what the portrait is of.
        vintages: one or two, in any order.
        tolerance_m: borders at most this far apart are put on one another; by default 0 where the vintages share most
            of their vertices, TOLERANCE_M elsewhere.
        force: compare generations of the nomenclature that differ.

    Raises:
        ConfigError: not one or two vintages, or twice the same year.
        CrsError: vintages in different CRS.
        RefusedError: generations that differ, when not forced.
        InputError: the files have no ground of the zone in common.
    """
    ordered = tuple(sorted(vintages, key=lambda vintage: vintage.year))
    _require(ordered)
    years = tuple(vintage.year for vintage in ordered)
    compared, comparison, pieces = None, None, cut(_alone(ordered[0]), zone.ground)
    if len(ordered) == 2:
        compared, comparison, pieces = _compared(ordered, zone, tolerance_m=tolerance_m, force=force)
    if not len(pieces):
        raise InputError("no ground of the zone is on the maps", place=zone.name, remedy="check the zone and the files")
    crs = pieces.crs.to_string()
    extent = _framed(pieces.total_bounds)
    communes = communes_on(zone, pieces.geometry.to_numpy())
    # A commune alone is the zone itself: its line would be that of the territory again.
    counted = communes.iloc[:0] if zone.level == "commune" else communes
    accounts = account(pieces, counted, years=years, territory=(zone.code, zone.name))
    table = covered_share(indicators(accounts), counted)
    layers = [_cut_layers(vintage, zone) for vintage in ordered]
    zones = [None if vintage.built_zone is None else _cut_zone(vintage.built_zone, zone) for vintage in ordered]
    material = Material(
        delivery=Delivery(zone.code, years[-1], years[0] if len(years) == 2 else None),
        territory_name=zone.name,
        crs=crs,
        extent=extent,
        current=layers[-1],
        built_zone=zones[-1],
        cover_vector=None,
        indicators=table,
        communes=commune_layer(table, _in_zone(counted, zone), extent=extent),
        reference=layers[0] if len(layers) == 2 else None,
        differential=pieces[pieces["changed"]].drop(columns="changed").reset_index(drop=True) if compared else None,
    )
    zone_ha = None if zone.ground is None else float(shapely.area(zone.ground)) / _HECTARE_M2
    covered = float(shapely.area(pieces.geometry.to_numpy()).sum()) / _HECTARE_M2
    return OfFiles(
        zone=zone,
        vintages=ordered,
        material=material,
        compared=compared,
        zone_ha=zone_ha,
        covered_ha=covered,
        sensitivity=_sensitivity(ordered, zone, comparison, crs),
        earlier_built_zone=zones[0] if len(zones) == 2 else None,
    )


def _require(vintages: Sequence[FileVintage]) -> None:
    years = [vintage.year for vintage in vintages]
    if len(vintages) not in (1, 2):
        raise ConfigError(
            f"a portrait is of one or two vintages, got {len(vintages)}", remedy="give the two to compare"
        )
    if len(set(years)) != len(years):
        raise ConfigError(
            f"both files are of {years[0]}", remedy="give two vintages, or say theirs with --year, once per file"
        )
    if len({vintage.status.frame.crs for vintage in vintages}) > 1:
        told = ", ".join(str(vintage.status.frame.crs) for vintage in vintages)
        raise CrsError(f"the files are in different CRS: {told}", remedy="reproject one of them")


def _alone(vintage: FileVintage) -> geopandas.GeoDataFrame:
    year = vintage.year
    names = {"code_cs": f"cs_{year}", "code_us": f"us_{year}", "artif": f"artif_{year}"}
    return vintage.status.frame.rename(columns=names).assign(sliver=False)


def _compared(
    near: Sequence[FileVintage], zone: Zone, *, tolerance_m: float | None, force: bool
) -> tuple[Compared, tuple[Differential, Overlay], geopandas.GeoDataFrame]:
    """What is told of the comparison, the comparison itself, and every piece of the zone that both vintages cover."""
    first, second = near
    warnings = require_comparable(*(vintage.layer.generations[0] for vintage in near), force=force)
    polygons = [vintage.status.frame.geometry.to_numpy() for vintage in near]
    chosen = tolerance_m
    if chosen is None:
        chosen = 0.0 if matching_share(*polygons) >= ENOUGH else TOLERANCE_M
    years = (first.year, second.year)
    parameters = Parameters(tolerance_m=chosen)
    found, over = difference(first.status, second.status, years=years, territory=zone.code, parameters=parameters)
    pieces = cut(found.frame, zone.ground, area="area_m2")
    pieces["id"] = numbered(pieces["id"])
    area, flux = pieces["area_m2"].to_numpy() / _HECTARE_M2, pieces["artificialisation"].to_numpy()
    sliver, close = pieces["sliver"].to_numpy(bool), pieces["near_threshold"].to_numpy(bool)
    covered = [float(shapely.area(cut(vintage.status.frame, zone.ground).geometry).sum()) for vintage in near]
    both = float(pieces["area_m2"].sum())
    alone = over.alone_m2 if zone.ground is None else (covered[0] - both, covered[1] - both)
    compared = Compared(
        years=years,
        tolerance_m=chosen,
        noise_gain_ha=float(area[sliver & (flux > 0)].sum()),
        noise_loss_ha=float(area[sliver & (flux < 0)].sum()),
        near_threshold_ha=float(area[close & ~sliver & (flux != 0)].sum()),
        alone_ha=(max(alone[0], 0.0) / _HECTARE_M2, max(alone[1], 0.0) / _HECTARE_M2),
        warnings=warnings,
    )
    return compared, (found, over), pieces


def _sensitivity(
    near: Sequence[FileVintage], zone: Zone, comparison: tuple[Differential, Overlay] | None, crs: str
) -> Sensitivity:
    """Decided again with one thing otherwise, counted inside the zone."""
    place = None
    if zone.ground is not None:
        named = {"level": ["perimeter"], "code": [zone.code], "name": [zone.name]}
        place = geopandas.GeoDataFrame(named, geometry=[zone.ground], crs=crs)
    return sensitivity(
        [vintage.status for vintage in near],
        years=[vintage.year for vintage in near],
        territory=(zone.code, zone.name),
        comparison=comparison,
        places=place,
    )


def _cut_layers(vintage: FileVintage, zone: Zone) -> VintageLayers:
    """Both layers of a vintage inside the zone, one row per polygon that is left, ids unique."""
    frame = cut(vintage.status.frame, zone.ground, area="aire")
    frame["id"] = numbered(frame["id"])
    frame["millesime"] = frame["millesime"].astype("Int64").astype(str).replace("<NA>", str(vintage.year))
    return VintageLayers(vintage.year, frame, Artificialisation(frame).frame)


def _cut_zone(zones: geopandas.GeoDataFrame, zone: Zone) -> geopandas.GeoDataFrame:
    found = cut(zones, zone.ground)
    return found.assign(id=numbered(found["id"]), millesime=found["millesime"].astype("Int64").astype(str))


def _in_zone(communes: geopandas.GeoDataFrame, zone: Zone) -> geopandas.GeoDataFrame:
    if zone.ground is None or not len(communes):
        return communes
    return communes.set_geometry(shapely.intersection(communes.geometry.to_numpy(), zone.ground), crs=communes.crs)


def _framed(bounds: Any) -> Bounds:
    west, south, east, north = (float(value) for value in bounds)
    room = _FRAME * max(east - west, north - south)
    return (west - room, south - room, east + room, north + room)
