"""Reading any official delivery of OCS GE, from a file, a folder or an archive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas
import numpy as np
import pandas as pd

from millesime.errors import CrsError, InputError
from millesime.io.archives import vector_files
from millesime.sources.ocsge.delivery import DeliveredLayer, ReceivedDelivery
from millesime.sources.ocsge.faults import require_usable
from millesime.sources.ocsge.generations import Generation, generation_of
from millesime.sources.ocsge.kinds import COLUMNS, DIFFERENCES, attribute_names, kind_of, recognise
from millesime.sources.ocsge.layers import FoundLayer, RawLayer, found_layers, raw_layer
from millesime.sources.ocsge.limit import limit_polygon, recut
from millesime.sources.ocsge.names import KindName, read_name
from millesime.sources.ocsge.normalising import Normalised, normalise
from millesime.sources.ocsge.origin import territory_of, year_of_state, years_of_difference
from millesime.sources.ocsge.values import CosiaCoding


def read_delivery(
    path: str | Path,
    *,
    kind: KindName | tuple[KindName, ...] | None = None,
    layer: str | None = None,
    crs: str | None = None,
    limit: geopandas.GeoDataFrame | geopandas.GeoSeries | None = None,
    others: bool = False,
    tolerant: bool = False,
    cosia_coding: CosiaCoding = "value",
) -> ReceivedDelivery:
    """Read an official delivery: OCCUPATION_SOL, ZONE_CONSTRUITE, DIFF, ARTIF, ARTIF_DIFF, PATCH, CoSIA tiles.

    Every row is used, or set aside with its reason and counted. Layers of no known kind are told.

    Args:
        path: vector file, folder nested as delivered, `.7z` or `.zip`.
        kind: the kind wanted. Of several layers only those of this kind are read and the others told; a single layer
            is read as this kind whatever it looks like (an ARTIF as the OCCUPATION_SOL that it holds). Several kinds:
            the layers of the first of them that is there, each read as what it is.
        layer: the only layer wanted, by its own name, its file's or both; the others are told.
        crs: CRS of files that have none and whose names do not tell it.
        limit: polygon to cut the layers along, in their CRS; the area removed is told. Of limits that bear the codes of
            départements, each layer takes its own.
        others: whether attributes that no kind has are kept, in lower case, after those of the kind.
        tolerant: whether rows with errors are set aside; otherwise they refuse the delivery.
        cosia_coding: integer coding that CoSIA layers must follow.

    Raises:
        InputError: nothing there can be read, or holds no layer of a delivery.
        SchemaError: a layer lacks attributes of its kind.
        CrsError: no CRS, one in degrees, or one that is not recognised.
        RefusedError: rows with errors (not when `tolerant`), all told together.
    """
    layers: list[DeliveredLayer] = []
    with vector_files(path) as files:
        found, of_names = _named(tuple(found_layers(files)), layer)
        wanted, forced, of_kinds = _wanted(found, kind)
        told = [*files.told, *of_names, *of_kinds]
        for item in wanted:
            read = _delivered(
                raw_layer(item, crs=crs),
                kind=forced,
                limit=limit,
                others=others,
                tolerant=tolerant,
                cosia_coding=cosia_coding,
            )
            if read is None:
                told.append(f"{item.name}: of no known kind, not read ({item.rows} rows)")
            else:
                layers.append(read)
    if not layers:
        raise InputError(
            "; ".join([f"holds no layer of {_words(kind)}", *told]),
            place=path,
            remedy="layers are recognised by their attributes: code_cs and code_us, numero and classe, "
            "cs_2019 and cs_2022 ...",
        )
    return ReceivedDelivery(str(path), tuple(_tiles_together(layers)), tuple(told))


def _words(kind: KindName | tuple[KindName, ...] | None) -> str:
    if kind is None:
        return "OCS GE, CoSIA, differential or artificialisation"
    return kind if isinstance(kind, str) else " or ".join(kind)


def _named(found: Sequence[FoundLayer], name: str | None) -> tuple[Sequence[FoundLayer], list[str]]:
    """The layers of a name, all when none is given; and what is said of the others."""
    if name is None:
        return found, []
    passed = [item for item in found if not item.is_called(name)]
    told = [f"{item.name}: not {name}, not read ({item.rows} rows)" for item in passed]
    return [item for item in found if item.is_called(name)], told


def _wanted(
    found: Sequence[FoundLayer], kind: KindName | tuple[KindName, ...] | None
) -> tuple[Sequence[FoundLayer], KindName | None, list[str]]:
    """The layers to read, what each is to be read as if not as what it is, and what is said of the others."""
    if kind is None or (isinstance(kind, str) and len(found) == 1):
        return found, kind, []
    kinds = [
        kind_of(attribute_names(item.attributes, place=item.place).values(), names=item.names[:2]) for item in found
    ]
    wanted = (kind,) if isinstance(kind, str) else kind
    chosen = next((one for one in wanted if one in kinds), None)
    told = [
        f"{item.name}: {f'not {_words(chosen or kind)}' if one else 'of no known kind'}, not read ({item.rows} rows)"
        for item, one in zip(found, kinds, strict=True)
        if one is None or one != chosen
    ]
    return [item for item, one in zip(found, kinds, strict=True) if one and one == chosen], chosen, told


def _delivered(
    raw: RawLayer,
    *,
    kind: KindName | None,
    limit: Any,
    others: bool,
    tolerant: bool,
    cosia_coding: CosiaCoding,
) -> DeliveredLayer | None:
    columns = [str(column) for column in raw.frame.columns if column != "geometry"]
    recognised = recognise(columns, names=raw.names, place=raw.place, kind=kind)
    if recognised is None:
        return None
    _require_metric(raw)
    normalised = normalise(raw.frame, recognised, cosia_coding=cosia_coding, others=others)
    if not tolerant:
        require_usable(normalised.faults, place=raw.place)
    name = read_name(raw.names)
    territory, of_territory = territory_of(name, raw.frame.crs.to_string())
    years, of_years = (
        years_of_difference(recognised.years, name.years)
        if recognised.kind in DIFFERENCES
        else year_of_state(normalised.frame, name.years)
    )
    told = (*raw.told, *recognised.told, *name.told, *normalised.told, *of_territory, *of_years)
    layer = DeliveredLayer(
        kind=recognised.kind,
        name=raw.name,
        frame=_with_year(normalised.frame, years),
        set_aside=normalised.set_aside,
        counts=normalised.counts,
        faults=normalised.faults,
        told=told,
        missing=tuple(column for column in COLUMNS[recognised.kind] if column not in recognised.columns),
        territory=territory,
        years=years,
        generations=_generations(normalised, name.edition),
    )
    return layer if limit is None else _within(layer, limit)


def _require_metric(raw: RawLayer) -> None:
    crs = raw.frame.crs
    if not crs.is_projected or any(axis.unit_name != "metre" for axis in crs.axis_info):
        raise CrsError(
            f"the layer is in {raw.frame.crs.to_string()}, whose unit is not the metre",
            place=raw.place,
            remedy="reproject it to the CRS of its territory: EPSG:2154 in metropolitan France",
        )


def _with_year(frame: geopandas.GeoDataFrame, years: Sequence[int]) -> geopandas.GeoDataFrame:
    if "millesime" not in frame.columns or not years:
        return frame
    return frame.assign(millesime=frame["millesime"].fillna(years[-1]))


def _generations(normalised: Normalised, edition: tuple[int, int] | None) -> tuple[Generation, ...]:
    columns = [name for name in ("code_us", "us_before", "us_after") if name in normalised.frame.columns]
    return tuple(generation_of(normalised.frame[name].unique(), edition=edition) for name in columns)


def _within(layer: DeliveredLayer, limit: Any) -> DeliveredLayer:
    """The layer cut along the limit; rows of which nothing is left are set aside."""
    polygons = np.asarray(layer.frame.geometry.array, dtype=object)
    found = recut(polygons, limit_polygon(limit, crs=layer.frame.crs, territory=layer.territory))
    frame = layer.frame.iloc[found.row].reset_index(drop=True).set_geometry(found.polygons, crs=layer.frame.crs)
    frame["part"] = frame.groupby("row").cumcount()
    gone = layer.frame[~layer.frame["row"].isin(frame["row"])]
    reason = "outside the limit"
    labels = gone["id"] if "id" in gone.columns else "row " + gone["row"].astype(str)
    aside = geopandas.GeoDataFrame(
        {"row": gone["row"], "id": labels, "reason": reason}, geometry=gone.geometry, crs=layer.frame.crs
    )
    rows = int(gone["row"].nunique())
    counts = {**layer.counts, "used": layer.counts["used"] - rows}
    counts |= {f"set aside, {reason}": rows} if rows else {}
    told = f"cut along the limit: {found.removed_m2:.1f} m² removed, {found.crossing} polygons cut, {rows} rows outside"
    return replace(
        layer,
        frame=frame,
        set_aside=_concatenated([layer.set_aside, aside]),
        counts=MappingProxyType(counts),
        told=(*layer.told, told),
        removed_m2=found.removed_m2,
    )


def _tiles_together(layers: Sequence[DeliveredLayer]) -> Iterator[DeliveredLayer]:
    """CoSIA tiles of one département and vintage become one layer; all other layers stay as they are."""
    groups: dict[Any, list[DeliveredLayer]] = {}
    for number, layer in enumerate(layers):
        key = (layer.territory, layer.years, layer.frame.crs.to_string()) if layer.kind == "COSIA" else number
        groups.setdefault(key, []).append(layer)
    for tiles in groups.values():
        yield tiles[0] if len(tiles) == 1 else _joined(tiles)


def _joined(tiles: Sequence[DeliveredLayer]) -> DeliveredLayer:
    counts: Counter[str] = Counter()
    for tile in tiles:
        counts.update(tile.counts)
    return replace(
        tiles[0],
        name=f"{len(tiles)} CoSIA tiles, {tiles[0].name} to {tiles[-1].name}",
        frame=_concatenated([tile.frame.assign(tile=tile.name) for tile in tiles]),
        set_aside=_concatenated([tile.set_aside.assign(tile=tile.name) for tile in tiles]),
        counts=MappingProxyType(dict(counts)),
        faults=tuple(fault for tile in tiles for fault in tile.faults),
        told=tuple(dict.fromkeys(sentence for tile in tiles for sentence in tile.told)),
        removed_m2=sum(tile.removed_m2 for tile in tiles),
    )


def _concatenated(frames: Sequence[geopandas.GeoDataFrame]) -> geopandas.GeoDataFrame:
    filled = [frame for frame in frames if len(frame)] or [frames[0]]
    return filled[0].reset_index(drop=True) if len(filled) == 1 else pd.concat(filled, ignore_index=True)
