"""Registre parcellaire graphique (RPG v2): what farmers declare, parcel by parcel."""

from __future__ import annotations

import geopandas

from millesime.sources.normalising import normalise_layer
from millesime.sources.source import Attribute, LayerSchema, Source

SOURCE = Source(
    name="rpg",
    title="RPG v2",
    producer="ASP, IGN",
    licence="Licence Ouverte 2.0",
    layers=(
        LayerSchema(
            "parcelles_graphiques",
            "Parcelles graphiques",
            2,
            "id_parcel",
            (
                Attribute("id_parcel", required=True),
                Attribute("surf_parc", "number"),
                Attribute("code_cultu", required=True),
                Attribute("code_group", required=True, values=tuple(str(group) for group in range(1, 29))),
                Attribute("culture_d1"),
                Attribute("culture_d2"),
            ),
            aliases=("parcelle_graphique", "rpg", "rpg_parcelles", "extrait_localisation_rpga"),
            required=True,
        ),
    ),
)


def normalise(layer: str, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Normalise one layer; `code_group` is text, '1' to '28'.

    Raises:
        KeyError: the RPG has no such layer.
        SchemaError: required attributes are missing.
    """
    return normalise_layer(SOURCE, layer, frame)
