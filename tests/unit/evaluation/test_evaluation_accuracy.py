"""Accuracies of small maps, counted by hand."""

from __future__ import annotations

import json
import math

import geopandas
import numpy as np
import pytest
import shapely

from millesime.artificialisation import artificialise
from millesime.differential import difference
from millesime.errors import InternalError
from millesime.evaluation import (
    ChangeToEvaluate,
    Confusion,
    VintageToEvaluate,
    as_text,
    change_accuracy,
    confusion,
    confusion_by_area,
    confusion_of_windows,
    evaluate_territory,
)

CLASSES = {1: "house", 2: "road", 3: "field"}

#: 0 is NoData. Truth: 2 house, 3 road, 3 field, 1 unknown.
TRUTH = np.array([[1, 1, 2], [2, 2, 3], [3, 3, 0]], dtype=np.uint8)
#: One house mapped as road, one road left empty, one field mapped as 9, which is no class.
MAP = np.array([[1, 2, 2], [2, 0, 3], [3, 9, 1]], dtype=np.uint8)


def test_confusion_by_hand():
    """house 1 right, 1 as road; road 2 right, 1 empty; field 2 right, 1 no class. 8 pixels have a truth.

    OA = 5/8. IoU: house 1/(2+1-1) = 1/2; road 2/(3+3-2) = 1/2; field 2/(3+2-2) = 2/3. Mean = 5/9.
    """
    found = confusion(TRUTH, MAP, classes=CLASSES)
    assert found.matrix.tolist() == [[1, 1, 0], [0, 2, 0], [0, 0, 2]]
    assert found.unmapped.tolist() == [0, 1, 1]
    assert found.total == 8
    assert found.overall_accuracy == 5 / 8
    assert found.users_accuracy.tolist() == [1, 2 / 3, 1]
    assert found.producers_accuracy.tolist() == [1 / 2, 2 / 3, 2 / 3]
    assert found.iou.tolist() == pytest.approx([1 / 2, 1 / 2, 2 / 3])
    assert found.mean_iou == pytest.approx(5 / 9)


def test_absent_classes_are_left_out_of_the_mean():
    """A fourth class that nobody has changes nothing; a class the map invents counts with IoU 0."""
    four = CLASSES | {4: "snow"}
    assert confusion(TRUTH, MAP, classes=four).mean_iou == pytest.approx(5 / 9)
    invented = MAP.copy()
    invented[0, 0] = 4  # house: 0 right; snow: 0 of 1; OA = 4/8
    found = confusion(TRUTH, invented, classes=four)
    assert found.overall_accuracy == 0.5
    assert found.iou.tolist() == pytest.approx([0, 1 / 2, 2 / 3, 0])


def test_windows_add_up():
    halves = [(TRUTH[:1], MAP[:1]), (TRUTH[1:], MAP[1:])]
    whole, parts = confusion(TRUTH, MAP, classes=CLASSES), confusion_of_windows(halves, classes=CLASSES)
    assert parts.matrix.tolist() == whole.matrix.tolist()
    assert parts.unmapped.tolist() == whole.unmapped.tolist()


def test_nothing_to_compare():
    found = confusion(np.zeros((2, 2), np.uint8), MAP[:2, :2], classes=CLASSES)
    assert math.isnan(found.overall_accuracy)
    assert math.isnan(found.mean_iou)
    text = json.dumps(found.as_dict(), allow_nan=False)
    assert json.loads(text)["overall_accuracy"] is None


def test_refusals():
    with pytest.raises(InternalError, match="shapes"):
        confusion(TRUTH, MAP[:2], classes=CLASSES)
    one, other = confusion(TRUTH, MAP, classes=CLASSES), Confusion(("a",), np.ones((1, 1)), np.zeros(1), "m²")
    with pytest.raises(InternalError, match="other classes"):
        one + other


FIELD, HOUSE, ROAD = ("CS2.2.1", "US1.1"), ("CS1.1.1.1", "US5"), ("CS1.1.1.2", "US4.1.1")


def ocsge(*rows) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {
            "id": [f"o{k}" for k in range(len(rows))],
            "code_cs": [codes[0] for _, codes in rows],
            "code_us": [codes[1] for _, codes in rows],
        },
        geometry=[shapely.box(*bounds) for bounds, _ in rows],
        crs="EPSG:2154",
    )


def test_confusion_by_area_by_hand():
    """Truth: road x < 100, field to x = 200. Map: road x < 120, field to x = 180, nothing beyond. Height 100 m.

    road 10 000 m² right; field: 2 000 m² as road, 6 000 m² right, 2 000 m² empty. OA = 16 000 / 20 000.
    """
    truth = ocsge(((0, 0, 100, 100), ROAD), ((100, 0, 200, 100), FIELD))
    product = ocsge(((0, 0, 120, 100), ROAD), ((120, 0, 180, 100), FIELD))
    found = confusion_by_area(truth, product, "code_cs", classes=("CS1.1.1.2", "CS2.2.1"))
    assert found.matrix.tolist() == [[10_000, 0], [2_000, 6_000]]
    assert found.unmapped.tolist() == [0, 2_000]
    assert found.overall_accuracy == pytest.approx(0.8)


def _changes(*rows) -> geopandas.GeoDataFrame:
    """Rows of (box, pair after, kind)."""
    return geopandas.GeoDataFrame(
        {
            "cs_to": [row[1][0] for row in rows],
            "us_to": [row[1][1] for row in rows],
            "kind": [row[2] for row in rows],
        },
        geometry=[shapely.box(*row[0]) for row in rows],
        crs="EPSG:2154",
    )


def _difference(before, after):
    one, two = artificialise(before), artificialise(after)
    return one, two, difference(one, two, years=(2019, 2022), territory="T")[0].changes


def test_change_accuracy_by_hand():
    """Truth: 100 m x 100 m became road, 10 m x 10 m became houses. Map: x from 50 to 150 became road.

    Both: 50 x 100 = 5 000 m². True 10 100 m², mapped 10 000 m². The road is found (half of it),
    the houses are not; only the road is above 500 m².
    """
    before = ocsge(((0, 0, 50, 100), FIELD), ((50, 0, 150, 100), FIELD), ((150, 0, 400, 100), FIELD))
    after = ocsge(((0, 0, 50, 100), FIELD), ((50, 0, 150, 100), ROAD), ((150, 0, 400, 100), FIELD))
    changes = _difference(before, after)[2]
    truth = _changes(((0, 0, 100, 100), ROAD, "road"), ((300, 0, 310, 10), HOUSE, "estate"))
    found = change_accuracy(truth, changes, years=(2019, 2022), min_unit_m2=500)
    assert found.share_of_true_found == pytest.approx(5000 / 10_100)
    assert found.share_of_found_true == pytest.approx(0.5)
    assert found.right_codes_m2 == 5000
    assert [(k.kind, k.count, k.found_count) for k in found.kinds] == [("road", 1, 1), ("estate", 1, 0)]
    assert (found.large.count, found.large.found_count) == (1, 1)


def test_territory():
    """The map is the truth of 2022 less a house; both vintages lie along the limit, so that no threshold applies.

    2019: field 2 ha. 2022: truth has 1 ha of road; the map has 1 ha of road too. All accuracies are 1.
    """
    before = ocsge(((0, 0, 100, 100), FIELD), ((100, 0, 200, 100), FIELD))
    after = ocsge(((0, 0, 100, 100), FIELD), ((100, 0, 200, 100), ROAD))
    one, two, changes = _difference(before, after)
    cover = confusion(TRUTH, TRUTH, classes=CLASSES)
    report = evaluate_territory(
        [VintageToEvaluate(2019, cover, one, before), VintageToEvaluate(2022, cover, two, after, cover)],
        ChangeToEvaluate((2019, 2022), changes, _changes(((100, 0, 200, 100), ROAD, "road"))),
    )
    late = report["vintages"]["2022"]
    assert late["cs"]["overall_accuracy"] == 1
    assert late["us"]["mean_iou"] == 1
    assert late["artificial"]["artificial_ha"] == 1
    assert late["artificial"]["true_ha"] == 1
    assert late["artificial"]["true_by_matrix_ha"] == 1
    assert "pixel_classifier" in late
    assert "pixel_classifier" not in report["vintages"]["2019"]
    assert report["change"]["flux"]["map"] == {"gain_ha": 1, "loss_ha": 0, "net_ha": 1}
    assert report["change"]["flux"]["truth"] == report["change"]["flux"]["truth_by_matrix"]
    assert report["change"]["found"]["share_of_true_found"] == 1
    assert json.loads(json.dumps(report, allow_nan=False)) == report
    text = as_text(report)
    assert "Vintage 2022" in text
    assert "100.0 %" in text


def test_the_map_before_corrections_is_measured_apart():
    """Rules took the right half for a field; a correction made it the road that it is: 50 % by itself, 100 % after."""
    truth = ocsge(((0, 0, 100, 100), FIELD), ((100, 0, 200, 100), ROAD))
    automatic = ocsge(((0, 0, 200, 100), FIELD))
    cover = confusion(TRUTH, TRUTH, classes=CLASSES)
    vintage = VintageToEvaluate(2022, cover, artificialise(truth), truth, automatic=automatic)
    report = evaluate_territory([vintage])
    found = report["vintages"]["2022"]
    assert found["automatic"]["us"]["overall_accuracy"] == 0.5
    assert found["us"]["overall_accuracy"] == 1
    assert "OCS GE use, before corrections" in as_text(report)


def test_true_status_with_thresholds():
    """A true yard of 400 m² in a field: artificial by the matrix, not after the thresholds. The map has no yard."""
    yard = shapely.box(80, 40, 100, 60)
    truth = ocsge(((0, 0, 200, 100), FIELD), ((80, 40, 100, 60), ROAD))
    truth.loc[0, "geometry"] = truth.geometry[0].difference(yard)
    product = artificialise(ocsge(((0, 0, 200, 100), FIELD)))
    cover = confusion(TRUTH, MAP, classes=CLASSES)
    found = evaluate_territory([VintageToEvaluate(2022, cover, product, truth)])["vintages"]["2022"]["artificial"]
    assert found["true_by_matrix_ha"] == pytest.approx(0.04)
    assert found["true_ha"] == 0
    assert found["artificial_ha"] == 0
    assert found["confusion"]["overall_accuracy"] == 1
