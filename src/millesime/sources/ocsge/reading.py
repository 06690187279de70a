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
from millesime.sources.ocsge.delivery import DeliveredLayer, Delivery
from millesime.sources.ocsge.faults import require_usable
from millesime.sources.ocsge.generations import Generation, generation_of
from millesime.sources.ocsge.kinds import DIFFERENCES, attribute_names, kind_of, recognise
from millesime.sources.ocsge.layers import RawLayer, raw_layers
from millesime.sources.ocsge.limit import limit_polygon, recut
from millesime.sources.ocsge.names import KindName, read_name
from millesime.sources.ocsge.normalising import Normalised, normalise
from millesime.sources.ocsge.origin import territory_of, year_of_state, years_of_difference
from millesime.sources.ocsge.values import CosiaCoding


def read_delivery(
    path: str | Path,
    *,
    kind: KindName | None = None,
    crs: str | None = None,
    limit: geopandas.GeoDataFrame | geopandas.GeoSeries | None = None,
    tolerant: bool = False,
    cosia_coding: CosiaCoding = "value",
) -> Delivery:
    """Read an official delivery: OCCUPATION_SOL, ZONE_CONSTRUITE, DIFF, ARTIF, ARTIF_DIFF, PATCH, CoSIA tiles.

    Every row is used, or set aside with its reason and counted. Layers of no known kind are told.

    Args:
        path: vector file, folder nested as delivered, `.7z` or `.zip`.
        kind: the kind wanted. Of several layers only those of this kind are read and the others told; a single layer
            is read as this kind whatever it looks like (an ARTIF as the OCCUPATION_SOL that it holds).
        crs: CRS of files that have none and whose names do not tell it.
        limit: polygon to cut the layers along, in their CRS; the area removed is told.
        tolerant: whether rows with errors are set aside; otherwise they refuse the delivery.
        cosia_coding: integer coding that CoSIA layers must follow.

    Raises:
        InputError: nothing there can be read, or holds no layer of a delivery.
        SchemaError: a layer lacks attributes of its kind.
        CrsError: no CRS, one in degrees, or one that is not recognised.
        RefusedError: rows with errors (not when `tolerant`), all told together.
    """
    layers: list[DeliveredLayer] = []
    told: list[str] = []
    with vector_files(path) as files:
        told += files.told
        for raw, is_alone in _each_and_whether_alone(raw_layers(files, crs=crs)):
            if kind is not None and not is_alone and _kind_by_attributes(raw) != kind:
                told.append(f"{raw.name}: not {kind}, not read ({len(raw.frame)} rows)")
                continue
            layer = _delivered(raw, kind=kind, limit=limit, tolerant=tolerant, cosia_coding=cosia_coding)
            if layer is None:
                told.append(f"{raw.name}: of no known kind, not read ({len(raw.frame)} rows)")
            else:
                layers.append(layer)
    if not layers:
        raise InputError(
            "holds no layer of OCS GE, CoSIA, differential or artificialisation"
            + (f"; {'; '.join(told)}" if told else ""),
            place=path,
            remedy="layers are recognised by their attributes: code_cs and code_us, numero and classe, "
            "cs_2019 and cs_2022 ...",
        )
    return Delivery(str(path), tuple(_tiles_together(layers)), tuple(told))


def _each_and_whether_alone(layers: Iterator[RawLayer]) -> Iterator[tuple[RawLayer, bool]]:
    """Each layer, and whether it is the only one."""
    first, second = next(layers, None), next(layers, None)
    for layer in (first, second):
        if layer is not None:
            yield layer, second is None
    yield from ((layer, False) for layer in layers)


def _kind_by_attributes(raw: RawLayer) -> KindName | None:
    columns = [str(column) for column in raw.frame.columns if column != "geometry"]
    return kind_of(attribute_names(columns, place=raw.place).values(), names=raw.names[:2])


def _delivered(
    raw: RawLayer, *, kind: KindName | None, limit: Any, tolerant: bool, cosia_coding: CosiaCoding
) -> DeliveredLayer | None:
    columns = [str(column) for column in raw.frame.columns if column != "geometry"]
    recognised = recognise(columns, names=raw.names, place=raw.place, kind=kind)
    if recognised is None:
        return None
    _require_metric(raw)
    normalised = normalise(raw.frame, recognised, cosia_coding=cosia_coding)
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
        territory=territory,
        years=years,
        generations=_generations(normalised, name.edition),
    )
    return layer if limit is None else _within(layer, limit)


def _require_metric(raw: RawLayer) -> None:
    if not raw.frame.crs.is_projected:
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
    found = recut(polygons, limit_polygon(limit, crs=layer.frame.crs))
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
