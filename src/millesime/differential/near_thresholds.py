"""Polygons whose status hangs on a patch that is about as large as a threshold."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.artificialisation import Artificialisation
from millesime.artificialisation import Parameters as StatusParameters

#: Area of the patch that each pass looked at -> the threshold that it was held against.
_PATCHES = {"fill_patch_m2": "t_other_m2", "remove_patch_m2": "t_other_m2", "built_patch_m2": "t_built_m2"}


def near_threshold(vintage: Artificialisation, *, share: float) -> npt.NDArray[np.bool_]:
    """(n,) True where one of the patches that gave a polygon its status is within a share of its threshold.

    False everywhere for an older product that does not hold the facts of its decisions.
    """
    frame = vintage.frame
    near = np.zeros(len(frame), dtype=bool)
    if not {*_PATCHES, "status_rules"} <= set(frame.columns):
        return near
    number, distinct = pd.factorize(frame["status_rules"])
    rules = [StatusParameters.from_rules(str(text)) for text in distinct]
    for column, name in _PATCHES.items():
        thresholds: npt.NDArray[Any] = np.array([getattr(rule, name) for rule in rules], dtype=float)
        held = thresholds[number] if len(frame) else np.empty(0)
        patch = frame[column].to_numpy(dtype=float)
        near |= np.abs(patch - held) <= share * held  # NaN where the pass did not look: never near
    return near
