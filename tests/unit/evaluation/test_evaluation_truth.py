"""The truth of a small demo territory, given as if it were two OCS GE files: what is known must be found again."""

from __future__ import annotations

import geopandas
import pytest
import shapely

from millesime.artificialisation import artificialise
from millesime.demo.plan import make_scenes
from millesime.differential import Parameters, difference
from millesime.evaluation import change_accuracy
from millesime.evaluation.conformity import check_layers, layer_of
from millesime.indicators import account, communes_of, indicators

YEARS = (2019, 2022)


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(3, 0.4)


def _ocsge(scene) -> geopandas.GeoDataFrame:
    units = scene.units.rename(columns={"cs": "code_cs", "us": "code_us"})
    return units.assign(
        id=units["uid"].astype(str),
        millesime=str(scene.year),
        source="truth",
        ossature=0,
        id_origine=None,
        code_or=None,
    )[["id", "code_cs", "code_us", "millesime", "source", "ossature", "id_origine", "code_or", "geometry"]]


@pytest.fixture(scope="module")
def compared(scenes):
    first, second = artificialise(_ocsge(scenes.first)), artificialise(_ocsge(scenes.second))
    none_is_a_sliver = Parameters(sliver_width_m=0, sliver_area_m2=0)
    return first, second, difference(first, second, years=YEARS, territory="T", parameters=none_is_a_sliver)[0]


def test_the_truth_is_accepted(scenes):
    frame = _ocsge(scenes.second)
    report = check_layers([layer_of(frame, name="OCCUPATION_SOL")])
    assert report.accepted, report.counts("error")


def test_a_shifted_polygon_and_an_unknown_code_are_named(scenes):
    """An inner polygon moved by 1 m and one code changed, among all the others."""
    frame = _ocsge(scenes.second)
    extent = shapely.box(*scenes.second.extent).exterior
    inner = int(frame.index[(frame.distance(extent) > 5) & (frame.area > 500)][0])
    frame.loc[inner, "geometry"] = shapely.affinity.translate(frame.geometry[inner], 1, 0)
    frame.loc[0, "code_us"] = "US7"
    report = check_layers([layer_of(frame, name="OCCUPATION_SOL")])
    assert not report.accepted
    assert report.counts("error")["unknown_code"] == 1
    overlaps = [anomaly for anomaly in report.anomalies if anomaly.rule == "overlap"]
    assert overlaps
    assert all(anomaly.geometry.intersects(frame.geometry[inner]) for anomaly in overlaps)


def test_every_true_change_is_found_and_nothing_else(scenes, compared):
    found = change_accuracy(scenes.changes, compared[2].changes, years=YEARS, min_unit_m2=500)
    assert len(scenes.changes)
    assert found.both_m2 == pytest.approx(found.true_m2, abs=0.01)
    assert found.mapped_m2 == pytest.approx(found.true_m2, abs=0.01)
    assert found.right_codes_m2 == pytest.approx(found.true_m2, abs=0.01)


def test_flux_identities_hold_on_the_truth(scenes, compared):
    """stock(2022) - stock(2019) = net, per commune and code, to 1 m²; and with each vintage's own polygons."""
    first, second, result = compared
    communes = communes_of(scenes.second.communes.rename(columns={"insee": "insee_com", "name": "nom"}))
    table = indicators(account(result.frame, communes, years=YEARS, territory=("T", "T"))).table

    def series(theme, indicator, year):
        rows = table[(table["theme"] == theme) & (table["indicator"] == indicator) & (table["year_to"] == year)]
        return rows.set_index(["level", "code", "item"])["value"] * 10_000

    for theme in ("cover", "use", "artificialisation", "imperviousness"):
        change = series(theme, "stock", 2022).sub(series(theme, "stock", 2019), fill_value=0)
        assert change.sub(series(theme, "net", 2022), fill_value=0).abs().max() < 1
    for vintage, year in ((first, 2019), (second, 2022)):
        own = vintage.frame.groupby("code_cs")["aire"].sum()
        told = series("cover", "stock", year)["territory"]["T"]
        assert own.sub(told, fill_value=0).abs().max() < 1
