"""The made-up territory as official files: two vintages of OCCUPATION_SOL and Admin Express."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas
import shapely
from made_up_territory import CRS, FIRST, SECOND, SIDE_M, SOUTH, WEST, occupation

from millesime.io.vector import write_geopackage

#: The communes meet along this line, in metres from the west.
BORDER_M = 208.0


@dataclass(frozen=True)
class OfficialFiles:
    """Where the files lie."""

    first: Path
    second: Path
    admin_express: Path


def square(west, south, east, north):
    """A box in metres from the south-west corner."""
    return shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


def write_official_files(folder: Path) -> OfficialFiles:
    for year, plan in ((2019, FIRST), (2022, SECOND)):
        frame = occupation(plan, year).drop(columns=["cs_rule", "us_rule"])
        zone = geopandas.GeoDataFrame(
            {"id": ["Z1"], "millesime": [str(year)]}, geometry=[square(0, 150, SIDE_M, 330)], crs=CRS
        )
        write_geopackage(folder / f"OCSGE_{year}.gpkg", {"OCCUPATION_SOL": frame, "ZONE_CONSTRUITE": zone})
    communes = geopandas.GeoDataFrame(
        {
            "INSEE_COM": ["99001", "99002"],
            "NOM": ["Essai-le-Haut", "L'Étang"],
            "INSEE_DEP": ["99", "99"],
            "SIREN_EPCI": ["200000001", "200000001"],
        },
        geometry=[square(0, 0, BORDER_M, SIDE_M), square(BORDER_M, 0, SIDE_M, SIDE_M)],
        crs=CRS,
    )
    epci = geopandas.GeoDataFrame(
        {"CODE_SIREN": ["200000001"], "NOM": ["CC d'Essai"], "NATURE": ["CC"]},
        geometry=[square(0, 0, SIDE_M, SIDE_M)],
        crs=CRS,
    )
    write_geopackage(folder / "admin_express.gpkg", {"commune": communes, "epci": epci})
    return OfficialFiles(folder / "OCSGE_2019.gpkg", folder / "OCSGE_2022.gpkg", folder / "admin_express.gpkg")
