"""Small isolated buildings, enlarged to the minimum unit of built land."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pydantic import BaseModel, ConfigDict

from millesime.geo.precision import polygons_of, snap
from millesime.nomenclature import threshold

Geometries = npt.NDArray[Any]

#: Offsets are searched to the millimetre: finer steps do not move a vertex of the 1 cm grid.
_STEP_M = 0.001


class InflationRules(BaseModel):
    """How small blocks are enlarged; the 200 m² are confirmed, the way is ours (inferred)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    target_area_m2: float = threshold("ocsge_built_inflation").value
    max_offset_m: float = 8.0
    """A block that finds no room within this distance stays smaller."""


def inflate_blocks(blocks: Geometries, obstacles: Geometries, *, rules: InflationRules) -> Geometries:
    """Enlarge each block below the target by the smallest outward offset that reaches it.

    Blocks are clipped to the obstacles and to their neighbours, those treated before as enlarged; they are
    treated from north to south, then from west to east.

    Args:
        blocks: single polygons on the 1 cm grid that do not overlap.
        obstacles: polygons that blocks may not enter, such as the ossature.
        rules: area to reach.

    Returns:
        the blocks in their order, as single polygons less the obstacles; None where nothing is left.
    """
    near_blocks, near_obstacles = shapely.STRtree(blocks), shapely.STRtree(obstacles)

    def walls_around(reach: Any, others: Geometries) -> Any:
        # Only what is in reach counts: the ossature is one polygon of the size of the territory.
        around = shapely.clip_by_rect(obstacles[near_obstacles.query(reach)], *reach.buffer(1.0).bounds)
        return shapely.union_all(np.concatenate([others[~shapely.is_missing(others)], around]))

    nothing = np.empty(0, dtype=object)
    shapes = np.array([_outside(block, walls_around(block, nothing), block) for block in blocks], dtype=object)
    west, _, _, north = shapely.bounds(blocks).T
    for position in np.lexsort((west, -north)):
        shape = shapes[position]
        if shape is None or shape.area >= rules.target_area_m2:
            continue
        reach = shapely.buffer(shape, rules.max_offset_m, join_style="mitre")
        near = near_blocks.query(reach)
        walls = walls_around(reach, shapes[near[near != position]])
        shapes[position] = _inflated(shape, walls, rules)
    return shapes


def _inflated(shape: Any, walls: Any, rules: InflationRules) -> Any:
    def offset(steps: int) -> Any:
        grown = shapely.buffer(shape, steps * _STEP_M, join_style="mitre", mitre_limit=2.0)
        return _outside(grown, walls, shape)

    low, high = 0, round(rules.max_offset_m / _STEP_M)
    best = offset(high)
    if best is None or best.area < rules.target_area_m2:
        return best if best is not None else shape
    while high - low > 1:
        middle = (low + high) // 2
        candidate = offset(middle)
        if candidate is not None and candidate.area >= rules.target_area_m2:
            high, best = middle, candidate
        else:
            low = middle
    return best


def _outside(polygon: Any, walls: Any, core: Any) -> Any:
    """What is left of a polygon outside the walls: the part that shares most with `core`, None when nothing."""
    parts = polygons_of(snap(shapely.difference(polygon, walls)))[0]
    if not len(parts):
        return None
    if len(parts) == 1:
        return parts[0]
    return parts[int(np.argmax(shapely.area(shapely.intersection(parts, core))))]
