"""The step, from a raster product to a vector product."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas
import numpy as np
import pytest
import shapely

from millesime.compute import Progress, Workers
from millesime.cover_vector.step import Parameters, run
from millesime.errors import ConfigError, ImageryError
from millesime.geo.grid import Grid
from millesime.io.raster import write_raster
from millesime.nomenclature import COSIA

GRID = Grid("EPSG:2154", 700_000.0, 6_600_000.0, 0.2, 150, 100)


def context(folder, labels, *, nomenclature=COSIA, **parameters):
    """A step's context with the attributes that this step reads."""
    raster = folder / "cover_raster.tif"
    write_raster(raster, labels, GRID, nodata=0, nomenclature=nomenclature)
    return SimpleNamespace(
        parameters=Parameters(**parameters),
        progress=Progress(),
        workers=Workers(),
        product=lambda name: raster,
        output=lambda: folder / "cover_vector.parquet",
        territory=SimpleNamespace(extent=GRID.bounds),
    )


@pytest.fixture
def labels():
    rng = np.random.default_rng(1)
    blocks = np.kron(rng.integers(1, 16, (10, 15)), np.ones((10, 10), int)).astype(np.uint8)
    noise = rng.random(blocks.shape) < 0.05
    blocks[noise] = rng.integers(1, 16, int(noise.sum()))
    return blocks


def test_the_extent_is_covered_exactly(tmp_path, labels):
    summary = run(context(tmp_path, labels, min_area_m2=2.0))
    frame = geopandas.read_parquet(tmp_path / "cover_vector.parquet")
    assert list(frame.columns) == ["numero", "classe", "geometry"]
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())
    assert shapely.equals(shapely.union_all(frame.geometry.to_numpy()), shapely.box(*GRID.bounds))
    assert (frame.area >= 1.0).all()
    assert summary.counts["polygons"] == len(frame)
    assert summary.areas_m2["without data"] == 0
    total = sum(area for name, area in summary.areas_m2.items() if name in {item.name for item in COSIA.classes})
    assert total == pytest.approx(30 * 20)
    assert list(summary.notes) == []


def test_nodata_is_told(tmp_path, labels):
    labels[:10, :10] = 0
    summary = run(context(tmp_path, labels))
    assert summary.areas_m2["without data"] == pytest.approx(4.0)
    assert "4.00 m² of the extent without data" in summary.notes[0]


def test_same_raster_same_bytes(tmp_path, labels):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run(context(tmp_path / name, labels))
    one, two = (tmp_path / name / "cover_vector.parquet" for name in ("one", "two"))
    assert one.read_bytes() == two.read_bytes()


def test_a_raster_that_names_no_classes_is_refused(tmp_path, labels):
    with pytest.raises(ImageryError, match="names no classes"):
        run(context(tmp_path, labels, nomenclature=None))


def test_an_unknown_class_in_the_parameters_is_refused(tmp_path, labels):
    with pytest.raises(ConfigError, match="Piscines"):
        run(context(tmp_path, labels, min_area_by_class_m2={"Piscines": 1.0}))


def test_minimum_areas_by_class_name(tmp_path, labels):
    run(context(tmp_path, labels, min_area_m2=0.0, min_area_by_class_m2={"Piscine": 1e6}, tolerance_m=0.0))
    frame = geopandas.read_parquet(tmp_path / "cover_vector.parquet")
    assert "Piscine" not in set(frame["classe"])
    assert (frame.area < 0.05).any()
