"""A database read and normalised: the one way by which the chain gets its sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import geopandas
import pandas

from millesime.errors import CrsError, SchemaError, raise_together
from millesime.geo.grid import Bounds
from millesime.io.layers import LayerFile, Location, layer_files
from millesime.io.vector import read_vector
from millesime.sources import admin_express, bd_foret, bd_topo, fichiers_fonciers, rpg
from millesime.sources.database import Database, Normalise, feature_counts, set_aside_part, used_part
from millesime.sources.source import LayerSchema, Source

Read = Callable[..., geopandas.GeoDataFrame]
ListLayers = Callable[[Location], tuple[LayerFile, ...]]

#: Every database that the chain reads, by its name in `territory.toml`.
SOURCES: Mapping[str, tuple[Source, Normalise]] = MappingProxyType(
    {
        module.SOURCE.name: (module.SOURCE, module.normalise)
        for module in (bd_topo, rpg, bd_foret, fichiers_fonciers, admin_express)
    }
)


def load(
    name: str,
    location: Location,
    bounds: Bounds | None = None,
    *,
    crs: str | None = None,
    layers: Sequence[str] | None = None,
    read: Read = read_vector,
    find: ListLayers = layer_files,
) -> Database:
    """Read the layers of a database over a territory and normalise them.

    Args:
        name: the database: a key of `SOURCES`.
        location: a file of many layers, a folder of files, or a table layer -> file.
        bounds: west, south, east, north in metres; features that touch them are read.
        crs: CRS of the territory, such as 'EPSG:2154'; any CRS when left out.
        layers: those to read; all that are there by default.
        read: reads one layer, as `millesime.io.vector.read_vector`.
        find: finds the layers, as `millesime.io.layers.layer_files`.

    Raises:
        KeyError: there is no such database or layer.
        InputError: a file is missing or cannot be read.
        SchemaError: layers or attributes are missing; those of all layers told together.
        CrsError: a layer is not in `crs`.
    """
    source, normalise = SOURCES[name]
    wanted = source.layers if layers is None else tuple(source.layer(layer) for layer in layers)
    chosen = _choose(source, wanted, find(location), location)
    normalised: dict[str, geopandas.GeoDataFrame] = {}
    faults: list[SchemaError] = []
    for schema, entry, layer in chosen:
        frame = read(entry.path, layer=layer, bounds=bounds)
        place = f"{entry.path}, layer {layer}"
        _require_crs(frame, crs, place=place)
        try:
            normalised[schema.name] = normalise(schema.name, frame)
        except SchemaError as error:
            faults.append(SchemaError(error.message, place=place, remedy=error.remedy))
    _raise_schema_faults(faults)
    return _database(source, normalise, normalised, crs=crs)


def _choose(
    source: Source, wanted: Sequence[LayerSchema], entries: Sequence[LayerFile], location: Location
) -> list[tuple[LayerSchema, LayerFile, str]]:
    """The file and the layer inside it of each schema that is there."""
    faults: list[str] = []
    if isinstance(location, Mapping):
        strangers = [e.name for e in entries if not any(layer.is_called(e.name) for layer in source.layers)]
        faults += [f"{source.title} has no layer {stranger!r}" for stranger in strangers]
    chosen = []
    for schema in wanted:
        found = [entry for entry in entries if schema.is_called(entry.name)]
        if not found and len(source.layers) == len(entries) == 1:
            found = list(entries)  # a database of one layer may be called anything
        if len(found) > 1:
            faults.append(f"layer {schema.name} found more than once: {', '.join(str(e.path) for e in found)}")
        elif found:
            layer = _inner_layer(schema, found[0])
            if layer is None:
                faults.append(f"none of the layers of {found[0].path} is {schema.name}: {', '.join(found[0].layers)}")
            else:
                chosen.append((schema, found[0], layer))
        elif schema.required:
            faults.append(f"layer {schema.name} ({schema.title}) is missing")
    raise_together(
        faults,
        kind=SchemaError,
        place=_told(location),
        remedy=f"layers found: {', '.join(entry.name for entry in entries) or 'none'}; "
        f"layers of {source.title}: {', '.join(layer.name for layer in source.layers)}. "
        "When a file bears another name, give a table layer -> file in territory.toml",
    )
    return chosen


def _inner_layer(schema: LayerSchema, entry: LayerFile) -> str | None:
    if len(entry.layers) == 1:
        return entry.layers[0]
    inner = [layer for layer in entry.layers if schema.is_called(layer)]
    return inner[0] if len(inner) == 1 else None


def _told(location: Location) -> str:
    if isinstance(location, Mapping):
        return ", ".join(f"{name} = {path}" for name, path in sorted(location.items()))
    return str(location)


def _require_crs(frame: geopandas.GeoDataFrame, crs: str | None, *, place: str) -> None:
    if crs is not None and frame.crs is not None and frame.crs != crs:
        raise CrsError(
            f"the layer is in {frame.crs.to_string()}, the territory in {crs}",
            place=place,
            remedy=f"reproject it to {crs}",
        )


def _raise_schema_faults(faults: Sequence[SchemaError]) -> None:
    if len(faults) == 1:
        raise faults[0]
    raise_together([str(fault) for fault in faults], kind=SchemaError)


def _database(
    source: Source,
    normalise: Normalise,
    normalised: Mapping[str, geopandas.GeoDataFrame],
    *,
    crs: str | None,
) -> Database:
    counts: dict[str, int] = {}
    aside = []
    for layer, frame in normalised.items():
        counts |= feature_counts(source, layer, frame)
        aside.append(set_aside_part(source, layer, frame))
    known_crs = crs or next((frame.crs for frame in normalised.values() if frame.crs is not None), None)
    return Database(
        source=source,
        normalise=normalise,
        layers=MappingProxyType({layer: used_part(frame) for layer, frame in normalised.items()}),
        set_aside=_together(aside, crs=known_crs),
        counts=MappingProxyType(counts),
    )


def _together(aside: Sequence[geopandas.GeoDataFrame], *, crs: object) -> geopandas.GeoDataFrame:
    columns = ["source", "layer", "key", "row", "reason", "geometry"]
    filled = [frame for frame in aside if len(frame)]
    if not filled:
        empty: dict[str, list[object]] = {column: [] for column in columns[:-1]}
        return geopandas.GeoDataFrame(empty, geometry=[], crs=crs)
    table = pandas.concat([pandas.DataFrame(frame) for frame in filled], ignore_index=True)
    return geopandas.GeoDataFrame(table[columns[:-1]], geometry=table["geometry"].to_numpy(), crs=crs)
