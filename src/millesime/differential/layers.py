"""The layers of a differential in a GeoPackage."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas
import pandas as pd

from millesime.differential.overlay import Overlay, Snapped
from millesime.differential.product import Differential


def layers_of(result: Differential, over: Overlay, table: pd.DataFrame, told: Mapping[str, Any]) -> dict[str, Any]:
    """Layers and tables by name, from a differential, its overlay, its balance and what is told of them.

    DIFF: changed codes; ARTIF_DIFF: changed status, +1 or -1; NOISE: slivers and border noise, in neither of both;
    SNAPPED: strips between borders that were put on one another; the transitions, the balance, and how it was made.
    """
    changes = result.changes
    sliver = changes["sliver"].to_numpy(dtype=bool)
    real = changes[~sliver]
    first, second = result.years
    codes = [f"{name}_{year}" for name in ("cs", "us") for year in result.years]
    rest = [f"id_{first}", f"id_{second}", "area_m2", "geometry"]
    statuses = [f"artif_{first}", f"artif_{second}", "artificialisation", "near_threshold"]
    differs = (real[codes[0]] != real[codes[1]]) | (real[codes[2]] != real[codes[3]])
    return {
        "DIFF": real.loc[differs, ["id", *codes, *rest]],
        "ARTIF_DIFF": real.loc[real["artificialisation"] != 0, ["id", *codes, *statuses, *rest]],
        "NOISE": changes[sliver],
        "SNAPPED": _strips(over.snapped, crs=result.frame.crs),
        "TRANSITIONS": pd.DataFrame(told["transitions"], columns=["theme", "before", "after", "area_m2", "pieces"]),
        "BALANCE": table,
        "ABOUT": _about(told),
    }


def _strips(snapped: Snapped, *, crs: Any) -> geopandas.GeoDataFrame:
    """Row of the polygon of each vintage, counted from 0 among its single polygons, -1 for none."""
    rows = {"row_first": snapped.first, "row_before": snapped.before, "row_after": snapped.after}
    return geopandas.GeoDataFrame({**rows, "area_m2": snapped.area_m2}, geometry=snapped.pieces, crs=crs)


def _about(told: Mapping[str, Any]) -> pd.DataFrame:
    lines = [("years", "-".join(map(str, told["years"]))), ("tolerance_m", str(told["tolerance_m"]))]
    for side in ("first", "second"):
        lines += [(side, rows["layer"]) for rows in told[side]["layers"]]
        lines.append((f"{side} status", told[side]["status"]))
    lines += [(f"snapped {name}", str(value)) for name, value in told["snapped"].items()]
    lines += [("warning", text) for text in told["warnings"]]
    if told["patch"] is not None:
        lines.append(("patch", told["patch"]["file"]))
    return pd.DataFrame(lines, columns=["name", "value"])
