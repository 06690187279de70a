"""Accuracy and error-adjusted areas when the strata of the sample are the classes of the map.

P. Olofsson, G. M. Foody, M. Herold, S. V. Stehman, C. E. Woodcock, M. A. Wulder, *Good practices for estimating area
and assessing accuracy of land change*, Remote Sensing of Environment 148 (2014), 42-57. With W_i the share of the map
in class i, n_ij the points mapped i whose reference is j, n_i+ the points of row i:

    p_ij = W_i n_ij / n_i+      OA = sum p_ii      UA_i = n_ii / n_i+      PA_j = p_jj / p_+j      area_j = A p_+j
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millesime.errors import InputError
from millesime.evaluation.estimators.intervals import Estimate, NoEstimate

Matrix = npt.NDArray[np.float64]


@dataclass(frozen=True)
class StratifiedAccuracy:
    """Accuracy of a map and areas of its classes, each with a standard error."""

    classes: tuple[str, ...]
    overall: Estimate
    users: Mapping[str, Estimate]
    """Per map class: the share of its ground that is right."""

    producers: Mapping[str, Estimate | NoEstimate]
    """Per reference class: the share of its ground that the map has; none for a class that no point shows."""

    areas: Mapping[str, Estimate]
    """Error-adjusted area of each reference class, in the unit of the mapped areas."""


def stratified_accuracy(
    classes: Sequence[str], counts: npt.ArrayLike, mapped_area: npt.ArrayLike
) -> StratifiedAccuracy:
    """Estimate from points drawn at random within each map class.

    Args:
        classes: k names.
        counts: (k, k) points; row: class of the map, column: class of the reference.
        mapped_area: (k,) area of each class in the map, in any unit.

    Raises:
        InputError: shapes that disagree, negative figures, or a class with fewer than two points: no variance.
    """
    n, area = _checked(classes, counts, mapped_area)
    total = float(area.sum())
    weight, row_total = area / total, n.sum(axis=1)
    share = n / row_total[:, None]
    p = weight[:, None] * share
    in_class = p.sum(axis=0)
    row_variance = share * (1 - share) / (row_total - 1)[:, None]
    users = np.diag(share)
    users_variance = np.diag(row_variance)
    class_se = np.sqrt((weight[:, None] ** 2 * row_variance).sum(axis=0))
    overall = Estimate(float(np.trace(p)), math.sqrt(float((weight**2 * users_variance).sum())))
    return StratifiedAccuracy(
        classes=tuple(classes),
        overall=overall,
        users={name: Estimate(float(users[i]), math.sqrt(float(users_variance[i]))) for i, name in enumerate(classes)},
        producers={name: _producers(j, name, weight, p, in_class, row_variance) for j, name in enumerate(classes)},
        areas={name: Estimate(float(in_class[j]), float(class_se[j])).times(total) for j, name in enumerate(classes)},
    )


def sample_size(mapped_area: npt.ArrayLike, expected_users: npt.ArrayLike, *, standard_error: float) -> int:
    """Points that give the overall accuracy a wanted standard error: n = (sum W_i S_i / S)^2, rounded up.

    Args:
        mapped_area: (k,) area of each class in the map.
        expected_users: (k,) users' accuracy expected of each class.
        standard_error: wanted.

    Raises:
        InputError: figures out of range.
    """
    area, users = np.asarray(mapped_area, dtype=np.float64), np.asarray(expected_users, dtype=np.float64)
    sound = area.shape == users.shape and (area >= 0).all() and area.sum() > 0
    if not sound or ((users < 0) | (users > 1)).any() or not standard_error > 0:
        raise InputError(
            f"no sample size for areas {area.tolist()}, accuracies {users.tolist()}, standard error {standard_error}",
            remedy="one accuracy from 0 to 1 per class, areas and standard error above 0",
        )
    spread = np.sqrt(users * (1 - users))
    wanted = float((area / area.sum() * spread).sum() / standard_error) ** 2
    return math.ceil(wanted - 1e-9)  # 640.9999... must not become 642 by rounding, nor 641.0000...1


def _checked(
    classes: Sequence[str], counts: npt.ArrayLike, mapped_area: npt.ArrayLike
) -> tuple[Matrix, npt.NDArray[np.float64]]:
    n, area = np.asarray(counts, dtype=np.float64), np.asarray(mapped_area, dtype=np.float64)
    k = len(classes)
    if n.shape != (k, k) or area.shape != (k,):
        raise InputError(f"{k} classes, but counts of shape {n.shape} and areas of shape {area.shape}")
    if (n < 0).any() or (area < 0).any() or not area.sum() > 0:
        raise InputError("counts and areas cannot be negative, and some area must be mapped")
    thin = [name for name, total in zip(classes, n.sum(axis=1), strict=True) if total < 2]
    if thin:
        raise InputError(
            f"fewer than two points in {', '.join(thin)}: no variance can be estimated",
            remedy="draw points there, or merge the class with another one before the points are drawn",
        )
    return n, area


def _producers(
    j: int, name: str, weight: npt.NDArray[np.float64], p: Matrix, in_class: npt.NDArray[np.float64], variance: Matrix
) -> Estimate | NoEstimate:
    if in_class[j] == 0:
        return NoEstimate(f"no point of the sample shows {name}")
    value = p[j, j] / in_class[j]
    others = np.arange(len(weight)) != j
    omitted = float((weight[others] ** 2 * variance[others, j]).sum())
    own = float(weight[j] ** 2 * variance[j, j])
    se = math.sqrt((1 - value) ** 2 * own + value**2 * omitted) / in_class[j]
    return Estimate(float(value), float(se))
