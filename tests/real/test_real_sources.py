"""The databases as their producers deliver them: every feature used, or set aside with a counted reason."""

from __future__ import annotations

import pytest

from millesime.errors import SchemaError
from millesime.io.vector import read_vector
from millesime.sources import SOURCES, load

pytestmark = pytest.mark.real

FULL_LAYERS = {
    "batiment": ("full_buildings.geojson", 810),
    "troncon_de_route": ("full_roads.geojson", 523),
    "troncon_de_voie_ferree": ("full_train.geojson", 2),
    "surface_hydrographique": ("full_water.geojson", 1),
    "zone_de_vegetation": ("full_vegetation.geojson", 25),
    "terrain_de_sport": ("full_sport_field.geojson", 1),
}


def _all_accounted_for(database, layer):
    """Rows of the layer as read that are neither used nor set aside."""
    prefix = f"{database.name}.{layer}"
    aside = sum(count for name, count in database.counts.items() if name.startswith(f"{prefix}: set aside, "))
    return database.counts[f"{prefix}: read"] - database.counts[f"{prefix}: used"] - aside


def test_rpg_of_nord(real_data):
    database = load("rpg", real_data / "rpg_nord" / "rpga_extract_d59.gpkg", crs="EPSG:2154")
    fields = database.layer("parcelles_graphiques")
    assert database.counts["rpg.parcelles_graphiques: read"] == 4605
    assert _all_accounted_for(database, "parcelles_graphiques") == 0
    assert fields["row"].nunique() + len(database.set_aside) == 4605
    assert fields["code_group"].nunique() == 18
    assert set(fields["code_group"]) <= {str(group) for group in range(1, 29)}
    assert fields.geometry.is_valid.all()
    assert set(fields.geom_type) == {"Polygon"}


def test_bd_foret_of_couchey(real_data):
    """The stands lie in a file of six layers, under a name of their own."""
    database = load("bd_foret", real_data / "bdforet_couchey" / "couchey.gpkg", crs="EPSG:2154")
    stands = database.layer("formation_vegetale")
    assert database.counts["bd_foret.formation_vegetale: read"] == 988
    assert _all_accounted_for(database, "formation_vegetale") == 0
    assert stands["row"].nunique() + len(database.set_aside) == 988
    assert stands["code_tfv"].nunique() == 25
    assert stands.geometry.is_valid.all()


def test_bd_topo_of_noisy(real_data):
    """All attributes: 37 % of the widths are empty and 11 sections pass over others."""
    folder = real_data / "bdtopo_noisy"
    database = load("bd_topo", {layer: folder / name for layer, (name, _) in FULL_LAYERS.items()}, crs="EPSG:2154")
    for layer, (_, count) in FULL_LAYERS.items():
        assert database.counts[f"bd_topo.{layer}: read"] == count
        assert _all_accounted_for(database, layer) == 0
        assert not database.layer(layer).geometry.has_z.any()
        assert database.layer(layer).geometry.is_valid.all()
    assert not [name for name in database.counts if "unknown" in name or "unreadable" in name]
    roads = database.layer("troncon_de_route")
    assert roads["largeur_de_chaussee"].isna().sum() == 192
    assert roads["level"].value_counts().to_dict() == {0: 512, 1: 11}
    assert not roads["fictif"].any()
    buildings = database.layer("batiment")
    assert buildings["usage_1"].value_counts()["Résidentiel"] == 650
    assert int((buildings.area < 50).sum()) == 286


def test_bd_topo_with_few_attributes_is_refused_with_what_is_missing(real_data):
    folder = real_data / "bdtopo_noisy"
    with pytest.raises(SchemaError) as caught:
        load(
            "bd_topo",
            {"batiment": folder / "wide_batiments.geojson", "troncon_de_route": folder / "wide_troncons_route.geojson"},
        )
    told = str(caught.value)
    assert "wide_troncons_route.geojson" in told
    assert "'largeur_de_chaussee'" in told
    assert "'position_par_rapport_au_sol'" in told
    assert "nature, importance" in told


def test_communes_of_two_producers(real_data):
    noisy = load("admin_express", {"commune": real_data / "bdtopo_noisy" / "full_commune.geojson"})
    assert sorted(noisy.layer("commune")["insee_com"]) == ["77083", "93051"]
    couchey = load("admin_express", {"commune": real_data / "bdforet_couchey" / "couchey.gpkg"})
    assert couchey.layer("commune")[["insee_com", "nom"]].values.tolist() == [["21200", "Couchey"]]


def test_cadastral_parcels_lack_what_makes_them_fichiers_fonciers(real_data):
    path = real_data / "cadastre_25354" / "pci_25354.gpkg"
    with pytest.raises(SchemaError, match="'nlochabit'"):
        load("fichiers_fonciers", path)
    _, normalise = SOURCES["fichiers_fonciers"]
    parcels = read_vector(path, layer="parcelle").assign(nlochabit=0, nlocal=0).rename(columns={"IDU": "IDPAR"})
    normalised = normalise("parcelle", parcels)
    assert normalised["row"].nunique() == 511
    assert (normalised["set_aside"] == "").all()
