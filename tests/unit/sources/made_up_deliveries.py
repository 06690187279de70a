"""Small deliveries of OCS GE, sound unless a test breaks them: four squares of 100 m, at any place and in any CRS."""

from __future__ import annotations

import zipfile
from pathlib import Path

import geopandas
import numpy as np
import py7zr
import shapely

CODES = [("CS1.1.1.1", "US5"), ("CS1.1.1.2", "US3"), ("CS2.2.1", "US1.1"), ("CS2.1.1.1", "US1.2")]
SQUARES = [shapely.box(x, y, x + 100, y + 100) for y in (0, 100) for x in (0, 100)]


def _frame(columns, *, crs="EPSG:2154", n=4):
    values = {name: value if isinstance(value, list) else [value] * n for name, value in columns.items()}
    return geopandas.GeoDataFrame(values, geometry=SQUARES[:n], crs=crs)


def occupation_sol(year="2022", **changes):
    """Columns in the order of a delivered GeoPackage."""
    return _frame(
        {
            "id": [f"OCSGE{number}" for number in range(4)],
            "code_cs": [cs for cs, _ in CODES],
            "code_us": [us for _, us in CODES],
            "millesime": year,
            "source": "images",
            "ossature": [0, 1, 0, 0],
            "id_origine": "",
            "code_or": "",
        }
        | changes
    )


def artif(year="2022", **changes):
    statuses = {"aire": 10_000.0, "artif": ["artif", "artif", "non artif", "non artif"], "crit_seuil": [False] * 4}
    return occupation_sol(year).assign(**(statuses | changes))


def zone_construite(**changes):
    return _frame({"id": [f"ZC{number}" for number in range(4)], "millesime": "2022"} | changes)


def diff(years=(2019, 2022), **changes):
    first, second = years
    return _frame(
        {
            f"cs_{first}": ["CS2.2.1", "CS2.2.1", "CS2.1.1.1", "CS1.1.1.2"],
            f"cs_{second}": ["CS1.1.1.1", "CS1.1.1.2", "CS2.1.1.1", "CS2.2.1"],
            f"us_{first}": ["US1.1", "US1.1", "US1.2", "US3"],
            f"us_{second}": ["US5", "US4.1.1", "US6.3", "US6.3"],
        }
        | changes
    )


def artif_diff(years=(2019, 2022), **changes):
    first, second = years
    statuses = {
        f"artif_{first}": ["non artif", "non artif", "non artif", "artif"],
        f"artif_{second}": ["artif", "artif", "artif", "non artif"],
        "artificialisation": [1, 1, 1, -1],
    }
    return diff(years).assign(**(statuses | changes))


def patch(**changes):
    corrections = {"cs_corr": ["RAS", "CS2.2.1", "RAS", "RAS"], "us_corr": ["US3", "RAS", "RAS", "US6.3"]}
    return occupation_sol("2018").assign(**(corrections | changes))


def cosia(**changes):
    classes = {"numero": [1, 3, 5, 12], "classe": ["Bâtiment", "Zone imperméable", "Sol nu", "Pelouse"]}
    return _frame(classes | changes)


MAKERS = {
    "OCCUPATION_SOL": occupation_sol,
    "ZONE_CONSTRUITE": zone_construite,
    "DIFF": diff,
    "ARTIF": artif,
    "ARTIF_DIFF": artif_diff,
    "PATCH": patch,
    "COSIA": cosia,
}


def as_multi(frame):
    return frame.set_geometry([g if g is None else shapely.MultiPolygon([g]) for g in frame.geometry], crs=frame.crs)


def shifted(frame, crs, east=500_000, north=2_000_000):
    """The same map somewhere else, in another CRS."""
    moved = shapely.transform(np.asarray(frame.geometry.array), lambda xy: xy + np.array([east, north]))
    return frame.set_geometry(moved).set_crs(crs, allow_override=True)


def write(frame, path: Path, *, layer=None, geometry="the_geom"):
    """Write a GeoPackage or a Shapefile; the folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"layer": layer or path.stem, "GEOMETRY_NAME": geometry}
    if path.suffix == ".shp":  # a Shapefile keeps ten characters of a name
        frame, options = frame.rename(columns={name: name[:10] for name in frame.columns}), {}
    frame.to_file(path, **options)
    return path


def pack(folder: Path, archive: Path):
    """The folder inside a .7z or .zip archive."""
    if archive.suffix == ".7z":
        with py7zr.SevenZipFile(archive, "w") as opened:
            opened.writeall(folder, folder.name)
    else:
        with zipfile.ZipFile(archive, "w") as opened:
            for file in sorted(folder.rglob("*")):
                opened.write(file, file.relative_to(folder.parent))
    return archive
