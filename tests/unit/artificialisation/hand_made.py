"""Partitions drawn by hand: a few squares, each with a cover and a use. Lengths in metres."""

from __future__ import annotations

import geopandas
import shapely
from shapely import Polygon

from millesime.artificialisation import Parameters, artificialise

#: Pairs used in the drawings.
ROAD = ("CS1.1.1.2", "US4.1.1")  # artificial
HOUSE = ("CS1.1.1.1", "US5")  # artificial, built
GARDEN = ("CS2.2.1", "US5")  # artificial
FIELD = ("CS2.2.1", "US1.1")  # not artificial
WOOD = ("CS2.1.1.1", "US1.2")  # not artificial
QUARRY = ("CS1.1.2.1", "US1.3")  # not artificial: the only exception among mineral grounds
YARD = ("CS1.1.2.1", "US2")  # artificial

Row = tuple[Polygon, tuple[str, str]]


def square(west: float, south: float, width: float, height: float | None = None) -> Polygon:
    return shapely.box(west, south, west + width, south + (width if height is None else height))


def frame_of(*rows: Row) -> geopandas.GeoDataFrame:
    """OCCUPATION_SOL with the columns that the verb reads; ids 'a', 'b', 'c' ... in row order."""
    return geopandas.GeoDataFrame(
        {
            "id": [chr(ord("a") + k) for k in range(len(rows))],
            "code_cs": [codes[0] for _, codes in rows],
            "code_us": [codes[1] for _, codes in rows],
        },
        geometry=[geometry for geometry, _ in rows],
        crs="EPSG:2154",
    )


def status(*rows: Row, **parameters: object) -> str:
    """One letter per row: A artificial, n not artificial."""
    result = artificialise(frame_of(*rows), parameters=Parameters(**parameters))  # type: ignore[arg-type]
    return "".join("A" if value else "n" for value in result.artificial)


def steps(*rows: Row, **parameters: object) -> list[str]:
    result = artificialise(frame_of(*rows), parameters=Parameters(**parameters))  # type: ignore[arg-type]
    return list(result.frame["status_step"])
