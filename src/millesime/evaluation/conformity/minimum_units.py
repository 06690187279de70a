"""Minimum units: 200 m² for built ground, 500 m² inside the zone construite, 2 500 m² outside it.

The ossature is exempt, and so is what it cuts off: a roundabout's centre, a median strip, a plot at the limit of the
map. Without a zone construite beside it, the smaller unit of the two is asked for everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.artificialisation import partition_of
from millesime.errors import GeometryError
from millesime.evaluation.conformity.anomaly import Anomaly
from millesime.evaluation.conformity.layer import Layer
from millesime.evaluation.conformity.settings import Settings

BUILT_COVER = "CS1.1.1.1"


def check(layer: Layer, settings: Settings, *, built_zone: npt.NDArray[Any] | None) -> Iterator[Anomaly]:
    """Objects below the minimum unit of their class.

    Args:
        layer: OCCUPATION_SOL, or ARTIF which has its attributes.
        settings: minimum units and tolerance.
        built_zone: polygons of the zone construite, None when it is not known.
    """
    if not layer.kind.has_minimum_units or "code_cs" not in layer.frame.columns:
        return
    unit = minimum_units_m2(layer, settings, built_zone=built_zone)
    area = np.bincount(layer.rows, weights=shapely.area(layer.polygons), minlength=len(layer.frame))
    small = (area < unit - settings.area_tolerance_m2) & (area > 0) & ~_ossature(layer)
    if not small.any():
        return
    exempt = small & _closed_in(layer)
    for row in np.flatnonzero(small).tolist():
        message = f"{area[row]:.1f} m², minimum unit {unit[row]:g} m²"
        if exempt[row]:
            yield layer.anomaly("minimum_unit_exempt", message, row=row, severity="warning")
        else:
            yield layer.anomaly("minimum_unit", message, row=row, severity=settings.soft)


def minimum_units_m2(
    layer: Layer, settings: Settings, *, built_zone: npt.NDArray[Any] | None
) -> npt.NDArray[np.float64]:
    """(n,) minimum unit of each object, in square metres."""
    inside = np.ones(len(layer.frame), dtype=bool)
    if built_zone is not None:
        inside[:] = False
        shapely.prepare(built_zone)
        touched = shapely.STRtree(built_zone).query(layer.polygons, predicate="intersects")[0]
        inside[layer.rows[touched]] = True
    unit = np.where(inside, min(settings.min_inside_m2, settings.min_outside_m2), settings.min_outside_m2)
    return np.where((layer.frame["code_cs"] == BUILT_COVER).to_numpy(bool), settings.min_built_m2, unit)


def _ossature(layer: Layer) -> npt.NDArray[np.bool_]:
    if "ossature" not in layer.frame.columns:
        return np.zeros(len(layer.frame), dtype=bool)
    return layer.frame["ossature"].isin([1, "1", True]).to_numpy(bool)


def _closed_in(layer: Layer) -> npt.NDArray[np.bool_]:
    """(n,) objects with no neighbour that could take them: only ossature around, or the limit of the map.

    Objects that together fill such a pocket are not exempt: they could be merged with each other.
    """
    closed = np.zeros(len(layer.frame), dtype=bool)
    try:
        partition = partition_of(layer.polygons)
    except GeometryError:  # overlaps: told by the coverage check, and no neighbour is sure
        return closed
    structure = _ossature(layer)[layer.rows]
    open_side = np.zeros(len(layer.rows), dtype=bool)
    open_side[partition.first[~structure[partition.second]]] = True
    open_side[partition.second[~structure[partition.first]]] = True
    closed[layer.rows[~open_side]] = True
    return closed
