"""Slivers of an overlay given to their neighbours.

The two lines that two surveys drew of one border enclose thin faces that mean nothing. A face is a sliver when it is
thin (its mean width, 2 * area / perimeter, is that of a long strip) or small.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

from millesime.geo.coverage.coverage import Coverage
from millesime.geo.coverage.matching import perimeters
from millesime.geo.coverage.measures import LENGTH_UNITS_PER_CM
from millesime.geo.coverage.merging import merge_small_faces
from millesime.geo.coverage.overlay import Overlay

CoverageT = TypeVar("CoverageT", bound=Coverage)
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Bool = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class SliversMerged(Generic[CoverageT]):
    """An overlay without its slivers, and where each of them went."""

    overlay: Overlay[CoverageT]
    """What is left; every face has the lineage of the face that received the slivers."""

    group: Int32
    """(faces before,) face of the new overlay that holds each face of the old one."""

    receiver: Int32
    """(faces after,) face of the old overlay that each new face grew from."""

    merged: int
    """Faces that were merged away."""

    kept: int
    """Slivers that stay: protected, or without a neighbour that is none."""

    def members(self) -> tuple[Int64, Int64]:
        """Faces of the old overlay in each face of the new one: offsets of shape (faces after + 1,), faces."""
        offsets = np.concatenate([[0], np.cumsum(np.bincount(self.group, minlength=self.receiver.size))])
        return offsets.astype(np.int64), np.argsort(self.group, kind="stable").astype(np.int64)


def mean_widths_m(coverage: Coverage) -> npt.NDArray[np.float64]:
    """(faces,) twice the area by the perimeter, holes counted: the width of a long strip, half that of a square."""
    metres = perimeters(coverage) / (100.0 * LENGTH_UNITS_PER_CM)
    widths: npt.NDArray[np.float64] = 2.0 * coverage.area_m2 / np.maximum(metres, 0.01)
    return widths


def merge_slivers(
    overlay: Overlay[CoverageT],
    *,
    max_width_m: float = 0.0,
    max_area_m2: float = 0.0,
    protected: Bool | None = None,
    same_first: npt.NDArray[Any] | None = None,
) -> SliversMerged[CoverageT]:
    """Give every sliver to the neighbour with which it shares most of its boundary, the smallest first.

    A sliver that receives others is still one, and goes on to a neighbour that is none.

    Args:
        overlay: pieces with their lineage.
        max_width_m: faces with a mean width below it are slivers.
        max_area_m2: faces with an area below it are slivers.
        protected: (faces,) faces that stay whatever their width; they may receive.
        same_first: (faces,) a group for each face: neighbours of the sliver's own group come before all others.
    """
    coverage = overlay.coverage
    is_sliver = (coverage.area_m2 < max_area_m2) | (mean_widths_m(coverage) < max_width_m)
    done = merge_small_faces(
        coverage,
        min_area_m2=np.where(is_sliver, np.inf, 0.0),
        protected=protected,
        same_first=same_first,
        unite_equal=False,
    )
    numbered = replace(done.coverage, face_values=np.arange(done.receiver.size, dtype=np.int32))
    return SliversMerged(
        Overlay(numbered, overlay.lineage[done.receiver]), done.group, done.receiver, done.merged, done.isolated
    )
