"""Indicators: stocks and flows of a territory and of its communes, as one tidy table."""

from __future__ import annotations

from millesime.indicators.accounts import Account, account
from millesime.indicators.communes import commune_layer, communes_of, covered_share
from millesime.indicators.measures import indicators
from millesime.indicators.product import COLUMNS, INDICATORS, Indicators

__all__ = [
    "COLUMNS",
    "INDICATORS",
    "Account",
    "Indicators",
    "account",
    "commune_layer",
    "communes_of",
    "covered_share",
    "indicators",
]
