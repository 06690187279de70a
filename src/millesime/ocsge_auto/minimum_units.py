"""Minimum units: how small an object may be, and the merging of those that are smaller."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas
import shapely
from pydantic import BaseModel, ConfigDict

from millesime.geo.coverage import Coverage
from millesime.geo.coverage.assembly import regroup
from millesime.geo.coverage.merging import dissolve_faces, merge_small_faces
from millesime.nomenclature import threshold

Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]


class MinimumUnits(BaseModel):
    """Areas in square metres; 200 and 500 are confirmed, 2 500 is secondary."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    built_m2: float = threshold("umi_built").value
    in_built_zone_m2: float = threshold("umi_in_built_zone").value
    outside_m2: float = threshold("umi_outside_built_zone").value

    min_zone_share: float = 0.1
    """An object belongs to the built zone when at least this share of its area lies in it (inferred)."""

    min_mean_width_m: float = 5.0
    """Twice the area over the perimeter: thinner objects are merged whatever their area. Water, buildings and
    networks are exempt. The specification's 10 m (secondary) is not measured on the shape itself yet."""

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


def generalise(coverage: Coverage, faces: pandas.DataFrame, *, units: MinimumUnits) -> Generalised:
    """Unite equal neighbours, then merge what is too small or too thin, inside the cells of the ossature.

    Args:
        coverage: faces.
        faces: `code_cs`, `code_us`, `is_ossature`, `area_m2`, `zone_m2`, `is_weak` (must not stay),
            `is_kept` (never merged away), one row a face.
        units: the minimum units.
    """
    done = unite_equal(coverage, faces)
    for thin_too in (False, True):
        table = _grouped(done, faces, min_zone_share=units.min_zone_share)
        minimum = units.of(table["code_cs"].to_numpy(object), table["in_built_zone"].to_numpy(bool))
        minimum[table["is_weak"].to_numpy(bool)] = np.inf
        if thin_too:
            minimum[_is_thin(done.coverage, table, units)] = np.inf
        step = merge_inside_cells(done.coverage, table, min_area_m2=minimum)
        done = Generalised(
            step.coverage,
            done.receiver[step.receiver],
            step.group[done.group],
            done.merged + step.merged,
            step.exempt,
        )
    return done


def unite_equal(coverage: Coverage, faces: pandas.DataFrame) -> Generalised:
    """Unite neighbours of the same cover, use and ossature; faces that must not stay are no one's equals."""
    label = faces["code_cs"] + " " + faces["code_us"] + " " + faces["is_ossature"].astype(str)
    label += np.where(faces["is_weak"], " weak", "") + np.where(faces["is_kept"], " kept", "")
    number = np.unique(label.to_numpy(str), return_inverse=True)[1]
    united = dissolve_faces(coverage, number)
    return Generalised(
        united.coverage, united.receiver.astype(np.int64), united.group.astype(np.int64), united.merged, 0
    )


def merge_inside_cells(
    coverage: Coverage,
    faces: pandas.DataFrame,
    *,
    min_area_m2: npt.NDArray[np.float64],
    unite_equal: bool = True,
) -> Generalised:
    """Merge small faces into their best neighbour, inside the cells that the ossature closes.

    A small face goes to a neighbour of the same cover and use, else to the one with the longest border, which counts
    tenfold when the cover is the same, threefold when its family is, and tenfold when the use is. Faces of the
    ossature neither go nor receive.

    Args:
        coverage: faces.
        faces: `code_cs`, `code_us`, `is_ossature`, `is_kept` (never merged away), one row a face.
        min_area_m2: minimum of each face; infinity for one that must not stay.
        unite_equal: whether neighbours of equal codes become one when a merging makes them touch.
    """
    is_ossature = faces["is_ossature"].to_numpy(bool)
    cells = np.flatnonzero(~is_ossature)
    inner = np.full(len(coverage), -1, dtype=np.int32)
    inner[cells] = np.arange(len(cells))
    # A face that must not stay is no one's equal: united with a large neighbour it would take it along.
    last = np.where(np.isinf(min_area_m2), " must go", " may stay")
    pairs, value = np.unique((faces["code_cs"] + " " + faces["code_us"] + last).to_numpy(str), return_inverse=True)
    # Without the faces of the ossature no merging can cross it.
    inside = regroup(coverage, inner, value[cells])
    done = merge_small_faces(
        inside,
        min_area_m2=min_area_m2[cells],
        protected=faces["is_kept"].to_numpy(bool)[cells],
        affinity=affinity([text.split(" ")[:2] for text in pairs.tolist()]),
        unite_equal=unite_equal,
    )
    group = np.full(len(coverage), -1, dtype=np.int64)
    group[cells] = done.group
    group[is_ossature] = len(done.receiver) + np.arange(int(is_ossature.sum()))
    receiver = np.concatenate([cells[done.receiver], np.flatnonzero(is_ossature)])
    united = regroup(coverage, group.astype(np.int32), np.arange(len(receiver)))
    return Generalised(united, receiver, group, done.merged, done.isolated)


def affinity(pairs: Sequence[Sequence[str]]) -> dict[tuple[int, int], float]:
    """Weight of a border between objects of two (cover, use): the likeness comes before the length."""
    return {
        (one, other): _likeness(first, second) for one, first in enumerate(pairs) for other, second in enumerate(pairs)
    }


def _likeness(small: Sequence[str], neighbour: Sequence[str]) -> float:
    (cs, us), (other_cs, other_us) = small, neighbour
    if cs == other_cs and us == other_us:
        return 1e6
    if other_cs == "CS1.1.1.1":
        return 1e-2 * (10.0 if us == other_us else 1.0)  # a garden does not become a house
    same_family = cs.split(".")[:2] == other_cs.split(".")[:2]
    return (10.0 if cs == other_cs else 3.0 if same_family else 1.0) * (10.0 if us == other_us else 1.0)


def _is_thin(coverage: Coverage, faces: pandas.DataFrame, units: MinimumUnits) -> Mask:
    polygons = coverage.to_polygons()
    width = 2 * shapely.area(polygons) / shapely.length(polygons)
    exempt = faces["code_cs"].isin(("CS1.1.1.1", "CS1.2.2")) | faces["code_us"].isin(("US4.1.1", "US4.1.2"))
    return np.asarray((width < units.min_mean_width_m) & ~exempt.to_numpy(), dtype=bool)


def _grouped(done: Generalised, faces: pandas.DataFrame, *, min_zone_share: float) -> pandas.DataFrame:
    """One row for each face of the coverage: codes of the receiver; in the built zone by the share of its area."""
    table = (
        faces[["code_cs", "code_us", "is_ossature", "is_weak", "is_kept"]].iloc[done.receiver].reset_index(drop=True)
    )
    inside = np.bincount(done.group, weights=faces["zone_m2"].to_numpy(float), minlength=len(table))
    total = np.bincount(done.group, weights=faces["area_m2"].to_numpy(float), minlength=len(table))
    table["in_built_zone"] = inside >= min_zone_share * total
    return table
