"""Which control points speak for a place: the whole sample when it was drawn there, or the place's own points."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from millesime.evaluation.sample.change_interval import ChangeFigure, ChangeInterval, change_intervals
from millesime.evaluation.sample.places import MIN_PLACE_POINTS
from millesime.evaluation.sample.points import ControlPoints

#: The ground of a sample is that of a place when their areas differ by less than this share: limits are rounded.
SAME_GROUND = 0.001

#: A point this far out of a place, in metres, still lies on its limit.
_ON_LIMIT_M = 1.0


def place_intervals(
    points: ControlPoints, where: Any, *, code: str, name: str, ground: Any | None, area_m2: float
) -> dict[ChangeFigure, ChangeInterval]:
    """The figures of change of a place. Nothing is borrowed from a sample of other ground.

    Args:
        points: a sample of change.
        where: its points, in the CRS of the ground.
        code: of the place, as the sample calls it.
        name: for the sentences.
        ground: polygon of the place; None for the whole map.
        area_m2: ground of the place that both maps cover.
    """
    if len(points.read) >= MIN_PLACE_POINTS and _is_of(points, where, ground, area_m2):
        # The whole map is called by the name of its file: that says nothing to a reader.
        return change_intervals(points, place_name="" if ground is None else name)
    return change_intervals(points, place=code, place_name=name)


def _is_of(points: ControlPoints, where: Any, ground: Any | None, area_m2: float) -> bool:
    """Whether the sample was drawn on this very ground."""
    if abs(points.total_m2 - area_m2) > SAME_GROUND * area_m2:
        return False
    if ground is None:
        return True
    return bool(np.all(shapely.dwithin(np.asarray(where), ground, _ON_LIMIT_M)))
