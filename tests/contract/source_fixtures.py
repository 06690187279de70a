"""One small made-up layer per database layer: what the contract tests run every source over."""

from __future__ import annotations

import geopandas
import shapely

from millesime.sources.source import Attribute, LayerSchema

_SHAPES = {
    2: (shapely.box(0, 0, 10, 10), shapely.box(20, 0, 30, 10)),
    1: (shapely.LineString([(0, 0), (10, 0)]), shapely.LineString([(0, 5), (10, 5)])),
    0: (shapely.Point(0, 0), shapely.Point(1, 1)),
    None: (shapely.Point(0, 0), shapely.Point(1, 1)),
}


def layer_fixture(schema: LayerSchema, *, names: str = "long") -> geopandas.GeoDataFrame:
    """Two features with a plausible value of each attribute.

    Args:
        schema: the layer.
        names: 'long' as in a GeoPackage, 'upper' the same in capitals, 'short' the first alias in capitals
            (or the name cut at ten characters), as in a Shapefile.
    """
    columns: dict[str, list[object]] = {}
    for attribute in schema.attributes:
        name = _column(attribute, names)
        if name in columns:  # two long names that ten characters do not tell apart
            name = attribute.name.upper()
        columns[name] = _values(attribute, schema)
    return geopandas.GeoDataFrame(columns, geometry=list(_SHAPES[schema.dimension]), crs="EPSG:2154")


def _column(attribute: Attribute, names: str) -> str:
    if names == "long":
        return attribute.name
    if names == "upper":
        return attribute.name.upper()
    return (attribute.aliases[0] if attribute.aliases else attribute.name)[:10].upper()


def _values(attribute: Attribute, schema: LayerSchema) -> list[object]:
    if attribute.name == schema.key:
        return [f"{schema.name[:8].upper()}0001", f"{schema.name[:8].upper()}0002"]
    if attribute.kind == "number":
        return [3.5, None]
    if attribute.kind == "flag":
        return [False, False]
    return [attribute.values[0], attribute.values[-1]] if attribute.values else ["un", "deux"]
