"""What a sample tells: published examples through the whole path, refusals, places, faults of files."""

from __future__ import annotations

import math

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from sample_scenes import STEHMAN_AREAS, rows_of, stehman_rows

from millesime.errors import RefusedError, SchemaError
from millesime.evaluation.estimators.intervals import wilson
from millesime.evaluation.estimators.stratified_limits import contrast_limits, share_limits
from millesime.evaluation.sample import Columns, Place, accuracy, change_interval, control_points

GAIN, LOSS, ARTIFICIAL, OTHER = "artificialised", "desartificialised", "stable_artificial", "stable_not_artificial"
AREAS = {GAIN: 30_000.0, "likely_omission": 70_000.0, ARTIFICIAL: 300_000.0, OTHER: 1_600_000.0}
COUNTS = {
    (GAIN, GAIN): {GAIN: 45, OTHER: 5},
    ("likely_omission", ARTIFICIAL): {ARTIFICIAL: 10},
    ("likely_omission", OTHER): {OTHER: 36, GAIN: 4},
    (ARTIFICIAL, ARTIFICIAL): {ARTIFICIAL: 99, LOSS: 1},
    (OTHER, OTHER): {OTHER: 200},
}


def figure(found, name, item="", place=""):
    table = found.table
    rows = table[(table["figure"] == name) & (table["item"] == item) & (table["place"] == place)]
    assert len(rows) == 1
    return rows.iloc[0]


def sample_of(counts=COUNTS, areas=AREAS):
    return control_points(rows_of(counts, areas))


def test_published_example_of_stehman():
    """Pages 4932 to 4936, as shares in %; 40 000 units of 1 m² in stratum A: 100 000 m² in all.

    Only the finite strata of the paper differ: 1 - 10 / 40 000 and the like.
    """
    found = accuracy(control_points(stehman_rows(), areas=STEHMAN_AREAS))
    assert found.estimator == "Stehman 2014"
    for name, item, value, error in [
        ("overall_accuracy", "", 63.0, 8.5),
        ("area", "A", 3.5, 0.82),
        ("area", "C", 2.0, 0.64),
        ("users_accuracy", "B", 57.4, 12.5),
        ("producers_accuracy", "B", 79.4, 11.7),
    ]:
        row = figure(found, name, item)
        assert row["value"] == pytest.approx(value, abs=0.05)
        assert row["standard_error"] == pytest.approx(error, abs=0.06)
        assert row["low_95"] < row["value"] - row["standard_error"]
        assert row["high_95"] > row["value"] + row["standard_error"]


def test_published_example_of_olofsson():
    """Section 5: 900 000 ha, 640 points, strata that are the classes; half-widths of the paper are 1.96 errors."""
    counts = [[66, 0, 5, 4], [0, 55, 8, 12], [1, 0, 153, 11], [2, 1, 9, 313]]
    areas = dict(zip("1234", (9e9 * np.array([0.020, 0.015, 0.320, 0.645])).tolist(), strict=True))
    rows = {(c, c): dict(zip("1234", row, strict=True)) for c, row in zip("1234", counts, strict=True)}
    found = accuracy(control_points(rows_of(rows, areas, kind="other")))
    assert found.estimator == "Olofsson et al. 2014"
    assert figure(found, "overall_accuracy")["value"] == pytest.approx(94.7, abs=0.05)
    assert 1.96 * figure(found, "overall_accuracy")["standard_error"] == pytest.approx(1.8, abs=0.05)
    assert 1.96 * figure(found, "users_accuracy", "1")["standard_error"] == pytest.approx(7.4, abs=0.05)
    assert figure(found, "producers_accuracy", "1")["value"] == pytest.approx(74.9, abs=0.05)
    assert 1.96 * figure(found, "producers_accuracy", "1")["standard_error"] == pytest.approx(21.3, abs=0.05)
    area = figure(found, "area", "1")
    assert area["value"] == pytest.approx(21_158, abs=0.5)
    assert 1.96 * area["standard_error"] == pytest.approx(6_158, abs=0.5)


def test_change_by_hand():
    """Gain: 3 ha x 45/50 + 7 ha x 4/50 = 3.26 ha. Loss: 30 ha x 1/100 = 0.3 ha. Net 2.96 ha.

    V(gain) = 3² x .9 x .1 / 49 + 7² x .08 x .92 / 49 = .0165306 + .0736: the error is .3002 ha.
    """
    found = accuracy(sample_of())
    gain, loss, net = figure(found, "area", GAIN), figure(found, "area", LOSS), figure(found, "net")
    assert gain["value"] == pytest.approx(3.26)
    assert gain["standard_error"] == pytest.approx(math.sqrt(9 * 0.09 / 49 + 49 * 0.0736 / 49), abs=1e-4)
    assert (loss["value"], net["value"]) == (0.3, 2.96)
    assert figure(found, "users_accuracy", GAIN)["value"] == 90
    assert figure(found, "producers_accuracy", GAIN)["value"] == pytest.approx(100 * 2.7 / 3.26, abs=1e-3)
    # 200 points of 160 ha without a change leave room for 160 x 3.84 / 203.84 = 3.015 ha of it.
    assert gain["high_95"] > gain["value"] + 3.0
    assert gain["low_95"] == pytest.approx(gain["value"] - 1.96 * gain["standard_error"], abs=0.15)
    assert any("none of 200 points" in item and "3.02 ha" in item for item in found.told)
    first, second = figure(found, "artificial_area", "2019"), figure(found, "artificial_area", "2022")
    assert second["value"] - first["value"] == pytest.approx(net["value"], abs=1e-3)


def test_what_all_points_confirm_is_not_certain():
    """50 of 50 right: Wilson's lower bound is 50 / 53.84 of it, not 100 %."""
    found = accuracy(sample_of(COUNTS | {(GAIN, GAIN): {GAIN: 50}}))
    row = figure(found, "users_accuracy", GAIN)
    assert (row["value"], row["standard_error"], row["high_95"]) == (100, 0, 100)
    assert row["low_95"] == pytest.approx(100 * wilson(1, 50)[0], abs=1e-3)
    # And what the map lacks is bounded by what unchanged strata may hold.
    assert figure(found, "producers_accuracy", GAIN)["low_95"] < 60


def test_limits_of_one_stratum_are_those_of_wilson():
    assert share_limits([1.0], [50], [3]) == pytest.approx(wilson(0.06, 50))
    low, high = contrast_limits([1.0], [50], [3], [0])
    assert high == pytest.approx(wilson(0.06, 50)[1])
    assert low < wilson(0.06, 50)[0]
    assert contrast_limits([0.5, 0.5], [50, 50], [3, 0], [0, 3]) == pytest.approx(
        tuple(-x for x in contrast_limits([0.5, 0.5], [50, 50], [0, 3], [3, 0])[::-1])
    )
    with pytest.raises(ValueError, match="without a point"):
        share_limits([1.0], [0], [0])
    with pytest.raises(ValueError, match="without a point"):
        contrast_limits([1.0], [0], [0], [0])


def test_unknown_readings_are_told_and_left_out():
    counts = COUNTS | {(GAIN, GAIN): {GAIN: 45, OTHER: 5, "?": 7, "Inconnu": 1, "": 2}}
    found = accuracy(sample_of(counts))
    assert figure(found, "area", GAIN)["value"] == pytest.approx(3.26)
    row = found.strata.set_index("stratum").loc[GAIN]
    assert (row["drawn"], row["read"], row["unknown"], row["unread"]) == (60, 50, 8, 2)
    assert any(item.startswith(f"8 of 410 points cannot be interpreted ({GAIN} 8)") for item in found.told)
    assert any("2 of 410 points have no reading yet" in item for item in found.told)


@pytest.mark.parametrize("left", [{"?": 50}, {OTHER: 1, "?": 49}])
def test_a_stratum_with_less_than_two_readings_refuses_what_it_makes_impossible(left):
    """Without readings in the largest stratum nothing is known of the whole; the other map classes are."""
    counts = {
        (GAIN, GAIN): {GAIN: 45, OTHER: 5},
        (ARTIFICIAL, ARTIFICIAL): {ARTIFICIAL: 50},
        (OTHER, OTHER): left,
    }
    areas = {GAIN: 30_000.0, ARTIFICIAL: 300_000.0, OTHER: 1_600_000.0}
    found = accuracy(sample_of(counts, areas))
    for name, item in [("overall_accuracy", ""), ("area", GAIN), ("producers_accuracy", GAIN), ("net", "")]:
        row = figure(found, name, item)
        assert row["value"] is None or math.isnan(row["value"])
        assert f"stratum {OTHER} has {left.get(OTHER, 0)}" in row["reason"]
    assert figure(found, "users_accuracy", GAIN)["value"] == 90
    assert "has" in figure(found, "users_accuracy", OTHER)["reason"]
    assert any("two at least" in item for item in found.told)


def test_nothing_to_tell_is_refused():
    with pytest.raises(RefusedError, match="no point has a reading"):
        accuracy(sample_of({key: {"": 5} for key in COUNTS}))


def test_classes_in_the_words_of_people():
    """Accents, case and spaces are those of the interpreter."""
    rows = rows_of(COUNTS, AREAS)
    words = ("Artificialisé", " désartificialisé", "stable artif", "STABLE NON-ARTIFICIALISÉ")
    rows["reference"] = rows["reference"].map(dict(zip((GAIN, LOSS, ARTIFICIAL, OTHER), words, strict=True)))
    assert figure(accuracy(control_points(rows)), "area", GAIN)["value"] == pytest.approx(3.26)
    covers = rows_of({("CS2.2.1", "cs2.2.1"): {"2.2.1": 3, "CS1.1.1.1": 1}}, {"CS2.2.1": 10.0}, kind="cs")
    assert control_points(covers).column("reference").tolist() == ["CS2.2.1"] * 3 + ["CS1.1.1.1"]


def test_faults_are_told_together():
    rows = rows_of(COUNTS, AREAS)
    rows.loc[0, "reference"] = "artificial-ish"
    rows.loc[1, "mapped"] = "CS1"
    rows.loc[3, "id"] = rows.loc[2, "id"]
    rows.loc[5, "geometry"] = rows.loc[4, "geometry"]
    rows.loc[6, "geometry"] = None
    rows.loc[7, "geometry"] = shapely.Point(-500, -500)
    rows.loc[8, "stratum_area_m2"] = 31_000.0
    rows["total_area_m2"] = 2_500_000.0
    ground = geopandas.GeoDataFrame(geometry=[shapely.box(-1, -1, 1001, 10)], crs="EPSG:2154")
    with pytest.raises(RefusedError) as told:
        control_points(rows, ground=ground)
    for words in (
        "reference: unknown classes 'artificial-ish', 1 points: P0000",
        "mapped: unknown classes 'CS1', 1 points: P0001",
        "identifiers that occur twice, 1 points: P0002",
        "in the place of another one, 1 points: P0005",
        "without coordinates, 1 points: P0006",
        "outside the map, 1 points: P0007",
        "stratum artificialised has several areas, from 30000.00 to 31000.00",
        "add up to 2000000.00 m² of 2500000.00",
    ):
        assert words in str(told.value)


def test_a_stratum_that_lost_its_points_is_refused():
    rows = rows_of(COUNTS, AREAS)
    with pytest.raises(RefusedError, match="lost all its points"):
        control_points(rows[rows["stratum"] != GAIN])


def test_points_taken_out_by_hand_are_told():
    rows = rows_of(COUNTS, AREAS).iloc[3:]
    assert any("50 points were drawn and the file has 47" in item for item in accuracy(control_points(rows)).told)


def test_other_columns_and_areas_apart():
    rows = stehman_rows().rename(columns={"stratum": "strate", "mapped": "carte", "reference": "terrain"})
    names = Columns(reference="terrain", mapped="carte", stratum="strate")
    found = accuracy(control_points(rows, columns=names, areas=STEHMAN_AREAS))
    assert figure(found, "overall_accuracy")["value"] == pytest.approx(63)
    with pytest.raises(SchemaError, match="no column stratum, mapped, reference, stratum_area_m2"):
        control_points(rows)
    with pytest.raises(RefusedError, match="strata without an area: D"):
        control_points(rows, columns=names, areas={"A": 1.0, "B": 1.0, "C": 1.0})


def _with_communes():
    """Two communes: all of the gain and the omissions and half of the rest are in the first; a third has 3 points."""
    rows = rows_of(COUNTS, AREAS)
    change = rows["stratum"].isin([GAIN, "likely_omission"]).to_numpy()
    half = np.arange(len(rows)) % 2 == 0
    rows["commune"] = np.where(change | half, "1", "2")
    rows.loc[rows.index[-3:], "commune"] = "3"
    own = {
        "1": {GAIN: 30_000.0, "likely_omission": 70_000.0, ARTIFICIAL: 150_000.0, OTHER: 790_000.0},
        "2": {ARTIFICIAL: 150_000.0, OTHER: 780_000.0},
        "3": {OTHER: 30_000.0},
    }
    pairs = zip(rows["commune"], rows["stratum"], strict=True)
    rows["commune_stratum_area_m2"] = [own[place][stratum] for place, stratum in pairs]
    rows["commune_area_m2"] = rows["commune"].map({code: sum(areas.values()) for code, areas in own.items()})
    return rows


def test_a_commune_has_the_interval_of_its_own_points_or_none():
    rows = _with_communes()
    wanted = {code: Place(code, area) for code, area in {"1": 1_040_000.0, "2": 930_000.0, "3": 30_000.0}.items()}
    points = control_points(rows, columns=Columns(place="commune"), places=wanted | {"4": Place("4", 5.0)})
    found = accuracy(points)
    assert figure(found, "area", GAIN, "1")["value"] == pytest.approx(3.26)
    assert figure(found, "area", GAIN, "2")["value"] == 0
    # The second commune alone: all changes unseen, so an interval from 0 that its own points bound.
    own = rows[rows["commune"] == "2"]["stratum"].value_counts()
    high = share_limits([15, 78], [own[ARTIFICIAL], own[OTHER]], [0, 0])[1]
    assert figure(found, "area", GAIN, "2")["high_95"] == pytest.approx(high, abs=0.01)
    for code, count in (("3", 3), ("4", 0)):
        row = figure(found, "area", "", code)
        assert "no own sample" in row["reason"]
        assert row["points"] == count
    assert any("2 places without an own sample" in item and "3, 4" in item for item in found.told)


def test_a_commune_with_a_stratum_that_no_point_shows_gets_no_interval():
    rows = _with_communes()
    rows.loc[rows["commune"] == "2", "commune_area_m2"] += 40_000.0
    found = accuracy(control_points(rows, columns=Columns(place="commune")))
    assert "40000 m² of 2 lie in strata without a point there" in figure(found, "area", "", "2")["reason"]


def test_sentences():
    points = sample_of()
    gain = change_interval(points)
    assert (gain.value_ha, gain.points) == (pytest.approx(3.26), 400)
    assert gain.has_interval
    plain = gain.sentence_fr.replace("\u00a0", " ").replace("\u202f", " ")
    assert plain.startswith("De 2019 à 2022 : 3,3 ha artificialisés, entre 2,8 et 6,6 ha à 95 %, d’après 400 points de")
    assert gain.sentence("en").replace("\u00a0", " ") == (
        "2019 to 2022: 3.3 ha became artificial, between 2.8 and 6.6 ha (95%), from 400 control points."
    )
    loss = change_interval(points, "desartificialised").sentence_fr
    assert "0,3\u00a0ha désartificialisé," in loss
    net = change_interval(points, "net")
    assert net.value_ha == pytest.approx(2.96)
    assert "d’artificialisation nette" in net.sentence_fr


def test_no_sample_no_interval():
    for points in (None, control_points(rows_of({("artif", "artif"): {"artif": 9}}, {"artif": 1.0}, kind="artif"))):
        found = change_interval(points, "net", place="99001", place_name="Vernay-la-Côte")
        assert (found.value_ha, found.low_ha, found.points, found.has_interval) == (None, None, 0, False)
        assert found.sentence_fr.startswith("Vernay-la-Côte\u00a0: aucun contrôle sur le terrain")
        assert found.sentence_fr.endswith("pas d’intervalle.")
        assert found.sentence_en.endswith("no interval.")


def test_a_place_without_its_own_sample_has_a_sentence_that_says_so():
    points = control_points(_with_communes(), columns=Columns(place="commune"))
    found = change_interval(points, place="3")
    assert found.value_ha is None
    assert found.points == 3
    assert "trop peu de contrôles propres à ce territoire (3\u00a0points de contrôle)" in found.sentence_fr
    few = change_interval(sample_of(COUNTS | {(OTHER, OTHER): {"?": 200}}))
    assert "Contrôles incomplets (200\u00a0points de contrôle)" in few.sentence_fr


def test_tables_hold_no_nan_words():
    """A table read from a CSV is of words; missing words are no class."""
    rows = pd.DataFrame(rows_of(COUNTS, AREAS).drop(columns="geometry")).astype(str)
    rows.loc[0, "reference"] = np.nan
    points = control_points(rows)
    assert points.table["status"].value_counts().to_dict() == {"read": 399, "unread": 1}
