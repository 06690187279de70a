"""The step, from a raster product to a vector product."""

from __future__ import annotations

from types import SimpleNamespace

import geopandas
import numpy as np
import pytest
import shapely

from millesime.compute import Progress, Workers
from millesime.cover_vector import generalise, vectorise_raster
from millesime.cover_vector.step import Parameters, run, summary_of
from millesime.errors import CodeError, ConfigError, ImageryError
from millesime.geo.coverage import Coverage
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


@pytest.mark.parametrize(("tile_px", "workers"), [(7, 1), (33, 2), (64, 3), (None, 2)])
def test_tiles_and_workers_do_not_show(tmp_path, labels, tile_px, workers):
    """Nor in what is told: the summary is that of the whole raster traced, merged and simplified at once."""
    labels[30:40, 50:60] = 0
    raster = tmp_path / "cover.tif"
    write_raster(raster, labels, GRID, nodata=0, nomenclature=COSIA)
    options = {"nomenclature": COSIA, "min_area_m2": 2.0, "affinity": {(1, 9): 2.0}, "tolerance_m": 0.5}
    done = vectorise_raster(raster, tile_px=tile_px, workers=workers, **options)
    whole = generalise(Coverage.from_labels(labels, GRID), **options)
    for name in ("vertices", "offsets", "left", "right", "start", "end", "face_values"):
        assert np.array_equal(getattr(done.cover.coverage, name), getattr(whole.cover.coverage, name)), name
    assert summary_of(done) == summary_of(whole)
    assert done.covered_m2 == whole.covered_m2 == pytest.approx((150 * 100 - 100) * 0.04)


def test_nothing_but_nodata_is_refused_unless_allowed(tmp_path, labels):
    raster = tmp_path / "cover.tif"
    write_raster(raster, np.zeros_like(labels), GRID, nodata=0)
    with pytest.raises(ImageryError, match="every pixel is NoData"):
        vectorise_raster(raster)
    assert len(vectorise_raster(raster, require_data=False).cover.coverage) == 0


def test_values_that_are_no_classes_are_told_with_their_areas(tmp_path, labels):
    labels[:5, :10] = 77
    raster = tmp_path / "cover.tif"
    write_raster(raster, labels, GRID, nodata=0)
    with pytest.raises(CodeError, match=r"77 \(2 m²\)"):
        vectorise_raster(raster, nomenclature=COSIA, min_area_m2=3.0, tile_px=40)


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
