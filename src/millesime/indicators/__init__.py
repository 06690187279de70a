"""Indicators: stocks and flows of a territory and of the places in it, as one tidy table."""

from __future__ import annotations

from millesime.indicators.accounts import Account, account, account_of
from millesime.indicators.communes import commune_layer, covered_share
from millesime.indicators.delivered import DISAGREE_HA, DeliveredFlux, compare_flux
from millesime.indicators.grounds import Ground, Vintage, ground_of, ground_of_pieces
from millesime.indicators.identities import broken_identities, require_identities
from millesime.indicators.outputs import LABEL_COLUMNS, LAYERS, item_label, labelled, layers_of
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
from millesime.indicators.planning import ZONES, Planning, planning_of, zone_of
from millesime.indicators.product import COLUMNS, INDICATORS, Indicators
from millesime.indicators.territory import indicators, territory_indicators

__all__ = [
    "COLUMNS",
    "DISAGREE_HA",
    "INDICATORS",
    "LABEL_COLUMNS",
    "LAYERS",
    "LEVELS",
    "ZONES",
    "Account",
    "DeliveredFlux",
    "Ground",
    "Indicators",
    "Place",
    "Places",
    "Planning",
    "Union",
    "Vintage",
    "account",
    "account_of",
    "broken_identities",
    "commune_layer",
    "communes_frame",
    "communes_of",
    "compare_flux",
    "covered_share",
    "ground_of",
    "ground_of_pieces",
    "indicators",
    "item_label",
    "labelled",
    "layers_of",
    "no_places",
    "perimeters_of",
    "planning_of",
    "require_identities",
    "scots_of",
    "territory_indicators",
    "unions_of",
    "zone_of",
]
