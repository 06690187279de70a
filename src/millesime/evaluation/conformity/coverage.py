"""The coverage: overlaps, gaps, holes, and borders that do not match vertex by vertex."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.evaluation.conformity.anomaly import Anomaly
from millesime.evaluation.conformity.borders import match_borders
from millesime.evaluation.conformity.layer import Layer
from millesime.evaluation.conformity.settings import Settings
from millesime.evaluation.conformity.slivers import mean_width_m

#: An overlap below this area, in square metres, is a rounding of coordinates: it shows as an invalid edge.
_NEGLIGIBLE_M2 = 1e-4


def check(layer: Layer, settings: Settings) -> Iterator[Anomaly]:
    """Faults between polygons. Kinds that are not partitions are only looked at for overlaps."""
    polygons = layer.polygons
    if not len(polygons):
        return
    borders = match_borders(polygons)
    edges = borders.invalid
    suspect = np.flatnonzero(~(shapely.is_missing(edges) | shapely.is_empty(edges)))
    yield from _overlaps(layer, suspect)
    if layer.kind.is_partition:
        yield from _invalid_edges(layer, edges, suspect)
        if borders.area is None or shapely.get_num_interior_rings(shapely.get_parts(borders.area)).any():
            yield from _uncovered(layer, settings, is_valid=not len(suspect))


def _overlaps(layer: Layer, suspect: npt.NDArray[np.intp]) -> Iterator[Anomaly]:
    polygons = layer.polygons[suspect]
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    shared = shapely.intersection(polygons[first], polygons[second])
    area = shapely.area(shared)
    for pair in np.flatnonzero(area > _NEGLIGIBLE_M2).tolist():
        one, two = (int(layer.rows[suspect[index[pair]]]) for index in (first, second))
        message = f"overlaps {layer.ids[two]} by {area[pair]:.2f} m²"
        yield layer.anomaly("overlap", message, row=one, where=_polygonal(shared[pair]))


def _invalid_edges(layer: Layer, edges: npt.NDArray[Any], suspect: npt.NDArray[np.intp]) -> Iterator[Anomaly]:
    for part in suspect.tolist():
        message = f"{edges[part].length:.2f} m of border do not match the neighbours' vertices"
        yield layer.anomaly("invalid_edge", message, row=int(layer.rows[part]), where=edges[part])


def _uncovered(layer: Layer, settings: Settings, *, is_valid: bool) -> Iterator[Anomaly]:
    union = shapely.coverage_union_all(layer.polygons) if is_valid else shapely.union_all(layer.polygons)
    rings = [ring for part in shapely.get_parts(union) for ring in part.interiors]
    zones = shapely.polygons(rings) if rings else np.empty(0, dtype=object)
    # What fills a hole of one part may be another part: an island in a lake that is mapped.
    zones = shapely.difference(zones, union) if len(zones) else zones
    zones = np.array([part for zone in zones for part in shapely.get_parts(zone) if part.area > 0], dtype=object)
    width = mean_width_m(zones)
    for zone, wide in zip(zones, width.tolist(), strict=True):
        rule = "gap" if wide < settings.gap_width_m else "hole"
        message = f"{zone.area:.2f} m² that no polygon covers, mean width {wide:.2f} m"
        yield layer.anomaly(rule, message, where=zone)


def _polygonal(geometry: Any) -> Any:
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type in {"Polygon", "MultiPolygon"}]
    return shapely.union_all(parts)
