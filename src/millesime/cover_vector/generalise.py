"""From the faces of a class raster to a map that people can use: small faces merged, borders straightened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from millesime.cover_vector.product import CoverVector
from millesime.geo.coverage import Affinity, Coverage, merge_small_faces
from millesime.nomenclature import CoverNomenclature


@dataclass(frozen=True)
class Generalised:
    """A generalised cover and what it took."""

    cover: CoverVector

    faces_before: int
    merged: int
    """Faces merged away."""

    isolated: int
    """Faces left below their minimum, as there is nothing beside them to merge into."""

    vertices_before: int
    vertices_after: int
    """Vertices of all borders, before and after the simplification."""

    area_drift_m2: float
    """Area that changed class by simplification: half the sum of the changes of all faces, at least."""

    total_drift_m2: float
    """Change of the total area by simplification; not zero only along borders of NoData."""


def generalise(
    raw: Coverage,
    *,
    nomenclature: CoverNomenclature,
    min_area_m2: float | Mapping[int, float] = 0.0,
    affinity: Affinity | None = None,
    tolerance_m: float = 0.0,
) -> Generalised:
    """Merge small faces, then simplify borders; neither where the parameter is 0.

    Args:
        raw: faces of a class raster.
        nomenclature: classes of its values.
        min_area_m2: area below which a face is merged, for all or by value.
        affinity: weights of shared borders by (value of the small face, value of the neighbour).
        tolerance_m: see `Coverage.simplify`.
    """
    none_small = max(min_area_m2.values(), default=0.0) <= 0 if isinstance(min_area_m2, Mapping) else min_area_m2 <= 0
    merged, isolated, whole = 0, 0, raw
    if not none_small:
        done = merge_small_faces(raw, min_area_m2=min_area_m2, affinity=affinity)
        merged, isolated, whole = done.merged, done.isolated, done.coverage
    simple = whole.simplify(tolerance_m=tolerance_m)
    change = simple.double_areas - whole.double_areas
    return Generalised(
        CoverVector(simple, nomenclature),
        faces_before=len(raw),
        merged=merged,
        isolated=isolated,
        vertices_before=len(whole.vertices),
        vertices_after=len(simple.vertices),
        area_drift_m2=int(np.abs(change).sum()) / 40_000.0,
        total_drift_m2=int(change.sum()) / 20_000.0,
    )
