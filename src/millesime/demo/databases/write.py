"""The databases of one vintage, written as their producers deliver them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas

from millesime.demo.databases.bd_topo import bd_topo
from millesime.demo.databases.faults import AS_REAL, PERFECT, Faults
from millesime.demo.databases.fiscal import fichiers_fonciers
from millesime.demo.databases.land import admin_express, bd_foret, rpg
from millesime.demo.scene import Scene
from millesime.io.vector import write_geopackage

SceneAt = Callable[[int], Scene]

#: Name of the geometry column in each producer's files.
_GEOMETRY_NAMES = {
    "bd_topo": "geometrie",
    "rpg": "geom",
    "bd_foret": "geom",
    "fichiers_fonciers": "geompar",
    "admin_express": "geom",
}


@dataclass(frozen=True)
class Databases:
    """What was written for one vintage."""

    paths: Mapping[str, Path]
    """Database -> GeoPackage."""
    years: Mapping[str, int]
    """Database -> the year whose ground it describes."""
    counts: Mapping[str, int]
    """'bd_topo.batiment' -> features."""


def make(
    scene_at: SceneAt, year: int, *, faults: Faults, seed: int
) -> tuple[dict[str, dict[str, geopandas.GeoDataFrame]], dict[str, int]]:
    """The layers of every database as known on the day of the flight, and the year that each describes."""
    years = {
        "bd_topo": year - faults.bd_topo_lag_years,
        "rpg": year - faults.rpg_lag_years,
        "bd_foret": year - faults.bd_foret_lag_years,
        "fichiers_fonciers": year - faults.fichiers_fonciers_lag_years,
        "admin_express": year,
    }
    scenes = {moment: scene_at(moment) for moment in sorted(set(years.values()))}
    layers = {
        "bd_topo": bd_topo(scenes[years["bd_topo"]], faults=faults, seed=seed),
        "rpg": rpg(scenes[years["rpg"]], faults=faults, seed=seed),
        "bd_foret": bd_foret(scenes[years["bd_foret"]], faults=faults, seed=seed),
        "fichiers_fonciers": fichiers_fonciers(scenes[years["fichiers_fonciers"]], faults=faults, seed=seed),
        "admin_express": admin_express(scenes[years["admin_express"]]),
    }
    return layers, years


def write(scene_at: SceneAt, year: int, folder: Path, *, seed: int, perfect: bool = False) -> Databases:
    """Write the databases of a vintage.

    Args:
        scene_at: the ground in any year from two before the vintage to the vintage's.
        year: the vintage.
        folder: where to write; it must exist.
        seed: seed of the territory.
        perfect: no fault and no lag.
    """
    layers, years = make(scene_at, year, faults=PERFECT if perfect else AS_REAL, seed=seed)
    paths: dict[str, Path] = {}
    counts: dict[str, int] = {}
    for name, frames in layers.items():
        paths[name] = folder / f"{name}.gpkg"
        write_geopackage(paths[name], frames, geometry_name=_GEOMETRY_NAMES[name])
        counts |= {f"{name}.{layer}": len(frame) for layer, frame in frames.items()}
    return Databases(paths=paths, years=years, counts=counts)
