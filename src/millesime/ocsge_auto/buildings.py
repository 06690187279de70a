"""Footprints as the polygons of built land: small blocks enlarged, large ones footprint by footprint."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas
import shapely

from millesime.built_zone.footprints import block_polygons
from millesime.ocsge_auto.inflate import InflationRules, inflate_blocks


def built_polygons(
    footprints: geopandas.GeoDataFrame, ossature: npt.NDArray[Any], *, rules: InflationRules
) -> geopandas.GeoDataFrame:
    """Polygons of built land with the attributes of their footprints.

    A block below the target is enlarged and takes the attributes of its largest footprint. The footprints of a larger
    block stay apart, as their uses may differ.

    Args:
        footprints: those that stand, as `built_zone.footprints` gives them.
        ossature: polygons that buildings may not enter.
        rules: area to reach.
    """
    if not len(footprints):
        return footprints
    blocks = block_polygons(footprints)
    area = shapely.area(blocks)
    shapes = inflate_blocks(blocks, ossature, rules=rules)
    number = footprints["block"].to_numpy(int)
    is_small = area < rules.target_area_m2
    own = footprints[~is_small[number]]
    order = np.lexsort((np.arange(len(footprints)), -footprints.geometry.area.to_numpy(), number))
    first = order[np.unique(number[order], return_index=True)[1]]
    chosen = first[is_small]
    left = ~shapely.is_missing(shapes[is_small])
    small = footprints.iloc[chosen[left]].set_geometry(shapes[is_small][left], crs=footprints.crs)
    both = pandas.concat([own, small], ignore_index=True)
    return geopandas.GeoDataFrame(both, geometry="geometry", crs=footprints.crs)
