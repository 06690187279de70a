"""The sample that a place has of its own.

Given how many points of each stratum fell in a place, they are spread at random over the ground that the stratum has
there: with the areas of that ground they are a stratified sample of the place. Nothing is borrowed from elsewhere: the
interval of a département says nothing of one of its communes.
"""

from __future__ import annotations

from millesime.evaluation.estimators.intervals import NoEstimate
from millesime.evaluation.sample.points import ControlPoints

#: A place with fewer points of its own gets no interval. Ours: below thirty points limits are little but their method.
MIN_PLACE_POINTS = 30

#: Rounding of an area written to the centimetre.
_ROUNDING_M2 = 0.01


def own_points(points: ControlPoints, place: str) -> int:
    """Points read in a place."""
    return int((points.read["place"] == place).sum())


def own_sample(points: ControlPoints, place: str, *, min_points: int = MIN_PLACE_POINTS) -> ControlPoints | NoEstimate:
    """The points of a place with the areas of its strata, or why it has no sample of its own."""
    count = own_points(points, place)
    if count < min_points:
        return NoEstimate(f"no own sample: {count} points read in {place}, {min_points} at least are needed")
    told = points.places.get(place)
    if told is None or not told.area_m2 > 0 or not told.strata:
        return NoEstimate(f"the ground of each stratum in {place} is not told in the file: draw it with --communes")
    table = points.table[points.table["place"] == place].reset_index(drop=True)
    missing = told.area_m2 - sum(told.strata.values())
    if missing > _ROUNDING_M2 * (len(points.areas) + 1):
        return NoEstimate(f"no own sample: {missing:.0f} m² of {place} lie in strata without a point there")
    return ControlPoints(kind=points.kind, years=points.years, table=table, areas=told.strata)
