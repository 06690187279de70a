"""The synthetic département: a sound coverage in files, the same whatever the windows, two vintages hardly apart."""

from __future__ import annotations

import numpy as np
import pyogrio
import pytest
import shapely
from benchmarks._departement import departement
from benchmarks._landscape import LABELS, land

from millesime.nomenclature import ARTIFICIALISATION


def test_a_window_is_cut_from_the_whole():
    whole = land(0, 0, 500, 500, 1, 0)
    for row, col, height, width in ((0, 0, 1, 1), (63, 127, 130, 99), (499, 0, 1, 500)):
        np.testing.assert_array_equal(land(row, col, height, width, 1, 0), whole[row : row + height, col : col + width])


def test_the_labels_are_delivered_pairs():
    assert all(ARTIFICIALISATION.cell(cs, us) for cs, us, _ in LABELS[1:])


@pytest.fixture
def small(tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_DIR", str(tmp_path))
    return departement(600)


def test_two_vintages_of_one_ground(small):
    states = [pyogrio.read_dataframe(path) for path in small.states]
    for frame in states:
        polygons = frame.geometry.to_numpy()
        assert 300 < len(frame) < 1200
        assert shapely.coverage_is_valid(polygons)
        assert shapely.area(polygons).sum() == pytest.approx(small.extent_m2)
        assert shapely.area(polygons).min() > 150
        assert frame["id"].is_unique
    first, second = (set(shapely.to_wkb(shapely.normalize(frame.geometry.to_numpy()))) for frame in states)
    assert first != second
    assert len(first & second) > 0.9 * len(first)


def test_communes_share_the_ground_out(small):
    communes = pyogrio.read_dataframe(small.admin_express, layer="commune")
    assert shapely.area(communes.geometry.to_numpy()).sum() == pytest.approx(small.extent_m2)
    assert {"INSEE_COM", "NOM", "SIREN_EPCI"} <= set(communes.columns)
