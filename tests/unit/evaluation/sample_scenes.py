"""Scenes that the tests of samples share: tables of points, and a made-up ground of squares."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import shapely

from millesime.evaluation.sample import Ground

#: Table 2 of Stehman (2014): 4 strata, 10 points each.
STEHMAN_AREAS = {"A": 40_000.0, "B": 30_000.0, "C": 20_000.0, "D": 10_000.0}


def letters(text):
    return np.array(list(text.replace(" ", "")), dtype=object)


def stehman_rows():
    return pd.DataFrame(
        {
            "stratum": letters("AAAAAAAAAA BBBBBBBBBB CCCCCCCCCC DDDDDDDDDD"),
            "mapped": letters("AAAAAAABBB ABBBBBBBBB BBCCCCCCBB DDDDDDDDDD"),
            "reference": letters("AAAAACBABC ABBBBBAABB CCCCCDDBBA DDDDDDDCCB"),
        }
    )


def rows_of(counts, areas, *, kind="change", years=(2019, 2022)):
    """Rows of a file from {(stratum, mapped): {reference: count}}."""
    rows = []
    for (stratum, mapped), seen in counts.items():
        rows += [(stratum, mapped, word) for word, count in seen.items() for _ in range(count)]
    frame = pd.DataFrame(rows, columns=["stratum", "mapped", "reference"])
    frame.insert(0, "id", [f"P{k:04d}" for k in range(len(frame))])
    frame["kind"], frame["year_from"], frame["year_to"] = kind, years[0], years[-1]
    frame["stratum_area_m2"] = frame["stratum"].map(areas)
    frame["total_area_m2"] = sum(areas.values())
    frame["stratum_points"] = frame["stratum"].map(frame["stratum"].value_counts())
    xy = np.arange(len(frame)) % 1000 + 0.5
    return geopandas.GeoDataFrame(frame, geometry=shapely.points(xy, np.arange(len(frame)) // 1000), crs="EPSG:2154")


def squares(stratum, mapped=None, *, side=10.0, kind="change", years=(2019, 2022)):
    """Ground of squares from a (rows, columns) array of strata."""
    rows, columns = np.indices(stratum.shape)
    x, y = (index.ravel() * side for index in (columns, rows))
    frame = geopandas.GeoDataFrame(
        {"stratum": stratum.ravel(), "mapped": (stratum if mapped is None else mapped).ravel()},
        geometry=shapely.box(x, y, x + side, y + side),
        crs="EPSG:2154",
    )
    return Ground(kind, years, frame)
