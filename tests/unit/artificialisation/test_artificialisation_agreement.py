"""Agreement with an official layer: how rows are paired, what is counted, what is told apart."""

from __future__ import annotations

import geopandas
import pytest
import shapely
from hand_made import FIELD, HOUSE, ROAD, WOOD, frame_of, square

from millesime.artificialisation import Parameters, agreement, artificialise
from millesime.errors import CodeError, CrsError, SchemaError


def _ours():
    """A field of 9 600 m², a house of 100 m² kept, a road of 300 m² removed; and a wood of 10 000 m² beside."""
    house, road = square(10, 10, 10), square(40, 40, 30, 10)
    field = square(0, 0, 100).difference(shapely.union_all([house, road]))
    return artificialise(frame_of((field, FIELD), (house, HOUSE), (road, ROAD), (square(100, 0, 100), WOOD)))


def _official(ours, **changes):
    frame = ours.frame[["id", "code_cs", "code_us", "artif", "crit_seuil", "geometry"]].copy()
    return frame.assign(**changes)


def test_the_same_layer_agrees_with_itself():
    ours = _ours()
    found = agreement(ours, _official(ours))
    assert found.paired == {"id": 4, "geometry": 0, "point": 0}
    assert (found.unpaired, found.official_unpaired, found.other_codes) == (0, 0, 0)
    everything = found.rows[0]
    assert (everything.by, everything.polygons, everything.agree) == ("all", 4, 4)
    assert everything.area_m2 == everything.agree_m2 == 20_000
    assert everything.crit_seuil_agree == 4


def test_disagreement_by_cell_and_by_step():
    """The official layer keeps the road (300 m² artificial there alone) and drops the house (100 m² here alone)."""
    ours = _ours()
    found = agreement(ours, _official(ours, artif=["non artif", "non artif", "artif", "non artif"]))
    rows = {(row.by, row.key): row for row in found.rows}
    whole = rows["all", ""]
    assert (whole.polygons, whole.agree, whole.agree_m2) == (4, 2, 19_600)
    assert (whole.only_ours_m2, whole.only_official_m2) == (100, 300)
    assert rows["cell", "CS1.1.1.2 x US4.1.1"].only_official_m2 == 300
    assert rows["cell", "CS2.2.1 x US1.1"].agree == 1
    assert rows["step", "built"].only_ours_m2 == 100
    assert rows["step", "remove"].agree == 0
    assert sum(row.area_m2 for row in found.rows if row.by == "step") == 20_000
    assert found.official.tolist() == [False, False, True, False]


def test_other_ids_are_paired_by_geometry_wherever_rings_start():
    ours = _ours()
    turned = shapely.multipolygons([[g] for g in shapely.reverse(shapely.normalize(ours.frame.geometry.to_numpy()))])
    found = agreement(ours, _official(ours, id=list("wxyz"), geometry=turned))
    assert found.paired == {"id": 0, "geometry": 4, "point": 0}
    assert found.rows[0].agree == 4


def test_ids_that_repeat_do_not_pair():
    ours = _ours()
    found = agreement(ours, _official(ours, id=["a", "b", "b", "d"]))
    assert found.paired == {"id": 2, "geometry": 2, "point": 0}


def test_polygons_split_otherwise_are_paired_by_a_point():
    """The official wood is cut in two: a point of ours lies in one half, the other half is told as unpaired."""
    ours = _ours()
    official = _official(ours).iloc[:3]
    halves = geopandas.GeoDataFrame(
        {"id": ["p", "q"], "code_cs": WOOD[0], "code_us": WOOD[1], "artif": "non artif", "crit_seuil": False},
        geometry=[square(100, 0, 50.5, 100), square(150.5, 0, 49.5, 100)],
        crs=2154,
    )
    merged = geopandas.GeoDataFrame(
        {name: [*official[name], *halves[name]] for name in official.columns if name != "geometry"},
        geometry=[*official.geometry, *halves.geometry],
        crs=2154,
    )
    found = agreement(ours, merged)
    assert found.paired == {"id": 3, "geometry": 0, "point": 1}
    assert (found.official_unpaired, found.official_unpaired_m2) == (1, 4_950)


def test_ground_that_the_official_layer_lacks_is_told():
    ours = _ours()
    found = agreement(ours, _official(ours).iloc[:3])
    assert (found.unpaired, found.unpaired_m2) == (1, 10_000)
    assert found.rows[0].polygons == 3
    assert found.official.tolist()[3] is None


def test_pairs_of_other_codes_are_told():
    ours = _ours()
    assert agreement(ours, _official(ours, code_us="US6.3")).other_codes == 4
    assert agreement(ours, _official(ours)[["id", "artif", "geometry"]]).other_codes is None


@pytest.mark.parametrize("values", [[0, 1, 0, 0], [False, True, False, False], ["NON ARTIF", "Artif ", "0", "non"]])
def test_ways_to_write_a_status(values):
    ours = _ours()
    found = agreement(ours, _official(ours, artif=values))
    assert found.rows[0].agree == 4


def test_what_cannot_be_compared_is_refused():
    ours = _ours()
    with pytest.raises(CodeError, match="'maybe'"):
        agreement(ours, _official(ours, artif="maybe"))
    with pytest.raises(SchemaError, match="no attribute artif"):
        agreement(ours, _official(ours).drop(columns="artif"))
    with pytest.raises(CrsError, match="official"):
        agreement(ours, _official(ours).to_crs(3857))


def test_both_modes_compared():
    """At the limit of the data our mode leaves a yard of 900 m² and the other one removes it."""
    yard = square(0, 50, 30)
    frame = frame_of((square(0, 0, 100).difference(yard), FIELD), (yard, ROAD))
    theirs = artificialise(frame, parameters=Parameters(mode="sparte-2024"))
    found = agreement(artificialise(frame), _official(theirs))
    assert found.rows[0].only_ours_m2 == 900
