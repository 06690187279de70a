"""Geometry of each object on its own: empty, invalid, of several parts, twice the same, thinner than anything real."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from millesime.evaluation.conformity.anomaly import Anomaly
from millesime.evaluation.conformity.layer import Layer
from millesime.sources.ocsge.duplicates import first_with_same_polygon
from millesime.sources.ocsge.faults import MAX_DUPLICATE_ZONES


def check(layer: Layer) -> Iterator[Anomaly]:
    """Faults that can be told without looking at the neighbours."""
    yield from _empty(layer)
    yield from _invalid(layer)
    yield from _multipart(layer)
    yield from _duplicate(layer)


def _empty(layer: Layer) -> Iterator[Anomaly]:
    geoms = layer.geometry
    polygonal = np.isin(shapely.get_type_id(geoms), (3, 6)) & ~shapely.is_empty(geoms)
    for row in np.flatnonzero(~polygonal).tolist():
        found = "no geometry" if geoms[row] is None else f"{geoms[row].geom_type}, empty: {geoms[row].is_empty}"
        yield layer.anomaly("empty_geometry", f"expected a polygon, found {found}", row=row)


def _invalid(layer: Layer) -> Iterator[Anomaly]:
    geoms = layer.geometry
    invalid = ~layer.is_valid & ~shapely.is_missing(geoms)
    for row in np.flatnonzero(invalid).tolist():
        yield layer.anomaly("invalid_geometry", str(shapely.is_valid_reason(geoms[row])), row=row)


def _multipart(layer: Layer) -> Iterator[Anomaly]:
    counts = shapely.get_num_geometries(layer.geometry)
    for row in np.flatnonzero(counts > 1).tolist():
        yield layer.anomaly("multipart", f"{counts[row]} parts, expected one polygon", row=row)


def _duplicate(layer: Layer) -> Iterator[Anomaly]:
    first = first_with_same_polygon(layer.geometry)
    again = np.flatnonzero(first != np.arange(len(first)))
    is_lenient = layer.kind.name == "ZONE_CONSTRUITE" and len(again) <= MAX_DUPLICATE_ZONES
    for row in again.tolist():
        message = f"same polygon as {layer.ids[first[row]]}"
        yield layer.anomaly("duplicate_geometry", message, row=row, severity="warning" if is_lenient else "error")
