"""Indicators: stocks and flows of a territory and of the places in it, as one tidy table."""

from __future__ import annotations

from millesime.indicators.accounts import Account, account
from millesime.indicators.communes import commune_layer
from millesime.indicators.grounds import Ground, Vintage, ground_of, ground_of_pieces
from millesime.indicators.places import (
    LEVELS,
    Place,
    Places,
    Union,
    communes_frame,
    communes_of,
    no_places,
    perimeters_of,
    scots_of,
    unions_of,
)
from millesime.indicators.product import COLUMNS, INDICATORS, Indicators
from millesime.indicators.territory import indicators_of, territory_indicators

__all__ = [
    "COLUMNS",
    "INDICATORS",
    "LEVELS",
    "Account",
    "Ground",
    "Indicators",
    "Place",
    "Places",
    "Union",
    "Vintage",
    "account",
    "commune_layer",
    "communes_frame",
    "communes_of",
    "ground_of",
    "ground_of_pieces",
    "indicators_of",
    "no_places",
    "perimeters_of",
    "scots_of",
    "territory_indicators",
    "unions_of",
]
