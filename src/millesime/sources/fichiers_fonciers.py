"""Fichiers fonciers: cadastral parcels with their dwellings and premises. Restricted data, always optional."""

from __future__ import annotations

import geopandas

from millesime.sources.normalising import normalise_layer
from millesime.sources.source import Attribute, LayerSchema, Source

SOURCE = Source(
    name="fichiers_fonciers",
    title="Fichiers fonciers",
    producer="DGFiP, Cerema",
    licence="restricted: public bodies under agreement; no export of its attributes",
    restricted=True,
    layers=(
        LayerSchema(
            "parcelle",
            "Parcelles (ou TUP)",
            2,
            "idpar",
            (
                Attribute("idpar", required=True, aliases=("idtup", "idpk")),
                Attribute("nlochabit", "number", required=True),
                Attribute("nlocal", "number", required=True),
                Attribute("nlocmaison", "number"),
                Attribute("nlocappt", "number"),
                Attribute("nloccom", "number"),
                Attribute("dcntpa", "number"),
            ),
            aliases=("parcelles", "tup", "pnb10_parcelle", "tup_parcelle"),
            required=True,
        ),
        LayerSchema(
            "local",
            "Locaux",
            None,
            "idlocal",
            (
                Attribute("idlocal", required=True, aliases=("invar",)),
                Attribute("idpar", required=True),
                Attribute("dteloc", required=True, values=("1", "2", "3", "4")),
                Attribute("cconlc"),
                Attribute("stoth", "number"),
            ),
            aliases=("locaux", "pb0010_local"),
        ),
    ),
)


def normalise(layer: str, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Normalise one layer; premises ('local') are a table, their geometry is not used.

    Raises:
        KeyError: the Fichiers fonciers have no such layer.
        SchemaError: required attributes are missing.
    """
    return normalise_layer(SOURCE, layer, frame)
