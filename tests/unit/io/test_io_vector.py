"""Vector files: names, layers and CRS on the way in; schema, styles and equal bytes on the way out."""

import sqlite3

import geopandas
import pytest
import shapely

from millesime.errors import CrsError, InputError, SchemaError
from millesime.io.vector import Style, list_layers, read_styles, read_vector, write_geopackage, write_parquet

FRAME = geopandas.GeoDataFrame(
    {"id": ["a", "b"], "code_cs": ["CS1.2.2", "CS2.2.1"]},
    geometry=[shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)],
    crs="EPSG:2154",
)


@pytest.mark.parametrize("suffix", ["parquet", "gpkg"])
def test_round_trip_and_same_bytes(tmp_path, suffix):
    for name in ("a", "b"):
        path = tmp_path / f"{name}.{suffix}"
        if suffix == "parquet":
            write_parquet(FRAME, path)
        else:
            write_geopackage(
                path, {"OCCUPATION_SOL": FRAME}, styles={"OCCUPATION_SOL": [Style("couverture", "<qgis/>")]}
            )
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()
    back = read_vector(tmp_path / f"a.{suffix}")
    assert back.crs.to_authority() == ("EPSG", "2154")
    assert back.geometry.name == "geometry"
    assert back["code_cs"].tolist() == FRAME["code_cs"].tolist()
    assert back.geometry.geom_equals(FRAME.geometry).all()


def test_geopackage_as_delivered(tmp_path):
    styles = {"OCCUPATION_SOL": [Style("couverture", "<qgis/>"), Style("usage", "<qgis/>", is_default=False)]}
    write_geopackage(
        tmp_path / "a.gpkg", {"OCCUPATION_SOL": FRAME, "ZONE_CONSTRUITE": FRAME[["geometry"]]}, styles=styles
    )
    assert list_layers(tmp_path / "a.gpkg") == ("OCCUPATION_SOL", "ZONE_CONSTRUITE")
    assert read_styles(tmp_path / "a.gpkg")["OCCUPATION_SOL"] == tuple(styles["OCCUPATION_SOL"])
    database = sqlite3.connect(tmp_path / "a.gpkg")
    kinds = database.execute("SELECT table_name, column_name, geometry_type_name FROM gpkg_geometry_columns").fetchall()
    database.close()
    assert kinds == [("OCCUPATION_SOL", "the_geom", "POLYGON"), ("ZONE_CONSTRUITE", "the_geom", "POLYGON")]
    assert [file.name for file in tmp_path.iterdir()] == ["a.gpkg"]


def test_layers_are_found_in_any_case_and_must_be_named_when_several(tmp_path):
    write_geopackage(tmp_path / "a.gpkg", {"BATIMENT": FRAME, "ROUTE": FRAME})
    assert len(read_vector(tmp_path / "a.gpkg", layer="batiment")) == 2
    with pytest.raises(InputError, match="holds 2 layers: BATIMENT, ROUTE"):
        read_vector(tmp_path / "a.gpkg")
    with pytest.raises(SchemaError, match="no layer 'rail'"):
        read_vector(tmp_path / "a.gpkg", layer="rail")


def test_bounds_keep_what_touches(tmp_path):
    write_parquet(FRAME, tmp_path / "a.parquet")
    assert read_vector(tmp_path / "a.parquet", bounds=(0.2, 0.2, 0.4, 0.4))["id"].tolist() == ["a"]


def test_a_file_without_crs_is_refused_with_the_remedy(tmp_path):
    with pytest.warns(UserWarning, match="'crs' was not provided"):
        FRAME.set_crs(None, allow_override=True).to_file(tmp_path / "bare.fgb")
    with pytest.raises(CrsError, match="--crs EPSG:2154"):
        read_vector(tmp_path / "bare.fgb")
    assert read_vector(tmp_path / "bare.fgb", crs="EPSG:2154").crs.to_epsg() == 2154


def test_files_that_are_no_maps(tmp_path):
    (tmp_path / "a.gpkg").write_text("no")
    (tmp_path / "a.parquet").write_text("no")
    for name in ("a.gpkg", "a.parquet"):
        with pytest.raises(InputError, match="cannot be read"):
            read_vector(tmp_path / name)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson"])
def test_features_without_a_place_are_read_whatever_the_bounds(tmp_path, suffix):
    far, near = shapely.box(700_000, 6_600_000, 700_010, 6_600_010), shapely.box(600_000, 6_600_000, 600_010, 6_600_010)
    shapes = [near, shapely.Polygon(), None, far]
    frame = geopandas.GeoDataFrame({"number": [1, 2, 3, 4]}, geometry=shapes, crs="EPSG:2154")
    path = tmp_path / f"layer.{suffix}"
    frame.to_file(path)
    read = read_vector(path, bounds=(599_000, 6_599_000, 601_000, 6_601_000), crs="EPSG:2154")
    assert sorted(read["number"]) == [1, 2, 3]
