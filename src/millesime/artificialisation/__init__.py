"""Artificialisation: which polygons of a vintage are artificial, and by which step of the reasoning."""

from __future__ import annotations

from millesime.artificialisation.agreement import Agreement, AgreementRow, agreement
from millesime.artificialisation.chosen import ORIGINS, ChosenStatus, StatusChoice, StatusFrom, chosen_status, origin_of
from millesime.artificialisation.delivered import DELIVERED, DeliveredStatus, delivered_status
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
from millesime.artificialisation.reading import Occupation, occupation_of, occupations_of, one_each
from millesime.artificialisation.status import Decision, decide
from millesime.artificialisation.territories import artificialise_together, delivered_together
from millesime.artificialisation.told import figures, layers_of, map_of, rules_told
from millesime.artificialisation.vintage import artificial_zones, artificialise, left_at_limit

__all__ = [
    "ADDED_COLUMNS",
    "ARTIFICIAL",
    "DELIVERED",
    "EXEMPTIONS",
    "FACT_COLUMNS",
    "NOT_ARTIFICIAL",
    "ORIGINS",
    "STANDING",
    "STEP_LABELS",
    "Agreement",
    "AgreementRow",
    "Artificialisation",
    "ChosenStatus",
    "Decision",
    "DeliveredStatus",
    "Exempted",
    "Exemption",
    "Occupation",
    "Parameters",
    "Partition",
    "StatusChoice",
    "StatusFrom",
    "agreement",
    "artificial_zones",
    "artificialise",
    "artificialise_together",
    "chosen_status",
    "decide",
    "delivered_status",
    "delivered_together",
    "exempt",
    "explain",
    "figures",
    "layers_of",
    "left_at_limit",
    "map_of",
    "occupation_of",
    "occupations_of",
    "one_each",
    "origin_of",
    "parameters_from",
    "partition_of",
    "rules_told",
]
