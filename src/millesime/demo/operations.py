"""The operations that the demo ships: what a photo-interpreter corrects when looking at the first map.

The generator knows the truth; a person sees it on the imagery, or knows the place. Uses that no database tells
(a site under construction, an abandoned yard, a mixed building) are what people correct most.
"""

from __future__ import annotations

from collections.abc import Sequence

import geopandas
import numpy as np
import shapely

from millesime.demo.scene import Scene
from millesime.ocsge_final.operations import ANY, Reclass

#: Uses that people correct, in the order of the file, and what they say about it.
_REASONS = {
    "US6.3": "left to itself: no forestry in this wood",
    "US6.2": "abandoned: no sign of activity on the imagery",
    "US6.1": "building site on the day of the flight",
    "US4.3": "public utility, known to the commune",
    "US4.2": "warehouses, seen on the ground",
    "US1.3": "extraction goes on beyond the zone of the database",
    "US1.4": "fish ponds",
    "US235": "shops below, dwellings above",
    "US3": "open to the public",
    "US2": "industrial yard",
}
_PER_USE = 2
#: Smaller places are not worth a correction: the minimum unit would swallow them.
_MIN_AREA_M2 = 600.0
_MIN_RADIUS_M = 8.0
_TOLERANCE_M = 0.5


def corrections(scene: Scene) -> tuple[Reclass, ...]:
    """Corrections of use at the heart of the largest places of each use that databases tell badly."""
    operations: list[Reclass] = []
    for use, reason in _REASONS.items():
        units = scene.units[scene.units["us"] == use]
        if use == "US6.3":  # heath, rock and rivers are rightly told; that a wood is not managed no database tells
            units = units[units["kind"] == "wood"]
        for place, code_cs, area_m2 in _largest(units):
            number = len(operations)
            operations.append(
                Reclass(
                    at=place,
                    before=(code_cs, ANY),
                    after=(ANY, use),
                    who=f"photo-interpreter {1 + number % 2}",
                    when=f"{scene.year + 1}-03-{1 + number:02d}T09:{number:02d}:00Z",
                    why=reason,
                    area_m2=area_m2,
                )
            )
    return tuple(operations)


def as_lines(operations: Sequence[Reclass]) -> str:
    """The text of an operations file."""
    return "".join(f"{operation.as_json()}\n" for operation in operations)


def _largest(units: geopandas.GeoDataFrame) -> list[tuple[tuple[float, float], str, float]]:
    """Centre, cover and area in square metres of the units with the widest heart, one per kind of place first."""
    units = units[units.area >= _MIN_AREA_M2]
    shapes = units.geometry.to_numpy()
    if not len(shapes):
        return []
    hearts = shapely.maximum_inscribed_circle(shapes, _TOLERANCE_M)
    radius = shapely.length(hearts)
    centre = np.round(shapely.get_coordinates(shapely.get_point(hearts, 0)), 2)
    order = [row for row in np.lexsort((units["uid"].to_numpy(), -radius)) if radius[row] >= _MIN_RADIUS_M]
    covers = units["cs"].to_numpy()
    area = np.round(shapely.area(shapes), 1)
    return [
        ((float(centre[row, 0]), float(centre[row, 1])), str(covers[row]), float(area[row])) for row in order[:_PER_USE]
    ]
