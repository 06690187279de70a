"""A database read from a file, a folder or a table, and what is told when it cannot be."""

from __future__ import annotations

import geopandas
import pandas
import pytest
import shapely

from millesime.errors import CrsError, InputError, SchemaError
from millesime.sources import load

BOXES = [shapely.box(x, 0, x + 1, 1) for x in (0, 2, 4)]


def _buildings(crs="EPSG:2154"):
    columns = {
        "cleabs": ["B1", "B2", "B3"],
        "nature": ["Indifférenciée", "Serre", "Hutte"],
        "usage_1": ["Résidentiel", "Agricole", "Annexe"],
        "etat_de_l_objet": ["En service", "En projet", "En service"],
    }
    return geopandas.GeoDataFrame(columns, geometry=BOXES, crs=crs)


def _roads():
    columns = {
        "ID": ["R1"],
        "NATURE": ["Chemin"],
        "IMPORTANCE": ["5"],
        "LARGEUR": [0.0],
        "POS_SOL": ["0"],
    }
    return geopandas.GeoDataFrame(columns, geometry=[shapely.LineString([(0, 0), (9, 9)])], crs="EPSG:2154")


@pytest.fixture
def package(tmp_path):
    path = tmp_path / "bd_topo.gpkg"
    _buildings().to_file(path, layer="batiment", engine="pyogrio")
    _roads().to_file(path, layer="TRONCON_DE_ROUTE", engine="pyogrio")
    return path


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "bd_topo"
    path.mkdir()
    _buildings().to_file(path / "BATIMENT.gpkg", layer="whatever", engine="pyogrio")
    _roads().to_file(path / "TRONCON_DE_ROUTE.shp", engine="pyogrio")
    return path


def _table(folder):
    return {"batiment": folder / "BATIMENT.gpkg", "troncon_de_route": folder / "TRONCON_DE_ROUTE.shp"}


def test_a_file_a_folder_and_a_table_give_the_same(package, folder):
    databases = [load("bd_topo", location) for location in (package, folder, _table(folder))]
    for database in databases:
        for layer in ("batiment", "troncon_de_route"):
            found, expected = database.layer(layer), databases[0].layer(layer)
            pandas.testing.assert_frame_equal(
                pandas.DataFrame(found.drop(columns="geometry")), pandas.DataFrame(expected.drop(columns="geometry"))
            )
            assert shapely.equals(found.geometry.array, expected.geometry.array).all()
        assert database.counts == databases[0].counts
        assert sorted(database.layers) == ["batiment", "troncon_de_route"]


def test_every_feature_is_used_or_set_aside_and_counted(package):
    database = load("bd_topo", package, crs="EPSG:2154")
    assert dict(database.counts) == {
        "bd_topo.batiment: read": 3,
        "bd_topo.batiment: used": 2,
        "bd_topo.batiment: set aside, planned, not built": 1,
        "bd_topo.batiment: unknown nature: Hutte": 1,
        "bd_topo.troncon_de_route: read": 1,
        "bd_topo.troncon_de_route: used": 1,
    }
    assert database.remarks == {"bd_topo.batiment: unknown nature: Hutte": 1}
    assert database.set_aside[["source", "layer", "key", "row", "reason"]].values.tolist() == [
        ["bd_topo", "batiment", "B2", 1, "planned, not built"]
    ]
    assert database.layer("batiment")["cleabs"].tolist() == ["B1", "B3"]


def test_only_the_layers_asked_for_that_touch_the_bounds(package):
    database = load("bd_topo", package, (3.5, 0.0, 9.0, 1.0), layers=["batiment"])
    assert database.layer("batiment")["cleabs"].tolist() == ["B3"]
    assert "troncon_de_route" not in database


def test_a_layer_that_is_absent_is_empty_under_its_columns(package):
    water = load("bd_topo", package).layer("surface_hydrographique")
    assert len(water) == 0
    assert {"cleabs", "nature", "level", "persistance", "remarks", "geometry"} <= set(water.columns)
    assert water.crs == "EPSG:2154"


def test_a_required_layer_that_is_missing_is_told_with_those_found(tmp_path):
    path = tmp_path / "topo.gpkg"
    _buildings().to_file(path, layer="maisons", engine="pyogrio")
    _buildings().to_file(path, layer="cabanes", engine="pyogrio")
    with pytest.raises(SchemaError) as caught:
        load("bd_topo", path)
    told = str(caught.value)
    assert str(path) in told
    assert "layer batiment (Bâtiment) is missing" in told
    assert "layer troncon_de_route (Tronçon de route) is missing" in told
    assert "layers found: cabanes, maisons" in told


def test_missing_attributes_of_several_layers_are_told_together(tmp_path):
    path = tmp_path / "topo.gpkg"
    _buildings().drop(columns=["usage_1", "nature"]).to_file(path, layer="batiment", engine="pyogrio")
    _roads().drop(columns="POS_SOL").to_file(path, layer="troncon_de_route", engine="pyogrio")
    with pytest.raises(SchemaError) as caught:
        load("bd_topo", path)
    told = str(caught.value)
    for word in ("batiment", "'usage_1'", "'nature'", "troncon_de_route", "'position_par_rapport_au_sol'", "POS_SOL"):
        assert word in told


def test_an_unknown_layer_in_the_table_is_told(folder):
    with pytest.raises(SchemaError, match="BD TOPO v3 has no layer 'batimant'"):
        load("bd_topo", {**_table(folder), "batimant": folder / "BATIMENT.gpkg"})


def test_the_same_layer_twice_in_a_folder_is_refused(folder):
    _buildings().to_file(folder / "batiment.geojson", engine="pyogrio")
    with pytest.raises(SchemaError, match="layer batiment found more than once"):
        load("bd_topo", folder)


def test_a_single_layer_of_any_name_serves_a_database_of_one_layer(tmp_path):
    path = tmp_path / "export.gpkg"
    columns = {"ID_PARCEL": ["1"], "CODE_CULTU": ["BTH"], "CODE_GROUP": ["1"]}
    fields = geopandas.GeoDataFrame(columns, geometry=BOXES[:1], crs="EPSG:2154")
    fields.to_file(path, layer="mes_champs", engine="pyogrio")
    assert len(load("rpg", path).layer("parcelles_graphiques")) == 1


def test_another_crs_than_the_territorys_is_refused(tmp_path):
    path = tmp_path / "topo.gpkg"
    _buildings(crs="EPSG:2975").to_file(path, layer="batiment", engine="pyogrio")
    with pytest.raises(CrsError, match="EPSG:2975"):
        load("bd_topo", path, layers=["batiment"], crs="EPSG:2154")


def test_a_folder_without_a_vector_file_and_a_missing_file_are_refused(tmp_path):
    with pytest.raises(InputError, match="holds no vector file"):
        load("bd_topo", tmp_path)
    with pytest.raises(InputError, match="no such file"):
        load("bd_topo", tmp_path / "absent.gpkg")
