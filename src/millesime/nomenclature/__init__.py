"""The nomenclatures: cover classes, CS, US, crosswalks, the artificialisation matrix, the thresholds and
the plausibility of each pair of cover and use.

The tables are CSV files beside this module. An unknown code is an error everywhere, never a default.
"""

from __future__ import annotations

from millesime.nomenclature.artificialisation import ARTIFICIALISATION, ArtificialisationMatrix
from millesime.nomenclature.codes import CS, US, Code, CodeTable
from millesime.nomenclature.cover import COSIA, FLAIR1, FLAIR_HUB, CoverClass, CoverNomenclature, cover
from millesime.nomenclature.crosswalk import CROSSWALKS, FLAIR1_TO_COSIA, FLAIR_HUB_TO_COSIA, Crosswalk
from millesime.nomenclature.plausibility import PLAUSIBILITY, PlausibilityTable
from millesime.nomenclature.thresholds import Threshold, threshold, thresholds

__all__ = [
    "ARTIFICIALISATION",
    "COSIA",
    "CROSSWALKS",
    "CS",
    "FLAIR1",
    "FLAIR1_TO_COSIA",
    "FLAIR_HUB",
    "FLAIR_HUB_TO_COSIA",
    "PLAUSIBILITY",
    "US",
    "ArtificialisationMatrix",
    "Code",
    "CodeTable",
    "CoverClass",
    "CoverNomenclature",
    "Crosswalk",
    "PlausibilityTable",
    "Threshold",
    "cover",
    "threshold",
    "thresholds",
]
