"""The layers as IGN delivers them, from the products of the chain: attributes, order and nothing internal."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas
import numpy as np
import pandas as pd

from millesime.errors import SchemaError
from millesime.nomenclature import CS, US
from millesime.publication.lexicon import deliverable_rules, sentences

#: Attributes of OCCUPATION_SOL, in the order of the deliveries.
OCCUPATION_COLUMNS = (
    "id",
    "code_cs",
    "code_us",
    "millesime",
    "source",
    "ossature",
    "id_origine",
    "code_or",
)

#: What the artificialisation layer adds.
STATUS_COLUMNS = ("aire", "artif", "crit_seuil")

#: What explains an object and is not delivered by IGN.
EXPLANATION_COLUMNS = ("cs_rule", "us_rule", "matrix_status", "status_step")

#: What tells the same in French: see the table LEXIQUE.
_SENTENCES = {"cs_rule": "explication_cs", "us_rule": "explication_us", "status_step": "explication_statut"}


def occupation_layer(ocsge: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """OCCUPATION_SOL of one vintage, ordered by id.

    Raises:
        SchemaError: attributes are missing, or ids are not unique.
        CodeError: a code is not delivered.
    """
    layer = _without_empty_origin(_selected(ocsge, OCCUPATION_COLUMNS, layer="OCCUPATION_SOL"))
    CS.require(layer["code_cs"])
    US.require(layer["code_us"])
    return _ordered(layer, layer_name="OCCUPATION_SOL")


def built_zone_layer(built_zone: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """ZONE_CONSTRUITE of one vintage, ordered by id."""
    return _ordered(_selected(built_zone, ("id", "millesime"), layer="ZONE_CONSTRUITE"), layer_name="ZONE_CONSTRUITE")


def artificial_layer(artificialisation: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The artificialisation layer: OCCUPATION_SOL with the area and the final status, ordered by id."""
    columns = (*OCCUPATION_COLUMNS, *STATUS_COLUMNS)
    return _ordered(_without_empty_origin(_selected(artificialisation, columns, layer="ARTIF")), layer_name="ARTIF")


def difference_layer(differential: geopandas.GeoDataFrame, years: tuple[int, int]) -> geopandas.GeoDataFrame:
    """DIFF: the places whose cover or use changed. Places where thresholds alone changed the status are left out."""
    first, second = years
    changed = (differential[f"cs_{first}"] != differential[f"cs_{second}"]) | (
        differential[f"us_{first}"] != differential[f"us_{second}"]
    )
    columns = (f"cs_{first}", f"cs_{second}", f"us_{first}", f"us_{second}", *_link_columns(years))
    return _selected(_by_id(differential[changed]), columns, layer="DIFF").reset_index(drop=True)


def artificial_difference_layer(differential: geopandas.GeoDataFrame, years: tuple[int, int]) -> geopandas.GeoDataFrame:
    """ARTIF_DIFF: the places that became artificial (+1) or ceased to be (-1), thresholds included."""
    first, second = years
    flux = differential["artificialisation"].to_numpy()
    columns = tuple(f"{name}_{year}" for name in ("cs", "us", "artif") for year in (first, second))
    kept = _selected(
        _by_id(differential[flux != 0]), (*columns, "artificialisation", *_link_columns(years)), layer="ARTIF_DIFF"
    )
    kept["artificialisation"] = kept["artificialisation"].astype(np.int32)
    return kept.reset_index(drop=True)


def _link_columns(years: tuple[int, int]) -> tuple[str, str]:
    """The ids of the objects of both vintages that a changed place lies in."""
    return (f"id_{years[0]}", f"id_{years[1]}")


def cosia_layer(cover_vector: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """CoSIA: number and class, in the order of the product."""
    return _selected(cover_vector, ("numero", "classe"), layer="CoSIA")


def explanations(ocsge: geopandas.GeoDataFrame, artificialisation: geopandas.GeoDataFrame) -> pd.DataFrame:
    """Why each object has its cover, its use and its status: a table keyed by id, without geometry."""
    columns = ["id", *(name for name in EXPLANATION_COLUMNS if name in artificialisation.columns)]
    table = pd.DataFrame(artificialisation[columns])
    rules = [name for name in ("cs_rule", "us_rule") if name in ocsge.columns and name not in columns]
    if rules:
        table = table.merge(pd.DataFrame(ocsge[["id", *rules]]), on="id", how="left", validate="one_to_one")
    if "us_rule" in table.columns:
        table["us_rule"] = deliverable_rules(table["us_rule"])
    told = [name for name in _SENTENCES if name in table.columns]
    for name in told:
        table[_SENTENCES[name]] = sentences(table[name], name)
    ordered = ["id", *(_SENTENCES[name] for name in told)]
    ordered += [name for name in EXPLANATION_COLUMNS if name in table.columns]
    return table[ordered].sort_values("id", kind="stable").reset_index(drop=True)


def _without_empty_origin(layer: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """An object without an origin has none: NULL, not an empty text."""
    layer["id_origine"] = layer["id_origine"].where(layer["id_origine"] != "", None)
    return layer


def _selected(frame: geopandas.GeoDataFrame, columns: Sequence[str], *, layer: str) -> geopandas.GeoDataFrame:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise SchemaError(f"{layer} cannot be delivered: the product lacks {', '.join(missing)}")
    return frame[[*columns, "geometry"]].copy()


def _by_id(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    return frame.sort_values("id", kind="stable")


def _ordered(frame: geopandas.GeoDataFrame, *, layer_name: str) -> geopandas.GeoDataFrame:
    repeated = frame["id"][frame["id"].duplicated()].unique()
    if len(repeated):
        raise SchemaError(f"{layer_name}: {len(repeated)} ids occur more than once, the first is {repeated[0]!r}")
    return _by_id(frame).reset_index(drop=True)
