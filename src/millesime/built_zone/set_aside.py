"""Features that a step read and did not use, each with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import geopandas
import numpy as np
import pandas
import shapely

#: Columns of a table of features set aside, as `sources` has them for what it could not use.
COLUMNS = ("source", "layer", "key", "row", "reason", "geometry")


def set_aside(
    features: geopandas.GeoDataFrame, *, source: str, layer: str, key: str, reasons: Sequence[str] | str
) -> geopandas.GeoDataFrame:
    """One row for each feature that is not used.

    Args:
        features: rows of a normalised layer.
        source: name of the database, such as 'bd_topo'.
        layer: its layer.
        key: attribute that identifies a feature.
        reasons: why each is not used, or one reason for all.
    """
    count = len(features)
    table: dict[str, Any] = {
        "source": [source] * count,
        "layer": [layer] * count,
        "key": features[key].astype(str).tolist(),
        "row": features["row"].tolist() if "row" in features.columns else list(range(count)),
        "reason": [reasons] * count if isinstance(reasons, str) else list(reasons),
    }
    return geopandas.GeoDataFrame(table, geometry=features.geometry.to_numpy(), crs=features.crs)


def gather(tables: Sequence[geopandas.GeoDataFrame], *, crs: str) -> geopandas.GeoDataFrame:
    """All tables as one, sorted by database, layer, reason, key and place."""
    kept = [table[list(COLUMNS)] for table in tables if len(table)]
    if not kept:
        return geopandas.GeoDataFrame({name: [] for name in COLUMNS[:-1]}, geometry=[], crs=crs)
    joined = pandas.concat(kept, ignore_index=True)
    west, south, _, _ = np.nan_to_num(shapely.bounds(joined.geometry.to_numpy())).T
    texts = [joined[name].to_numpy(str) for name in ("key", "reason", "layer", "source")]
    frame = geopandas.GeoDataFrame(joined, geometry="geometry", crs=crs)
    return frame.iloc[np.lexsort((south, west, *texts))].reset_index(drop=True)


def counts_by_reason(table: geopandas.GeoDataFrame) -> dict[str, int]:
    """How many features of each layer were set aside for each reason."""
    grouped = table.groupby(["source", "layer", "reason"], sort=True).size()
    return {f"{source}.{layer} set aside: {reason}": int(n) for (source, layer, reason), n in grouped.items()}
