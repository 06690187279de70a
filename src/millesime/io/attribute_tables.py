"""Wide tables of attributes as text, whatever file they come in: CSV, GeoPackage, Shapefile, Parquet."""

from __future__ import annotations

import warnings
from pathlib import Path

import pandas as pd
import pyarrow
import pyarrow.parquet
import pyogrio
import pyogrio.errors

from millesime.errors import InputError, SchemaError
from millesime.io.delimited import SUFFIXES, read_delimited
from millesime.io.files import local_file, written_whole

_PARQUET = {".parquet", ".geoparquet"}


def read_attributes(path: str | Path, *, layer: str | None = None) -> pd.DataFrame:
    """All the attributes of a table as text, geometry left out; names in lower case, '' where there is no value.

    Args:
        path: CSV (comma, semicolon or tabulation; UTF-8 or Latin-1), GeoPackage, Shapefile, Parquet, or anything else
            that GDAL reads.
        layer: of a file that holds several.

    Raises:
        InputError: no such file, or one that cannot be read; several layers and none named.
        SchemaError: two columns have the same name.
    """
    file = local_file(path)
    suffix = file.suffix.lower()
    if suffix in SUFFIXES:
        frame, _ = read_delimited(file)
    elif suffix in _PARQUET:
        frame = _read_parquet(file)
    else:
        frame = _read_layer(file, layer)
    names = [str(name).strip().lower() for name in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise SchemaError(f"columns that are there twice: {', '.join(twice)}", place=file)
    return frame.set_axis(names, axis=1).apply(_as_text)


def write_csv(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table with a header, comma separated, UTF-8, whole or not at all; the same table gives the same bytes."""
    with written_whole(path) as temporary:
        frame.to_csv(temporary, index=False, lineterminator="\n")


def _read_parquet(file: Path) -> pd.DataFrame:
    try:
        table = pyarrow.parquet.read_table(file)
    except (pyarrow.ArrowException, OSError) as error:
        raise InputError(f"cannot be read as Parquet ({error})", place=file, remedy="check the file") from error
    # In a table of attributes binary columns are geometries.
    kept = [field.name for field in table.schema if not pyarrow.types.is_binary(field.type)]
    return table.select(kept).to_pandas()


def _read_layer(file: Path, layer: str | None) -> pd.DataFrame:
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(file)]
        if layer is None and len(names) != 1:
            raise InputError(
                f"holds {len(names)} layers: {', '.join(names)}", place=file, remedy="name the layer to read"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # oddities of geometries that are not read
            return pyogrio.read_dataframe(file, layer=layer or names[0], read_geometry=False)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise InputError(f"cannot be read as a table ({error})", place=file, remedy="give a CSV file") from error


def _as_text(column: pd.Series) -> pd.Series:
    """Numbers without a needless decimal part, so that a code read as a number is still a code."""
    missing = column.isna().to_numpy()
    text = column.astype(object).map(_written).to_numpy(dtype=object)
    text[missing] = ""
    return pd.Series(text, index=column.index, dtype=object)


def _written(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.15g}"
    return str(value).strip()
