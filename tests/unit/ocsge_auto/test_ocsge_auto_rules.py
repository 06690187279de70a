"""Rules of cover and use: one face a case, described by what differs from a face of which nothing is known."""

from __future__ import annotations

import numpy as np
import pandas
import pytest

from millesime.errors import CodeError
from millesime.nomenclature import COSIA, US
from millesime.ocsge_auto.cover_rules import COVER_RULES, CoverParameters, apply_cover_rules
from millesime.ocsge_auto.inherit import inherit_uses
from millesime.ocsge_auto.matching import matching_rows
from millesime.ocsge_auto.use_rules import LAST_RULES, USE_RULES, UseParameters, apply_use_rules, inherits
from millesime.ocsge_auto.use_table import BUILDINGS, PLACES, PREMISES, STANDS, VEGETATION, WATERS

NOTHING = {
    "area_m2": 1000.0, "cover": "Pelouse", "network_cs": "", "network_us": "", "network_rule": "", "is_ossature": False,
    "is_building": False, "origin": "", "nature": "", "usage_1": "", "usage_2": "", "etat_de_l_objet": "",
    "nombre_de_logements": np.nan, "block_area_m2": 0.0, "water": "", "water_m2": 0.0, "persistance": "",
    "code_group": "", "code_cultu": "", "field_m2": 0.0, "stand": -1, "code_tfv": "", "vegetation": "",
    "is_cadastral": False, "dwellings": 0.0, "premises": 0.0, "premises_us": "", "parcel_us": "", "parcel_m2": 0.0,
    "place": -1, "zone_m2": 0.0, "in_built_zone": False, "built_zone_m": np.inf, "meadow_m2": 0.0,
    "patch_m2": 0.0, "patch_bare_share": 0.0, "patch_zone_m": np.inf, "patch_by_road": False, "patch_in_quarry": False,
}  # fmt: skip
BUILDING = {"is_building": True, "cover": "Bâtiment", "origin": "BD TOPO"}
SOIL = {"cover": "Sol nu", "patch_m2": 1000.0, "patch_bare_share": 1.0}
QUARRY = SOIL | {"patch_in_quarry": True}
HOUSE = {"dwellings": 1.0, "is_cadastral": True, "parcel_m2": 800.0}


def place(rule: str) -> int:
    return [row.rule for row in PLACES].index(rule)


def faces(*rows: dict) -> pandas.DataFrame:
    return pandas.DataFrame([NOTHING | row for row in rows])


def cover_of(**face) -> tuple[str, str]:
    codes, rules = apply_cover_rules(faces(face), parameters=CoverParameters())
    return codes[0], rules[0].rsplit(";", 1)[-1]


def use_of(**face) -> tuple[str, str]:
    table = faces(face)
    table["code_cs"] = apply_cover_rules(table, parameters=CoverParameters())[0]
    codes, rules = apply_use_rules(table, parameters=UseParameters())
    return codes[0], rules[0]


@pytest.mark.parametrize("item", COSIA.classes, ids=lambda item: item.name)
def test_every_class_of_cosia_has_a_cover(item):
    code, _ = cover_of(cover=item.name)
    small = {"Bâtiment": "CS1.1.1.2", "Serre": "CS1.1.1.2", "Neige": "CS1.2.1"}
    assert code == small.get(item.name, item.cs_code)


def test_an_unknown_class_is_refused():
    with pytest.raises(CodeError):
        cover_of(cover="Coupe")


@pytest.mark.parametrize(
    ("face", "code", "rule"),
    [
        ({"cover": "Sol nu", "code_group": "1"}, "CS2.2.1", "rpg.soil"),
        ({"cover": "Terre labourée", "code_group": "18"}, "CS2.2.1", "rpg.soil"),
        ({"cover": "Feuillu", "code_group": "1"}, "CS2.1.1.1", "cosia"),
        ({"cover": "Pelouse", "code_group": "21"}, "CS2.1.3", "rpg.vine"),
        ({"cover": "Pelouse", "code_group": "20"}, "CS2.1.2", "rpg.orchard"),
        ({"cover": "Sol nu", "vegetation": "Vigne"}, "CS2.1.3", "bd_topo.vine"),
        ({"cover": "Feuillu", "water": "Ecoulement naturel", "persistance": "Permanent"}, "CS1.2.2", "bd_topo.water"),
        ({"cover": "Feuillu", "water": "Ecoulement naturel", "persistance": "Intermittent"}, "CS2.1.1.1", "cosia"),
        ({"cover": "Pelouse", "water": "Mare"}, "CS2.2.1", "cosia"),
        ({"cover": "Neige", "water": "Glacier, névé"}, "CS1.2.3", "bd_topo.glacier"),
        (QUARRY, "CS1.1.2.1", "place.quarry"),
        (QUARRY | {"code_group": "1", "field_m2": 1000.0}, "CS1.1.2.1", "place.quarry"),
        ({"cover": "Surface eau", "place": place("place.quarry")}, "CS1.2.2", "cosia"),
        ({"cover": "Zone perméable", "place": place("place.waste")}, "CS1.1.2.2", "place.waste"),
        (SOIL | {"patch_zone_m": 10.0}, "CS1.1.2.1", "site.bare"),
        (SOIL | {"patch_by_road": True}, "CS1.1.2.1", "site.bare"),
        (SOIL | {"patch_zone_m": 500.0}, "CS1.2.1", "cosia"),
        (SOIL | {"patch_zone_m": 10.0, "patch_m2": 400.0}, "CS1.2.1", "cosia"),
        # half of a declared parcel laid bare is being built on; one that is bare throughout is a field
        (SOIL | {"patch_zone_m": 0.0, "code_group": "1", "field_m2": 2000.0}, "CS1.1.2.1", "site.bare"),
        (SOIL | {"patch_zone_m": 0.0, "code_group": "1", "field_m2": 1100.0}, "CS2.2.1", "rpg.soil"),
        ({"cover": "Feuillu", "is_building": True}, "CS1.1.1.1", "building"),
        ({"cover": "Feuillu", "network_cs": "CS1.1.1.2"}, "CS1.1.1.2", "network.sealed"),
        ({"cover": "Pelouse", "network_cs": "CS1.1.2.1"}, "CS1.1.2.1", "network.mineral"),
    ],
)
def test_rules_of_cover(face, code, rule):
    assert cover_of(**face) == (code, rule)


def test_the_chain_of_rules_is_kept():
    _, rules = apply_cover_rules(faces({"cover": "Bâtiment", "is_building": True}), parameters=CoverParameters())
    assert rules.tolist() == ["cosia;cosia.small_built;building"]


@pytest.mark.parametrize(("conifer_m2", "mixed"), [(24.0, False), (26.0, True), (74.0, True), (76.0, False)])
def test_a_stand_is_mixed_when_neither_kind_reaches_three_quarters(conifer_m2, mixed):
    """Of 100 m² of canopy: 24 conifers leave 76 % broadleaved, 26 leave 74 %."""
    stand = faces(
        {"cover": "Conifère", "stand": 0, "area_m2": conifer_m2},
        {"cover": "Feuillu", "stand": 0, "area_m2": 100.0 - conifer_m2},
        {"cover": "Pelouse", "stand": 0, "area_m2": 500.0},
        {"cover": "Feuillu", "stand": -1, "area_m2": 100.0},
    )
    codes, _ = apply_cover_rules(stand, parameters=CoverParameters())
    trees = ["CS2.1.1.3", "CS2.1.1.3"] if mixed else ["CS2.1.1.2", "CS2.1.1.1"]
    assert codes.tolist() == [*trees, "CS2.2.1", "CS2.1.1.1"]


@pytest.mark.parametrize(
    ("face", "code", "rule"),
    [
        ({"network_us": "US4.1.1", "network_rule": "bd_topo.road"}, "US4.1.1", "bd_topo.road"),
        (BUILDING | {"etat_de_l_objet": "En construction", "usage_1": "Résidentiel"}, "US6.1", "building.site"),
        (BUILDING | {"etat_de_l_objet": "En ruine"}, "US6.2", "building.ruin"),
        (BUILDING | {"usage_1": "Résidentiel"}, "US5", "building.dwelling"),
        (BUILDING | {"usage_1": "Résidentiel", "usage_2": "Commercial et services"}, "US235", "building.mixed"),
        (BUILDING | {"usage_1": "Résidentiel", "usage_2": "Annexe"}, "US5", "building.dwelling"),
        (BUILDING | HOUSE | {"usage_1": "Indifférencié", "premises": 1.0}, "US235", "building.mixed"),
        (BUILDING | {"usage_1": "Industriel"}, "US2", "building.industry"),
        (BUILDING | {"usage_1": "Commercial et services"}, "US3", "building.service"),
        (BUILDING | {"usage_1": "Agricole"}, "US1.1", "building.farm"),
        (BUILDING | {"nature": "Serre", "usage_1": "Commercial et services"}, "US1.1", "building.greenhouse"),
        (BUILDING | {"usage_1": "Indifférencié", "nombre_de_logements": 2.0}, "US5", "building.flats"),
        (BUILDING | {"usage_1": "Indifférencié", "place": place("place.industry")}, "US2", "place.industry"),
        (BUILDING | HOUSE | {"usage_1": "Indifférencié"}, "US5", "parcel.dwellings"),
        (BUILDING | {"origin": "CoSIA", "block_area_m2": 200.0}, "US5", "building.unlisted"),
        (BUILDING | {"origin": "CoSIA", "block_area_m2": 900.0}, "", ""),
        ({"code_group": "1", "cover": "Culture"}, "US1.1", "rpg"),
        ({"code_group": "20", "cover": "Feuillu"}, "US1.1", "rpg"),
        ({"code_group": "18", "cover": "Feuillu"}, "", ""),
        # lawn between houses is no longer the crop that was declared, but a meadow stays one
        ({"code_group": "1", "in_built_zone": True} | HOUSE, "US5", "parcel.dwellings"),
        ({"code_group": "18", "in_built_zone": True} | HOUSE, "US1.1", "rpg"),
        ({"place": place("place.quarry"), "cover": "Sol nu"}, "US1.3", "place.quarry"),
        (QUARRY | {"code_group": "1", "field_m2": 9000.0}, "US1.3", "quarry.ground"),
        ({"place": place("place.cemetery")}, "US3", "place.cemetery"),
        ({"place": place("place.sports_ground"), "code_group": "18"}, "US3", "place.sports_ground"),
        ({"place": place("place.industry"), "code_group": "1", "cover": "Culture"}, "US1.1", "rpg"),
        ({"place": place("place.untold")}, "", ""),
        ({"cover": "Surface eau", "water": "Canal"}, "US4.1.4", "water.canal"),
        ({"cover": "Surface eau", "water": "Retenue"}, "US6.3", "water.natural"),
        ({"cover": "Surface eau", "water": "Retenue", "code_group": "18"}, "US1.1", "water.farm_pond"),
        ({"cover": "Surface eau", "water": "Réservoir-bassin piscicole"}, "US1.4", "water.fish_pond"),
        (HOUSE, "US5", "parcel.dwellings"),
        (HOUSE | {"premises": 2.0}, "US235", "parcel.mixed"),
        (HOUSE | {"cover": "Culture"}, "US1.1", "cover.crops"),
        (HOUSE | {"parcel_m2": 9000.0}, "", ""),
        (HOUSE | {"parcel_m2": 9000.0, "in_built_zone": True}, "US5", "parcel.dwellings"),
        ({"premises": 1.0, "is_cadastral": True, "parcel_m2": 900.0}, "US3", "parcel.premises"),
        ({"premises": 1.0, "premises_us": "US2", "is_cadastral": True, "parcel_m2": 900.0}, "US2", "parcel.premises"),
        ({"parcel_us": "US5", "is_cadastral": True, "parcel_m2": 900.0}, "US5", "parcel.buildings"),
        ({"cover": "Feuillu", "code_tfv": "FF1-00"}, "US1.2", "forest.stand"),
        ({"cover": "Pelouse", "code_tfv": "FF1-00"}, "", ""),
        ({"cover": "Pelouse", "code_tfv": "FF0"}, "US1.2", "forest.stand"),
        ({"cover": "Broussaille", "code_tfv": "LA4"}, "", ""),
        ({"cover": "Conifère", "vegetation": "Forêt fermée de conifères"}, "US1.2", "vegetation.forest"),
        ({"cover": "Vigne"}, "US1.1", "cover.crops"),
        ({"cover": "Pelouse", "meadow_m2": 6000.0}, "US1.1", "cover.meadow"),
        ({"cover": "Pelouse", "meadow_m2": 4000.0}, "", ""),
        (SOIL | {"patch_zone_m": 5.0}, "US6.1", "site"),
    ],
)  # fmt: skip
def test_rules_of_use(face, code, rule):
    assert use_of(**face) == (code, rule)


def test_sealed_ground_outside_the_parcels_is_public():
    table = faces({"cover": "Zone imperméable"}, {"cover": "Zone imperméable", "is_cadastral": True})
    table["code_cs"] = "CS1.1.1.2"
    assert apply_use_rules(table, parameters=UseParameters())[0].tolist() == ["US4.1.1", ""]


def test_without_a_cadastre_nothing_is_known_to_be_public():
    table = faces({"cover": "Zone imperméable"}).assign(code_cs="CS1.1.1.2")
    assert apply_use_rules(table, parameters=UseParameters())[0].tolist() == [""]


def test_the_last_rules_leave_no_face_without_a_use():
    table = faces({"cover": "Feuillu"}, {"cover": "Zone imperméable"})
    table["code_cs"] = ["CS2.1.1.1", "CS1.1.1.2"]
    codes, rules = apply_use_rules(table, parameters=UseParameters(), rules=LAST_RULES)
    assert codes.tolist() == ["US6.3", "US6.6"]
    assert rules.tolist() == ["natural", "unknown"]


def test_who_inherits():
    table = faces(
        {"cover": "Zone imperméable"},
        {"in_built_zone": True},
        {"is_cadastral": True, "parcel_m2": 500.0},
        {"is_cadastral": True, "parcel_m2": 50_000.0},
        {"cover": "Feuillu", "in_built_zone": True},
    )
    table["code_cs"], table["code_us"] = ["CS1.1.1.2", "CS2.2.1", "CS2.2.1", "CS2.2.1", "CS2.1.1.1"], ""
    assert inherits(table, parameters=UseParameters()).tolist() == [True, True, True, False, False]


def test_inheritance_goes_by_the_longest_border_and_not_through_roads():
    """Face 1 shares 10 m with US5 and 30 m with a road: US5. Face 3 lies behind face 1: the second round reaches it.
    Face 4 shares 5 m with US3 and 5 m with US5: the first in alphabetical order, US3."""
    codes = np.array(["US5", "", "US4.1.1", "", "", "US3"], dtype=object)
    heirs = codes == ""
    pairs = np.array([[0, 1], [1, 2], [1, 3], [0, 4], [4, 5]])
    shared = np.array([10.0, 30.0, 8.0, 5.0, 5.0])
    assert inherit_uses(codes, heirs, pairs, shared, rounds=1).tolist() == ["US5", "US5", "US4.1.1", "", "US3", "US3"]
    assert inherit_uses(codes, heirs, pairs, shared, rounds=2)[3] == "US5"


@pytest.mark.parametrize(
    "row", [*PLACES, *BUILDINGS, *WATERS, *STANDS, *VEGETATION, *PREMISES], ids=lambda row: row.rule
)
def test_every_row_of_the_tables_is_a_delivered_use_and_finds_its_values(row):
    assert row.us == "" or row.us in US
    rows = next(other for other in (PLACES, BUILDINGS, WATERS, STANDS, VEGETATION, PREMISES) if row in other)
    for value in row.values or ("",):
        feature = pandas.DataFrame({row.attribute or "nature": [value.rstrip("*") or "anything"]})
        found = matching_rows(feature, row.layer, [row])
        assert found.tolist() == [0]
    assert len({other.rule for other in rows}) == len(rows)


def test_values_match_without_case_and_accents():
    table = pandas.DataFrame({"nature": ["ELEVAGE", "Élevage", "carriere", ""]})
    found = matching_rows(table, "zone_d_activite_ou_d_interet", PLACES)
    assert [PLACES[row].rule if row >= 0 else "" for row in found] == ["place.farm", "place.farm", "place.quarry", ""]


def test_rules_have_unique_names():
    assert len({rule.rule for rule in COVER_RULES}) == len(COVER_RULES)
    assert len({rule.rule for rule in (*USE_RULES, *LAST_RULES)}) == len(USE_RULES) + len(LAST_RULES)
