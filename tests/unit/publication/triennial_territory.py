"""Three communes of 200 m by 300 m, one EPCI, two vintages drawn by hand; x and y are metres from its corner.

`99001 Aubin`: 6 ha. A block of houses (3 000 m²) in both vintages; an estate (6 000 m²) comes, a car park (3 600 m²)
goes back to the fields. Artificial: 0.66 ha, then 0.90 ha; gain 0.60, loss 0.36, net +0.24; all of it impervious.
`99002 Le Bourg d'Essai`: 6 ha, a road of 4 000 m², no change. Artificial: 0.40 ha, twice.
`99003 L'Étang`: a block of houses (3 000 m²); the second map covers its western half only. Artificial: 0.30 ha of 3 ha.
The EPCI: 15 ha covered by both maps, artificial 1.36 ha, then 1.60 ha.
"""

from __future__ import annotations

from pathlib import Path

import geopandas
import shapely

from millesime.io.vector import write_geopackage
from millesime.production.triennial import TriennialRequest

WEST, SOUTH, CRS = 650_000.0, 6_860_000.0, "EPSG:2154"
FIELD, HOUSES, ROAD = ("CS2.2.1", "US1.1"), ("CS1.1.1.1", "US5"), ("CS1.1.1.2", "US4.1.1")
CAR_PARK = ("CS1.1.1.2", "US3")
EPCI, AUBIN, BOURG, ETANG = "200000001", "99001", "99002", "99003"
YEARS = (2019, 2022)

_SHARED = [((0, 0, 50, 60), HOUSES), ((200, 140, 400, 160), ROAD), ((420, 100, 480, 150), HOUSES)]
DRAWN = {
    2019: (600, [*_SHARED, ((100, 220, 160, 280), CAR_PARK)]),
    2022: (500, [*_SHARED, ((100, 100, 160, 200), HOUSES)]),
}
COMMUNES = [(AUBIN, "Aubin", 0), (BOURG, "Le Bourg d'Essai", 200), (ETANG, "L'Étang", 400)]
PLAN = [("U", 0, 0, 600, 70), ("AUc", 0, 70, 200, 210), ("A", 0, 210, 200, 300), ("N", 200, 70, 600, 300)]

#: Square metres per commune and year: 1 000 in each year of the reference, then 400.
FLOWS = {AUBIN: (1000, 400), BOURG: (0, 0), ETANG: (500, 700)}


def box(west: float, south: float, east: float, north: float):
    return shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


def polygons(year: int, *, reverse: bool = False) -> geopandas.GeoDataFrame:
    east, drawn = DRAWN[year]
    patches = [(box(*bounds), codes) for bounds, codes in drawn]
    rest = box(0, 0, east, 300).difference(shapely.union_all([shape for shape, _ in patches]))
    rows = [*patches, *((part, FIELD) for part in shapely.get_parts(rest))]
    frame = geopandas.GeoDataFrame(
        {
            "id": [f"OCSGE{year}{rank:04d}" for rank in range(len(rows))],
            "code_cs": [codes[0] for _, codes in rows],
            "code_us": [codes[1] for _, codes in rows],
            "millesime": str(year),
            "source": "",
            "ossature": 0,
            "id_origine": "",
            "code_or": "",
        },
        geometry=[shape for shape, _ in rows],
        crs=CRS,
    )
    return frame.iloc[::-1].reset_index(drop=True) if reverse else frame


def admin_express() -> dict[str, geopandas.GeoDataFrame]:
    communes = geopandas.GeoDataFrame(
        {
            "insee_com": [code for code, _, _ in COMMUNES],
            "nom": [name for _, name, _ in COMMUNES],
            "insee_dep": "99",
            "siren_epci": EPCI,
        },
        geometry=[box(west, 0, west + 200, 300) for _, _, west in COMMUNES],
        crs=CRS,
    )
    epci = geopandas.GeoDataFrame(
        {"code_siren": [EPCI], "nom": ["CC d'Essai"], "nature": ["CC"]}, geometry=[box(0, 0, 600, 300)], crs=CRS
    )
    return {"commune": communes, "epci": epci}


def enaf_text() -> str:
    names = ["idcom", "idcomtxt"]
    for year in range(2011, 2023):
        pair = (f"{year % 100:02d}", f"{(year + 1) % 100:02d}")
        names.append(f"naf{pair[0]}art{pair[1]}")
        names += [f"art{pair[0]}{part}{pair[1]}" for part in ("hab", "act", "mix", "rou", "fer", "inc")]
    lines = [";".join(names)]
    for code, name, _ in COMMUNES:
        before, since = FLOWS[code]
        cells = [code, name]
        for year in range(2011, 2023):
            flow = before if year < 2021 else since
            cells += [str(value) for value in (flow, flow, 0, 0, 0, 0, 0)]
        lines.append(";".join(cells))
    return "\n".join(lines) + "\n"


def plan() -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {"typezone": [row[0] for row in PLAN]}, geometry=[box(*row[1:]) for row in PLAN], crs=CRS
    )


def write_files(folder: Path, *, reverse: bool = False) -> Path:
    """OCS GE of both vintages, Admin Express, ENAF and the plan, in a folder that exists."""
    for year in YEARS:
        write_geopackage(folder / f"ocsge_{year}.gpkg", {"OCCUPATION_SOL": polygons(year, reverse=reverse)})
    write_geopackage(folder / "admin.gpkg", admin_express())
    write_geopackage(folder / "zone_urba.gpkg", {"ZONE_URBA": plan()})
    (folder / "enaf.csv").write_text(enaf_text(), encoding="utf-8")
    return folder


def request_of(folder: Path, zone: str, *, beside: bool = True) -> TriennialRequest:
    return TriennialRequest(
        files=tuple(folder / f"ocsge_{year}.gpkg" for year in YEARS),
        zone=zone,
        communes=folder / "admin.gpkg",
        enaf=folder / "enaf.csv" if beside else None,
        planning=folder / "zone_urba.gpkg" if beside else None,
    )
