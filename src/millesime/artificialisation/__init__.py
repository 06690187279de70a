"""Artificialisation: which polygons of a vintage are artificial, and by which step of the reasoning."""

from __future__ import annotations

from millesime.artificialisation.parameters import Parameters
from millesime.artificialisation.partition import Partition, partition_of
from millesime.artificialisation.product import (
    ARTIFICIAL,
    NOT_ARTIFICIAL,
    STEP_LABELS,
    Artificialisation,
)
from millesime.artificialisation.status import Decision, decide
from millesime.artificialisation.vintage import artificialise

__all__ = [
    "ARTIFICIAL",
    "NOT_ARTIFICIAL",
    "STEP_LABELS",
    "Artificialisation",
    "Decision",
    "Parameters",
    "Partition",
    "artificialise",
    "decide",
    "partition_of",
]
