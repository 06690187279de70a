"""What the rows of the OCS GE files share: their sizes, and the vintages with what the matrix says of them."""

import os
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np

from benchmarks._departement import WHOLE, YEARS, departement
from millesime.artificialisation import Artificialisation, artificialise
from millesime.io.vector import read_vector
from millesime.nomenclature import ARTIFICIALISATION

BUILT = "CS1.1.1.1"


def whole() -> int:
    """Polygons of the département that the commands work on."""
    return int(os.environ.get("BENCH_DEPARTEMENT", str(WHOLE)))


def beside_peers() -> list[int]:
    """Polygons of the départements that the peers work on too."""
    return [int(text) for text in os.environ.get("BENCH_POLYGONS", "20000 100000").split()]


def frame_of(polygons: int, vintage: int) -> geopandas.GeoDataFrame:
    """OCCUPATION_SOL of a vintage, 0 or 1."""
    return read_vector(departement(polygons).states[vintage], columns=["id", "code_cs", "code_us"])


def matrix_of(frame: geopandas.GeoDataFrame) -> tuple[Any, Any]:
    """(n,) whether the matrix says artificial; (n,) whether the cover is built."""
    matrix = ARTIFICIALISATION.status(frame["code_cs"].to_numpy(object), frame["code_us"].to_numpy(object))
    return matrix, (frame["code_cs"] == BUILT).to_numpy(bool)


@dataclass(frozen=True)
class Vintages:
    """Both vintages with their status."""

    first: Artificialisation
    second: Artificialisation
    years: tuple[int, int] = YEARS

    @property
    def sides(self) -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
        return self.first.frame, self.second.frame


def vintages(polygons: int) -> Vintages:
    return Vintages(*(artificialise(frame_of(polygons, vintage)) for vintage in range(2)))


def status_facts(frame: geopandas.GeoDataFrame, artificial: Any) -> dict[str, Any]:
    """Area of each status, and how many polygons have another status than ours."""
    artificial = np.asarray(artificial, dtype=bool)
    area = frame.geometry.area.to_numpy()
    ours = artificialise(frame).artificial
    return {
        "polygons": len(frame),
        "artificial_m2": round(float(area[artificial].sum()), 2),
        "other_m2": round(float(area[~artificial].sum()), 2),
        "polygons_unlike": int((artificial != ours).sum()),
        "area_unlike_m2": round(float(area[artificial != ours].sum()), 2),
    }
