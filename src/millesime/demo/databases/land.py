"""RPG, BD Forêt v2 and Admin Express of the demo territory."""

from __future__ import annotations

import geopandas
import numpy as np
import shapely

from millesime.demo.databases.chance import draws, lowest
from millesime.demo.databases.drift import on_grid
from millesime.demo.databases.faults import Faults
from millesime.demo.databases.table import keys, table
from millesime.demo.scene import Scene

M2_PER_HA = 10_000.0

#: BD Forêt v2 code -> type of formation, its short form, main species.
_FORMATIONS = {
    "FF1-00": ("Forêt fermée à mélange de feuillus", "Forêt fermée feuillus", "Feuillus"),
    "FF1-00-00": ("Forêt fermée à mélange de feuillus", "Forêt fermée feuillus", "Feuillus"),
    "FF2-00": ("Forêt fermée à mélange de conifères", "Forêt fermée conifères", "Conifères"),
    "FF2-00-00": ("Forêt fermée à mélange de conifères", "Forêt fermée conifères", "Conifères"),
    "FF31": ("Forêt fermée à mélange de feuillus prépondérants et conifères", "Forêt fermée mixte", "Mixte"),
    "FF32": ("Forêt fermée à mélange de conifères prépondérants et feuillus", "Forêt fermée mixte", "Mixte"),
    "FF0": ("Forêt fermée sans couvert arboré", "Forêt fermée sans couvert arboré", "NR"),
    "FO1": ("Forêt ouverte de feuillus purs", "Forêt ouverte feuillus", "Feuillus"),
    "FO2": ("Forêt ouverte de conifères purs", "Forêt ouverte conifères", "Conifères"),
    "FO3": ("Forêt ouverte à mélange de feuillus et conifères", "Forêt ouverte mixte", "Mixte"),
    "FP": ("Peupleraie", "Peupleraie", "Peuplier"),
    "LA4": ("Lande", "Lande", "NC"),
    "LA6": ("Formation herbacée", "Formation herbacée", "NC"),
}
_UNKNOWN_FORMATION = ("Non renseigné", "Non renseigné", "NC")


def rpg(scene: Scene, *, faults: Faults, seed: int) -> dict[str, geopandas.GeoDataFrame]:
    """Declared fields, inside their real borders."""
    chance = draws(seed, "field", scene.fields["fid"], count=2)
    declared = ~lowest(chance[:, 0], faults.fields_undeclared)
    fields = scene.fields[declared]
    inset = faults.field_inset_min_m + chance[declared, 1] * (faults.field_inset_max_m - faults.field_inset_min_m)
    shapes = fields.geometry.to_numpy()
    if inset.any():
        shapes = _largest_parts(shapely.buffer(shapes, -inset, join_style="mitre"))
    shapes = _largest_parts(on_grid(shapes, grid_m=faults.grid_m))
    layer = table(
        {
            "ID_PARCEL": [str(6_000_000 + int(number)) for number in fields["fid"]],
            "SURF_PARC": np.round(shapely.area(shapes) / M2_PER_HA, 2),
            "CODE_CULTU": fields["code_cultu"].to_list(),
            "CODE_GROUP": [str(group) for group in fields["code_group"]],
        },
        shapes,
        multi=True,
    )
    return {"parcelles_graphiques": layer}


def bd_foret(scene: Scene, *, faults: Faults, seed: int) -> dict[str, geopandas.GeoDataFrame]:
    """Stands of one type joined, those above the minimum, with simple outlines."""
    del seed  # nothing here is left to chance
    woods = scene.woods[scene.woods["code_tfv"] != ""]
    codes: list[str] = []
    shapes: list[shapely.Polygon] = []
    for code in sorted(set(woods["code_tfv"])):
        joined = shapely.union_all(woods.geometry[woods["code_tfv"] == code].to_numpy(), grid_size=0.01)
        for part in sorted(shapely.get_parts(joined), key=lambda shape: shape.bounds):
            if part.area >= faults.stand_min_m2:
                codes.append(code)
                shapes.append(part)
    outlines = np.array(shapes, dtype=object)
    if faults.stand_tolerance_m > 0.0 and len(outlines):
        outlines = shapely.simplify(outlines, faults.stand_tolerance_m)
    formations = [_FORMATIONS.get(code, _UNKNOWN_FORMATION) for code in codes]
    layer = table(
        {
            "ID": keys("FORMVEGE", np.arange(len(codes))),
            "CODE_TFV": codes,
            "TFV": [formation[0] for formation in formations],
            "TFV_G11": [formation[1] for formation in formations],
            "ESSENCE": [formation[2] for formation in formations],
        },
        _largest_parts(on_grid(outlines, grid_m=faults.grid_m)),
    )
    return {"formation_vegetale": layer}


def admin_express(scene: Scene) -> dict[str, geopandas.GeoDataFrame]:
    """Communes, the one EPCI and the one département that hold them; limits are never late."""
    communes = scene.communes
    codes = [str(code) for code in communes["insee"]]
    shapes = communes.geometry.to_numpy()
    whole = shapely.union_all(shapes, grid_size=0.01)
    department = codes[0][:2] if codes else ""
    commune = table(
        {
            "ID": keys("COMMUNE_", np.arange(1, len(codes) + 1)),
            "NOM": communes["name"].to_list(),
            "INSEE_COM": codes,
            "INSEE_DEP": [code[:2] for code in codes],
            "SIREN_EPCI": ["200000000"] * len(codes),
        },
        shapes,
        multi=True,
    )
    around = np.array([whole], dtype=object)
    return {
        "commune": commune,
        "epci": table(
            {"CODE_SIREN": ["200000000"], "NOM": ["CC du Territoire"], "NATURE": ["Communauté de communes"]}, around
        ),
        "departement": table({"INSEE_DEP": [department], "NOM": ["Département"]}, around),
    }


def _largest_parts(
    geometries: np.ndarray[tuple[int], np.dtype[np.object_]],
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The largest polygon of each geometry; None where none is left."""
    largest = np.full(len(geometries), None, dtype=object)
    parts, owner = shapely.get_parts(geometries, return_index=True)
    for row in np.argsort(shapely.area(parts), kind="stable"):
        largest[owner[row]] = parts[row]
    return largest
