"""The part of normalisation that all databases share: names, types, geometry, duplicates.

A normalised layer has one row per single part, under a RangeIndex, with the attributes of its schema and

- `row` int64: position of the feature in the layer as read, so that every feature can be followed;
- `set_aside` str: why the feature is not used, '' when it is;
- `remarks` str: what was repaired or not understood, '; '-separated, '' when nothing;
- `geometry`: valid, two dimensions (features set aside keep theirs as found, or None).
"""

from __future__ import annotations

import geopandas
import numpy as np
import numpy.typing as npt
import pandas
import shapely

from millesime.sources.attributes import empty_values, match_columns, read_values
from millesime.sources.parts import Parts, single_parts
from millesime.sources.source import LayerSchema, Source

TRACE_COLUMNS = ("row", "set_aside", "remarks")


def normalise_layer(source: Source, layer: str, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Bring a layer as read to the names, types and geometry that the chain expects.

    Args:
        source: the database.
        layer: name of the layer, in any case.
        frame: its features as read, in the territory's CRS.

    Raises:
        KeyError: the database has no such layer.
        SchemaError: required attributes are missing, all told together.
    """
    schema = source.layer(layer)
    place = f"{source.name}, layer {schema.name}"
    geometries = _geometries(frame)
    columns = [str(column) for column in frame.columns if column != _geometry_name(frame)]
    matched = match_columns(schema, columns, place=place)
    values: dict[str, npt.NDArray[np.generic]] = {}
    remarks = np.full(len(frame), "", dtype=object)
    for attribute in schema.attributes:
        if attribute.name not in matched:
            values[attribute.name] = empty_values(attribute, len(frame))
            continue
        values[attribute.name], noted = read_values(attribute, frame[matched[attribute.name]])
        remarks = _joined(remarks, noted)
    parts = _parts(schema, geometries)
    table = pandas.DataFrame({name: column[parts.row] for name, column in values.items()})
    table["row"] = parts.row
    table["set_aside"] = _with_duplicates(parts, values[schema.key], geometries)
    table["remarks"] = _joined(remarks[parts.row], parts.remarks)
    for name in _text_columns(schema):
        table[name] = table[name].astype(object)
    return geopandas.GeoDataFrame(table, geometry=parts.geometry, crs=frame.crs if _geometry_name(frame) else None)


def empty_frame(schema: LayerSchema, *, crs: object = None) -> geopandas.GeoDataFrame:
    """A layer as read, without a feature: what stands for a layer that the territory does not have."""
    columns = {attribute.name: empty_values(attribute, 0) for attribute in schema.attributes}
    return geopandas.GeoDataFrame(columns, geometry=np.array([], dtype=object), crs=crs)


def _text_columns(schema: LayerSchema) -> list[str]:
    return [attribute.name for attribute in schema.attributes if attribute.kind == "text"] + [
        "set_aside",
        "remarks",
    ]


def _geometry_name(frame: geopandas.GeoDataFrame) -> str | None:
    """Name of the active geometry column; None for a table without geometry."""
    return getattr(frame, "_geometry_column_name", None)


def _geometries(frame: geopandas.GeoDataFrame) -> npt.NDArray[np.object_]:
    name = _geometry_name(frame)
    if name is None or name not in frame.columns:
        return np.full(len(frame), None, dtype=object)
    return np.asarray(frame[name].array, dtype=object)


def _parts(schema: LayerSchema, geometries: npt.NDArray[np.object_]) -> Parts:
    if schema.dimension is not None:
        return single_parts(geometries, dimension=schema.dimension)
    blank = np.full(len(geometries), "", dtype=object)
    return Parts(np.arange(len(geometries)), shapely.force_2d(geometries), blank, blank.copy())


def _joined(first: npt.NDArray[np.object_], second: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    joined = first.copy()
    for row in np.flatnonzero(second != ""):
        joined[row] = f"{first[row]}; {second[row]}" if first[row] else second[row]
    return joined


def _with_duplicates(
    parts: Parts, keys: npt.NDArray[np.generic], geometries: npt.NDArray[np.object_]
) -> npt.NDArray[np.object_]:
    """Reasons, with the features that repeat an earlier one (same key, same geometry) set aside.

    A feature on the border of two départements is delivered with each of them.
    """
    reasons = parts.set_aside.copy()
    table = pandas.Series(keys)
    repeated = np.flatnonzero((table.duplicated(keep=False) & (table != "")).to_numpy())
    earlier: set[tuple[object, bytes | None]] = set()
    again = np.zeros(len(keys), dtype=bool)
    for row, wkb in zip(repeated, shapely.to_wkb(shapely.force_2d(geometries[repeated])), strict=True):
        again[row] = (keys[row], wkb) in earlier
        earlier.add((keys[row], wkb))
    reasons[again[parts.row] & (reasons == "")] = "repeats an earlier feature"
    return reasons
