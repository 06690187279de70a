"""From the faces of a class raster to a map people can use: small ones merged, borders smoothed, straightened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from millesime.cover_vector.product import CoverVector
from millesime.errors import CodeError
from millesime.geo.coverage import Affinity, Coverage, merge_small_faces
from millesime.nomenclature import CoverNomenclature

MinArea = float | Mapping[int, float]
"""A minimum area in m², or one by value (values that are absent have none)."""


@dataclass(frozen=True)
class Generalised:
    """A generalised cover and what it took."""

    cover: CoverVector

    covered_m2: float
    """Area of the raster that has data."""

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


def require_known(double_cm2: Mapping[int, int], nomenclature: CoverNomenclature, place: str | Path) -> None:
    """Check that all values are classes.

    Args:
        double_cm2: twice the area of each value in cm².
        nomenclature: the classes.
        place: the raster, for the message.

    Raises:
        CodeError: values that are not classes, with the area of each.
    """
    unknown = [
        f"{value} ({area / 20_000.0:,.0f} m²)" for value, area in double_cm2.items() if value not in nomenclature.values
    ]
    if unknown:
        raise CodeError(
            f"pixel values that are not classes of {nomenclature.name!r}: {', '.join(unknown)}",
            place=place,
            remedy="give the table of this raster with --classes, or its --nodata",
        )


def generalise(
    raw: Coverage,
    *,
    nomenclature: CoverNomenclature,
    min_area_m2: MinArea = 0.0,
    affinity: Affinity | None = None,
    tolerance_m: float = 0.0,
    smooth_pixel_m: float | None = None,
) -> Generalised:
    """Merge small faces, then smooth and simplify borders; nothing of it where the parameter is 0.

    Args:
        raw: faces of a class raster.
        nomenclature: classes of its values.
        min_area_m2: area below which a face is merged, for all or by value.
        affinity: weights of shared borders by (value of the small face, value of the neighbour).
        tolerance_m: see `Coverage.simplify`.
        smooth_pixel_m: side of the pixels, to smooth borders first (see `Coverage.smooth`); None does not.
    """
    isolated, whole = 0, raw
    if any_minimum(min_area_m2):
        done = merge_small_faces(raw, min_area_m2=min_area_m2, affinity=affinity)
        isolated, whole = done.isolated, done.coverage
    return with_borders(
        whole,
        nomenclature=nomenclature,
        covered_m2=raw.total_area_m2,
        faces_before=len(raw),
        isolated=isolated,
        tolerance_m=tolerance_m,
        smooth_pixel_m=smooth_pixel_m,
        workers=1,
    )


def with_borders(
    whole: Coverage,
    *,
    nomenclature: CoverNomenclature,
    covered_m2: float,
    faces_before: int,
    isolated: int,
    tolerance_m: float,
    smooth_pixel_m: float | None,
    workers: int,
) -> Generalised:
    """Smooth and simplify the borders of merged faces, and tell what it took."""
    smoothed = whole if smooth_pixel_m is None else whole.smooth(pixel_m=smooth_pixel_m)
    simple = smoothed.simplify(tolerance_m=tolerance_m, threads=workers)
    change = simple.double_areas - whole.double_areas
    return Generalised(
        CoverVector(simple, nomenclature),
        covered_m2=covered_m2,
        faces_before=faces_before,
        merged=faces_before - len(whole),
        isolated=isolated,
        vertices_before=len(whole.vertices),
        vertices_after=len(simple.vertices),
        area_drift_m2=int(np.abs(change).sum()) / 40_000.0,
        total_drift_m2=int(change.sum()) / 20_000.0,
    )


def any_minimum(min_area_m2: MinArea) -> bool:
    """Whether there is a minimum area at all."""
    return (max(min_area_m2.values(), default=0.0) if isinstance(min_area_m2, Mapping) else min_area_m2) > 0
