"""Edge-matching: whether two neighbouring deliveries meet along their limit, without gap and without overlap."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.errors import CrsError
from millesime.evaluation.conformity.anomaly import Anomaly
from millesime.evaluation.conformity.layer import Layer
from millesime.evaluation.conformity.settings import Settings
from millesime.evaluation.conformity.slivers import mean_width_m
from millesime.geo.precision import polygons_of

#: Ground this close to a delivery touches it: half the grid that coordinates are rounded to, and a margin.
_TOUCHES_M = 0.02

#: Widest point of a sharp corner of the limit that closing keeps as it is, in multiples of the width.
_MITRE_LIMIT = 10.0


@dataclass(frozen=True)
class CommonLimit:
    """What was found along the limit of two layers."""

    first: str
    second: str
    objects: tuple[int, int]
    """Objects of each that lie along the limit; (0, 0) when the two are not neighbours."""
    anomalies: tuple[Anomaly, ...]
    overlap_m2: float
    gap_m2: float


def match_edges(first: Layer, second: Layer, *, settings: Settings | None = None) -> CommonLimit:
    """Find where two layers overlap, and the narrow or enclosed ground between them that neither covers.

    A gap is narrower than `limit_width_m`, or enclosed by the two layers together. Wider open ground between them may
    belong to a third département and is not told.

    Raises:
        CrsError: they are in different CRS.
    """
    settings = settings or Settings()
    if first.frame.crs != second.frame.crs:
        raise CrsError(
            f"{first.name} is in {first.frame.crs.to_string()}, {second.name} in {second.frame.crs.to_string()}",
            remedy="deliveries of two CRS have no common limit on the ground; reproject one of them",
        )
    one, two = _near(first, second, settings.limit_width_m), _near(second, first, settings.limit_width_m)
    pairs = shapely.STRtree(second.polygons[two]).query(
        first.polygons[one], predicate="dwithin", distance=settings.limit_width_m
    )
    along = one[np.unique(pairs[0])], two[np.unique(pairs[1])]
    overlaps = tuple(_overlaps(first, second, one[pairs[0]], two[pairs[1]], settings))
    gaps = tuple(_gaps(first, second, settings)) if pairs.size else ()
    return CommonLimit(
        first=first.name,
        second=second.name,
        objects=(len(np.unique(first.rows[along[0]])), len(np.unique(second.rows[along[1]]))),
        anomalies=(*overlaps, *gaps),
        overlap_m2=float(sum(found.geometry.area for found in overlaps)),
        gap_m2=float(sum(found.geometry.area for found in gaps)),
    )


def _near(layer: Layer, other: Layer, width_m: float) -> npt.NDArray[np.intp]:
    """Polygons of a layer whose bounds come near those of the other layer."""
    if not len(layer.polygons) or not len(other.polygons):
        return np.empty(0, dtype=np.intp)
    west, south, east, north = shapely.total_bounds(other.polygons)
    bounds = shapely.bounds(layer.polygons)
    inside = (bounds[:, 0] <= east + width_m) & (bounds[:, 2] >= west - width_m)
    return np.flatnonzero(inside & (bounds[:, 1] <= north + width_m) & (bounds[:, 3] >= south - width_m))


def _overlaps(
    first: Layer, second: Layer, one: npt.NDArray[np.intp], two: npt.NDArray[np.intp], settings: Settings
) -> Iterator[Anomaly]:
    shared, pair = polygons_of(shapely.intersection(first.polygons[one], second.polygons[two]))
    wide = mean_width_m(shared) > settings.limit_tolerance_m
    for zone, at in zip(shared[wide].tolist(), pair[wide].tolist(), strict=True):
        neighbour = second.ids[second.rows[two[at]]]
        message = f"overlaps {neighbour} of {second.name} by {zone.area:.2f} m²"
        row = int(first.rows[one[at]])
        yield first.anomaly("limit_overlap", message, row=row, severity=settings.soft, where=zone)


def _gaps(first: Layer, second: Layer, settings: Settings) -> Iterator[Anomaly]:
    grounds = [_ground(first), _ground(second)]
    together = shapely.union_all(grounds)
    zones = np.concatenate([_enclosed(together), _narrow(grounds, settings.limit_width_m)])
    zones, _ = polygons_of(shapely.union_all(zones))  # narrow and enclosed at once: told once
    for ground in grounds:
        shapely.prepare(ground)
        zones = zones[shapely.dwithin(zones, ground, _TOUCHES_M)]
    for zone in zones[mean_width_m(zones) > settings.limit_tolerance_m].tolist():
        wide = float(mean_width_m(np.array([zone]))[0])
        message = f"{zone.area:.2f} m² between {first.name} and {second.name}, mean width {wide:.2f} m"
        yield first.anomaly("limit_gap", message, severity=settings.soft, where=zone)


def _ground(layer: Layer) -> Any:
    """What a layer covers, as one geometry."""
    polygons = layer.polygons
    # A sound coverage is united by its edges, which is many times faster.
    is_sound = bool(shapely.coverage_is_valid(polygons))
    return shapely.coverage_union_all(polygons) if is_sound else shapely.union_all(polygons)


def _enclosed(together: Any) -> npt.NDArray[Any]:
    """Holes of two grounds taken together."""
    rings = [ring for part in shapely.get_parts(together) for ring in part.interiors]
    if not rings:
        return np.empty(0, dtype=object)
    return polygons_of(shapely.difference(shapely.polygons(rings), together))[0]


def _narrow(grounds: list[Any], width_m: float) -> npt.NDArray[Any]:
    """Open ground narrower than a width: what a morphological closing of the two fills."""
    margin = 20 * width_m
    box = shapely.intersection(*(shapely.box(*_grown(ground, margin)) for ground in grounds))
    clipped = shapely.union_all([shapely.clip_by_rect(ground, *box.bounds) for ground in grounds])
    grown = shapely.buffer(clipped, width_m / 2, join_style="mitre", mitre_limit=_MITRE_LIMIT)
    closed = shapely.buffer(grown, -width_m / 2, join_style="mitre", mitre_limit=_MITRE_LIMIT)
    return polygons_of(shapely.difference(closed, shapely.union_all(grounds)))[0]


def _grown(ground: Any, margin: float) -> tuple[float, float, float, float]:
    west, south, east, north = shapely.bounds(ground)
    return west - margin, south - margin, east + margin, north + margin
