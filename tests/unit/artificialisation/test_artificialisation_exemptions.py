"""Exemptions stand beside the status: each leaves ground out of its own account, none changes `artif`."""

from __future__ import annotations

import geopandas
import pytest
import shapely
from hand_made import FIELD, GARDEN, ROAD, WOOD, YARD, frame_of, square

from millesime.artificialisation import EXEMPTIONS, artificialise, exempt
from millesime.errors import ConfigError, CrsError


def _objects(*geometries, **columns):
    return geopandas.GeoDataFrame(columns, geometry=list(geometries), crs=2154)


def _town():
    """A road of 100 x 100 m, a lawn of 100 x 100 m beside it (artificial), a wood of 100 x 100 m beside that."""
    return artificialise(
        frame_of((square(0, 0, 100), ROAD), (square(100, 0, 100), GARDEN), (square(200, 0, 100), WOOD))
    )


def test_every_exemption_names_its_basis_and_its_account():
    assert {item.account for item in EXEMPTIONS.values()} == {"artificialisation", "ENAF consumption"}
    for name, item in EXEMPTIONS.items():
        assert item.name == name
        assert all([item.basis, item.law, item.reading])
    assert "2023-1408" in EXEMPTIONS["pv-enaf"].basis
    assert "R.101-1" in EXEMPTIONS["parks"].basis


def test_a_park_leaves_its_artificial_lawn_out():
    """A park of 50 x 60 m on the lawn and 10 x 60 m on the road: 3 000 m² of lawn are exempt, the road is not."""
    town = _town()
    before = town.frame.copy()
    found = exempt(town, "parks", _objects(square(90, 10, 60)))
    assert found.area_m2.tolist() == [0, 3_000, 0]
    assert (found.total_without_m2, found.total_with_m2) == (20_000, 17_000)
    assert found.pieces["area_m2"].tolist() == [3_000]
    assert found.pieces["id"].tolist() == ["b"]
    assert town.frame.equals(before)


@pytest.mark.parametrize(("width", "exempt_m2"), [(49.98, 0), (50, 2_500)])
def test_a_park_counts_from_its_threshold(width, exempt_m2):
    """Lawn of 50 m by 49.98 m (2 499 m²), then 50 m (2 500 m²)."""
    found = exempt(_town(), "parks", _objects(square(110, 10, width, 50)))
    assert found.area_m2.sum() == pytest.approx(exempt_m2)
    assert found.declared_not_exempt == (exempt_m2 == 0)


def test_wooded_ground_counts_for_the_size_and_is_not_artificial_anyway():
    """A park of 40 x 40 m of lawn and 40 x 40 m of wood: 3 200 m² of green, of which 1 600 m² were artificial."""
    found = exempt(_town(), "parks", _objects(square(160, 10, 80, 40)))
    assert found.area_m2.tolist() == [0, 1_600, 0]


def test_parks_that_overlap_or_touch_count_once_and_together():
    """30 x 50 m and 30 x 50 m that share a strip of 10 x 50 m: 2 500 m² together."""
    found = exempt(_town(), "parks", _objects(square(110, 10, 30, 50), square(130, 10, 30, 50)))
    assert found.area_m2.sum() == 2_500
    assert found.declared == 2


def test_photovoltaics_in_forest_are_always_counted():
    """An installation over 50 m of lawn and 50 m of wood: the lawn alone is exempt. Filled wood would be kept too."""
    found = exempt(_town(), "pv-artif", _objects(square(150, 0, 100)))
    assert found.area_m2.tolist() == [0, 5_000, 0]
    assert found.total_with_m2 == 15_000
    grove = square(40, 40, 20)
    filled = artificialise(frame_of((square(0, 0, 100).difference(grove), YARD), (grove, WOOD)))
    assert filled.artificial.all()
    assert exempt(filled, "pv-artif", _objects(square(0, 0, 100))).area_m2.tolist() == [9_600, 0]


def test_enaf_is_an_account_of_its_own():
    """A field of 100 x 100 m, not artificial; two installations of 1 000 m² there, one declared exempt."""
    field = artificialise(frame_of((square(0, 0, 100), FIELD)))
    sites = _objects(square(10, 10, 20, 50), square(60, 10, 20, 50), EX_TECHNIQ=["oui", None])
    found = exempt(field, "pv-enaf", sites)
    assert (found.total_without_m2, found.total_with_m2) == (2_000, 1_000)
    assert found.declared_not_exempt == 1
    assert exempt(field, "pv-enaf", sites[["geometry"]]).total_with_m2 == 0
    assert exempt(field, "pv-artif", sites).area_m2.sum() == 0


def test_nothing_declared_and_objects_elsewhere():
    for objects in (_objects(), _objects(square(1000, 1000, 100)), _objects(None, shapely.Polygon())):
        for name in EXEMPTIONS:
            found = exempt(_town(), name, objects)
            assert found.area_m2.tolist() == [0, 0, 0]
            assert found.total_with_m2 == found.total_without_m2
            assert found.declared_not_exempt == len(objects)


def test_what_cannot_be_applied_is_refused():
    with pytest.raises(ConfigError, match="no exemption"):
        exempt(_town(), "gardens", _objects())
    with pytest.raises(CrsError, match="parks"):
        exempt(_town(), "parks", _objects(square(0, 0, 1)).to_crs(3857))
