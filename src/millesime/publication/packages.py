"""Content of the delivered GeoPackages: layers, styles and explanations, ready to be written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import geopandas
import pandas as pd

from millesime.publication.delivered_layers import (
    artificial_difference_layer,
    artificial_layer,
    built_zone_layer,
    cosia_layer,
    difference_layer,
    explanations,
    occupation_layer,
)
from millesime.publication.lexicon import lexicon
from millesime.publication.material import Material
from millesime.publication.styles.catalogue import (
    artificial_difference_styles,
    artificial_styles,
    built_zone_styles,
    cosia_styles,
    difference_styles,
    occupation_styles,
)
from millesime.publication.styles.vector import VectorStyle


@dataclass(frozen=True)
class Package:
    """One GeoPackage to write."""

    file: str
    layers: Mapping[str, geopandas.GeoDataFrame]
    styles: Mapping[str, Sequence[VectorStyle]]
    """Of each layer; the first is the default."""

    tables: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """Tables without geometry."""


def packages(material: Material) -> tuple[Package, ...]:
    """The GeoPackages of a delivery."""
    made = [_stock(material)]
    if material.cover_vector is not None:
        made.append(_cosia(material, material.cover_vector))
    if material.differential is not None:
        made.append(_difference(material, material.differential))
    return tuple(made)


def _stock(material: Material) -> Package:
    delivery, current, zone = material.delivery, material.current, material.built_zone
    return Package(
        delivery.stock,
        layers={
            "OCCUPATION_SOL": occupation_layer(current.ocsge),
            **({} if zone is None else {"ZONE_CONSTRUITE": built_zone_layer(zone)}),
            delivery.artificial_layer: artificial_layer(current.artificialisation),
        },
        styles={
            "OCCUPATION_SOL": occupation_styles(),
            **({} if zone is None else {"ZONE_CONSTRUITE": built_zone_styles()}),
            delivery.artificial_layer: artificial_styles(),
        },
        tables={"EXPLICATION": explanations(current.ocsge, current.artificialisation), "LEXIQUE": lexicon()},
    )


def _difference(material: Material, differential: geopandas.GeoDataFrame) -> Package:
    years = material.delivery.period
    return Package(
        material.delivery.difference,
        layers={
            "DIFF": difference_layer(differential, years),
            "ARTIF_DIFF": artificial_difference_layer(differential, years),
        },
        styles={"DIFF": difference_styles(*years), "ARTIF_DIFF": artificial_difference_styles(*years)},
    )


def _cosia(material: Material, cover_vector: geopandas.GeoDataFrame) -> Package:
    return Package(
        material.delivery.cosia,
        layers={"COSIA": cosia_layer(cover_vector)},
        styles={"COSIA": cosia_styles()},
    )
