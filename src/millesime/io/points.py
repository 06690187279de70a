"""Control points in and out: GeoPackage, GeoJSON, or CSV with x, y and the name of its CRS."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import pyogrio

from millesime.errors import InputError, SchemaError
from millesime.io.crs import authority_code, resolve_crs
from millesime.io.delimited import read_delimited
from millesime.io.files import local_file, written_whole
from millesime.io.vector import list_layers, read_vector, write_geopackage

SUFFIXES = (".gpkg", ".geojson", ".csv")

#: Layer of the points in a GeoPackage.
LAYER = "POINTS"


def write_points(
    frame: geopandas.GeoDataFrame, path: str | Path, *, tables: Mapping[str, pd.DataFrame] | None = None
) -> None:
    """Write points; the same points give the same bytes.

    Args:
        frame: points with their attributes.
        path: its suffix is one of SUFFIXES.
        tables: further tables of a GeoPackage, by name; other formats have no room for them.

    Raises:
        InputError: another suffix.
    """
    suffix = Path(path).suffix.lower()
    if suffix == ".gpkg":
        write_geopackage(path, {LAYER: frame, **(tables or {})})
    elif suffix == ".geojson":
        with written_whole(path) as temporary:
            # The CRS of the map is kept, and told in the file: degrees would have to be projected back.
            pyogrio.write_dataframe(frame, temporary, driver="GeoJSON", layer=LAYER, COORDINATE_PRECISION=3)
    elif suffix == ".csv":
        with written_whole(path) as temporary:
            _table(frame).to_csv(temporary, index=False, lineterminator="\n")
    else:
        raise InputError(
            f"{suffix or 'no suffix'} is not written", place=path, remedy=f"end it with {', '.join(SUFFIXES)}"
        )


def _table(frame: geopandas.GeoDataFrame) -> pd.DataFrame:
    table = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    after = 1 if "id" in table.columns else 0
    table.insert(after, "x", frame.geometry.x.to_numpy())
    table.insert(after + 1, "y", frame.geometry.y.to_numpy())
    table.insert(after + 2, "crs", authority_code(frame.crs))
    return table


def read_points(path: str | Path, *, crs: str | None = None) -> geopandas.GeoDataFrame:
    """Read points with all their attributes; those of a CSV are words.

    A CSV may be separated by commas or semicolons and have decimal commas, as spreadsheets leave it.

    Args:
        path: GeoPackage, GeoJSON, anything else that GDAL reads, or CSV.
        crs: CRS of a file that does not tell it.

    Raises:
        InputError: no such file, not a table, or features that are no points.
        SchemaError: a CSV without x and y.
        CrsError: no CRS is known.
    """
    file = local_file(path)
    if file.suffix.lower() in (".csv", ".txt"):
        return _read_csv(file, crs)
    names = list_layers(file)
    layer = next((name for name in names if name.lower() == LAYER.lower()), None)
    frame = read_vector(file, layer=layer, crs=crs)
    kinds = sorted(set(frame.geom_type.dropna()) - {"Point"})
    if kinds:
        raise InputError(f"holds {', '.join(kinds)}, not points", place=file, remedy="give the file of the points")
    return frame


def read_table(path: str | Path, name: str) -> pd.DataFrame | None:
    """A table without geometry of a GeoPackage; None where there is none of this name."""
    file = local_file(path)
    if file.suffix.lower() != ".gpkg" or name not in {str(item) for item, _ in pyogrio.list_layers(file)}:
        return None
    return pyogrio.read_dataframe(file, layer=name, read_geometry=False)


def _read_csv(file: Path, crs: str | None) -> geopandas.GeoDataFrame:
    table, separator = read_delimited(file)
    names = {str(name).strip().lower(): name for name in table.columns}
    if not {"x", "y"} <= set(names):
        raise SchemaError(
            f"has no columns x and y; it has {', '.join(map(str, table.columns))}",
            place=file,
            remedy="name the coordinates x and y",
        )
    x, y = (_numbers(table[names[name]]) for name in ("x", "y"))
    told = sorted(set(table[names["crs"]]) - {""}) if "crs" in names else []
    if len(told) > 1:
        raise InputError(f"holds several CRS: {', '.join(told)}", place=file, remedy="give one file per CRS")
    code = resolve_crs(told[0] if told else None, given=crs, place=file)
    points = geopandas.points_from_xy(x, y)
    attributes = table.drop(columns=[names[name] for name in ("x", "y", "crs") if name in names])
    if separator == ";":  # a semicolon leaves the comma to decimals
        attributes = attributes.apply(_with_points)
    frame = geopandas.GeoDataFrame(attributes, geometry=points, crs=code)
    frame.loc[np.isnan(x) | np.isnan(y), "geometry"] = None
    return frame


def _numbers(column: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(pd.to_numeric(column.str.strip().str.replace(",", "."), errors="coerce"), dtype=np.float64)


def _with_points(column: pd.Series) -> pd.Series:
    """A column of decimal commas with points; any other as it is."""
    filled = column[column.str.strip() != ""]
    return column.str.replace(",", ".") if len(filled) and filled.str.fullmatch(r"\s*-?\d+,\d+\s*").all() else column
