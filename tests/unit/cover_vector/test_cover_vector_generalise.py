"""The cover as polygons: what merging and simplifying change, and what they leave."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from millesime.cover_vector import CoverVector, generalise
from millesime.errors import CodeError
from millesime.geo.coverage import Coverage
from millesime.geo.grid import Grid
from millesime.nomenclature import COSIA


def traced(rows):
    labels = np.array(rows, dtype=np.uint8)
    return Coverage.from_labels(
        labels, Grid("EPSG:2154", 700_000.0, 6_600_000.0, 0.2, labels.shape[1], labels.shape[0])
    )


RAW = [[1, 1, 1, 9], [1, 4, 9, 9], [9, 9, 9, 9]]


def test_nothing_is_done_unless_asked():
    done = generalise(traced(RAW), nomenclature=COSIA)
    assert (done.merged, done.isolated, done.area_drift_m2, done.total_drift_m2) == (0, 0, 0.0, 0.0)
    assert done.vertices_before == done.vertices_after
    frame = done.cover.to_frame()
    assert frame[["numero", "classe"]].to_numpy().tolist() == [[1, "Bâtiment"], [9, "Feuillu"], [4, "Piscine"]]
    assert frame.crs.to_epsg() == 2154
    np.testing.assert_allclose(frame.area, [0.16, 0.28, 0.04])
    assert shapely.coverage_is_valid(frame.geometry.to_numpy())


def test_minimum_by_class_spares_the_other_classes():
    done = generalise(traced(RAW), nomenclature=COSIA, min_area_m2={1: 0.5})
    assert sorted(done.cover.area_by_class_m2()) == ["Feuillu", "Piscine"]
    assert done.merged == 1


def test_drift_is_told():
    """The staircase of 2 x 2 pixels: one corner of 1 goes or comes with a triangle of 0.02 m²."""
    done = generalise(traced([[1, 1, 9], [1, 9, 9], [9, 9, 9]]), nomenclature=COSIA, tolerance_m=0.3)
    assert done.vertices_after < done.vertices_before
    assert done.total_drift_m2 == 0.0
    areas = done.cover.area_by_class_m2()
    assert done.area_drift_m2 == pytest.approx(abs(areas["Bâtiment"] - 0.12))


def test_a_value_that_is_no_class_is_refused():
    with pytest.raises(CodeError, match="77"):
        CoverVector(traced([[77]]), COSIA)
