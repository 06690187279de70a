"""BD TOPO v3 of the demo territory: networks, water, places, vegetation; its buildings are in `buildings`."""

from __future__ import annotations

import geopandas
import numpy as np
import shapely

from millesime.demo.databases.buildings import batiment
from millesime.demo.databases.chance import draws, lowest
from millesime.demo.databases.drift import Drift, drifted
from millesime.demo.databases.faults import Faults
from millesime.demo.databases.table import keys, moments, table
from millesime.demo.scene import Scene

#: Roads whose width is the first to be left empty.
_SOFT_ROADS = ("Sentier", "Chemin", "Route empierrée", "Escalier")
#: Below this a closed stand of trees is a 'Bois'.
_FOREST_MIN_M2 = 5000.0
_STAND_NATURES = {
    "broadleaf": "Forêt fermée de feuillus",
    "conifer": "Forêt fermée de conifères",
    "mixed": "Forêt fermée mixte",
    "poplar": "Peupleraie",
    "heath": "Lande ligneuse",
    "hedge": "Haie",
    "orchard": "Verger",
}
_CLOSED_STANDS = ("broadleaf", "conifer", "mixed")
#: What people call a thing, and what BD TOPO's value lists have for it.
_CATEGORIES = {"Agricole": "Industriel et commercial", "Gestion des déchets": "Industriel et commercial"}
#: Words of a place's name that BD TOPO tells as its detailed nature.
_DETAILS = ("Plateforme logistique", "Entrepôt")
_WATER_NATURES = {"Plan d'eau de mare": "Mare"}
_PLACE_PREFIXES = {
    "ZONE_D_ACTIVITE_OU_D_INTERET": "SURFACTI",
    "CIMETIERE": "CIMETIER",
    "TERRAIN_DE_SPORT": "TERRSPOR",
    "EQUIPEMENT_DE_TRANSPORT": "EQ_RESEA",
    "POSTE_DE_TRANSFORMATION": "POSTELEC",
    "RESERVOIR": "RESERVOI",
    "ZONE_D_HABITATION": "ZONEHABI",
    "AERODROME": "AERODROM",
    "PISTE_D_AERODROME": "PISTAERO",
}


def bd_topo(scene: Scene, *, faults: Faults, seed: int) -> dict[str, geopandas.GeoDataFrame]:
    """Every layer, by its name in the producer's GeoPackages; layers without a feature are left out."""
    drift = Drift(seed, faults.line_offset_max_m)
    layers = {
        "batiment": batiment(scene, faults=faults, seed=seed),
        "troncon_de_route": _roads(scene, drift, faults=faults, seed=seed),
        "troncon_de_voie_ferree": _rails(scene, drift, faults=faults, seed=seed),
        "surface_hydrographique": _waters(scene, drift, faults=faults, seed=seed),
        "zone_de_vegetation": _vegetation(scene, drift, faults=faults, seed=seed),
        **_places(scene, drift, faults=faults, seed=seed),
    }
    return {name: layer for name, layer in layers.items() if len(layer)}


def _roads(scene: Scene, drift: Drift, *, faults: Faults, seed: int) -> geopandas.GeoDataFrame:
    roads = scene.roads
    chance = draws(seed, "road", roads["rid"], count=3)
    soft = roads["nature"].isin(_SOFT_ROADS).to_numpy()
    empty = lowest(chance[:, 0] - 0.4 * soft, faults.road_width_empty)
    width = np.maximum(2.5, np.round(roads["width_m"].to_numpy(dtype=np.float64) * 2) / 2)
    lanes = np.where(width < 4.5, 1.0, np.where(width < 9.0, 2.0, np.round(width / 3.5)))
    bare = np.array(["Libre", "Restreint aux ayants droit"])
    return table(
        {
            "cleabs": keys("TRONROUT", roads["rid"]),
            "nature": roads["nature"].to_list(),
            "nom_collaboratif_gauche": [str(name).upper() for name in roads["name"]],
            "importance": [str(text) for text in roads["importance"]],
            "fictif": np.zeros(len(roads), dtype=bool),
            "position_par_rapport_au_sol": [str(int(level)) for level in roads["level"]],
            "etat_de_l_objet": ["En service"] * len(roads),
            "date_creation": moments(scene.year, chance[:, 1]),
            "precision_planimetrique": np.full(len(roads), 2.5),
            "nombre_de_voies": np.where(empty, np.nan, lanes),
            "largeur_de_chaussee": np.where(empty, np.nan, width),
            "prive": roads["private"].to_numpy(dtype=bool),
            "sens_de_circulation": np.where(soft, "Sans objet", "Double sens"),
            "acces_vehicule_leger": bare[roads["private"].to_numpy(dtype=bool).astype(int)],
        },
        drifted(roads.geometry.to_numpy(), drift, grid_m=faults.grid_m),
    )


def _rails(scene: Scene, drift: Drift, *, faults: Faults, seed: int) -> geopandas.GeoDataFrame:
    rails = scene.railways
    chance = draws(seed, "rail", rails["rid"])
    return table(
        {
            "cleabs": keys("TRONFERR", rails["rid"]),
            "nature": rails["nature"].to_list(),
            "position_par_rapport_au_sol": [str(int(level)) for level in rails["level"]],
            "etat_de_l_objet": ["En service"] * len(rails),
            "date_creation": moments(scene.year, chance[:, 0]),
            "electrifie": np.ones(len(rails), dtype=bool),
            "largeur": ["Normale"] * len(rails),
            "nombre_de_voies": rails["tracks"].to_numpy(dtype=np.float64),
        },
        drifted(rails.geometry.to_numpy(), drift, grid_m=faults.grid_m),
    )


def _waters(scene: Scene, drift: Drift, *, faults: Faults, seed: int) -> geopandas.GeoDataFrame:
    waters = scene.waters
    chance = draws(seed, "water", waters["wid"])
    persistent = waters["persistent"].to_numpy(dtype=bool)
    return table(
        {
            "cleabs": keys("SURF_EAU", waters["wid"]),
            "code_du_pays": ["FR"] * len(waters),
            "nature": waters["nature"].replace(_WATER_NATURES).to_list(),
            "position_par_rapport_au_sol": ["0"] * len(waters),
            "etat_de_l_objet": ["En service"] * len(waters),
            "date_creation": moments(scene.year, chance[:, 0]),
            "persistance": np.where(persistent, "Permanent", "Intermittent"),
            "origine": np.where(waters["nature"].str.startswith(("E", "É")), "Naturelle", "Artificielle"),
            "salinite": np.zeros(len(waters), dtype=bool),
        },
        drifted(waters.geometry.to_numpy(), drift, grid_m=faults.grid_m),
        multi=True,
    )


def _vegetation(scene: Scene, drift: Drift, *, faults: Faults, seed: int) -> geopandas.GeoDataFrame:
    """Stands by their nature, and vineyards; a clear cut is not a stand."""
    woods = scene.woods[scene.woods["stand"].isin(list(_STAND_NATURES))]
    vines = scene.fields[scene.fields["crop"] == "vine"]
    small = (woods.area < _FOREST_MIN_M2) & woods["stand"].isin(_CLOSED_STANDS)
    natures = woods["stand"].map(_STAND_NATURES).where(~small, "Bois")
    numbers = np.concatenate([woods["sid"].to_numpy() * 2, vines["fid"].to_numpy() * 2 + 1]).astype(np.int64)
    chance = draws(seed, "vegetation", numbers)
    return table(
        {
            "cleabs": keys("ZONEVEGE", numbers),
            "nature": [*natures, *["Vigne"] * len(vines)],
            "date_creation": moments(scene.year, chance[:, 0]),
            "precision_planimetrique": np.full(len(numbers), 3.0),
        },
        drifted(np.concatenate([woods.geometry.to_numpy(), vines.geometry.to_numpy()]), drift, grid_m=faults.grid_m),
        multi=True,
    )


def _places(scene: Scene, drift: Drift, *, faults: Faults, seed: int) -> dict[str, geopandas.GeoDataFrame]:
    layers = {}
    for layer in sorted(set(scene.zones["layer"])):
        zones = scene.zones[scene.zones["layer"] == layer]
        chance = draws(seed, "place", zones["zid"])
        columns = {
            "cleabs": keys(_PLACE_PREFIXES.get(layer, layer[:8].ljust(8, "_")), zones["zid"]),
            "categorie": zones["categorie"].replace(_CATEGORIES).to_list(),
            "nature": zones["nature"].to_list(),
            "nature_detaillee": [_detail(name) for name in zones["name"]],
            "toponyme": zones["name"].to_list(),
            "fictif": np.zeros(len(zones), dtype=bool),
            "etat_de_l_objet": ["En service"] * len(zones),
            "date_creation": moments(scene.year, chance[:, 0]),
        }
        if layer != "ZONE_D_ACTIVITE_OU_D_INTERET":
            del columns["categorie"]
        shapes = drifted(zones.geometry.to_numpy(), drift, grid_m=faults.grid_m)
        layers[layer.lower()] = table(columns, shapely.buffer(shapes, 0.0), multi=True)
    return layers


def _detail(name: object) -> str:
    return next((detail for detail in _DETAILS if detail.casefold() in str(name).casefold()), "")
