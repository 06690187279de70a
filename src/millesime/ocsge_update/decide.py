"""Which differences between the reference map and the automatic map are changes of the ground."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas
import shapely
from pydantic import BaseModel, ConfigDict

from millesime.geo.coverage import Coverage, dissolve_faces
from millesime.ocsge_auto.product import MANUAL_RULE

Mask = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

#: Rules of use that rest on the cover or on the neighbours alone: no source states the use.
WEAK_RULES = (
    "neighbours", "natural", "unknown", "cover.crops", "cover.meadow", "public.ground", "forest.stand",
    "vegetation.forest", "vegetation.orchard", "place.dwellings", "site",
)  # fmt: skip


class ChangeRules(BaseModel):
    """What counts as a change (inferred; the specification leaves the smallest change open)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_support: float = 0.35
    """Mean share of a piece that must have gone from the old cover to the new one on the images."""

    min_built_support: float = 0.25
    """The same for a change from or to built land: a house below 200 m² is drawn larger than the images show it."""

    min_built_m2: float = 80.0
    """Smallest change from or to built land."""

    min_area_m2: float = 300.0
    """Smallest change of another kind."""

    min_ossature_m2: float = 100.0
    """Smallest change from or to the ossature."""

    min_width_m: float = 4.0
    """Narrower differences are shifts of borders."""

    min_ossature_width_m: float = 1.2
    """The same along the ossature, where a widened road is a strip."""


def decide(coverage: Coverage, pieces: pandas.DataFrame, *, rules: ChangeRules) -> pandas.DataFrame:
    """Codes of each piece after the comparison, and whether it changed.

    Args:
        coverage: the pieces, faces of the overlay of both maps.
        pieces: for each face `cs_1`, `us_1`, `oss_1`, `us_rule_1` of the reference, the same with `_2` of the
            automatic map, and `support`.
        rules: limits.

    Returns:
        columns `code_cs`, `code_us`, `is_ossature`, `is_changed`, in the order of the faces.
    """
    cover = supported_covers(pieces, rules=rules)
    use = supported_uses(coverage, pieces, cover)
    wanted = _codes(pieces, cover, use)
    significant = significant_changes(coverage, pieces, wanted, rules=rules)
    cover, use = cover & significant, use & significant
    # A use whose cover changed nearby is believed only as long as that change is.
    use &= supported_uses(coverage, pieces, cover)
    return _codes(pieces, cover, use)


def supported_covers(pieces: pandas.DataFrame, *, rules: ChangeRules) -> Mask:
    """Pieces whose cover differs and where the images show it."""
    built = (pieces["cs_1"] == "CS1.1.1.1") | (pieces["cs_2"] == "CS1.1.1.1")
    enough = pieces["support"] >= np.where(built, rules.min_built_support, rules.min_support)
    return ((pieces["cs_1"] != pieces["cs_2"]) & enough).to_numpy(bool)


def supported_uses(coverage: Coverage, pieces: pandas.DataFrame, cover: Mask) -> Mask:
    """Pieces whose use differs, and the cover with it; or a source states the use and the cover changed next to it.

    What a person said of the use holds as long as the cover stays.
    """
    differs = (pieces["us_1"] != pieces["us_2"]).to_numpy(bool)
    stated = ~pieces["us_rule_2"].isin(WEAK_RULES).to_numpy(bool)
    manual = pieces["us_rule_1"].str.contains(MANUAL_RULE, regex=False).to_numpy(bool)
    with_cover = cover & (pieces["us_2"] != "US6.6").to_numpy(bool)
    candidates = differs & stated & ~manual
    near = _joined_to(coverage, candidates | cover, cover)
    return differs & (with_cover | (candidates & near))


def significant_changes(
    coverage: Coverage, pieces: pandas.DataFrame, wanted: pandas.DataFrame, *, rules: ChangeRules
) -> Mask:
    """Changed pieces that are, with their like around them, neither too small nor too narrow."""
    changed = wanted["is_changed"].to_numpy(bool)
    label = (
        pieces["cs_1"]
        + pieces["us_1"]
        + " "
        + wanted["code_cs"]
        + wanted["code_us"]
        + wanted["is_ossature"].astype(str)
    )
    label = np.where(changed, label, "")
    united = dissolve_faces(coverage, np.unique(label.astype(str), return_inverse=True)[1])
    heads = united.receiver
    built = (pieces["cs_1"] == "CS1.1.1.1") | (wanted["code_cs"] == "CS1.1.1.1")
    ossature = pieces["oss_1"] | wanted["is_ossature"]
    least = np.where(ossature, rules.min_ossature_m2, np.where(built, rules.min_built_m2, rules.min_area_m2))[heads]
    width = np.where(ossature, rules.min_ossature_width_m, rules.min_width_m)[heads]
    large = changed[heads] & (united.coverage.area_m2 >= least)
    hearts = np.full(len(heads), None, dtype=object)
    polygons = united.coverage.to_polygons()
    hearts[large] = _opened(polygons[large], width[large])
    large &= np.nan_to_num(shapely.area(hearts)) >= least / 2
    # Ends and edges of a change that are too narrow themselves are left to the reference.
    shapes = coverage.to_polygons()
    held = np.zeros(len(shapes))
    rows = np.flatnonzero(large[united.group] & changed)
    held[rows] = shapely.area(shapely.intersection(shapes[rows], hearts[united.group[rows]]))
    return np.asarray(held >= 0.5 * np.maximum(shapely.area(shapes), 1e-6), dtype=bool)


def _opened(polygons: Any, width_m: npt.NDArray[np.float64]) -> Any:
    """Polygons without what is narrower than a width."""
    eroded = shapely.buffer(polygons, -width_m / 2, join_style="mitre")
    return shapely.buffer(eroded, width_m / 2, join_style="mitre")


def _joined_to(coverage: Coverage, members: Mask, seeds: Mask) -> Mask:
    """Members whose connected group holds a seed."""
    united = dissolve_faces(coverage, members.astype(np.uint8))
    holds = np.bincount(united.group, weights=seeds, minlength=len(united.receiver)) > 0
    return members & holds[united.group]


def _codes(pieces: pandas.DataFrame, cover: Mask, use: Mask) -> pandas.DataFrame:
    return pandas.DataFrame(
        {
            "code_cs": np.where(cover, pieces["cs_2"], pieces["cs_1"]),
            "code_us": np.where(use, pieces["us_2"], pieces["us_1"]),
            "is_ossature": np.where(cover, pieces["oss_2"], pieces["oss_1"]).astype(bool),
            "is_changed": cover | use,
        }
    )
