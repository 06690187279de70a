"""What a differential says of itself: counts, areas, flux by what made it, transitions, what a correction moved."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.differential.overlay import Overlay
from millesime.differential.product import Differential
from millesime.differential.transitions import transitions

_THEMES = {"cs": "cover", "us": "use", "artif": "artificialisation"}


def result_told(result: Differential, over: Overlay, balance: pd.DataFrame) -> dict[str, Any]:
    """Counts, areas, flux, transitions and balance of a differential."""
    frame = result.frame
    changed, sliver = frame["changed"].to_numpy(bool), frame["sliver"].to_numpy(bool)
    noise = frame["border_noise"].to_numpy(bool)
    snapped = over.snapped
    return {
        "area_m2": _m2(frame["area_m2"].sum()),
        "alone_m2": {"first": _m2(over.alone_m2[0]), "second": _m2(over.alone_m2[1])},
        "snapped": {
            "strips": len(snapped.area_m2),
            "area_m2": _m2(snapped.area_m2.sum()),
            "length_m": round(snapped.length_m, 1),
        },
        "changes": _counted(frame, changed & ~sliver),
        "slivers": _counted(frame, sliver & ~noise),
        "border_noise": _counted(frame, noise),
        "flux": flux_told(frame),
        "transitions": _transitions(result),
        "balance": [
            {name: _m2(value) if name.endswith("_m2") else value for name, value in row.items()}
            for row in balance.to_dict("records")
        ],
        "largest_rounding_m2": _m2(balance["rounding_m2"].abs().max()) if len(balance) else 0.0,
    }


def flux_told(frame: geopandas.GeoDataFrame) -> dict[str, dict[str, float]]:
    """Artificial flux by what made it; `total` is the difference of the artificial stocks on the pieces.

    `change`: the codes changed; `threshold`: the codes did not, the thresholds flipped the status; `near_threshold`:
    of those flips, and of those of changed codes with the same matrix status, the ones whose patch is about as large as
    a threshold; `noise`: slivers and displaced borders. `net`, the figure to read, is of the first three.
    """
    sliver, near = frame["sliver"].to_numpy(bool), frame["near_threshold"].to_numpy(bool)
    codes = [column for column in frame.columns if str(column).startswith(("cs_", "us_"))]
    cs, us = codes[:2], codes[2:]
    differs = ((frame[cs[0]] != frame[cs[1]]) | (frame[us[0]] != frame[us[1]])).to_numpy(bool)
    causes = {
        "change": ~sliver & ~near & differs,
        "threshold": ~sliver & ~near & ~differs,
        "near_threshold": ~sliver & near,
        "noise": sliver,
        "net": ~sliver,
        "total": sliver | ~sliver,
    }
    flux = frame["artificialisation"].to_numpy()
    area = frame["area_m2"].to_numpy()
    told = {}
    for name, keep in causes.items():
        gain, loss = area[keep & (flux > 0)].sum(), area[keep & (flux < 0)].sum()
        told[name] = {"artificialised_m2": _m2(gain), "desartificialised_m2": _m2(loss), "net_m2": _m2(gain - loss)}
    return told


def moved_told(moved: geopandas.GeoDataFrame) -> list[dict[str, Any]]:
    """What a correction moved, by cause, codes and status; the largest area first."""
    names = ["cause", *(f"{name}_{when}" for name in ("cs", "us", "artif") for when in ("before", "after"))]
    table = moved.groupby(names, sort=True).agg(polygons=("area_m2", "size"), area_m2=("area_m2", "sum")).reset_index()
    table = table.sort_values(["area_m2", *names], ascending=[False, *(True for _ in names)])
    rows: list[dict[str, Any]] = table.to_dict("records")
    return [{**row, "polygons": int(row["polygons"]), "area_m2": _m2(row["area_m2"])} for row in rows]


def _transitions(result: Differential) -> list[dict[str, Any]]:
    real = result.changes
    real = real[~real["sliver"]]
    return [
        {
            "theme": theme,
            "before": row.before,
            "after": row.after,
            "area_m2": _m2(row.area_m2),
            "pieces": int(row.pieces),
        }
        for name, theme in _THEMES.items()
        for row in transitions(real, years=result.years, name=name).itertuples(index=False)
    ]


def _counted(frame: geopandas.GeoDataFrame, keep: npt.NDArray[np.bool_]) -> dict[str, Any]:
    return {"pieces": int(keep.sum()), "area_m2": _m2(frame["area_m2"].to_numpy()[keep].sum())}


def _m2(value: float) -> float:
    return round(float(value), 2) + 0.0
