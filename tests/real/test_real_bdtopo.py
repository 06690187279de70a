"""BD TOPO of Noisy-le-Grand through the built zone and the automatic map, over a cover made from its wider extract.

The cover is rasterised from the `wide_*` layers at 0.5 m with 2 % of speckle noise, then vectorised: no image of this
place is at hand.
"""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pytest
import rasterio.features
import shapely

from millesime.built_zone.delineate import ZoneRules, clip, delineate
from millesime.built_zone.footprints import FootprintRules, block_polygons, built_cover, standing_footprints
from millesime.geo.coverage import Coverage
from millesime.geo.grid import Grid
from millesime.nomenclature import COSIA
from millesime.ocsge_auto.make import make_objects
from millesime.ocsge_auto.product import OcsgeMap
from millesime.ocsge_auto.step import Parameters, gather_evidence, with_ids
from millesime.sources import load
from millesime.sources.optional import absent

pytestmark = pytest.mark.real

CRS = "EPSG:2154"
EXTENT = (668100.0, 6859930.0, 669500.0, 6860980.0)
GRID = Grid.covering(EXTENT, pixel_m=0.5, crs=CRS)
FULL = {
    "batiment": "full_buildings", "troncon_de_route": "full_roads", "troncon_de_voie_ferree": "full_train",
    "surface_hydrographique": "full_water", "terrain_de_sport": "full_sport_field",
    "zone_de_vegetation": "full_vegetation",
}  # fmt: skip


def wide(folder: Path, name: str) -> np.ndarray:
    return shapely.force_2d(geopandas.read_file(folder / f"wide_{name}.geojson").geometry.to_numpy())


def burn(labels: np.ndarray, shapes: np.ndarray, name: str) -> None:
    rasterio.features.rasterize(shapes, out=labels, transform=GRID.transform, default_value=COSIA.by_name(name).value)


def made_cover(folder: Path) -> geopandas.GeoDataFrame:
    labels = np.full(GRID.shape, COSIA.by_name("Pelouse").value, dtype=np.uint8)
    burn(labels, wide(folder, "zone_veget"), "Feuillu")
    burn(labels, wide(folder, "surf_hydro"), "Surface eau")
    burn(labels, shapely.buffer(wide(folder, "troncons_route"), 3.0), "Zone imperméable")
    burn(labels, wide(folder, "batiments"), "Bâtiment")
    random = np.random.Generator(np.random.PCG64(7))
    speckle = random.random(labels.shape) < 0.02
    labels[speckle] = random.integers(1, 16, size=int(speckle.sum()), dtype=np.uint8)
    coverage = Coverage.from_labels(labels, GRID).merge(min_area_m2=5.0).simplify(tolerance_m=0.5)
    names = np.array([COSIA.by_value(int(value)).name for value in coverage.face_values], dtype=object)
    return geopandas.GeoDataFrame({"classe": names}, geometry=coverage.to_polygons(), crs=CRS)


@pytest.fixture(scope="module")
def folder(real_data) -> Path:
    return real_data / "bdtopo_noisy"


@pytest.fixture(scope="module")
def bd_topo(folder):
    files = {layer: folder / f"{name}.geojson" for layer, name in FULL.items()}
    return load("bd_topo", files, EXTENT, crs=CRS)


@pytest.fixture(scope="module")
def cover(folder) -> geopandas.GeoDataFrame:
    return made_cover(folder)


@pytest.fixture(scope="module")
def made(bd_topo, cover):
    footprints = standing_footprints(bd_topo.layer("batiment"), built_cover(cover), rules=FootprintRules())
    zone = clip(delineate(block_polygons(footprints.kept), rules=ZoneRules()), EXTENT)
    databases = {"bd_topo": bd_topo} | {n: absent(n, crs=CRS) for n in ("rpg", "bd_foret", "fichiers_fonciers")}
    evidence, aside = gather_evidence(
        cover, geopandas.GeoDataFrame(geometry=zone, crs=CRS), databases, EXTENT, rules=Parameters()
    )
    objects = make_objects(evidence, EXTENT, rules=Parameters())
    return zone, evidence, aside, OcsgeMap(with_ids(objects.frame, territory="NOISY", vintage="2024"), EXTENT)


def test_small_footprints_are_out_once_touching_ones_are_merged(folder):
    """Of 810 footprints 286 are below 50 m²; the union of all has 97 parts below 50 m²: those that are left out."""
    file = {"batiment": folder / "full_buildings.geojson"}
    buildings = load("bd_topo", file, crs=CRS, layers=["batiment"]).layer("batiment")
    found = standing_footprints(buildings, None, rules=FootprintRules())
    small = shapely.get_parts(shapely.union_all(buildings.geometry.to_numpy()))
    assert len(buildings) == 810
    assert int((buildings.area < 50).sum()) == 286
    assert int((shapely.area(small) < 50).sum()) == 97
    assert len(found.kept) + len(found.set_aside) == 810
    assert set(found.set_aside["reason"]) == {"block of touching footprints below 50 m²"}
    assert found.set_aside["key"].is_unique
    blocks = shapely.union_all(found.set_aside.geometry.to_numpy())
    assert len(shapely.get_parts(blocks)) == 97
    assert (shapely.area(block_polygons(found.kept)) >= 50).all()


def test_the_built_zone_holds_the_buildings(made):
    zone, evidence, _, _ = made
    inside = shapely.intersection(shapely.union_all(evidence.buildings.geometry.to_numpy()), shapely.box(*EXTENT))
    assert shapely.area(shapely.difference(inside, shapely.union_all(zone))) < 0.02 * inside.area
    assert (shapely.area(zone) > 0).all()


def test_roads_below_five_metres_are_out_and_listed(made, bd_topo):
    _, _, aside, final = made
    roads = bd_topo.layer("troncon_de_route")
    listed = aside[aside["layer"] == "troncon_de_route"]
    reasons = dict(zip(listed["key"], listed["reason"], strict=True))
    paths = roads[roads["nature"] == "Sentier"]
    assert {reasons[key] for key in paths["cleabs"]} == {"not a road: Sentier"}
    assert (listed["reason"] == "road below 5 m").sum() > 100
    drawn = roads[~roads["cleabs"].isin(reasons)]
    # a road in several sections is judged whole: no section is drawn whose road is narrow throughout
    assert (drawn["largeur_de_chaussee"].fillna(5.0) >= 5.0).mean() > 0.9
    ossature = final.frame[final.frame["ossature"] == 1]
    assert set(ossature["code_us"]) == {"US4.1.1", "US4.1.2"}


def test_the_map_is_a_partition_of_the_frame(made):
    _, _, _, final = made  # it checked itself: valid coverage, extent filled, codes known, ids unique
    west, south, east, north = EXTENT
    assert abs(final.area_m2.sum() - (east - west) * (north - south)) < 1.0
    assert shapely.coverage_is_valid(final.polygons)
    by_cover = final.frame.assign(area=final.area_m2).groupby("code_cs")["area"].sum()
    assert by_cover["CS1.1.1.1"] > 100_000
    built = final.frame[final.frame["code_cs"] == "CS1.1.1.1"]
    within = ~shapely.intersects(built.geometry.to_numpy(), shapely.box(*EXTENT).exterior)
    assert (built.area[within] >= 199.99).mean() > 0.95


def test_every_object_says_why(made):
    _, _, _, final = made
    assert (final.frame["cs_rule"] != "").all()
    assert (final.frame["us_rule"] != "").all()
    assert (final.frame["code_or"] != "").all()
