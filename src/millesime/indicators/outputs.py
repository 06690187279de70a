"""The table as people read it: with French labels, and one layer per level with its main figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely

from millesime.indicators.places import LEVELS, Places
from millesime.indicators.product import COLUMNS, INDICATORS, Indicators
from millesime.nomenclature import CS, US

#: Columns that `labelled` adds: what the figure is called, what its item is called, and what every figure of the place
#: must be read with.
LABEL_COLUMNS = ("label", "item_label", "status", "covered_pct", "vintages")

#: Level -> name of its layer.
LAYERS: Mapping[str, str] = MappingProxyType(
    {
        "territory": "TERRITOIRE",
        "commune": "COMMUNE",
        "epci": "EPCI",
        "scot": "SCOT",
        "departement": "DEPARTEMENT",
        "region": "REGION",
        "perimeter": "PERIMETRE",
    }
)

_STATUS_LABELS = {
    "COMPLETE_UNIFORM": "couvert, un seul millésime",
    "COMPLETE_NOT_UNIFORM": "couvert, millésimes différents selon les départements",
    "PARTIAL": "couvert en partie",
    "NO_DATA": "sans données",
}

#: Fields of a layer -> (theme, indicator), of the last vintage.
_STOCKS = {
    "surface": ("territory", "area"),
    "surface_artif": ("artificialisation", "stock"),
    "pourcent_artif": ("artificialisation", "share"),
    "surface_imper": ("imperviousness", "stock"),
    "pourcent_imper": ("imperviousness", "share"),
}

#: Fields -> (theme, indicator), from the first vintage to the last.
_FLUXES = {
    "flux_artif": ("artificialisation", "gain"),
    "flux_desartif": ("artificialisation", "loss"),
    "flux_artif_net": ("artificialisation", "net"),
    "flux_artif_net_an": ("artificialisation", "net_per_year"),
    "flux_imper_net": ("imperviousness", "net"),
}


def labelled(indicators: Indicators) -> pd.DataFrame:
    """The tidy table with the columns of LABEL_COLUMNS.

    `vintages`: the years of each vintage, '2019 / 2022', '2018+2019 / 2021+2022' where départements differ.
    """
    table = indicators.table
    keys = list(zip(table["theme"], table["indicator"], strict=True))
    about = _about(table)
    of_place = list(zip(table["level"], table["code"], strict=True))
    added = {
        "label": [INDICATORS[key][1] for key in keys],
        "item_label": [item_label(item) for item in table["item"]],
        **{
            name: [about.get(place, {}).get(name) for place in of_place]
            for name in ("status", "covered_pct", "vintages")
        },
    }
    typed = pd.DataFrame(added, index=table.index).astype({"covered_pct": "float64"})
    return pd.concat([table[list(COLUMNS)], typed[list(LABEL_COLUMNS)]], axis=1)


def item_label(item: str) -> str:
    """What an item is called in French: a code, a pair of codes, a status; what has no label stays.

    >>> item_label("CS1.1.1.1>CS1.2.1") == " vers ".join([CS.get("CS1.1.1.1").label_fr, CS.get("CS1.2.1").label_fr])
    True
    """
    if ">" in item:
        return " vers ".join(item_label(code) for code in item.split(">"))
    for table in (CS, US):
        if item in table:
            return table.get(item).label_fr
    return _STATUS_LABELS.get(item, item)


def _about(table: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    """Status, share covered and vintages of each place."""
    rows = table[table["theme"] == "territory"]
    found: dict[tuple[str, str], dict[str, Any]] = {}
    years: dict[tuple[str, str], dict[int, list[str]]] = {}
    columns = ("level", "code", "indicator", "item", "year_to", "value")
    for level, code, indicator, item, year, value in zip(*(rows[name] for name in columns), strict=True):
        place = found.setdefault((level, code), {})
        if indicator == "status":
            place["status"] = item
        elif indicator == "covered_share":
            place["covered_pct"] = value
        elif indicator == "vintage_area":
            years.setdefault((level, code), {}).setdefault(year, []).append(item)
    for key, slots in years.items():
        found[key]["vintages"] = " / ".join("+".join(sorted(slots[year])) for year in sorted(slots))
    return found


def layers_of(indicators: Indicators, places: Places) -> dict[str, geopandas.GeoDataFrame | pd.DataFrame]:
    """One layer per level with the main figures of its places; the territory, of no known limit, has no geometry.

    Returns:
        by name of the layer: `code`, `nom`, `statut`, `part_couverte` (%), `millesimes`, `millesime_debut` (null with
        one vintage), `millesime_fin`; hectares of the last vintage and, from the first to the last, of the flux; and
        `surface_artif_<n>_<code>`, hectares of artificial ground of the nth vintage by cover and by use, the dots of
        the code as underscores.
    """
    table = indicators.table
    about = _about(table)
    shapes = _shapes(places)
    layers: dict[str, geopandas.GeoDataFrame | pd.DataFrame] = {}
    for level in LEVELS:
        rows = table[table["level"] == level]
        if not len(rows):
            continue
        frame = _figures(rows, {code: found for (of, code), found in about.items() if of == level})
        if level != "territory":
            geometry = np.array([shapes.get((level, code)) for code in frame["code"]], dtype=object)
            frame = geopandas.GeoDataFrame(frame, geometry=geometry, crs=places.crs)
        layers[LAYERS[level]] = frame
    return layers


def _figures(rows: pd.DataFrame, about: Mapping[str, Mapping[str, Any]]) -> pd.DataFrame:
    """The fields of the places of one level."""
    named = rows[["code", "name"]].drop_duplicates().reset_index(drop=True)
    frame = pd.DataFrame({"code": named["code"], "nom": named["name"]})
    for field, name in {"statut": "status", "part_couverte": "covered_pct", "millesimes": "vintages"}.items():
        frame[field] = [about.get(code, {}).get(name) for code in frame["code"]]
    frame["part_couverte"] = frame["part_couverte"].astype("float64")
    stocks = rows[(rows["theme"] == "artificialisation") & (rows["indicator"] == "stock")]
    ends = stocks.groupby("code")["year_to"].agg(["min", "max", "nunique"])
    first, last = (frame["code"].map(ends[side]).astype("Int64") for side in ("min", "max"))
    frame["millesime_debut"] = first.where(frame["code"].map(ends["nunique"]).fillna(0) > 1)
    frame["millesime_fin"] = last
    latest = dict(zip(frame["code"], last, strict=True))
    earliest = dict(zip(frame["code"], frame["millesime_debut"], strict=True))
    at_last = (rows["year_to"] == rows["code"].map(latest).astype("Int64")).fillna(False).to_numpy(dtype=bool)
    long = at_last & (rows["year_from"] == rows["code"].map(earliest).astype("Int64")).fillna(False).to_numpy(
        dtype=bool
    )
    for fields, chosen in ((_STOCKS, rows[at_last & rows["year_from"].isna().to_numpy()]), (_FLUXES, rows[long])):
        for field, (theme, indicator) in fields.items():
            mine = chosen[(chosen["theme"] == theme) & (chosen["indicator"] == indicator) & (chosen["item"] == "")]
            frame[field] = frame["code"].map(mine.set_index("code")["value"]).astype("float64")
    return pd.concat([frame, pd.DataFrame(dict(_composition(rows, frame["code"])))], axis=1)


def _composition(rows: pd.DataFrame, codes: pd.Series) -> Iterator[tuple[str, pd.Series]]:
    """`surface_artif_<n>_<code>`: 0 where a code has no artificial ground, null where the place lacks the vintage."""
    stocks = rows[(rows["theme"] == "artificialisation") & (rows["indicator"] == "stock")]
    number = stocks.groupby("code")["year_to"].rank(method="dense").astype(int)
    of_year = dict(zip(zip(stocks["code"], stocks["year_to"], strict=True), number, strict=True))
    held = rows[rows["indicator"] == "artificial_stock"]
    n = np.array([of_year[key] for key in zip(held["code"], held["year_to"], strict=True)], dtype=int)
    for k in sorted(set(number)):
        there = codes.isin(stocks.loc[number == k, "code"])
        for leaf in (*CS.leaves, *US.leaves):
            mine = held[(n == k) & (held["item"] == leaf.code).to_numpy()].set_index("code")["value"]
            if len(mine):
                name = f"surface_artif_{k}_{leaf.code.replace('.', '_')}"
                yield name, codes.map(mine).astype("float64").fillna(0.0).where(there)


def _shapes(places: Places) -> dict[tuple[str, str], Any]:
    """Limits of each place; those of a union are what its communes make up."""
    limits = dict(zip(places.communes["insee"], places.communes.geometry, strict=True))
    shapes = {("commune", insee): limit for insee, limit in limits.items()}
    for union in places.unions:
        parts = [limits[insee] for insee in union.communes if insee in limits]
        if parts:
            shapes[(union.place.level, union.place.code)] = shapely.union_all(parts)
    if places.perimeters is not None:
        for code, shape in zip(places.perimeters["code"], places.perimeters.geometry, strict=True):
            shapes[("perimeter", str(code))] = shape
    return shapes
