"""Checks that official deliveries ask for: variants, suspect pairs, identities of the statuses, lenient counts."""

from __future__ import annotations

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from test_evaluation_conformity import found, occupation_sol

from millesime.artificialisation import EXEMPTIONS, FACT_COLUMNS, artificialise
from millesime.differential import Differential
from millesime.evaluation.conformity import Settings, check_layer, layer_of
from millesime.sources.ocsge import MAX_DUPLICATE_ZONES, MAX_NULL_CODES


def _again(frame, times):
    """The same polygons many times, each copy further east."""
    copies = [frame.set_geometry(frame.translate(10_000 * number)) for number in range(times)]
    return geopandas.GeoDataFrame(pd.concat(copies, ignore_index=True), crs=frame.crs)


def _artif(**changes):
    """Nine fields of 3 600 m² under crops: not artificial by the matrix."""
    return occupation_sol().assign(**({"aire": 3600.0, "artif": "non artif", "crit_seuil": False} | changes))


def _change(**changes):
    frame = occupation_sol(2)[["geometry"]].assign(
        cs_2019="CS2.2.1", cs_2022="CS1.1.1.1", us_2019="US1.1", us_2022="US5"
    )
    statuses = {"artif_2019": "non artif", "artif_2022": "artif", "artificialisation": 1}
    return frame.assign(**(statuses | changes))


def test_bare_soil_on_a_building_site_is_suspect():
    frame = occupation_sol()
    frame.loc[0, ["code_cs", "code_us"]] = ["CS1.2.1", "US6.1"]
    frame.loc[1, ["code_cs", "code_us"]] = ["CS1.1.2.1", "US6.1"]
    layer = layer_of(frame, name="OCCUPATION_SOL")
    (anomaly,) = check_layer(layer)
    assert (anomaly.rule, anomaly.severity, anomaly.object_id) == ("suspect_pair", "warning", "OCSGE0000")
    assert "mineral" in anomaly.message
    assert anomaly.geometry.equals(frame.geometry[0])
    (anomaly,) = check_layer(layer, settings=Settings(strict=True))
    assert anomaly.severity == "error"


def test_what_our_own_commands_add_is_known():
    """Facts of the decision, exemptions and the official status; years, noise and thresholds of a differential."""
    facts = dict.fromkeys((*FACT_COLUMNS, *(item.column for item in EXEMPTIONS.values()), "artif_official"), "x")
    assert found(artificialise(occupation_sol()).frame.assign(**facts)) == {}
    own = {name: 0 for name in Differential.columns((2019, 2022)) if name not in _change().columns}
    assert found(_change().assign(**(own | {"id": list("abcd")}))) == {}


def test_both_sides_of_a_difference_are_looked_at():
    frame = _change(us_2022=["US6.3", "US5", "US5", "US5"], cs_2019=["CS1.2.1", "CS2.2.1", "CS2.2.1", "CS2.2.1"])
    assert found(frame) == {"suspect_pair": 2}


def test_unknown_codes_are_told_by_their_own_rule():
    frame = occupation_sol()
    frame.loc[0, "code_cs"] = "CS9"
    assert found(frame) == {"unknown_code": 1}


def test_codes_without_prefix_are_read_and_told_once():
    frame = occupation_sol().assign(code_cs="2.2.1")
    frame.loc[3, "code_us"] = "1.1"
    layer = layer_of(frame, name="OCCUPATION_SOL")
    assert layer.frame["code_cs"].unique().tolist() == ["CS2.2.1"]
    messages = [anomaly.message for anomaly in check_layer(layer)]
    assert [anomaly.rule for anomaly in check_layer(layer)] == ["code_without_prefix"] * 2
    assert messages[0].startswith("9 values of code_cs")
    assert messages[1].startswith("1 values of code_us")


@pytest.mark.parametrize(
    ("artif", "crit_seuil", "rules"),
    [
        ("non artif", False, {}),
        ("artif", True, {}),
        ("artif", False, {"crit_seuil_disagrees": 1}),
        ("non artif", True, {"crit_seuil_disagrees": 1}),
        ("oui", True, {"unknown_value": 1}),
    ],
)
def test_crit_seuil_says_that_the_status_differs_from_the_matrix(artif, crit_seuil, rules):
    """Crops are not artificial by the matrix: 'artif' needs crit_seuil, 'non artif' forbids it."""
    frame = _artif()
    frame.loc[4, ["artif", "crit_seuil"]] = [artif, crit_seuil]
    assert found(frame.astype({"crit_seuil": bool})) == rules


def test_aire_is_the_area():
    frame = _artif()
    frame.loc[4, "aire"] = 3600.6
    assert found(frame) == {"wrong_area": 1}


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({}, {}),
        ({"artificialisation": [1, 1, -1, 1]}, {"flux_disagrees": 1}),
        ({"artificialisation": [1, 1, 0, 1]}, {"unknown_value": 1, "flux_disagrees": 1}),
        ({"artif_2019": ["artif", "non artif", "non artif", "non artif"]}, {"flux_disagrees": 1}),
    ],
)
def test_artificialisation_is_the_change_of_status(changes, rules):
    assert found(_change(**changes)) == rules


def test_the_chain_s_own_differential_may_hold_places_without_change_of_status():
    own = _change(artif_2019="artif", artificialisation=0, changed=True, sliver=False, area_m2=3600.0)
    assert found(own) == {}


@pytest.mark.parametrize(("count", "severity"), [(MAX_NULL_CODES, "warning"), (MAX_NULL_CODES + 1, "error")])
def test_changes_without_codes_are_let_pass_up_to_a_hundred(count, severity):
    frame = _again(_change().drop(columns=["artif_2019", "artif_2022", "artificialisation"]), count)
    frame["cs_2019"] = [None, "CS2.2.1", "CS2.2.1", "CS2.2.1"] * count
    anomalies = check_layer(layer_of(frame, name="DIFF"))
    assert {(anomaly.rule, anomaly.severity) for anomaly in anomalies} == {("null_value", severity)}
    assert len(anomalies) == count


@pytest.mark.parametrize(("count", "severity"), [(MAX_DUPLICATE_ZONES, "warning"), (MAX_DUPLICATE_ZONES + 1, "error")])
def test_zones_told_twice_are_let_pass_up_to_five(count, severity):
    zones = geopandas.GeoDataFrame(
        {"id": [f"Z{k}" for k in range(count + 1)], "millesime": "2022"},
        geometry=[shapely.box(0, 0, 100, 100)] * (count + 1),
        crs="EPSG:2154",
    )
    anomalies = [a for a in check_layer(layer_of(zones, name="ZONE_CONSTRUITE")) if a.rule == "duplicate_geometry"]
    assert [anomaly.severity for anomaly in anomalies] == [severity] * count


def test_patches():
    frame = occupation_sol().assign(cs_corr="RAS", us_corr="US6.3")
    assert layer_of(frame, name="x").kind.name == "PATCH"
    assert found(frame) == {}
    frame.loc[0, "us_corr"] = "US9"
    assert found(frame) == {"unknown_code": 1}
    bare = frame[["geometry", "cs_corr"]]
    assert found(bare) == {"missing_attribute": 1}


def test_upper_case_statuses_of_a_shapefile():
    """Shapefiles have no booleans: 0 and 1 are read as such."""
    frame = _artif(crit_seuil=np.zeros(9, dtype=np.int32)).rename(columns=str.upper)
    assert found(frame.set_geometry("GEOMETRY")) == {}
