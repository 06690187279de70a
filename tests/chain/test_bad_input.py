"""What a user gets wrong: a message that names the file and the remedy, exit code 2, nothing half written."""

from __future__ import annotations

import shutil

import geopandas
import numpy as np
import pytest
import rasterio
import shapely

from .conftest import millesime

pytestmark = pytest.mark.slow


@pytest.fixture
def territory(demo, tmp_path):
    """A copy of the demo territory, sources alone."""
    folder, _ = demo
    copy = tmp_path / "territory"
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("products", "delivery", "truth", "evaluation.json"))
    return copy


def refused(territory, *words, step="imagery", vintage=2019):
    """Run a step that must be refused; check the message and that nothing half written is left."""
    message = millesime("run", step, "-C", territory, "--vintage", vintage, expect=2)
    for word in words:
        assert word in message, message
    assert not (territory / "products/.partial").exists()
    made = territory / "products" / str(vintage)
    assert not made.exists() or not list(made.glob(f"{step}*"))
    return message


def rewrite(path, **changes):
    """Write a raster again with another profile or fewer bands."""
    with rasterio.open(path) as dataset:
        profile, pixels = dataset.profile, dataset.read()
    bands = changes.pop("bands", None)
    if bands is not None:
        pixels = pixels[:bands]
        changes["count"] = bands
    keep = {key: profile[key] for key in ("width", "height", "count", "dtype", "crs", "transform", "nodata")}
    path.unlink()
    with rasterio.open(path, "w", driver="GTiff", **{**keep, **changes}) as dataset:
        dataset.write(pixels.astype(changes.get("dtype", pixels.dtype)))


def test_imagery_without_crs(territory):
    rewrite(territory / "sources/2019/ortho_rgb.tif", crs=None)
    refused(territory, "ortho_rgb.tif", "CRS", "EPSG:2154")
    text = (territory / "territory.toml").read_text()
    (territory / "territory.toml").write_text(text.replace("year = 2019", 'year = 2019\ncrs = "EPSG:2154"', 1))
    millesime("run", "imagery", "-C", territory, "--vintage", 2019)


def test_imagery_in_another_crs(territory):
    rewrite(territory / "sources/2019/ortho_irc.tif", crs="EPSG:32631")
    refused(territory, "ortho_irc.tif", "EPSG:32631", "EPSG:2154")


def test_wrong_band_count_and_type_are_told_together(territory):
    rewrite(territory / "sources/2019/ortho_rgb.tif", bands=1)
    rewrite(territory / "sources/2019/ortho_irc.tif", bands=2)
    refused(territory, "ortho_rgb.tif", "ortho_irc.tif", "band")


def test_imagery_that_does_not_cover_the_territory(territory):
    path = territory / "sources/2019/ortho_rgb.tif"
    with rasterio.open(path) as dataset:
        place = dataset.transform @ rasterio.Affine.translation(50, 0)
    rewrite(path, transform=place)
    refused(territory, "ortho_rgb.tif", "cover")


def test_unknown_keys_are_told_together(territory):
    text = (territory / "territory.toml").read_text()
    text = text.replace('crs = "EPSG:2154"', 'crs = "EPSG:2154"\ncolour = "red"', 1).replace("ortho_rgb", "orto_rgb", 1)
    (territory / "territory.toml").write_text(text)
    refused(territory, "territory.toml", "colour", "orto_rgb", "unknown key")


def test_sources_missing_in_a_later_vintage_are_told_before_the_first_one_is_made(territory):
    for name in ("dsm.tif", "bd_topo.gpkg"):
        (territory / "sources/2022" / name).unlink()
    message = millesime("run", "-C", territory, expect=2)
    for words in ("dsm of vintage 2022", "bd_topo of vintage 2022", "nothing was run"):
        assert words in message, message
    assert not (territory / "products").exists()
    assert "dsm of vintage 2022" in millesime("status", "-C", territory)


def gpkg_layer(path, layer):
    return geopandas.read_file(path, layer=layer)


def replace_bd_topo(territory, layer, frame):
    """Point BD TOPO to a folder where one layer is replaced."""
    from millesime.io.vector import list_layers, read_vector, write_geopackage

    path = territory / "sources/2019/bd_topo.gpkg"
    layers = {name: read_vector(path, layer=name) for name in list_layers(path)}
    layers[layer] = frame
    path.unlink()
    write_geopackage(path, layers, geometry_name="geometrie")


def test_a_source_with_missing_attributes(territory):
    path = territory / "sources/2019/bd_topo.gpkg"
    frame = gpkg_layer(path, "batiment").drop(columns=["usage_1", "nature"])
    replace_bd_topo(territory, "batiment", frame)
    refused(territory, "batiment", "usage_1", step="built_zone")


def test_an_invalid_geometry_is_repaired_and_counted_beside_an_empty_one(territory):
    path = territory / "sources/2019/bd_topo.gpkg"
    frame = gpkg_layer(path, "batiment")
    west, south = frame.total_bounds[:2]
    bow_tie = shapely.Polygon([(0, 0), (20, 20), (20, 0), (0, 20)])
    frame.loc[frame.index[0], "geometry"] = shapely.transform(bow_tie, lambda xy: xy + np.array([west + 5, south + 5]))
    frame.loc[frame.index[1], "geometry"] = shapely.Polygon()
    replace_bd_topo(territory, "batiment", frame)
    millesime("run", "built_zone", "-C", territory, "--vintage", 2019)
    report = millesime("status", "-C", territory)
    assert "bd_topo.batiment: invalid geometry repaired: 1" in report
    assert "bd_topo.batiment: set aside, empty geometry: 1" in report


def test_unknown_codes_in_operations_are_refused(territory):
    (territory / "operations/2019.jsonl").write_text(
        '{"type": "reclass", "at": [0, 0], "before": {"cs": "*", "us": "*"}, "after": {"cs": "*", "us": "US9"}, '
        '"who": "pi", "when": "2023-01-01T00:00:00Z", "why": "x"}\n'
    )
    refused(territory, "2019.jsonl", "US9", step="ocsge_final")


def test_a_truncated_image_is_named(territory):
    path = territory / "sources/2019/ortho_rgb.tif"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])
    message = millesime("run", "cover_raster", "-C", territory, "--vintage", 2019, expect=3)
    assert "ortho_rgb.tif" in message
