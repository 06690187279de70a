"""Vector files in and out: GeoParquet inside the chain, GeoPackage in deliveries, anything GDAL knows as input."""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow
import pyarrow.parquet
import pyogrio
import pyogrio.errors
import shapely

from millesime.errors import InputError, SchemaError
from millesime.geo.grid import Bounds
from millesime.io.crs import resolve_crs
from millesime.io.files import local_file, named_when_full, written_whole

#: Date written inside GeoPackages, so that the same content gives the same bytes.
_FIXED_DATE = "2000-01-01T00:00:00.000Z"

_PARQUET = {".parquet", ".geoparquet"}


@dataclass(frozen=True)
class Style:
    """A QGIS style stored inside a GeoPackage."""

    name: str
    """Shown in QGIS' list of styles ('couverture')."""

    qml: str
    """The QML document."""

    is_default: bool = True


def list_layers(path: str | Path) -> tuple[str, ...]:
    """Names of the layers that hold geometries, in the file's order.

    Raises:
        InputError: the file does not exist or cannot be read as a vector file.
    """
    file = local_file(path)
    if file.suffix.lower() in _PARQUET:
        return (file.stem,) if _parquet_has_geometry(file) else ()
    try:
        return tuple(str(name) for name, kind in pyogrio.list_layers(file) if kind is not None)
    except pyogrio.errors.DataSourceError as error:
        raise InputError(f"cannot be read as a vector file ({error})", place=file, remedy="check the file") from error


def _parquet_has_geometry(file: Path) -> bool:
    try:
        return b"geo" in (pyarrow.parquet.read_schema(file).metadata or {})
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"cannot be read as Parquet ({error})", place=file, remedy="check the file") from error


@dataclass(frozen=True)
class LayerOutline:
    """What a layer holds, told without reading it."""

    attributes: tuple[str, ...]
    """Names as in the file, geometry apart."""

    rows: int


def outline(path: str | Path, *, layer: str | None = None) -> LayerOutline:
    """Attributes and number of rows of a layer.

    Args:
        path: any file that `read_vector` reads.
        layer: its name; may be left out when the file holds a single one.

    Raises:
        InputError: no such file, not a vector file, or several layers and none chosen.
        SchemaError: the layer does not exist.
    """
    file = local_file(path)
    if file.suffix.lower() in _PARQUET:
        try:
            metadata = pyarrow.parquet.read_metadata(file)
            schema = metadata.schema.to_arrow_schema()
            geometry = json.loads((schema.metadata or {}).get(b"geo", b"{}")).get("primary_column")
        except (pyarrow.ArrowException, OSError, ValueError) as error:
            raise InputError(f"cannot be read as Parquet ({error})", place=file, remedy="check the file") from error
        names = (name for name in schema.names if name != geometry and not name.startswith("__index_level_"))
        return LayerOutline(tuple(names), int(metadata.num_rows))
    name = _layer_name(file, layer)
    try:
        about = pyogrio.read_info(file, layer=name, force_feature_count=True)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise InputError(f"layer {name!r} cannot be read ({error})", place=file, remedy="check the file") from error
    return LayerOutline(tuple(map(str, about["fields"])), int(about["features"]))


def read_vector(
    path: str | Path,
    *,
    layer: str | None = None,
    columns: Sequence[str] | None = None,
    bounds: Bounds | None = None,
    crs: str | None = None,
) -> geopandas.GeoDataFrame:
    """Read one layer; the geometry column is called `geometry` and the CRS is an authority code.

    Args:
        path: GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, or anything else that GDAL reads.
        layer: its name, in any case; may be left out when the file holds a single one.
        columns: attributes to keep; all by default.
        bounds: keeps the features that touch west, south, east, north.
        crs: CRS to assume when the file has none.

    Raises:
        InputError: no such file, not a vector file, or several layers and none chosen.
        SchemaError: the layer does not exist.
        CrsError: no CRS, or one that is not recognised or contradicts `crs`.
    """
    file = local_file(path)
    frame = _read_parquet(file, columns) if file.suffix.lower() in _PARQUET else _read_ogr(file, layer, columns, bounds)
    code = resolve_crs(frame.crs.to_wkt() if frame.crs is not None else None, given=crs, place=file)
    frame = frame.set_crs(code, allow_override=True)
    if frame.geometry.name != "geometry":
        frame = frame.rename_geometry("geometry")
    if bounds is not None:
        frame = frame[frame.intersects(shapely.box(*bounds)) | frame.geometry.isna() | frame.is_empty]
    return frame.reset_index(drop=True)


def _read_parquet(file: Path, columns: Sequence[str] | None) -> geopandas.GeoDataFrame:
    try:
        return geopandas.read_parquet(file, columns=None if columns is None else [*columns, "geometry"])
    except (ValueError, OSError) as error:
        raise InputError(f"cannot be read as GeoParquet ({error})", place=file, remedy="check the file") from error


def _read_ogr(
    file: Path, layer: str | None, columns: Sequence[str] | None, bounds: Bounds | None
) -> geopandas.GeoDataFrame:
    name = _layer_name(file, layer)
    try:
        frame = pyogrio.read_dataframe(file, layer=name, columns=columns, bbox=bounds)
        nowhere = None if bounds is None else _without_place(file, name)
        if nowhere is not None and len(nowhere):
            frame = pd.concat([frame, pyogrio.read_dataframe(file, layer=name, columns=columns, fids=nowhere)])
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise InputError(f"layer {name!r} cannot be read ({error})", place=file, remedy="check the file") from error
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise SchemaError(f"layer {name!r} holds no geometry", place=file, remedy="give a layer of geometries")
    return frame


def _without_place(file: Path, layer: str) -> npt.NDArray[np.int64]:
    """Ids of the features without a geometry or with an empty one: bounds pass them over, yet they must be told."""
    ids, bounds = pyogrio.read_bounds(file, layer=layer)
    # Drivers tell the bounds of an empty polygon as four zeros; what does lie there is sifted out by its geometry.
    return np.asarray(ids[np.isnan(bounds).any(axis=0) | (bounds == 0).all(axis=0)], np.int64)


def _layer_name(file: Path, layer: str | None) -> str:
    names = list_layers(file)
    if layer is None:
        if len(names) != 1:
            raise InputError(
                f"holds {len(names)} layers: {', '.join(names)}", place=file, remedy="name the layer to read"
            )
        return names[0]
    for name in names:
        if name.lower() == layer.lower():
            return name
    raise SchemaError(
        f"no layer {layer!r}; layers are {', '.join(names)}", place=file, remedy="check the file or the name"
    )


def write_parquet(frame: geopandas.GeoDataFrame, path: str | Path) -> None:
    """Write GeoParquet 1.1 in the order of the rows; the same frame gives the same bytes."""
    with written_whole(path) as temporary:
        frame.reset_index(drop=True).to_parquet(temporary, compression="zstd", schema_version="1.1.0")


def write_geopackage(
    path: str | Path,
    layers: Mapping[str, geopandas.GeoDataFrame | pd.DataFrame],
    *,
    styles: Mapping[str, Sequence[Style]] | None = None,
    geometry_name: str = "the_geom",
) -> None:
    """Write a GeoPackage with its styles inside; the same content gives the same bytes.

    Args:
        path: file to write; replaced when it exists.
        layers: frames by layer name, in the order of the file; a frame without geometry is written as a plain table.
        styles: QGIS styles of each layer; the first default one is what QGIS opens the layer with.
        geometry_name: name of the geometry column, 'the_geom' as in the national deliveries.
    """
    # The file is made beside its target and renamed: waiting for the disk after each layer protects nothing.
    options = {"OGR_CURRENT_DATE": _FIXED_DATE, "OGR_SQLITE_SYNCHRONOUS": "OFF"}
    before = {key: pyogrio.get_gdal_config_option(key) for key in options}
    with written_whole(path) as temporary:
        pyogrio.set_gdal_config_options(options)
        try:
            for name, frame in layers.items():
                _write_layer(temporary, name, frame, geometry_name)
        finally:
            pyogrio.set_gdal_config_options(before)
        if styles:
            _write_styles(temporary, styles, layers, geometry_name)


def _write_layer(path: Path, name: str, frame: geopandas.GeoDataFrame | pd.DataFrame, geometry_name: str) -> None:
    if not isinstance(frame, geopandas.GeoDataFrame):
        pyogrio.write_dataframe(
            frame.reset_index(drop=True),
            path,
            layer=name,
            driver="GPKG",
            append=path.exists(),
            layer_options={"FID": "fid"},
        )
        return
    kinds = set(frame.geom_type.dropna())
    promote = any(kind.startswith("Multi") for kind in kinds)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pyogrio.write_dataframe(
            frame.reset_index(drop=True),
            path,
            layer=name,
            driver="GPKG",
            append=path.exists(),
            promote_to_multi=promote,
            geometry_type=_geometry_type(kinds),
            layer_options={"GEOMETRY_NAME": geometry_name, "FID": "fid", "SPATIAL_INDEX": "YES"},
        )


def _geometry_type(kinds: set[str]) -> str:
    single = {kind.removeprefix("Multi") for kind in kinds} or {"Polygon"}
    if len(single) > 1:
        return "Unknown"
    kind = single.pop()
    return f"Multi{kind}" if any(item.startswith("Multi") for item in kinds) else kind


def _write_styles(
    path: Path, styles: Mapping[str, Sequence[Style]], layers: Mapping[str, Any], geometry_name: str
) -> None:
    unknown = sorted(set(styles) - set(layers))
    if unknown:
        raise InputError(f"styles for layers that are not written: {', '.join(unknown)}", place=path)
    with named_when_full(path), sqlite3.connect(path) as database:
        database.execute(
            "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), "
            "f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), "
            "styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), "
            "update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
        )
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change) "
            "VALUES (?, ?, ?, ?, ?)",
            ("layer_styles", "attributes", "layer_styles", "", _FIXED_DATE),
        )
        for name, list_of_styles in styles.items():
            for style in list_of_styles:
                database.execute(
                    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, "
                    "styleName, styleQML, styleSLD, useAsDefault, description, owner, ui, update_time) "
                    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                    (
                        "",
                        "",
                        name,
                        geometry_name,
                        style.name,
                        style.qml,
                        "",
                        style.is_default,
                        "",
                        "",
                        None,
                        _FIXED_DATE,
                    ),
                )
    database.close()


def read_styles(path: str | Path) -> dict[str, tuple[Style, ...]]:
    """The QGIS styles stored inside a GeoPackage, by layer."""
    file = local_file(path)
    database = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    try:
        names = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "layer_styles" not in names:
            return {}
        found: dict[str, tuple[Style, ...]] = {}
        query = "SELECT f_table_name, styleName, styleQML, useAsDefault FROM layer_styles ORDER BY id"
        for layer, name, qml, is_default in database.execute(query):
            found[layer] = (*found.get(layer, ()), Style(name, qml, bool(is_default)))
        return found
    finally:
        database.close()
