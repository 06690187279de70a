"""Confusion by area: two vector maps laid over each other, counted in square metres."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from millesime.evaluation.confusion import Confusion


@dataclass(frozen=True)
class Shared:
    """Ground that polygons of two maps share."""

    truth: npt.NDArray[np.intp]
    """(m,) row of the truth."""

    product: npt.NDArray[np.intp]
    """(m,) row of the product."""

    area_m2: npt.NDArray[np.float64]
    """(m,) shared area."""


def shared_ground(truth: npt.NDArray[Any], product: npt.NDArray[Any]) -> Shared:
    """Every pair of polygons of two maps that share ground, with the exact area."""
    tree = shapely.STRtree(product)
    rows, columns = tree.query(truth, predicate="intersects")
    area = shapely.area(shapely.intersection(truth[rows], product[columns]))
    keep = area > 0
    return Shared(rows[keep], columns[keep], area[keep])


def confusion_by_area(
    truth: geopandas.GeoDataFrame,
    product: geopandas.GeoDataFrame,
    column: str,
    *,
    classes: Sequence[str],
    shared: Shared | None = None,
) -> Confusion:
    """Confusion of a code between two vector maps, in square metres.

    Args:
        truth: polygons with `column`; they do not overlap.
        product: the same.
        column: the code to compare.
        classes: the codes, in the order of the report; others are ignored in the truth and count as empty in the map.
        shared: the ground that both share, when it was computed before.
    """
    shared = shared or shared_ground(truth.geometry.to_numpy(), product.geometry.to_numpy())
    k = len(classes)
    place = {code: row for row, code in enumerate(classes)}
    of_truth = np.array([place.get(code, k) for code in truth[column]], dtype=np.int64)
    of_product = np.array([place.get(code, k) for code in product[column]], dtype=np.int64)
    pairs = of_truth[shared.truth] * (k + 1) + of_product[shared.product]
    summed = np.bincount(pairs, weights=shared.area_m2, minlength=(k + 1) ** 2)
    counts = summed.astype(np.float64).reshape(k + 1, k + 1)
    area = np.bincount(of_truth, weights=shapely.area(truth.geometry.to_numpy()), minlength=k + 1)[:k]
    missed = np.maximum(area - counts[:k, :k].sum(axis=1), 0.0)
    # Sums of floating-point areas differ by a few square millimetres: that is not empty ground.
    missed[missed < 1e-6 * np.maximum(area, 1.0)] = 0.0
    return Confusion(tuple(classes), counts[:k, :k], missed, "m²")
