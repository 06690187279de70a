"""BD TOPO v3: buildings, networks, water, places with a purpose, vegetation."""

from __future__ import annotations

import geopandas
import numpy as np

from millesime.sources.normalising import normalise_layer
from millesime.sources.source import Attribute, LayerSchema, Source

_KEY = Attribute("cleabs", required=True, aliases=("id", "cleabs_de_l_objet"))
_STATE = Attribute(
    "etat_de_l_objet",
    aliases=("etat",),
    values=(
        "En service",
        "En construction",
        "En projet",
        "En ruine",
        "En service non géré",
        "Déclassé",
        "Non exploité",
    ),
)
_POSITION = Attribute(
    "position_par_rapport_au_sol",
    aliases=("pos_sol",),
    values=("-4", "-3", "-2", "-1", "0", "1", "2", "3", "4", "Gué ou radier", "Variable"),
)
_FICTITIOUS = Attribute("fictif", "flag")
_NAME = Attribute("toponyme")
_DETAIL = Attribute("nature_detaillee", aliases=("nat_detail",))

_BUILDING = LayerSchema(
    "batiment",
    "Bâtiment",
    2,
    "cleabs",
    (
        _KEY,
        Attribute(
            "nature",
            required=True,
            values=(
                "Indifférenciée",
                "Industriel, agricole ou commercial",
                "Serre",
                "Silo",
                "Eglise",
                "Chapelle",
                "Château",
                "Fort, blockhaus, casemate",
                "Monument",
                "Moulin à vent",
                "Tour, donjon",
                "Tribune",
                "Arc de triomphe",
                "Arène ou théâtre antique",
            ),
        ),
        Attribute(
            "usage_1",
            required=True,
            aliases=("usage1",),
            values=(
                "Résidentiel",
                "Industriel",
                "Commercial et services",
                "Religieux",
                "Sportif",
                "Agricole",
                "Annexe",
                "Indifférencié",
            ),
        ),
        Attribute("usage_2", aliases=("usage2",)),
        Attribute("construction_legere", "flag", aliases=("leger",)),
        _STATE,
        Attribute("nombre_de_logements", "number", aliases=("nb_logts",)),
        Attribute("nombre_d_etages", "number", aliases=("nb_etages",)),
        Attribute("hauteur", "number"),
        Attribute("appariement_fichiers_fonciers", aliases=("app_ff",)),
    ),
    required=True,
)
_ROAD = LayerSchema(
    "troncon_de_route",
    "Tronçon de route",
    1,
    "cleabs",
    (
        _KEY,
        Attribute(
            "nature",
            required=True,
            values=(
                "Type autoroutier",
                "Bretelle",
                "Route à 2 chaussées",
                "Route à 1 chaussée",
                "Rond-point",
                "Route empierrée",
                "Chemin",
                "Sentier",
                "Piste cyclable",
                "Escalier",
                "Bac ou liaison maritime",
            ),
        ),
        Attribute("importance", required=True, values=("1", "2", "3", "4", "5", "6")),
        Attribute("largeur_de_chaussee", "number", required=True, aliases=("largeur",)),
        Attribute("nombre_de_voies", "number", aliases=("nb_voies",)),
        # without it a tunnel would be drawn on the ground
        Attribute("position_par_rapport_au_sol", required=True, aliases=("pos_sol",), values=_POSITION.values),
        _STATE,
        _FICTITIOUS,
        Attribute("prive", "flag"),
        Attribute("nom_collaboratif_gauche", aliases=("nom_coll_g", "nom_1_gauche", "nom_1_g")),
        Attribute("cpx_numero", aliases=("numero",)),
        Attribute("cpx_classement_administratif", aliases=("cl_admin",)),
    ),
    required=True,
)
_RAIL = LayerSchema(
    "troncon_de_voie_ferree",
    "Tronçon de voie ferrée",
    1,
    "cleabs",
    (
        _KEY,
        Attribute(
            "nature",
            required=True,
            values=(
                "LGV",
                "Voie ferrée principale",
                "Voie de service",
                "Tramway",
                "Métro",
                "Funiculaire ou crémaillère",
                "Sans objet",
            ),
        ),
        Attribute("position_par_rapport_au_sol", required=True, aliases=("pos_sol",), values=_POSITION.values),
        _STATE,
        Attribute("nombre_de_voies", "number", aliases=("nb_voies",)),
        Attribute("electrifie", "flag"),
        Attribute("usage"),
    ),
)
_WATER = LayerSchema(
    "surface_hydrographique",
    "Surface hydrographique",
    2,
    "cleabs",
    (
        _KEY,
        Attribute(
            "nature",
            required=True,
            values=(
                "Ecoulement naturel",
                "Ecoulement canalisé",
                "Canal",
                "Estuaire",
                "Lac",
                "Lagune",
                "Mangrove",
                "Marais",
                "Mare",
                "Glacier, névé",
                "Plan d'eau de gravière",
                "Plan d'eau de mine",
                "Retenue",
                "Retenue-barrage",
                "Retenue-bassin portuaire",
                "Retenue-digue",
                "Réservoir-bassin",
                "Réservoir-bassin d'orage",
                "Réservoir-bassin piscicole",
                "Ecoulement endoréique",
                "Ecoulement hyporhéique",
                "Ecoulement karstique",
                "Ecoulement phréatique",
                "Inconnue",
            ),
        ),
        _POSITION,
        _STATE,
        Attribute("persistance", aliases=("persistanc",), values=("Permanent", "Intermittent", "Ephémère", "Inconnue")),
        Attribute("origine", values=("Naturelle", "Artificielle", "Semi-naturelle", "Inconnue")),
        Attribute("salinite", "flag"),
    ),
)
_VEGETATION = LayerSchema(
    "zone_de_vegetation",
    "Zone de végétation",
    2,
    "cleabs",
    (
        _KEY,
        Attribute(
            "nature",
            required=True,
            values=(
                "Bois",
                "Forêt fermée de feuillus",
                "Forêt fermée de conifères",
                "Forêt fermée mixte",
                "Forêt ouverte",
                "Haie",
                "Lande ligneuse",
                "Peupleraie",
                "Verger",
                "Vigne",
                "Bananeraie",
                "Canne à sucre",
                "Mangrove",
                "Zone arborée",
            ),
        ),
    ),
)
_PLACE = LayerSchema(
    "zone_d_activite_ou_d_interet",
    "Zone d'activité ou d'intérêt",
    2,
    "cleabs",
    (
        _KEY,
        Attribute(
            "categorie",
            required=True,
            values=(
                "Administratif ou militaire",
                "Culture et loisirs",
                "Gestion des eaux",
                "Industriel et commercial",
                "Religieux",
                "Santé",
                "Science et enseignement",
                "Sport",
            ),
        ),
        Attribute("nature", required=True),
        _DETAIL,
        _NAME,
        Attribute("importance"),
        _FICTITIOUS,
        _STATE,
    ),
)


def _place(name: str, title: str, *more: Attribute, nature: bool = True) -> LayerSchema:
    """A layer of polygons known by their nature."""
    shared = (_KEY, Attribute("nature", required=nature), _DETAIL, _NAME, _STATE, _FICTITIOUS)
    return LayerSchema(name, title, 2, "cleabs", (*shared, *more))


SOURCE = Source(
    name="bd_topo",
    title="BD TOPO v3",
    producer="IGN",
    licence="Licence Ouverte 2.0",
    layers=(
        _BUILDING,
        _ROAD,
        _RAIL,
        _WATER,
        _VEGETATION,
        _PLACE,
        _place("terrain_de_sport", "Terrain de sport"),
        _place("cimetiere", "Cimetière", nature=False),
        _place("equipement_de_transport", "Équipement de transport", _POSITION),
        _place("reservoir", "Réservoir", Attribute("hauteur", "number")),
        _place("poste_de_transformation", "Poste de transformation", nature=False),
        _place("aerodrome", "Aérodrome", Attribute("categorie")),
        _place("piste_d_aerodrome", "Piste d'aérodrome", Attribute("fonction")),
        _place("zone_d_habitation", "Zone d'habitation"),
        LayerSchema(
            "transport_par_cable",
            "Transport par câble",
            1,
            "cleabs",
            (_KEY, Attribute("nature", required=True), _NAME, _STATE),
        ),
    ),
)


def normalise(layer: str, frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Normalise one layer; layers with a position get `level`, the same as a number.

    Planned objects ('En projet') stand nowhere yet and fictitious geometries stand for nothing on the ground:
    both are set aside.

    Raises:
        KeyError: BD TOPO has no such layer.
        SchemaError: required attributes are missing.
    """
    normalised = normalise_layer(SOURCE, layer, frame)
    for column, value, reason in (
        ("etat_de_l_objet", "En projet", "planned, not built"),
        ("fictif", True, "fictitious geometry"),
    ):
        if column in normalised.columns:
            where = (normalised[column] == value) & (normalised["set_aside"] == "")
            normalised.loc[where, "set_aside"] = reason
    if "position_par_rapport_au_sol" in normalised.columns:
        normalised.insert(
            list(normalised.columns).index("row"), "level", _levels(normalised["position_par_rapport_au_sol"])
        )
    return normalised


def _levels(positions: geopandas.GeoSeries) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Level above ground of a position: 0 for a ford ('Gué ou radier'), for 'Variable' and for no position."""
    return np.array([int(text) if text.removeprefix("-").isdigit() else 0 for text in positions], dtype=np.int64)
