"""Samples of control points: strata, allocation, drawing, reading, and what they tell with 95 % intervals."""

from __future__ import annotations

from millesime.evaluation.sample.accuracy import Accuracy, accuracy
from millesime.evaluation.sample.allocation import FLOOR, Allocation, allocate, require_expected
from millesime.evaluation.sample.change_interval import (
    CHANGE_FIGURES,
    ChangeFigure,
    ChangeInterval,
    change_interval,
    change_intervals,
)
from millesime.evaluation.sample.design import (
    ARTIFICIALISED,
    CHANGE_CLASSES,
    DESARTIFICIALISED,
    LIKELY_OMISSION,
    STABLE_ARTIFICIAL,
    STABLE_NOT_ARTIFICIAL,
    Ground,
    Kind,
)
from millesime.evaluation.sample.draw import draw, mapped_areas, stratum_areas
from millesime.evaluation.sample.place_intervals import place_intervals
from millesime.evaluation.sample.places import MIN_PLACE_POINTS
from millesime.evaluation.sample.points import ControlPoints, Place
from millesime.evaluation.sample.reading import Columns, control_points
from millesime.evaluation.sample.sheet import Places, blind, place_table, sheet
from millesime.evaluation.sample.strata import OMISSION_BUFFER_M, change_strata, state_strata, within

__all__ = [
    "ARTIFICIALISED",
    "CHANGE_CLASSES",
    "CHANGE_FIGURES",
    "DESARTIFICIALISED",
    "FLOOR",
    "LIKELY_OMISSION",
    "MIN_PLACE_POINTS",
    "OMISSION_BUFFER_M",
    "STABLE_ARTIFICIAL",
    "STABLE_NOT_ARTIFICIAL",
    "Accuracy",
    "Allocation",
    "ChangeFigure",
    "ChangeInterval",
    "Columns",
    "ControlPoints",
    "Ground",
    "Kind",
    "Place",
    "Places",
    "accuracy",
    "allocate",
    "blind",
    "change_interval",
    "change_intervals",
    "change_strata",
    "control_points",
    "draw",
    "mapped_areas",
    "place_intervals",
    "place_table",
    "require_expected",
    "sheet",
    "state_strata",
    "stratum_areas",
    "within",
]
