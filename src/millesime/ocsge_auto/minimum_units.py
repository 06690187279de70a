"""Minimum units: how small an object may be, and the merging of those that are smaller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from millesime.geo.coverage import Coverage
from millesime.geo.coverage.assembly import regroup
from millesime.geo.coverage.merging import merge_small_faces
from millesime.nomenclature import threshold

Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


class MinimumUnits(BaseModel):
    """Areas in square metres; 200 and 500 are confirmed, 2 500 is secondary."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    built_m2: float = threshold("umi_built").value
    in_built_zone_m2: float = threshold("umi_in_built_zone").value
    outside_m2: float = threshold("umi_outside_built_zone").value

    def of(self, code_cs: Texts, in_built_zone: Mask) -> npt.NDArray[np.float64]:
        """Minimum unit of each object, in square metres."""
        ground = np.where(in_built_zone, self.in_built_zone_m2, self.outside_m2)
        return np.where(code_cs == "CS1.1.1.1", self.built_m2, ground)


@dataclass(frozen=True)
class Generalised:
    """A coverage at its minimum units."""

    coverage: Coverage
    receiver: npt.NDArray[np.int64]
    """(faces,) face of the coverage before whose codes each face has."""

    group: npt.NDArray[np.int64]
    """(faces before,) face that holds each face of the coverage before."""

    merged: int
    """Faces merged away."""

    exempt: int
    """Faces left below their unit: a cell that the ossature closes is not merged across it."""


def merge_to_minimum_units(
    coverage: Coverage,
    code_cs: Texts,
    code_us: Texts,
    *,
    min_area_m2: npt.NDArray[np.float64],
    is_ossature: Mask,
    kept: Mask | None = None,
) -> Generalised:
    """Merge small faces into their best neighbour, inside the cells that the ossature closes.

    Neighbours of the same cover and use are one from the start; then a small face goes to a neighbour of the same
    cover, then of the same family of cover, else to the longest shared border. Faces of the ossature neither go nor
    receive.

    Args:
        coverage: faces.
        code_cs: cover of each face.
        code_us: use of each face.
        min_area_m2: minimum of each face; infinity for one that must not stay.
        is_ossature: faces of the ossature.
        kept: faces that are never merged away.
    """
    cells = np.flatnonzero(~is_ossature)
    inner = np.full(len(coverage), -1, dtype=np.int32)
    inner[cells] = np.arange(len(cells))
    pair = np.array([f"{cs} {us}" for cs, us in zip(code_cs, code_us, strict=True)], dtype=object)
    _, value = np.unique(pair.astype(str), return_inverse=True)
    inside = regroup(coverage, inner, value[cells])
    done = merge_small_faces(
        inside,
        min_area_m2=min_area_m2[cells],
        protected=None if kept is None else kept[cells],
        affinity=affinity(value, code_cs, code_us),
    )
    group = np.full(len(coverage), -1, dtype=np.int64)
    group[cells] = done.group
    group[is_ossature] = len(done.receiver) + np.arange(int(is_ossature.sum()))
    receiver = np.concatenate([cells[done.receiver], np.flatnonzero(is_ossature)])
    united = regroup(coverage, group.astype(np.int32), np.arange(len(receiver)))
    return Generalised(united, receiver, group, done.merged, done.isolated)


def affinity(value: npt.NDArray[Any], code_cs: Texts, code_us: Texts) -> dict[tuple[int, int], float]:
    """Weight of a shared border between objects of two pairs of codes: the likeness comes before the length."""
    first = {number: at for at, number in reversed(list(enumerate(value.tolist())))}
    weights = {}
    for one, a in first.items():
        for other, b in first.items():
            weights[one, other] = _likeness(code_cs[a], code_cs[b], code_us[a], code_us[b])
    return weights


def _likeness(cs: str, other_cs: str, us: str, other_us: str) -> float:
    """1000 for the same cover, less as covers differ; nothing grows into a building."""
    if cs == other_cs:
        return 1000.0 if us != other_us else 1e6
    if other_cs == "CS1.1.1.1":
        return 0.01
    same_family = cs.split(".")[:2] == other_cs.split(".")[:2]
    return (10.0 if same_family else 1.0) * (2.0 if us == other_us else 1.0)
