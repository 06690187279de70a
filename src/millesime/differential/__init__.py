"""Differential: what changed between two vintages, with the artificial flux and the transitions."""

from __future__ import annotations

from millesime.differential.balance import balance
from millesime.differential.comparable import status_warnings
from millesime.differential.correction import Corrected, corrected, moved_by_correction
from millesime.differential.difference import difference
from millesime.differential.figures import flux_told, moved_told, result_told
from millesime.differential.layers import layers_of
from millesime.differential.matching_borders import ENOUGH, TOLERANCE_M, matching_share
from millesime.differential.overlay import Overlay, Snapped, overlay
from millesime.differential.parameters import Parameters
from millesime.differential.product import Differential
from millesime.differential.transitions import transitions

__all__ = [
    "ENOUGH",
    "TOLERANCE_M",
    "Corrected",
    "Differential",
    "Overlay",
    "Parameters",
    "Snapped",
    "balance",
    "corrected",
    "difference",
    "flux_told",
    "layers_of",
    "matching_share",
    "moved_by_correction",
    "moved_told",
    "overlay",
    "result_told",
    "status_warnings",
    "transitions",
]
