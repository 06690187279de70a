"""How much a figure may be doubted where a polygon makes it: facts that can be looked up, each with a weight.

The weights are ours; they order a list for a person to look at, they are no probabilities. Facts are taken as
independent: doubt = 1 - (1 - BASE) x product of (1 - weight of each fact), between 0 and 1. A polygon without any such
fact keeps the base, so that a very large one is not forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pydantic

from millesime.errors import InternalError
from millesime.nomenclature import PLAUSIBILITY

Flags = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

#: Doubt of what no fact makes doubtful.
BASE = 0.05

#: Fact -> its weight. The doubt of a low confidence is what it lacks to 1.
WEIGHTS: Mapping[str, float] = MappingProxyType(
    {
        "near_threshold": 0.5,
        "thresholds_only": 0.5,
        "thresholds": 0.3,
        "unknown_use": 0.5,
        "mixed_use": 0.2,
        "suspect_pair": 0.5,
        "narrow": 0.5,
        "rare_transition": 0.3,
        "low_confidence": 0.5,
    }
)

_FR: Mapping[str, str] = MappingProxyType(
    {
        "near_threshold": "la surface de l’îlot est proche d’un seuil",
        "thresholds_only": "ni la couverture ni l’usage n’ont changé, seul un seuil a fait basculer le statut",
        "thresholds": "un seuil lui donne un autre statut que la matrice",
        "unknown_use": "l’usage est inconnu (US6.6)",
        "mixed_use": "l’usage est mixte (US235)",
        "suspect_pair": "la couverture et l’usage vont mal ensemble ({pairs})",
        "narrow": "la forme est étroite ({width} de large en moyenne)",
        "rare_transition": "ce passage est rare sur cette carte",
        "low_confidence": "la confiance est faible ({confidence})",
    }
)

_EN: Mapping[str, str] = MappingProxyType(
    {
        "near_threshold": "its patch is about as large as a threshold",
        "thresholds_only": "neither cover nor use changed, a threshold alone turned its status",
        "thresholds": "a threshold gives it another status than the matrix",
        "unknown_use": "its use is unknown (US6.6)",
        "mixed_use": "its use is mixed (US235)",
        "suspect_pair": "its cover and use go badly together ({pairs})",
        "narrow": "its shape is narrow ({width} wide on average)",
        "rare_transition": "this transition is rare on this map",
        "low_confidence": "its confidence is low ({confidence})",
    }
)

REASONS: Mapping[str, Mapping[str, str]] = MappingProxyType({"fr": _FR, "en": _EN})


class Parameters(pydantic.BaseModel, frozen=True, extra="forbid"):
    """What counts as a fact of doubt. No text fixes these values."""

    near_share: float = pydantic.Field(default=0.05, gt=0, lt=1)
    """A patch within this share of a threshold is near it."""

    narrow_m: float = pydantic.Field(default=2.5, ge=0)
    """A piece whose mean width (twice its area by its outline) is smaller is narrow."""

    rare_share: float = pydantic.Field(default=0.01, ge=0, lt=1)
    """A transition that makes less than this share of the changed area is rare."""

    confidence_below: float = pydantic.Field(default=0.5, gt=0, le=1)
    """A polygon less certain than this is doubtful; its weight is the larger, the smaller its confidence."""

    confidence: str = "confidence"
    """Attribute that tells how certain a polygon is."""


@dataclass(frozen=True)
class Facts:
    """Facts of n pieces of ground."""

    flags: Mapping[str, Flags]
    """Fact -> (n,) whether it holds; keys of WEIGHTS, in its order."""

    width_m: Floats
    confidence: Floats
    """(n,) NaN where it is not known."""

    pairs: npt.NDArray[np.object_]
    """(n,) suspect pairs of codes, '' for none."""

    def __post_init__(self) -> None:
        if list(self.flags) != [name for name in WEIGHTS if name in self.flags]:
            raise InternalError(f"facts of doubt that have no weight, or in another order: {list(self.flags)}")

    def doubt(self) -> Floats:
        """(n,) between BASE and 1."""
        trust = np.full(len(self.width_m), 1 - BASE)
        for name, holds in self.flags.items():
            weight = np.full(len(trust), WEIGHTS[name])
            if name == "low_confidence":
                weight = 1 - np.nan_to_num(self.confidence, nan=1.0)
            trust *= np.where(holds, 1 - weight, 1.0)
        return np.asarray(1 - trust, dtype=np.float64)

    def of(self, row: int) -> tuple[str, ...]:
        """The facts of a piece, the heaviest first."""
        names = [name for name, holds in self.flags.items() if holds[row]]
        return tuple(sorted(names, key=lambda name: -WEIGHTS[name]))


def mean_widths_m(area_m2: Floats, outline_m: Floats) -> Floats:
    """Twice the area by the outline: the width of a long strip, half that of a square."""
    return np.asarray(2 * area_m2 / np.maximum(outline_m, 0.01), dtype=np.float64)


def suspect_pairs(codes: Iterator[tuple[Any, Any]], n: int) -> npt.NDArray[np.object_]:
    """(n,) the suspect pairs of cover and use of each piece, over all its vintages; '' for none.

    Args:
        codes: covers and uses of each vintage, (n,) each.
        n: how many pieces.
    """
    found = np.full(n, "", dtype=object)
    for covers, uses in codes:
        names = pd.Series(covers).astype(str) + "\u00a0× " + pd.Series(uses).astype(str)
        is_new = (PLAUSIBILITY.of(covers, uses) == "suspect") & (found != names.to_numpy())
        joined = np.where(found == "", names, found + ", " + names.to_numpy())
        found = np.where(is_new, joined, found)
    return found
