"""OCCUPATION_SOL as people have it, brought to the form that the verbs of this room read."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas
import numpy as np
import pandas as pd
import shapely

from millesime.artificialisation.product import ADDED_COLUMNS, FACT_COLUMNS
from millesime.errors import CrsError, GeometryError, SchemaError
from millesime.geo.precision import polygons_of
from millesime.nomenclature import CS, US

#: Names that deliveries give to the codes, in lower case.
_NAMES = {"code_cs": ("code_cs", "couverture"), "code_us": ("code_us", "usage")}
_TABLES = {"code_cs": ("CS", CS), "code_us": ("US", US)}
_ROW_NUMBERS = ("fid", "ogc_fid")


@dataclass(frozen=True)
class Occupation:
    """OCCUPATION_SOL ready for the decision, and what was done to the rows: rows read = rows used + rows set aside."""

    frame: geopandas.GeoDataFrame
    """Single polygons, attributes in lower case, `code_cs`, `code_us`, `geometry`; RangeIndex."""

    rows: int
    """Rows read."""

    without_geometry: int
    """Rows set aside: no geometry, an empty one, or one without a surface."""

    in_parts: int
    """Rows of several parts, now one polygon per part: their ids end with -1, -2 ..."""

    repaired: int
    """Rows whose geometry was not valid."""

    replaced: tuple[str, ...]
    """Attributes of an earlier artificialisation, left out because they are made again."""

    @property
    def used(self) -> int:
        """Rows that take part in the decision."""
        return self.rows - self.without_geometry

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        return {
            "rows": self.rows,
            "rows_used": self.used,
            "rows_without_geometry": self.without_geometry,
            "rows_in_parts": self.in_parts,
            "rows_repaired": self.repaired,
            "polygons": len(self.frame),
            "attributes_made_again": list(self.replaced),
        }


def occupation_of(frame: geopandas.GeoDataFrame, *, place: str) -> Occupation:
    """Attribute names, codes and geometries in the one form that the decision reads.

    Args:
        frame: a layer as read, with a CRS in metres.
        place: what to call it in errors.

    Raises:
        SchemaError: no cover or no use, or attributes that differ by case only.
        CrsError: a CRS that is not in metres.
        CodeError: unknown codes, all told together.
        GeometryError: no row has a surface.
    """
    _require_metres(frame, place)
    named = _renamed(frame, place)
    replaced = tuple(name for name in (*ADDED_COLUMNS, *FACT_COLUMNS) if name in named.columns)
    named = named.drop(columns=[*replaced, *(name for name in _ROW_NUMBERS if name in named.columns)])
    for name, (prefix, table) in _TABLES.items():
        named[name] = _with_prefix(named[name], prefix)
        if table.unknown(named[name].unique().tolist()):
            table.require(named[name].tolist(), place=place)
    geoms = shapely.force_2d(named.geometry.to_numpy())
    invalid = ~shapely.is_valid(geoms) & ~shapely.is_missing(geoms)
    if invalid.any():
        geoms[invalid] = shapely.make_valid(geoms[invalid])
    parts, row = polygons_of(geoms)
    if len(frame) and not len(parts):
        raise GeometryError("no row has a surface", place=place, remedy="give a layer of polygons")
    counts = np.bincount(row, minlength=len(geoms))
    single = named.drop(columns=named.geometry.name).iloc[row].reset_index(drop=True)
    if "id" in single.columns and (counts > 1).any():
        single["id"] = _ids_of_parts(single["id"], row, counts)
    return Occupation(
        frame=geopandas.GeoDataFrame(single, geometry=parts, crs=frame.crs),
        rows=len(frame),
        without_geometry=int((counts == 0).sum()),
        in_parts=int((counts > 1).sum()),
        repaired=int(invalid.sum()),
        replaced=replaced,
    )


def _require_metres(frame: geopandas.GeoDataFrame, place: str) -> None:
    crs = frame.crs
    if crs is None or not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        raise CrsError(
            f"the CRS is {'missing' if crs is None else crs.to_string()}, areas need one in metres",
            place=place,
            remedy="reproject the layer to the CRS of its deliveries, such as EPSG:2154",
        )


def _renamed(frame: geopandas.GeoDataFrame, place: str) -> geopandas.GeoDataFrame:
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    lower = {column: str(column).lower() for column in frame.columns if column != "geometry"}
    if len(set(lower.values())) != len(lower):
        raise SchemaError("attributes differ by case only", place=place, remedy="rename one of them")
    frame = frame.rename(columns=lower)
    missing = []
    for wanted, names in _NAMES.items():
        found = next((name for name in names if name in frame.columns), None)
        if found is None:
            missing.append(" or ".join(names))
        else:
            frame = frame.rename(columns={found: wanted})
    if missing:
        raise SchemaError(
            f"no attribute {' and no attribute '.join(missing)}; it has {', '.join(lower.values()) or 'none'}",
            place=place,
            remedy="give a layer OCCUPATION_SOL",
        )
    return frame


def _with_prefix(codes: pd.Series, prefix: str) -> pd.Series:
    """Codes as delivered, with their prefix; None for what is no text."""
    number, distinct = pd.factorize(codes, use_na_sentinel=False)
    written = np.array([_prefixed(code, prefix) for code in distinct], dtype=object)
    return pd.Series(written[number], index=codes.index, dtype=object)


def _prefixed(code: object, prefix: str) -> str | None:
    if not isinstance(code, str):
        return None
    bare = code.strip()
    return f"{prefix}{bare}" if bare[:1].isdigit() else bare


def _ids_of_parts(ids: pd.Series, row: np.ndarray, counts: np.ndarray) -> pd.Series:
    first = np.searchsorted(row, row)
    part = np.arange(len(row)) - first + 1
    several = counts[row] > 1
    texts = [f"{text}-{k}" if more else text for text, k, more in zip(ids, part, several, strict=True)]
    return pd.Series(texts, index=ids.index, dtype=object)
