"""What the attributes of the databases say about use: one row for each value, in order of trust.

The readings are ours (inferred) unless the note says otherwise; where two published readings exist the note
tells the other one. `millesime.ocsge_auto.use_rules` says which rows speak before which.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Scope = Literal["all", "open", "used", "hard", "built"]
"""Which covers inside a place take its use:

- `all`: everything;
- `open`: everything but trees;
- `used`: built, sealed, mineral, bare and lawn: neither woods nor fields nor water;
- `hard`: built, sealed, mineral and bare;
- `built`: built alone.
"""


@dataclass(frozen=True)
class UseRow:
    """One value of one attribute, and the use it means."""

    rule: str
    """Identifier written with the objects whose use it sets."""

    layer: str
    attribute: str
    """Name of the attribute, or '' when every feature of the layer is meant."""

    values: tuple[str, ...]
    """Values of the attribute; a value that ends with '*' stands for all that start so."""

    us: str
    """Code of the use; '' says that the place tells nothing."""

    scope: Scope = "used"
    certainty: Literal["high", "medium", "low"] = "medium"
    note: str = ""


_PLACE = "zone_d_activite_ou_d_interet"

#: Polygons with a purpose; where several speak of one place, the first row of the table wins.
PLACES: tuple[UseRow, ...] = (
    UseRow("place.quarry", _PLACE, "nature", ("Carrière", "Mine"), "US1.3", "open", "high"),
    UseRow(
        "place.salt_marsh", _PLACE, "nature", ("Marais salant",), "US1.4", "all", note="other reading: US1.3"
    ),
    UseRow("place.aquaculture", _PLACE, "nature", ("Aquaculture",), "US1.4", "all", "high"),
    UseRow(
        "place.waste", _PLACE, "nature", ("Déchèterie",), "US4.3", "used", note="other reading: US3"
    ),
    UseRow(
        "place.water_works", _PLACE, "nature",
        ("Station d'épuration", "Station de pompage", "Usine de production d'eau potable"),
        "US4.3", "used", "high", note="drinking water: other reading US2",
    ),
    UseRow("place.substation", "poste_de_transformation", "", (), "US4.3", "used", "high"),
    UseRow(
        "place.reservoir_industrial", "reservoir", "nature", ("Réservoir industriel",), "US2", "used"
    ),
    UseRow("place.reservoir", "reservoir", "", (), "US4.3", "used", "high"),
    UseRow("place.cemetery", "cimetiere", "", (), "US3", "all"),
    UseRow("place.sports_ground", "terrain_de_sport", "", (), "US3", "all", "high"),
    UseRow("place.runway", "piste_d_aerodrome", "", (), "US4.1.3", "open", "high"),
    UseRow("place.aerodrome", "aerodrome", "", (), "US4.1.3", "used", "high"),
    UseRow(
        "place.rail_equipment", "equipement_de_transport", "nature",
        ("Gare voyageurs uniquement", "Gare voyageurs et fret", "Gare fret", "Aire de triage"),
        "US4.1.2", "hard", "high",
    ),
    UseRow("place.port", "equipement_de_transport", "nature", ("Port",), "US4.1.4", "hard", "high"),
    UseRow(
        "place.road_equipment", "equipement_de_transport", "nature",
        ("Aire de repos ou de service", "Parking", "Carrefour", "Péage", "Gare routière", "Rond-point",
         "Carrefour aménagé"),
        "US4.1.1", "used", "high",
    ),
    UseRow(
        "place.power_plant", _PLACE, "nature", ("Centrale électrique",), "US2", "open",
        note="energy is secondary production in the full legend",
    ),
    UseRow("place.plant", _PLACE, "nature", ("Usine",), "US2", "used", "high"),
    UseRow(
        "place.logistics", _PLACE, "nature_detaillee", ("Entrepôt*", "Plateforme logistique*"), "US4.2",
        certainty="low",
    ),
    UseRow("place.industry", _PLACE, "nature", ("Zone industrielle", "Divers industriel"), "US2"),
    UseRow(
        "place.trade", _PLACE, "nature", ("Divers commercial", "Centre commercial", "Marché"), "US3", "used", "high"
    ),
    UseRow("place.farm", _PLACE, "nature", ("Haras", "Divers agricole", "Elevage"), "US1.1"),
    UseRow(
        "place.leisure", _PLACE, "nature",
        ("Camping", "Golf", "Hippodrome", "Parc de loisirs", "Parc zoologique"), "US3", "used", "high",
    ),
    UseRow(
        "place.untold", _PLACE, "nature",
        ("Camp militaire non clos", "Champ de tir", "Site de vol libre", "Sentier de découverte",
         "Espace public", "Baignade surveillée"),
        "", "all", note="a place of that nature is not occupied by what its category names",
    ),
    UseRow("place.water_management", _PLACE, "categorie", ("Gestion des eaux",), "US4.3", "used", "high"),
    UseRow(
        "place.services", _PLACE, "categorie",
        ("Administratif ou militaire", "Culture et loisirs", "Science et enseignement", "Santé", "Sport",
         "Religieux"),
        "US3",
    ),
    UseRow("place.dwellings", "zone_d_habitation", "", (), "US5", "built", "low"),
)  # fmt: skip

#: Buildings whose nature or declared usage tells the use by itself.
BUILDINGS: tuple[UseRow, ...] = (
    UseRow("building.site", "batiment", "etat_de_l_objet", ("En construction",), "US6.1", "built"),
    UseRow("building.ruin", "batiment", "etat_de_l_objet", ("En ruine",), "US6.2", "built"),
    UseRow("building.greenhouse", "batiment", "nature", ("Serre", "Silo"), "US1.1", "built", "high"),
    UseRow("building.stand", "batiment", "nature", ("Tribune",), "US3", "built", "high"),
    UseRow("building.farm", "batiment", "usage_1", ("Agricole",), "US1.1", "built", "high"),
    UseRow("building.industry", "batiment", "usage_1", ("Industriel",), "US2", "built", "high"),
    UseRow(
        "building.service", "batiment", "usage_1", ("Commercial et services", "Religieux", "Sportif"), "US3",
        "built", "high",
    ),
    UseRow("building.dwelling", "batiment", "usage_1", ("Résidentiel",), "US5", "built", "high"),
)  # fmt: skip

#: Water surfaces.
WATERS: tuple[UseRow, ...] = (
    UseRow("water.canal", "surface_hydrographique", "nature", ("Canal",), "US4.1.4", "all"),
    UseRow(
        "water.harbour", "surface_hydrographique", "nature", ("Retenue-bassin portuaire",), "US4.1.4", "all"
    ),
    UseRow(
        "water.fish_pond", "surface_hydrographique", "nature", ("Réservoir-bassin piscicole",), "US1.4", "all"
    ),
    UseRow(
        "water.basin", "surface_hydrographique", "nature",
        ("Réservoir-bassin", "Réservoir-bassin d'orage"), "US4.3", "all",
    ),
    UseRow(
        "water.dam", "surface_hydrographique", "nature", ("Retenue-barrage", "Retenue-digue"), "US4.3", "all", "low"
    ),
    UseRow(
        "water.natural", "surface_hydrographique", "nature", ("*",), "US6.3", "all",
        note="a pond (Retenue) among crops is US1.1: see the rule of ponds",
    ),
)  # fmt: skip

#: Stands of BD Forêt; those of heath and grass (LA) have no use of their own.
STANDS: tuple[UseRow, ...] = (
    UseRow("forest.stand", "formation_vegetale", "code_tfv", ("FF*", "FO*", "FP*"), "US1.2", "all"),
)

#: Vegetation of BD TOPO that stands for forestry.
VEGETATION: tuple[UseRow, ...] = (
    UseRow(
        "vegetation.forest", "zone_de_vegetation", "nature",
        ("Forêt fermée de feuillus", "Forêt fermée de conifères", "Forêt fermée mixte", "Forêt ouverte",
         "Peupleraie"),
        "US1.2", "all",
    ),
    UseRow("vegetation.orchard", "zone_de_vegetation", "nature", ("Verger", "Vigne"), "US1.1", "all"),
)  # fmt: skip

#: Occupation codes of premises (Fichiers fonciers, `cconlc`); unconfirmed.
PREMISES: tuple[UseRow, ...] = (
    UseRow("premises.railway", "local", "cconlc", tuple(f"U{n}" for n in range(1, 10)), "US4.1.2", certainty="low"),
    UseRow("premises.network", "local", "cconlc", ("UE",), "US4.3", certainty="low"),
    UseRow("premises.industry", "local", "cconlc", ("U", "US", "UN"), "US2", certainty="low"),
    UseRow("premises.trade", "local", "cconlc", ("CM", "CA", "CB", "CD", "CH"), "US3", certainty="low"),
)
