"""Artificialisation: which polygons of a vintage are artificial, and by which step of the reasoning."""

from __future__ import annotations

from millesime.artificialisation.agreement import Agreement, AgreementRow, agreement
from millesime.artificialisation.exemptions import EXEMPTIONS, Exempted, Exemption, exempt
from millesime.artificialisation.explanation import explain
from millesime.artificialisation.parameters import STANDING, Parameters, parameters_from
from millesime.artificialisation.partition import Partition, partition_of
from millesime.artificialisation.product import (
    ADDED_COLUMNS,
    ARTIFICIAL,
    FACT_COLUMNS,
    NOT_ARTIFICIAL,
    STEP_LABELS,
    Artificialisation,
)
from millesime.artificialisation.reading import Occupation, occupation_of
from millesime.artificialisation.status import Decision, decide
from millesime.artificialisation.vintage import artificial_zones, artificialise, left_at_limit

__all__ = [
    "ADDED_COLUMNS",
    "ARTIFICIAL",
    "EXEMPTIONS",
    "FACT_COLUMNS",
    "NOT_ARTIFICIAL",
    "STANDING",
    "STEP_LABELS",
    "Agreement",
    "AgreementRow",
    "Artificialisation",
    "Decision",
    "Exempted",
    "Exemption",
    "Occupation",
    "Parameters",
    "Partition",
    "agreement",
    "artificial_zones",
    "artificialise",
    "decide",
    "exempt",
    "explain",
    "left_at_limit",
    "occupation_of",
    "parameters_from",
    "partition_of",
]
