"""Strata of a map, or of the change between two vintages.

Change is rare, and what hurts most is change that the map does not have: one missed point in a large stable stratum
weighs as much as dozens of points in the mapped change. Stable ground where a change was most likely missed therefore
makes a stratum of its own: P. Olofsson, P. Arévalo, A. B. Espejo et al., *Mitigating the effects of omission errors on
area and area change estimates*, Remote Sensing of Environment 236 (2020), 111492. What belongs to it is ours:

- ground within a distance of a mapped change (20 m when nothing is said);
- pieces whose cover or use changed while the artificial status did not;
- slivers and border noise, which the differential sets apart from change;
- pieces whose pair of cover and use is suspect in one of the vintages.
"""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.artificialisation import ARTIFICIAL
from millesime.differential import Differential
from millesime.errors import ConfigError, SchemaError
from millesime.evaluation.sample.design import (
    ARTIFICIALISED,
    DESARTIFICIALISED,
    LIKELY_OMISSION,
    STABLE_ARTIFICIAL,
    STABLE_NOT_ARTIFICIAL,
    Ground,
    Kind,
)
from millesime.geo.precision import polygons_of
from millesime.nomenclature import PLAUSIBILITY

Flags = npt.NDArray[np.bool_]
Polygons = npt.NDArray[Any]

#: Ground at most this far from a mapped change belongs to the stratum of likely omissions, in metres.
OMISSION_BUFFER_M = 20.0

#: Column of a map that each kind of strata is made of.
COLUMNS: dict[Kind, str] = {"cs": "code_cs", "us": "code_us", "artif": "artif"}


def state_strata(frame: geopandas.GeoDataFrame, kind: Kind, *, year: int | None) -> Ground:
    """Strata that are the classes of one map.

    Args:
        frame: OCCUPATION_SOL; for 'artif' with its artificial status.
        kind: 'cs', 'us' or 'artif'.
        year: its vintage.

    Raises:
        ConfigError: strata of change need two vintages.
        SchemaError: the map lacks the column.
    """
    if kind not in COLUMNS:
        raise ConfigError(
            f"strata of {kind} need two vintages", remedy="give the second one, or --strata cs, us, artif"
        )
    if COLUMNS[kind] not in frame.columns:
        raise SchemaError(f"the map has no {COLUMNS[kind]}")
    named = frame[COLUMNS[kind]].to_numpy(dtype=object)
    return Ground(
        kind=kind,
        years=() if year is None else (year,),
        frame=_ground(named, named, frame.geometry.to_numpy(), crs=frame.crs),
        told=("strata: the classes of the map",),
    )


def change_strata(result: Differential, *, buffer_m: float = OMISSION_BUFFER_M) -> Ground:
    """Strata of the change of artificial status: four classes, and the likely omissions of the stable ones.

    Slivers and border noise count as stable, with the status of the first vintage, as in the flux of the differential.

    Args:
        result: the differential.
        buffer_m: ground at most this far from a mapped change is where one may have been missed; 0 for none.
    """
    frame = result.frame
    geoms = frame.geometry.to_numpy()
    sliver = frame["sliver"].to_numpy(bool)
    flux = np.where(sliver, 0, frame["artificialisation"].to_numpy())
    before = (frame[f"artif_{result.years[0]}"] == ARTIFICIAL).to_numpy(bool)
    stable = np.where(before, STABLE_ARTIFICIAL, STABLE_NOT_ARTIFICIAL)
    mapped = np.where(flux > 0, ARTIFICIALISED, np.where(flux < 0, DESARTIFICIALISED, stable)).astype(object)

    changed = frame["changed"].to_numpy(bool)
    suspect = np.logical_or.reduce(
        [PLAUSIBILITY.of(frame[f"cs_{year}"], frame[f"us_{year}"]) == "suspect" for year in result.years]
    )
    doubted = (flux == 0) & (changed | suspect)
    sources = geoms[changed & ~sliver]
    rest = np.flatnonzero((flux == 0) & ~doubted)
    near, far = _parted(geoms[rest], sources, buffer_m)

    certain = np.flatnonzero(flux != 0)
    doubted_rows = np.flatnonzero(doubted)
    rows = np.concatenate([certain, doubted_rows, rest[near[1]], rest[far[1]]])
    stratum = np.concatenate(
        [mapped[certain], np.full(len(doubted_rows) + len(near[1]), LIKELY_OMISSION, object), mapped[rest[far[1]]]]
    )
    pieces = np.concatenate([geoms[certain], geoms[doubted_rows], near[0], far[0]])
    ground = _ground(stratum, mapped[rows], pieces, crs=frame.crs)
    told = (
        f"{LIKELY_OMISSION}: stable ground within {buffer_m:g} m of a mapped change, of changed codes without a change "
        "of status, of slivers and border noise, or of suspect pairs of cover and use"
    )
    return Ground(kind="change", years=result.years, frame=ground, told=(told,))


def within(ground: Ground, places: geopandas.GeoDataFrame) -> Ground:
    """The ground inside some places alone: the sample then speaks of them and of nothing else.

    Raises:
        ConfigError: nothing of the ground lies there.
    """
    limit = shapely.union_all(places.geometry.to_numpy())
    shapely.prepare(limit)
    geoms = ground.frame.geometry.to_numpy()
    kept = np.flatnonzero(shapely.intersects(limit, geoms))
    whole = shapely.covers(limit, geoms[kept])
    pieces = geoms[kept]
    pieces[~whole] = shapely.intersection(pieces[~whole], limit)
    stratum, mapped = (ground.frame[name].to_numpy(dtype=object)[kept] for name in ("stratum", "mapped"))
    frame = _ground(stratum, mapped, pieces, crs=ground.frame.crs)
    if not len(frame):
        raise ConfigError("nothing of the map lies in the places asked for", remedy="check their codes")
    return Ground(ground.kind, ground.years, frame, ground.told)


def _ground(stratum: Any, mapped: Any, geoms: Polygons, *, crs: Any) -> geopandas.GeoDataFrame:
    polygons, row = polygons_of(geoms)
    columns = pd.DataFrame({"stratum": np.asarray(stratum, object)[row], "mapped": np.asarray(mapped, object)[row]})
    return geopandas.GeoDataFrame(columns, geometry=polygons, crs=crs)


def _parted(geoms: Polygons, sources: Polygons, buffer_m: float) -> tuple[tuple[Polygons, Any], tuple[Polygons, Any]]:
    """Ground within a distance of the sources and beyond it, each with the row that it comes from."""
    every = np.arange(len(geoms))
    if buffer_m <= 0 or not len(sources) or not len(geoms):
        return (geoms[:0], every[:0]), (geoms, every)
    buffers = shapely.buffer(sources, buffer_m, quad_segs=4)
    row, source = shapely.STRtree(buffers).query(geoms, predicate="intersects")
    order = np.lexsort([source, row])  # the union of the same buffers in the same order: the same bytes
    row, source = row[order], source[order]
    touched, starts = np.unique(row, return_index=True)
    around = np.array([shapely.union_all(group) for group in np.split(buffers[source], starts[1:])], dtype=object)
    far = np.ones(len(geoms), dtype=bool)
    far[touched] = False
    outside = shapely.difference(geoms[touched], around)
    return (shapely.intersection(geoms[touched], around), touched), (
        np.concatenate([geoms[far], outside]),
        np.concatenate([every[far], touched]),
    )
