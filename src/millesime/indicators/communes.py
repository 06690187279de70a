"""The communes of a territory, with their main figures beside their limits."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import shapely

from millesime.geo.precision import snap
from millesime.indicators.figures import in_order
from millesime.indicators.product import INDICATORS, Indicators

#: Columns of the layer of communes -> (theme, indicator) they repeat. Stocks are those of the later vintage.
FIGURES = {
    "area_ha": ("territory", "area"),
    "artificial_ha": ("artificialisation", "stock"),
    "artificial_pct": ("artificialisation", "share"),
    "impervious_ha": ("imperviousness", "stock"),
    "impervious_pct": ("imperviousness", "share"),
    "artificial_gain_ha": ("artificialisation", "gain"),
    "artificial_loss_ha": ("artificialisation", "loss"),
    "artificial_net_ha": ("artificialisation", "net"),
    "artificial_net_ha_per_year": ("artificialisation", "net_per_year"),
    "impervious_net_ha": ("imperviousness", "net"),
}


def covered_share(table: Indicators, communes: geopandas.GeoDataFrame) -> Indicators:
    """The indicators with the share of each commune that the map covers, of its limits as given here.

    For communes that were cut to a zone before they were counted: their figures stand for that part only.
    """
    is_share = (table.table["level"] == "commune") & (table.table["indicator"] == "covered_share")
    areas = table.table[(table.table["level"] == "commune") & (table.table["theme"] == "territory")]
    areas = areas[areas["indicator"] == "area"]
    whole_ha = pd.Series(shapely.area(communes.geometry.to_numpy()) / 10_000, index=communes["insee"])
    shares = areas.assign(
        indicator="covered_share",
        unit=INDICATORS[("territory", "covered_share")][0],
        value=np.minimum(100 * areas["value"].to_numpy() / whole_ha.reindex(areas["code"]).to_numpy(), 100.0),
    )
    if not len(shares):
        return table
    return Indicators(in_order(pd.concat([table.table[~is_share], shares], ignore_index=True)))


def commune_layer(
    table: Indicators, communes: geopandas.GeoDataFrame, *, extent: tuple[float, float, float, float]
) -> geopandas.GeoDataFrame:
    """The communes that the map covers, cut at its extent, with their main figures.

    Returns:
        `insee`, `name`, the columns of FIGURES (flows are null without a second vintage), `year_from`, `year_to`.
    """
    rows = table.table[(table.table["level"] == "commune") & (table.table["item"] == "")]
    latest = rows[rows["year_to"] == rows["year_to"].max()]
    columns = {}
    for name, (theme, indicator) in FIGURES.items():
        chosen = latest[(latest["theme"] == theme) & (latest["indicator"] == indicator)].set_index("code")["value"]
        columns[name] = communes["insee"].map(chosen).astype("float64")
    layer = communes.assign(**columns)
    layer["year_from"] = pd.array([rows["year_from"].min()] * len(layer), dtype="Int64")
    layer["year_to"] = pd.array([rows["year_to"].max()] * len(layer), dtype="Int64")
    layer = layer[layer["area_ha"].notna()].reset_index(drop=True)
    layer["geometry"] = snap(shapely.intersection(layer.geometry.to_numpy(), shapely.box(*extent)))
    return layer[["insee", "name", *FIGURES, "year_from", "year_to", "geometry"]]
