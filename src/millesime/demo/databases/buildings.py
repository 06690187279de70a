"""BATIMENT of BD TOPO: shifted footprints, some missing, some long gone."""

from __future__ import annotations

import geopandas
import numpy as np
import numpy.typing as npt
import pandas
import shapely

from millesime.demo.databases.chance import draws, lowest
from millesime.demo.databases.drift import shifted
from millesime.demo.databases.faults import Faults
from millesime.demo.databases.table import keys, moments, table
from millesime.demo.scene import Scene

#: Buildings that were demolished get numbers of their own, above those of the scene.
_GONE_BASE = 900_000_000
_STOREY_M = 2.8
#: A place of at least this size without a building may have lost one.
_EMPTY_PLACE_MIN_M2 = 250.0
_LIGHT_MAX_M2 = 20.0
#: BD TOPO tells a town hall by a point of interest, not by its building.
_NATURES = {"Mairie": "Indifférenciée"}
_STATES = {"US6.1": "En construction", "US6.2": "En ruine"}
_SOURCES = np.array(["Cadastre", "Imagerie aérienne"])


def batiment(scene: Scene, *, faults: Faults, seed: int) -> geopandas.GeoDataFrame:
    """The buildings that BD TOPO knows, in its schema."""
    standing = _known(scene.buildings, faults=faults, seed=seed)
    gone = _gone(scene, count=round(faults.buildings_gone * len(scene.buildings)), seed=seed)
    buildings = pandas.concat([standing, gone], ignore_index=True)
    bid = buildings["bid"].to_numpy(dtype=np.int64)
    moved = shifted(buildings["geometry"].to_numpy(), _shifts(bid, faults=faults, seed=seed), grid_m=faults.grid_m)
    chance = draws(seed, "building attributes", bid, count=5)
    usage, state = _usage(buildings, chance[:, 0], faults=faults), _state(scene, buildings)
    height = np.round(buildings["height_m"].to_numpy(dtype=np.float64), 1)
    dwellings = buildings["dwellings"].to_numpy(dtype=np.float64)
    return table(
        {
            "cleabs": keys("BATIMENT", bid),
            "nature": buildings["nature"].replace(_NATURES).to_list(),
            "usage_1": usage,
            "usage_2": _second_usage(buildings, usage),
            "construction_legere": (usage == "Annexe") & (shapely.area(moved) < _LIGHT_MAX_M2),
            "etat_de_l_objet": state,
            "date_creation": moments(scene.year, chance[:, 1]),
            "origine_du_batiment": _SOURCES[(chance[:, 2] < 0.15).astype(int)],
            "precision_planimetrique": np.where(chance[:, 2] < 0.15, 2.5, 3.0),
            "nombre_de_logements": np.where(chance[:, 3] < faults.dwellings_unknown, np.nan, dwellings),
            "nombre_d_etages": np.where(
                chance[:, 3] < faults.dwellings_unknown, np.nan, np.maximum(1, np.round(height / _STOREY_M))
            ),
            "hauteur": np.where(chance[:, 4] < faults.dwellings_unknown / 2, np.nan, height),
            "appariement_fichiers_fonciers": np.where(dwellings > 0, "A 1.0", ""),
        },
        moved,
        multi=True,
    )


def _known(buildings: geopandas.GeoDataFrame, *, faults: Faults, seed: int) -> pandas.DataFrame:
    chance = draws(seed, "building missing", buildings["bid"])[:, 0]
    return pandas.DataFrame(buildings[~lowest(chance, faults.buildings_missing)]).reset_index(drop=True)


def _shifts(bid: npt.NDArray[np.int64], *, faults: Faults, seed: int) -> npt.NDArray[np.float64]:
    """Normal displacements (Box and Muller): the squared length has mean footprint_rms_m squared."""
    chance = draws(seed, "footprint shift", bid, count=2)
    length = faults.footprint_rms_m * np.sqrt(-np.log1p(-chance[:, 0]))
    angle = 2 * np.pi * chance[:, 1]
    return np.stack([length * np.cos(angle), length * np.sin(angle)], axis=1)


def _gone(scene: Scene, *, count: int, seed: int) -> pandas.DataFrame:
    """Small buildings where nothing stands any more, in the middle of empty private places."""
    built = shapely.STRtree(scene.buildings.geometry.to_numpy())
    units = scene.units[scene.units["us"].isin(["US5", "US3", "US2", "US235", "US1.1"])]
    units = units[units.area > _EMPTY_PLACE_MIN_M2]
    order = np.argsort(draws(seed, "building gone", units["uid"])[:, 0], kind="stable")
    rows: list[dict[str, object]] = []
    for uid, unit in zip(units["uid"].to_numpy()[order], units.geometry.to_numpy()[order], strict=True):
        if len(rows) == count:
            break
        footprint = _footprint(unit, int(uid), seed=seed)
        if footprint is None or len(built.query(footprint, predicate="dwithin", distance=1.0)):
            continue
        rows.append(
            {
                "bid": _GONE_BASE + int(uid),
                "height_m": 3.5,
                "usage": "Annexe" if footprint.area < 60.0 else "Indifférencié",
                "nature": "Indifférenciée",
                "dwellings": 0,
                "premises": 0,
                "uid": int(uid),
                "geometry": footprint,
            }
        )
    return pandas.DataFrame(
        rows, columns=["bid", "height_m", "usage", "nature", "dwellings", "premises", "uid", "geometry"]
    )


def _footprint(unit: shapely.Polygon, uid: int, *, seed: int) -> shapely.Polygon | None:
    """A rectangle around a point inside the unit, turned at random; None when it does not fit."""
    width, depth, turn = draws(seed, "gone footprint", [uid], count=3)[0]
    half_w, half_d = 3.5 + 3.0 * width, 3.0 + 2.0 * depth
    angle = np.pi * turn
    corners = np.array([[-half_w, -half_d], [half_w, -half_d], [half_w, half_d], [-half_w, half_d]])
    turned = corners @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = shapely.get_coordinates(shapely.point_on_surface(unit))[0]
    footprint = shapely.Polygon(turned + middle)
    return footprint if shapely.contains(unit, footprint) else None


def _usage(buildings: pandas.DataFrame, chance: npt.NDArray[np.float64], *, faults: Faults) -> npt.NDArray[np.object_]:
    usage = np.array(buildings["usage"], dtype=object)
    usage[chance < faults.usage_unknown] = "Indifférencié"
    return usage


def _second_usage(buildings: pandas.DataFrame, usage: npt.NDArray[np.object_]) -> list[str]:
    """Dwellings over a shop, a shop under dwellings: what the second use tells."""
    dwellings = buildings["dwellings"].to_numpy() > 0
    premises = buildings["premises"].to_numpy() > 0
    second = np.where(dwellings & premises & (usage == "Résidentiel"), "Commercial et services", "")
    return [str(text) for text in np.where(dwellings & (usage == "Commercial et services"), "Résidentiel", second)]


def _state(scene: Scene, buildings: pandas.DataFrame) -> list[str]:
    use = dict(zip(scene.units["uid"], scene.units["us"], strict=True))
    return [_STATES.get(use.get(uid, ""), "En service") for uid in buildings["uid"]]
