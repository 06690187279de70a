"""Admin Express: communes, EPCI, départements."""

from __future__ import annotations

import geopandas
import numpy as np

from millesime.sources.normalising import normalise_layer
from millesime.sources.source import Attribute, LayerSchema, Source

SOURCE = Source(
    name="admin_express",
    title="Admin Express",
    producer="IGN",
    licence="Licence Ouverte 2.0",
    layers=(
        LayerSchema(
            "commune",
            "Commune",
            2,
            "insee_com",
            (
                Attribute("insee_com", required=True, aliases=("code_insee", "insee", "code_insee_de_la_commune")),
                Attribute("nom", required=True, aliases=("nom_officiel", "nom_com", "name")),
                Attribute("insee_dep", aliases=("code_insee_du_departement",)),
                Attribute("insee_reg", aliases=("code_insee_de_la_region",)),
                Attribute("siren_epci", aliases=("codes_siren_des_epci", "code_epci")),
                Attribute("population", "number"),
            ),
            required=True,
        ),
        LayerSchema(
            "epci",
            "EPCI",
            2,
            "code_siren",
            (
                Attribute("code_siren", required=True, aliases=("siren", "code_epci")),
                Attribute("nom", required=True, aliases=("nom_officiel", "nom_epci")),
                Attribute("nature"),
            ),
        ),
        LayerSchema(
            "departement",
            "Département",
            2,
            "insee_dep",
            (
                Attribute("insee_dep", required=True, aliases=("code_insee", "code_insee_du_departement")),
                Attribute("nom", required=True, aliases=("nom_officiel", "nom_dep")),
                Attribute("insee_reg", aliases=("code_insee_de_la_region",)),
            ),
        ),
    ),
)

#: Length of the codes that spreadsheets and integer columns rob of their first zero.
_CODE_LENGTHS = {"insee_com": 5, "insee_dep": 2, "insee_reg": 2}


def normalise(layer: str, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Normalise one layer; codes get back the leading zero that a numeric column lost ('1004' -> '01004').

    Raises:
        KeyError: Admin Express has no such layer.
        SchemaError: required attributes are missing.
    """
    normalised = normalise_layer(SOURCE, layer, frame)
    for column, length in _CODE_LENGTHS.items():
        if column in normalised.columns:
            codes = normalised[column]
            normalised[column] = np.where(codes == "", "", codes.str.zfill(length))
    return normalised
