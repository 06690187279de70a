"""A map made whole: a square of 200 m with a road, a house, a field and a wood."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from millesime.errors import CodeError, GeometryError, InputError
from millesime.ocsge_auto.buildings import built_polygons
from millesime.ocsge_auto.inflate import InflationRules
from millesime.ocsge_auto.make import MapRules, make_objects, prepare_cover
from millesime.ocsge_auto.product import OcsgeMap
from millesime.ocsge_auto.step import Parameters, gather_evidence, with_ids
from millesime.sources.bd_topo import SOURCE as BD_TOPO
from millesime.sources.bd_topo import normalise
from millesime.sources.database import Database, used_part
from millesime.sources.optional import absent

EXTENT = (0.0, 0.0, 200.0, 200.0)
CRS = "EPSG:2154"


def layer(name: str, columns: dict, geometries: list) -> geopandas.GeoDataFrame:
    return used_part(normalise(name, geopandas.GeoDataFrame(columns, geometry=geometries, crs=CRS)))


def bd_topo() -> Database:
    road = {
        "cleabs": ["ROAD1"], "nature": ["Route à 1 chaussée"], "importance": ["4"], "largeur_de_chaussee": [6.0],
        "position_par_rapport_au_sol": ["0"],
    }  # fmt: skip
    house = {"cleabs": ["HOUSE1", "SHED1"], "nature": ["Indifférenciée"] * 2, "usage_1": ["Résidentiel", "Annexe"]}
    nothing = absent("bd_topo", crs=CRS)
    layers = {
        "troncon_de_route": layer("troncon_de_route", road, [shapely.LineString([(100, -10), (100, 210)])]),
        "batiment": layer("batiment", house, [shapely.box(40, 40, 60, 55), shapely.box(30, 150, 36, 155)]),
    }
    return Database(BD_TOPO, normalise, layers, nothing.set_aside, {})


def cover() -> geopandas.GeoDataFrame:
    """A field west of the road with a roof of 20 m x 15 m in it, a wood east of it."""
    roof = shapely.box(40, 40, 60, 55)
    return geopandas.GeoDataFrame(
        {"classe": ["Culture", "Bâtiment", "Feuillu"]},
        geometry=[shapely.box(0, 0, 100, 200).difference(roof), roof, shapely.box(100, 0, 200, 200)],
        crs=CRS,
    )


def made() -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
    databases = {"bd_topo": bd_topo()} | {n: absent(n, crs=CRS) for n in ("rpg", "bd_foret", "fichiers_fonciers")}
    zone = geopandas.GeoDataFrame(geometry=[shapely.box(20, 20, 80, 80)], crs=CRS)
    evidence, aside = gather_evidence(cover(), zone, databases, EXTENT, rules=Parameters())
    return make_objects(evidence, EXTENT, rules=Parameters()).frame, aside


def test_codes_areas_and_reasons():
    """Road 6 x 200 = 1 200 m²; house 300; field 97 x 200 - 300 = 19 100; wood 97 x 200 = 19 400."""
    frame, aside = made()
    told = {
        (row.code_cs, row.code_us): (row.geometry.area, row.ossature, row.cs_rule, row.us_rule, row.source)
        for row in frame.itertuples()
    }
    assert told == {
        ("CS1.1.1.2", "US4.1.1"): (1200.0, 1, "cosia;network.sealed", "bd_topo.road", "BD TOPO"),
        ("CS1.1.1.1", "US5"): (300.0, 0, "cosia;cosia.small_built;building", "building.dwelling", "BD TOPO"),
        ("CS2.2.1", "US1.1"): (19100.0, 0, "cosia", "cover.crops", "CoSIA"),
        ("CS2.1.1.1", "US6.3"): (19400.0, 0, "cosia", "natural", "CoSIA"),
    }
    assert aside[["key", "reason"]].to_numpy().tolist() == [["SHED1", "not built in the imagery"]]


def test_the_map_checks_itself():
    frame = with_ids(made()[0], territory="TEST", vintage="2022")
    good = OcsgeMap(frame, EXTENT)
    assert len(good) == 4
    assert frame["id"].is_unique
    assert frame["id"].str.fullmatch("OCSGE[0-9A-F]{16}").all()
    with pytest.raises(CodeError, match="CS9"):
        OcsgeMap(frame.assign(code_cs="CS9"), EXTENT)
    with pytest.raises(InputError, match="more than once"):
        OcsgeMap(frame.assign(id="OCSGE0"), EXTENT)
    with pytest.raises(GeometryError, match="more than the extent"):
        OcsgeMap(frame.iloc[1:], EXTENT)
    shifted = frame.geometry.to_numpy().copy()
    shifted[0] = shapely.transform(shifted[0], lambda xy: xy + np.array([1.0, 0.0]))
    with pytest.raises(GeometryError, match="do not fit"):
        OcsgeMap(frame.set_geometry(shifted, crs=CRS), EXTENT)


def test_ids_come_from_the_content_not_from_the_order():
    frame = made()[0]
    ids = with_ids(frame, territory="TEST", vintage="2022")["id"]
    turned = with_ids(frame.iloc[::-1].reset_index(drop=True), territory="TEST", vintage="2022")["id"]
    assert ids.tolist() == turned.tolist()[::-1]
    assert set(ids).isdisjoint(with_ids(frame, territory="TEST", vintage="2025")["id"])


def test_small_cover_is_merged_before_the_overlay():
    speck = shapely.box(10, 10, 16, 16)  # 36 m², below 50
    frame = geopandas.GeoDataFrame(
        {"classe": ["Culture", "Feuillu"]},
        geometry=[shapely.box(0, 0, 100, 100).difference(speck), speck],
        crs=CRS,
    )
    ready = prepare_cover(frame, rules=MapRules())
    assert ready["classe"].tolist() == ["Culture"]
    assert ready.area.tolist() == [10_000.0]


def test_a_cover_of_another_nomenclature_is_refused():
    frame = geopandas.GeoDataFrame({"classe": ["Coupe"]}, geometry=[shapely.box(0, 0, 9, 9)], crs=CRS)
    with pytest.raises(CodeError, match="Coupe"):
        prepare_cover(frame, rules=MapRules())


def test_a_small_block_takes_the_attributes_of_its_largest_footprint():
    """60 m² of house and 40 m² of shed make a block of 100 m²: one polygon of 200 m², a house."""
    footprints = geopandas.GeoDataFrame(
        {"usage_1": ["Annexe", "Résidentiel"], "block": [0, 0], "block_area_m2": [100.0, 100.0]},
        geometry=[shapely.box(6, 0, 10, 10), shapely.box(0, 0, 6, 10)],
        crs=CRS,
    )
    built = built_polygons(footprints, np.empty(0, dtype=object), rules=InflationRules())
    assert built["usage_1"].tolist() == ["Résidentiel"]
    assert 200.0 <= built.area.iloc[0] < 201.0


def test_the_cover_alone_makes_a_map():
    """Without any database: the roof of 300 m² is a house, the field is farmed, and there is no ossature."""
    databases = {n: absent(n, crs=CRS) for n in ("bd_topo", "rpg", "bd_foret", "fichiers_fonciers")}
    zone = geopandas.GeoDataFrame(geometry=[], crs=CRS)
    evidence, aside = gather_evidence(cover(), zone, databases, EXTENT, rules=Parameters())
    frame = make_objects(evidence, EXTENT, rules=Parameters()).frame
    assert sorted(zip(frame["code_cs"], frame["code_us"], strict=True)) == [
        ("CS1.1.1.1", "US5"), ("CS2.1.1.1", "US6.3"), ("CS2.2.1", "US1.1"),
    ]  # fmt: skip
    assert set(frame["ossature"]) == {0}
    assert len(aside) == 0
