"""Identifiers made from the content, so that every run gives an object the same one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely


def inside_points(polygons: Any) -> npt.NDArray[np.float64]:
    """A point inside each polygon, in metres rounded to the centimetre.

    The point is that of the normal form: it does not depend on where the rings start.

    Returns:
        array of shape (n, 2).
    """
    points = shapely.point_on_surface(shapely.normalize(np.asarray(polygons, dtype=object)))
    return np.round(shapely.get_coordinates(points), 2)


def object_ids(
    polygons: Any, *, prefix: str, territory: str, vintage: str, codes: Sequence[Sequence[object]] = ()
) -> list[str]:
    """Identifier of each polygon: the prefix and 16 hexadecimal digits.

    Args:
        polygons: polygons of one layer, which do not overlap.
        prefix: what the object is, such as 'OCSGE'.
        territory: code of the territory.
        vintage: year of the vintage.
        codes: columns of codes that belong to the content, each as long as `polygons`.
    """
    rows = zip(*codes, strict=True) if codes else iter(lambda: (), None)
    identifiers = []
    for (x, y), row in zip(inside_points(polygons).tolist(), rows, strict=False):
        content = "|".join((territory, vintage, f"{x:.2f}", f"{y:.2f}", *(str(code) for code in row)))
        digest = hashlib.blake2b(content.encode(), digest_size=8).hexdigest()
        identifiers.append(f"{prefix}{digest.upper()}")
    return identifiers
