"""Differential: what changed between two vintages, with the artificial flux and the transitions."""

from __future__ import annotations

from millesime.differential.difference import difference
from millesime.differential.overlay import Overlay, overlay
from millesime.differential.parameters import Parameters
from millesime.differential.product import Differential
from millesime.differential.transitions import transitions

__all__ = ["Differential", "Overlay", "Parameters", "difference", "overlay", "transitions"]
