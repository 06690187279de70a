"""Slivers: polygons thinner than anything that the specification describes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from millesime.evaluation.conformity.anomaly import Anomaly
from millesime.evaluation.conformity.layer import Layer
from millesime.evaluation.conformity.settings import Settings


def mean_width_m(polygons: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """(n,) width of the rectangle of the same area and perimeter when it is long: 2 area / perimeter, metres."""
    perimeter = shapely.length(polygons)
    return np.divide(2 * shapely.area(polygons), perimeter, out=np.zeros(len(polygons)), where=perimeter > 0)


def check(layer: Layer, settings: Settings) -> Iterator[Anomaly]:
    """Polygons whose mean width is below that of a sliver. CoSIA is raw cover: single pixels are no fault there."""
    if layer.kind.name == "COSIA":
        return
    width = mean_width_m(layer.polygons)
    for part in np.flatnonzero(width < settings.sliver_width_m).tolist():
        message = f"mean width {width[part]:.2f} m, below {settings.sliver_width_m:g} m"
        row, where = int(layer.rows[part]), layer.polygons[part]
        yield layer.anomaly("sliver", message, row=row, severity=settings.soft, where=where)
