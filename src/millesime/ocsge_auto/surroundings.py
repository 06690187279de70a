"""What a face alone does not tell: the grassland and the worked ground that it is part of."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas

from millesime.geo.coverage import Coverage, dissolve_faces
from millesime.ocsge_auto.faces import BARE, LAWN, MINERAL
from millesime.ocsge_auto.use_table import PLACES

_QUARRY = next(position for position, row in enumerate(PLACES) if row.rule == "place.quarry")


def describe_surroundings(
    coverage: Coverage, faces: pandas.DataFrame, pairs: npt.NDArray[np.integer[Any]]
) -> pandas.DataFrame:
    """The description of the faces with what lies around them.

    Args:
        coverage: the faces.
        faces: as `describe_faces` gives them.
        pairs: (n, 2) faces that share a border.

    Returns:
        the table with `meadow_m2` (area of the connected grassland outside the built zone that holds the face, else 0)
        and, for faces of bare or mineral ground, what their connected patch is: `patch_m2`, `patch_bare_share`,
        `patch_zone_m` (distance to the built zone), `patch_by_road`, `patch_in_quarry`; 0, infinity or False elsewhere.
    """
    free = ~faces["is_building"] & (faces["network_us"] == "")
    grass = (free & faces["cover"].isin(LAWN) & ~faces["in_built_zone"]).to_numpy(bool)
    meadows = dissolve_faces(coverage, grass.astype(np.uint8))
    ground = (free & faces["cover"].isin((*BARE, *MINERAL))).to_numpy(bool)
    patches = dissolve_faces(coverage, ground.astype(np.uint8))
    group, patch_m2 = patches.group, patches.coverage.area_m2
    area = faces["area_m2"].to_numpy(float)
    bare_m2 = np.bincount(group, weights=area * faces["cover"].isin(BARE), minlength=len(patch_m2))
    zone_m = np.full(len(patch_m2), np.inf)
    np.minimum.at(zone_m, group, faces["built_zone_m"].to_numpy(float))
    return faces.assign(
        meadow_m2=np.where(grass, meadows.coverage.area_m2[meadows.group], 0.0),
        patch_m2=np.where(ground, patch_m2[group], 0.0),
        patch_bare_share=np.where(ground, (bare_m2 / np.maximum(patch_m2, 1e-6))[group], 0.0),
        patch_zone_m=np.where(ground, zone_m[group], np.inf),
        patch_by_road=ground & _any(group, _beside(pairs, (faces["network_us"] == "US4.1.1").to_numpy(bool))),
        patch_in_quarry=ground & _any(group, ground & (faces["place"] == _QUARRY).to_numpy(bool)),
    )


def _any(group: npt.NDArray[np.integer[Any]], members: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Faces whose group holds a member."""
    return np.asarray((np.bincount(group, weights=members) > 0)[group], dtype=bool)


def _beside(pairs: npt.NDArray[np.integer[Any]], members: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Faces that share a border with a member."""
    found = np.zeros(len(members), dtype=bool)
    found[pairs[members[pairs[:, 1]], 0]] = True
    found[pairs[members[pairs[:, 0]], 1]] = True
    return found
