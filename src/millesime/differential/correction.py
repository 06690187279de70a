"""A vintage corrected by a patch (PATCHCORRECTIF), and what that moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.artificialisation import Artificialisation
from millesime.differential.alignment import aligned
from millesime.differential.overlay import noded, on_grid, united
from millesime.differential.pairing import by_content
from millesime.errors import CrsError, RefusedError
from millesime.sources.ocsge.values import NO_CORRECTION

Rows = npt.NDArray[np.intp]

#: Patches that overlap by more than this, in square metres, and say different things are refused.
_OVERLAP_M2 = 1.0

_SHOWN = 3

#: Polygons at most this far from a patch are cut together with it.
_NEAR_M = 0.02


@dataclass(frozen=True)
class Corrected:
    """A vintage with its corrections in: the same ground."""

    frame: geopandas.GeoDataFrame
    """Attributes of the vintage with the codes that the patch gives; polygons that a patch covers in part are cut,
    their ids then end with -1, -2 ... RangeIndex."""

    origin: Rows
    """(rows,) row of the vintage that each polygon is, or is a part of."""

    patch: Rows
    """(rows,) row of the patch that covers each polygon, -1 for none."""

    outside_m2: float
    """Ground of patches beyond the vintage."""

    disagreeing: int
    """Polygons whose codes are not those that the patch says it corrects."""


def corrected(frame: geopandas.GeoDataFrame, patches: geopandas.GeoDataFrame, *, tolerance_m: float = 0.0) -> Corrected:
    """Apply a patch to a vintage.

    Args:
        frame: OCCUPATION_SOL, single polygons; `id`, `code_cs`, `code_us`.
        patches: single polygons with `id`, `cs_corr`, `us_corr`, the corrected codes or 'RAS'; `code_cs`, `code_us`
            when the patch names what it corrects. Same CRS.
        tolerance_m: borders of patches at most this far from one of the vintage's are put onto it.

    Raises:
        CrsError: the patch is in another CRS.
        RefusedError: patches overlap and do not agree.
    """
    if frame.crs != patches.crs:
        raise CrsError(f"the vintage is in {frame.crs}, its patch in {patches.crs}", remedy="reproject one of them")
    geoms, marks = frame.geometry.to_numpy(), patches.geometry.to_numpy()
    _require_agreement(patches)
    # Neighbours that only touch go along: a patch's vertex on their border is one of theirs afterwards.
    touched = np.unique(shapely.STRtree(geoms).query(marks, predicate="dwithin", distance=_NEAR_M)[1])
    if not on_grid(geoms):
        touched = np.arange(len(geoms))  # all are rounded to the grid, so that borders still match
    kept = np.setdiff1d(np.arange(len(geoms)), touched)
    order = touched[by_content(geoms[touched])]
    marks_order = by_content(marks)
    coverage, lineage = noded(geoms[order], marks[marks_order])
    found = aligned(coverage, lineage, tolerance_m=tolerance_m)
    lineage = np.stack([lineage[:, 0], found.second], axis=1)
    coverage, lineage, _ = united(coverage, lineage, found.displaced & ~found.snapped, found.snapped)
    inside = lineage[:, 0] >= 0
    outside = float(coverage.area_m2[~inside & (lineage[:, 1] >= 0)].sum())
    pieces = shapely.normalize(coverage.to_polygons()[inside])
    origin = np.concatenate([kept, order[lineage[inside, 0]]]).astype(np.intp)
    mark = lineage[inside, 1]
    patch = np.where(mark >= 0, np.concatenate([marks_order, [-1]])[mark], -1)
    patch = np.concatenate([np.full(len(kept), -1), patch]).astype(np.intp)
    polygons = np.concatenate([geoms[kept], pieces])
    bounds = shapely.bounds(polygons).reshape(-1, 4)
    sequence = np.lexsort([*bounds.T, origin])
    origin, patch, polygons = origin[sequence], patch[sequence], polygons[sequence]
    result, disagreeing = _with_codes(frame, patches, origin, patch)
    result = geopandas.GeoDataFrame(result, geometry=polygons, crs=frame.crs)
    return Corrected(result, origin, patch, outside, disagreeing)


def _require_agreement(patches: geopandas.GeoDataFrame) -> None:
    geoms = patches.geometry.to_numpy()
    one, other = shapely.STRtree(geoms).query(geoms, predicate="intersects")
    one, other = one[one < other], other[one < other]
    says = [patches[name].to_numpy(dtype=object) for name in ("cs_corr", "us_corr")]
    differ = np.logical_or.reduce([word[one] != word[other] for word in says])
    one, other = one[differ], other[differ]
    bad = shapely.area(shapely.intersection(geoms[one], geoms[other])) > _OVERLAP_M2
    if bad.any():
        ids = patches["id"].tolist()
        pairs = ", ".join(f"{ids[a]} and {ids[b]}" for a, b in zip(one[bad][:_SHOWN], other[bad][:_SHOWN], strict=True))
        raise RefusedError(
            f"{int(bad.sum())} pairs of patches overlap and say different things: {pairs}",
            remedy="ask the producer which one holds, and remove the other",
        )


def _with_codes(
    frame: geopandas.GeoDataFrame, patches: geopandas.GeoDataFrame, origin: Rows, patch: Rows
) -> tuple[pd.DataFrame, int]:
    """Attributes of the polygons with corrected codes and ids of their own; polygons that disagree with the patch."""
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name)).iloc[origin].reset_index(drop=True)
    covered = np.flatnonzero(patch >= 0)
    disagrees = np.zeros(len(table), dtype=bool)
    for name, correction in (("code_cs", "cs_corr"), ("code_us", "us_corr")):
        codes = table[name].to_numpy(dtype=object).copy()
        if name in patches.columns:
            said = patches[name].to_numpy(dtype=object)[patch[covered]]
            disagrees[covered] |= (said != codes[covered]) & (said != "") & ~pd.isna(said)
        new = patches[correction].to_numpy(dtype=object)[patch[covered]]
        replaced = new != NO_CORRECTION
        codes[covered[replaced]] = new[replaced]
        table[name] = codes
    parts = np.bincount(origin, minlength=len(frame))[origin]
    number = np.arange(len(origin)) - np.searchsorted(origin, origin) + 1
    table["id"] = [
        f"{text}-{k}" if several > 1 else text for text, k, several in zip(table["id"], number, parts, strict=True)
    ]
    return table, int(disagrees.sum())


def moved_by_correction(
    before: Artificialisation, after: Artificialisation, correction: Corrected
) -> geopandas.GeoDataFrame:
    """Polygons whose codes or status the correction moved, and why.

    Args:
        before: artificialisation of the vintage as delivered.
        after: that of `correction.frame`.
        correction: what was applied.

    Returns:
        `id`, codes and status before and after, `area_m2`, and `cause`: 'corrected', the patch gives other codes;
        'patch area', the codes stay and the status flips because ground around it was corrected and the patch that
        is held against a threshold is another one.
    """
    table: dict[str, Any] = {"id": after.frame["id"].to_numpy()}
    for name, column in (("cs", "code_cs"), ("us", "code_us"), ("artif", "artif")):
        table[f"{name}_before"] = before.frame[column].to_numpy(dtype=object)[correction.origin]
        table[f"{name}_after"] = after.frame[column].to_numpy(dtype=object)
    differs = {name: table[f"{name}_before"] != table[f"{name}_after"] for name in ("cs", "us", "artif")}
    codes = differs["cs"] | differs["us"]
    table["cause"] = np.where(codes, "corrected", "patch area")
    table["area_m2"] = after.frame["aire"].to_numpy()
    frame = geopandas.GeoDataFrame(table, geometry=after.frame.geometry.to_numpy(), crs=after.frame.crs)
    return frame[codes | differs["artif"]].reset_index(drop=True)
