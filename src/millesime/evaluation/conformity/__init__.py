"""Conformity: is this OCS GE or CoSIA file sound? Faults are named by their rule and located."""

from __future__ import annotations

from millesime.evaluation.conformity.anomaly import RULES, Anomaly
from millesime.evaluation.conformity.deliveries import Checkable, check_delivery, checkable, limits_with, told
from millesime.evaluation.conformity.edge_matching import CommonLimit, match_edges
from millesime.evaluation.conformity.kinds import Kind, detect
from millesime.evaluation.conformity.layer import Layer, layer_of
from millesime.evaluation.conformity.located import located
from millesime.evaluation.conformity.report import Report, check_layer, check_layers
from millesime.evaluation.conformity.settings import Settings

__all__ = [
    "RULES",
    "Anomaly",
    "Checkable",
    "CommonLimit",
    "Kind",
    "Layer",
    "Report",
    "Settings",
    "check_delivery",
    "check_layer",
    "check_layers",
    "checkable",
    "detect",
    "layer_of",
    "limits_with",
    "located",
    "match_edges",
    "told",
]
