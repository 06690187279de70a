"""Operations: the format, and what replaying does to two squares."""

from __future__ import annotations

import json

import geopandas
import pytest
import shapely

from millesime.errors import InputError
from millesime.ocsge_final import Reclass, parse_operations
from millesime.ocsge_final.replay import replay

GOOD = {
    "type": "reclass",
    "at": [5.0, 5.0],
    "before": {"cs": "CS2.2.1", "us": "*"},
    "after": {"cs": "*", "us": "US5"},
    "who": "photo-interpreter 1",
    "when": "2024-03-18T09:12:00Z",
    "why": "garden",
}


def line(**changes) -> str:
    return json.dumps(GOOD | changes)


def two_squares() -> geopandas.GeoDataFrame:
    """A meadow of 100 m² on the left, a field of 100 m² on the right."""
    return geopandas.GeoDataFrame(
        {
            "id": ["OCSGEA", "OCSGEB"],
            "code_cs": ["CS2.2.1", "CS2.2.1"],
            "code_us": ["US6.3", "US1.1"],
            "cs_rule": ["cosia", "cosia"],
            "us_rule": ["natural", "rpg"],
        },
        geometry=[shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)],
        crs="EPSG:2154",
    )


def test_a_line_and_its_operation_are_the_same():
    (operation,) = parse_operations([line()], place="ops.jsonl")
    assert operation.at == (5.0, 5.0)
    assert operation.before == ("CS2.2.1", "*")
    assert parse_operations([operation.as_json()], place="ops.jsonl") == (operation,)


def test_area_that_was_seen_is_kept():
    (operation,) = parse_operations([line(before={"cs": "*", "us": "*", "area_m2": 90})], place="ops.jsonl")
    assert operation.area_m2 == 90.0
    assert json.loads(operation.as_json())["before"] == {"cs": "*", "us": "*", "area_m2": 90.0}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not JSON"),
        ("[]", "an operation is a JSON object"),
        (line(type="move_arc"), "unknown type 'move_arc'"),
        (line(at=[1]), "'at' must be [x, y]"),
        (line(at=[1, float("nan")]), "'at' must be [x, y]"),
        (line(before={"cs": "CS9", "us": "*"}), "unknown CS code 'CS9'"),
        (line(after={"cs": "*", "us": "US4"}), "unknown US code 'US4'"),
        (line(after={"us": "US5"}), "'after' must hold 'cs' and 'us'"),
        (line(before={"cs": "*", "us": "*", "area_m2": -1}), "'area_m2' must be a positive number"),
        (line(who=" "), "'who' must be a text"),
        (line(note="x"), "unknown key 'note'"),
    ],
)
def test_faults_are_told(text, told):
    with pytest.raises(InputError, match="line 1") as caught:
        parse_operations([text], place="ops.jsonl")
    assert told in str(caught.value)


def test_faults_of_all_lines_are_told_together():
    incomplete = json.dumps({key: value for key, value in GOOD.items() if key != "why"})
    with pytest.raises(InputError) as caught:
        parse_operations([line(), "", "{", incomplete], place="ops.jsonl")
    message = str(caught.value)
    assert "ops.jsonl" in message
    assert "line 3: not JSON" in message
    assert "line 4: missing 'why'" in message


def test_reclass_changes_the_codes_and_nothing_else():
    before = two_squares()
    done = replay(before, parse_operations([line()], place="ops"))
    assert done.counts == {
        "operations applied": 1, "operations already so": 0, "operations conflict": 0, "operations outside": 0,
    }  # fmt: skip
    assert done.frame["code_us"].tolist() == ["US5", "US1.1"]
    assert done.frame["us_rule"].tolist() == ["natural;operation", "rpg"]
    assert done.frame["cs_rule"].tolist() == ["cosia", "cosia"]
    assert done.frame["id"].tolist() == before["id"].tolist()
    assert done.frame.geometry.equals(before.geometry)
    assert before["code_us"].tolist() == ["US6.3", "US1.1"]


def test_replaying_twice_is_replaying_once():
    operations = parse_operations([line(), line(at=[15, 5], after={"cs": "CS2.1.3", "us": "*"})], place="ops")
    once = replay(two_squares(), operations)
    twice = replay(once.frame, operations)
    assert twice.frame.equals(once.frame)
    # the second operation expects CS2.2.1, yet what it wants is there
    assert twice.counts["operations already so"] == 2


def test_a_conflict_is_counted_listed_and_not_applied():
    operations = parse_operations([line(before={"cs": "CS1.2.2", "us": "*"})], place="ops")
    done = replay(two_squares(), operations)
    assert done.counts["operations conflict"] == 1
    assert done.frame.equals(two_squares())
    assert done.refused[0].told() == "line 1: conflict at 5.00, 5.00: expected CS1.2.2 *, found CS2.2.1 US6.3 of 100 m²"


@pytest.mark.parametrize(
    ("area_m2", "status"), [(49.0, "conflict"), (50.0, "applied"), (200.0, "applied"), (201.0, "conflict")]
)
def test_an_object_of_another_size_is_another_object(area_m2, status):
    """The square measures 100 m²: half of 200, twice 50."""
    operations = parse_operations([line(before={"cs": "*", "us": "*", "area_m2": area_m2})], place="ops")
    assert replay(two_squares(), operations).outcomes[0].status == status


def test_a_point_outside_touches_nothing():
    done = replay(two_squares(), parse_operations([line(at=[500, 5])], place="ops"))
    assert done.counts["operations outside"] == 1
    assert "no object" in done.refused[0].told()


def test_a_point_on_a_border_means_the_smallest_id():
    done = replay(two_squares().iloc[::-1].reset_index(drop=True), parse_operations([line(at=[10, 5])], place="ops"))
    assert done.frame.set_index("id")["code_us"].to_dict() == {"OCSGEA": "US5", "OCSGEB": "US1.1"}


def test_later_operations_see_what_earlier_ones_did():
    chain = [line(), line(before={"cs": "*", "us": "US5"}, after={"cs": "CS2.1.2", "us": "*"})]
    done = replay(two_squares(), parse_operations(chain, place="ops"))
    assert done.frame["code_cs"].tolist() == ["CS2.1.2", "CS2.2.1"]


def test_no_operation_leaves_the_map():
    operations: tuple[Reclass, ...] = ()
    assert replay(two_squares(), operations).frame.equals(two_squares())
