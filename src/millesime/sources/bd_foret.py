"""BD Forêt v2: stands of half a hectare and more, by type of formation."""

from __future__ import annotations

import geopandas
import numpy as np

from millesime.sources.normalising import normalise_layer
from millesime.sources.source import Attribute, LayerSchema, Source

SOURCE = Source(
    name="bd_foret",
    title="BD Forêt v2",
    producer="IGN",
    licence="Licence Ouverte 2.0",
    layers=(
        LayerSchema(
            "formation_vegetale",
            "Formation végétale",
            2,
            "id",
            (
                # public extracts often lack it; a stand without one is followed by its row
                Attribute("id", aliases=("cleabs", "id_formation")),
                Attribute("code_tfv", required=True),
                Attribute("tfv"),
                Attribute("tfv_g11"),
                Attribute("essence"),
            ),
            aliases=("formation_vegetale_v2", "bdforet_v2", "bd_foret_v2", "bd_foret"),
            required=True,
        ),
    ),
)


def normalise(layer: str, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Normalise one layer; a stand without `code_tfv` is set aside.

    Raises:
        KeyError: BD Forêt has no such layer.
        SchemaError: required attributes are missing.
    """
    normalised = normalise_layer(SOURCE, layer, frame)
    blank = np.asarray((normalised["code_tfv"] == "") & (normalised["set_aside"] == ""))
    normalised.loc[blank, "set_aside"] = "no code_tfv"
    return normalised
