"""A sample of control points whose answers are worked out on paper, in the form of `millesime sample`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas
import pandas as pd
import shapely

from millesime.io.points import write_points

GAIN, LOSS, REST = "artificialised", "desartificialised", "stable_not_artificial"


@dataclass(frozen=True)
class Part:
    """Points of one stratum in one commune; the class of the map is the stratum's name."""

    commune: str
    stratum: str
    area_m2: float
    points: int
    right: int
    """How many the interpreter confirms; the others are read as ground that did not change."""


def sample_frame(parts: list[Part], at: dict[str, tuple[float, float]], *, years=(2019, 2022)):
    """One row per point, those of a commune in a row that starts where `at` says."""
    frame = pd.DataFrame(parts)
    of_stratum, of_commune = (frame.groupby(name)["area_m2"].sum() for name in ("stratum", "commune"))
    drawn = frame.groupby("stratum")["points"].sum()
    rows, places = [], []
    for part in parts:
        for rank in range(part.points):
            rows.append(
                {
                    "id": f"P{len(rows):04d}",
                    "stratum": part.stratum,
                    "mapped": part.stratum,
                    "reference": part.stratum if rank < part.right else REST,
                    "kind": "change",
                    "year_from": years[0],
                    "year_to": years[1],
                    "stratum_area_m2": of_stratum[part.stratum],
                    "total_area_m2": frame["area_m2"].sum(),
                    "stratum_points": drawn[part.stratum],
                    "commune": part.commune,
                    "commune_area_m2": of_commune[part.commune],
                    "commune_stratum_area_m2": part.area_m2,
                }
            )
            west, south = at[part.commune]
            places.append(shapely.Point(west + len(rows) / 10, south))
    return geopandas.GeoDataFrame(rows, geometry=places, crs="EPSG:2154")


def write_sample(path: Path, parts: list[Part], at: dict[str, tuple[float, float]], **options) -> Path:
    write_points(sample_frame(parts, at, **options), path)
    return path
