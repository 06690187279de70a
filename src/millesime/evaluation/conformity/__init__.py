"""Conformity: is this OCS GE or CoSIA file sound? Faults are named by their rule and located."""

from __future__ import annotations

from millesime.evaluation.conformity.anomaly import RULES, Anomaly
from millesime.evaluation.conformity.edge_matching import CommonLimit, match_edges
from millesime.evaluation.conformity.kinds import Kind, detect
from millesime.evaluation.conformity.layer import Layer, layer_of
from millesime.evaluation.conformity.located import located
from millesime.evaluation.conformity.report import Report, check_layer, check_layers
from millesime.evaluation.conformity.settings import Settings

__all__ = [
    "RULES",
    "Anomaly",
    "CommonLimit",
    "Kind",
    "Layer",
    "Report",
    "Settings",
    "check_layer",
    "check_layers",
    "detect",
    "layer_of",
    "located",
    "match_edges",
]
