"""Allocation by hand, strata of squares, and points that chance alone decides."""

from __future__ import annotations

import math
from dataclasses import replace

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_scenes import squares

from millesime.artificialisation import artificialise
from millesime.differential import difference
from millesime.errors import ConfigError, CrsError, SchemaError
from millesime.evaluation.sample import (
    Places,
    allocate,
    blind,
    change_strata,
    draw,
    place_table,
    require_expected,
    sheet,
    state_strata,
    stratum_areas,
    within,
)

ROAD, FIELD, SUSPECT = ("CS1.1.1.2", "US4.1.1"), ("CS2.2.1", "US1.1"), ("CS1.1.1.1", "US6.3")


def test_allocation_by_hand():
    """Shares of 1000 points: 980 / 15 / 5. The floor of 50 takes 100; the other 900 go to what is left."""
    areas = {"stable": 980.0, "gain": 15.0, "loss": 5.0}
    assert allocate(areas, 1000) == {"gain": 50, "loss": 50, "stable": 900}
    assert allocate(areas, 1000, allocation="equal") == {"gain": 334, "loss": 333, "stable": 333}
    # Neyman: 980 x .1 = 98, 15 x .5 = 7.5, 5 x .5 = 2.5 of 108: 907.4, 69.4, 23.1; the last is raised to 50, and
    # 950 x 98 / 105.5 = 882.5, 950 x 7.5 / 105.5 = 67.5.
    expected = {"stable": 0.5 + math.sqrt(0.24), "gain": 0.5, "loss": 0.5}
    assert allocate(areas, 1000, allocation="neyman", expected=expected) == {"gain": 68, "loss": 50, "stable": 882}


def test_allocation_refuses_what_cannot_be():
    with pytest.raises(ConfigError, match="120 points cannot give 3 strata 50 each"):
        allocate({"a": 1, "b": 1, "c": 1}, 120)
    with pytest.raises(ConfigError, match="no expected accuracy for stratum b"):
        allocate({"a": 1, "b": 1}, 120, allocation="neyman", expected={"a": 0.9})
    with pytest.raises(ConfigError, match="no stratum is called z") as told:
        require_expected({"a": 1}, {"a": 1.5, "z": 0.5})
    assert "a=1.5 is not between 0 and 1" in str(told.value)
    with pytest.raises(ConfigError, match="no stratum has any area"):
        allocate({"a": 0}, 100)
    assert allocate({"a": 5, "empty": 0}, 60) == {"a": 60}


@given(
    areas=st.dictionaries(st.text("abcdefgh", min_size=1, max_size=2), st.floats(0.01, 1e6), min_size=1, max_size=8),
    more=st.integers(0, 500),
    how=st.sampled_from(["equal", "proportional"]),
)
@settings(max_examples=60, deadline=None)
def test_allocation_sums_up_and_keeps_the_floor(areas, more, how):
    n = 20 * len(areas) + more
    found = allocate(areas, n, allocation=how, floor=20)
    assert sum(found.values()) == n
    assert min(found.values()) >= 20
    assert found == allocate(dict(reversed(areas.items())), n, allocation=how, floor=20)


def _vintage(rows):
    return artificialise(
        geopandas.GeoDataFrame(
            {
                "id": [str(k) for k in range(len(rows))],
                "code_cs": [codes[0] for _, codes in rows],
                "code_us": [codes[1] for _, codes in rows],
            },
            geometry=[shapely.box(*box) for box, _ in rows],
            crs="EPSG:2154",
        )
    )


def _change(buffer_m):
    """300 m x 100 m, three squares of 1 ha: a field that becomes road, a field, a building without use."""
    boxes = [(0, 0, 100, 100), (100, 0, 200, 100), (200, 0, 300, 100)]
    first = _vintage(list(zip(boxes, (FIELD, FIELD, SUSPECT), strict=True)))
    second = _vintage(list(zip(boxes, (ROAD, FIELD, SUSPECT), strict=True)))
    result, _ = difference(first, second, years=(2019, 2022), territory="T")
    return change_strata(result, buffer_m=buffer_m)


def test_strata_of_change():
    """The suspect building is a likely omission, and so are the 20 m x 100 m of the field along the new road."""
    found = _change(20.0)
    areas = stratum_areas(found)
    assert areas["artificialised"] == 10_000
    assert areas["likely_omission"] == pytest.approx(12_000)
    assert areas["stable_not_artificial"] == pytest.approx(8_000)
    omissions = found.frame[found.frame["stratum"] == "likely_omission"]
    assert omissions.area.groupby(omissions["mapped"]).sum().to_dict() == pytest.approx(
        {"stable_artificial": 10_000, "stable_not_artificial": 2_000}
    )
    assert found.frame.area.sum() == pytest.approx(30_000)
    assert "20 m" in found.told[0]


def test_without_a_buffer_only_doubted_pieces_are_likely_omissions():
    assert stratum_areas(_change(0.0)) == {
        "artificialised": 10_000,
        "likely_omission": 10_000,
        "stable_not_artificial": 10_000,
    }


def test_changed_codes_of_one_status_and_slivers_are_likely_omissions():
    """Field to fallow keeps its status; a strip of 0.4 m that became road is a sliver, not a change."""
    cut = [(0, 0, 100, 100), (100, 0, 200, 100)]
    first = _vintage(list(zip(cut, (FIELD, ROAD), strict=True)))
    second = _vintage([((0, 0, 99.6, 100), ("CS2.1.1.1", "US1.2")), ((99.6, 0, 200, 100), ROAD)])
    result, _ = difference(first, second, years=(2019, 2022), territory="T")
    ground = change_strata(result, buffer_m=0)
    assert stratum_areas(ground) == pytest.approx({"likely_omission": 10_000, "stable_artificial": 10_000})


def test_strata_of_a_state():
    frame = _vintage([((0, 0, 10, 10), ROAD), ((10, 0, 40, 10), FIELD)]).frame
    assert stratum_areas(state_strata(frame, "cs", year=2022)) == {"CS1.1.1.2": 100, "CS2.2.1": 300}
    assert set(stratum_areas(state_strata(frame, "us", year=None))) == {"US1.1", "US4.1.1"}
    assert set(stratum_areas(state_strata(frame, "artif", year=2022))) == {"artif", "non artif"}
    with pytest.raises(ConfigError, match="two vintages"):
        state_strata(frame, "change", year=2022)
    with pytest.raises(SchemaError, match="code_us"):
        state_strata(frame.drop(columns="code_us"), "us", year=2022)


GROUND = squares(np.array([["a", "a", "b"], ["a", "c", "b"]], dtype=object))


def test_points_lie_in_their_stratum():
    points = draw(GROUND, {"a": 40, "b": 20, "c": 10}, seed=3)
    assert points["stratum"].value_counts().to_dict() == {"a": 40, "b": 20, "c": 10}
    joined = points.sjoin(GROUND.frame[["stratum", "geometry"]], predicate="intersects")
    assert (joined["stratum_left"] == joined["stratum_right"]).all()
    assert points["id"].is_monotonic_increasing
    x = points.geometry.x.to_numpy()
    assert (np.round(x, 3) == x).all()


def test_the_same_seed_gives_the_same_points_whatever_the_order_of_the_rows():
    turned = replace(GROUND, frame=GROUND.frame.iloc[::-1].reset_index(drop=True))
    rings = shapely.polygons([np.roll(shapely.get_coordinates(g)[:-1], 2, axis=0) for g in turned.frame.geometry])
    turned = replace(turned, frame=turned.frame.set_geometry(rings, crs="EPSG:2154"))
    counts = {"a": 30, "b": 30}
    first, again, other = draw(GROUND, counts, seed=1), draw(turned, counts, seed=1), draw(GROUND, counts, seed=2)
    assert first.to_wkb().equals(again.to_wkb())
    assert not first.geometry.geom_equals(other.geometry).any()


def test_more_points_keep_the_first_ones_and_leave_the_other_strata():
    few, many = draw(GROUND, {"a": 10, "b": 5}, seed=1), draw(GROUND, {"a": 25, "b": 5}, seed=1)
    kept = many.set_index("id").loc[few["id"]]
    assert (kept.geometry.to_numpy() == few.geometry.to_numpy()).all()


def test_points_are_uniform_by_area_even_in_awkward_polygons():
    """A ring of 100 m with a hole of 50 m, beside a needle of 100 m x 1 m: 7500 and 100 m².

    Of 4 000 points 4000 x 100 / 7600 = 52.6 are in the needle (standard error 7.2); in the ring each quarter has as
    many (standard error 27.2).
    """
    ring = shapely.box(0, 0, 100, 100).difference(shapely.box(25, 25, 75, 75))
    frame = geopandas.GeoDataFrame(
        {"stratum": "s", "mapped": ["ring", "needle"]}, geometry=[ring, shapely.box(200, 0, 201, 100)], crs="EPSG:2154"
    )
    points = draw(replace(GROUND, frame=frame), {"s": 4000}, seed=11)
    needle = points["mapped"] == "needle"
    assert abs(needle.sum() - 52.6) < 4 * 7.2
    x, y = points.geometry.x[~needle], points.geometry.y[~needle]
    quarters = np.bincount(2 * (x > 50) + (y > 50), minlength=4)
    assert np.abs(quarters - len(x) / 4).max() < 4 * 27.2
    assert shapely.intersects(ring, points.geometry[~needle].to_numpy()).all()


def test_the_sheet_needs_nothing_else_and_the_blind_copy_tells_nothing():
    counts = {"a": 6, "b": 4, "c": 2}
    places = Places(
        "commune",
        geopandas.GeoDataFrame(
            {"code": ["1", "2", "3"], "name": ["W", "E", "Far"]},
            geometry=[shapely.box(0, 0, 20, 20), shapely.box(20, 0, 30, 20), shapely.box(90, 90, 99, 99)],
            crs="EPSG:2154",
        ),
    )
    points = draw(GROUND, counts, seed=0)
    table = sheet(points, GROUND, counts, seed=0, places=places)
    assert set(table["total_area_m2"]) == {600.0}
    assert table.groupby("stratum")["stratum_area_m2"].first().to_dict() == {"a": 300, "b": 200, "c": 100}
    assert table["weight_m2"].sum() == pytest.approx(600)
    assert table.groupby("commune")["commune_area_m2"].first().to_dict() == {"1": 400, "2": 200}
    inside = table.drop_duplicates(["commune", "stratum"]).set_index(["commune", "stratum"])["commune_stratum_area_m2"]
    assert inside.to_dict() == {("1", "a"): 300, ("1", "c"): 100, ("2", "b"): 200}
    listed = place_table(GROUND, places, table)
    assert listed["code"].tolist() == ["1", "2"]
    assert listed["points"].tolist() == [8, 4]
    assert not {"stratum", "mapped", "weight_m2", "commune"} & set(blind(table).columns)
    with pytest.raises(CrsError):
        sheet(points, GROUND, counts, seed=0, places=Places("commune", places.frame.to_crs("EPSG:2972")))


def test_ground_of_some_places_alone():
    west = geopandas.GeoDataFrame(geometry=[shapely.box(-5, -5, 15, 50)], crs="EPSG:2154")
    assert stratum_areas(within(GROUND, west)) == {"a": 250, "c": 50}
    with pytest.raises(ConfigError, match="nothing"):
        within(GROUND, west.translate(1000).to_frame("geometry"))
