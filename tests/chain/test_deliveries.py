"""The deliveries of the demo territory, read as anybody's: packed, renamed, spoilt."""

from __future__ import annotations

import json

import geopandas
import pandas as pd
import py7zr
import pytest
import shapely

from millesime.errors import RefusedError
from millesime.evaluation.conformity import check_layer, layer_of
from millesime.io.vector import list_layers, read_vector
from millesime.sources.ocsge import read_delivery

from .conftest import delivered_layer, millesime

pytestmark = pytest.mark.slow

KINDS = {"OCCUPATION_SOL", "ZONE_CONSTRUITE", "ARTIF", "DIFF", "ARTIF_DIFF", "COSIA"}


@pytest.fixture(scope="module")
def archive(demo, tmp_path_factory):
    """The delivery of 2022 as a 7z archive, named and nested like IGN's."""
    territory, _ = demo
    path = tmp_path_factory.mktemp("packed") / "OCS-GE_2-0__GPKG_LAMB93_D032_2022-01-01.7z"
    with py7zr.SevenZipFile(path, "w") as opened:
        for file in sorted((territory / "delivery" / "2022").glob("*.gpkg")):
            opened.write(file, f"OCS-GE/1_DONNEES_LIVRAISON_2025-05-00080/OCSGE_2-0_GPKG_LAMB93_D32-2022/{file.name}")
    return path


@pytest.fixture(scope="module")
def occupation_sol(demo):
    territory, _ = demo
    file = next(f for f in sorted((territory / "delivery/2022").glob("*.gpkg")) if "OCCUPATION_SOL" in list_layers(f))
    return read_vector(file, layer="OCCUPATION_SOL")


def test_the_whole_delivery_is_read_and_every_row_used(demo, archive):
    delivery = read_delivery(archive)
    assert set(delivery.by_kind) == KINDS
    assert delivery.territory == "32"
    for layer in delivery.layers:
        assert layer.counts["read"] == layer.counts["used"], layer.name
        assert layer.faults == ()
    sol = delivery.layer("OCCUPATION_SOL")
    assert sol.years == (2022,)
    assert delivery.layer("DIFF").years == (2019, 2022)


def test_check_takes_the_archive(archive):
    report = json.loads(millesime("check", archive, "--json"))
    assert report["accepted"] is True, report
    assert {layer["kind"] for layer in report["layers"]} == KINDS


def test_a_shapefile_in_capitals_without_prefixes_is_the_same_map(occupation_sol, tmp_path):
    expected = read_delivery(_written(occupation_sol, tmp_path / "a.gpkg")).layers[0].frame
    bare = occupation_sol.assign(
        code_cs=occupation_sol["code_cs"].str.removeprefix("CS"),
        code_us=occupation_sol["code_us"].str.removeprefix("US"),
    ).rename(columns={"code_cs": "COUVERTURE", "code_us": "USAGE", "millesime": "MILLESIME", "id": "ID"})
    found = read_delivery(_written(bare, tmp_path / "b.shp")).layers[0].frame
    for column in ("id", "code_cs", "code_us", "millesime", "source", "ossature"):
        assert found[column].tolist() == expected[column].tolist(), column
    assert found.area.sum() == pytest.approx(expected.area.sum())


def test_a_spoilt_delivery_is_refused_by_name(occupation_sol, tmp_path):
    """One unknown code, one id twice, one row without geometry, one row twice."""
    spoilt = geopandas.GeoDataFrame(
        pd.concat([occupation_sol, occupation_sol.iloc[[5]]], ignore_index=True), crs=occupation_sol.crs
    )
    spoilt.loc[0, "code_us"] = "US9"
    spoilt.loc[1, "id"] = spoilt.loc[2, "id"]
    spoilt.loc[3, "geometry"] = None
    path = _written(spoilt, tmp_path / "spoilt.gpkg")
    with pytest.raises(RefusedError, match=r"(?s)US9.*id used by an earlier row"):
        read_delivery(path)
    layer = read_delivery(path, tolerant=True).layers[0]
    assert len(layer.set_aside) == 4
    assert layer.counts["read"] == layer.counts["used"] + 4 == len(spoilt)


def _written(frame, path):
    frame.to_file(path)
    return path


def _again(frame, times):
    """Copies of the whole layer, each further east: as many rows as wanted, no polygon twice."""
    copies = [frame.set_geometry(frame.translate(100_000 * number)) for number in range(times)]
    every = geopandas.GeoDataFrame(pd.concat(copies, ignore_index=True), crs=frame.crs)
    return every.assign(id=[f"o{row}" for row in range(len(every))])


def _with(frame, rows, **changes):
    frame = frame.copy()
    for name, value in changes.items():
        if value is None or isinstance(value, str):
            frame[name] = frame[name].astype(object)
        frame.loc[frame.index[:rows], name] = value
    return frame


def _twice(frame, rows, **changes):
    """The first rows again under other ids."""
    again = frame.iloc[:rows].assign(id=[f"again{row}" for row in range(rows)], **changes)
    return geopandas.GeoDataFrame(pd.concat([frame, again], ignore_index=True), crs=frame.crs)


BOW_TIE = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])

#: Every fault of section 7.4 of the specification: kind, how the layer is spoilt, what reading does, in which words,
#: and the rule and severity by which `check` tells it.
FAULTS = {
    "id twice": (
        *("OCCUPATION_SOL", lambda f: _with(f, 2, id="same"), "refused", "id used by an earlier row"),
        *("duplicate_id", "error"),
    ),
    "cover not in the list": (
        *("OCCUPATION_SOL", lambda f: _with(f, 1, code_cs="CS2.2.3"), "refused", "CS2.2.3"),
        *("unknown_code", "error"),
    ),
    "use not in the list": (
        *("ARTIF", lambda f: _with(f, 1, code_us="US4"), "refused", "US4"),
        *("unknown_code", "error"),
    ),
    "no cover": (
        *("OCCUPATION_SOL", lambda f: _with(f, 1, code_cs=None), "refused", "code_cs has no value"),
        *("null_value", "error"),
    ),
    "class not in the list": (
        *("COSIA", lambda f: _with(f, 1, classe="Gazon"), "refused", "Gazon"),
        *("unknown_code", "error"),
    ),
    "invalid polygon": (
        *("OCCUPATION_SOL", lambda f: _with(f, 1, geometry=BOW_TIE), "read", "invalid geometry repaired"),
        *("invalid_geometry", "error"),
    ),
    "no polygon": (
        *("ZONE_CONSTRUITE", lambda f: _with(f, 1, geometry=None), "read", "set aside, empty geometry"),
        *("empty_geometry", "error"),
    ),
    "empty polygon": (
        *("DIFF", lambda f: _with(f, 1, geometry=shapely.Polygon()), "read", "set aside, empty geometry"),
        *("empty_geometry", "error"),
    ),
    "polygon twice": (
        *("OCCUPATION_SOL", lambda f: _twice(f, 3), "read", "set aside, same polygon and codes as an earlier row"),
        *("duplicate_geometry", "error"),
    ),
    "polygon twice, other codes": (
        *("OCCUPATION_SOL", lambda f: _twice(f, 1, code_cs="CS1.2.2", code_us="US6.3"), "refused", "other codes"),
        *("duplicate_geometry", "error"),
    ),
    "flux of 2": (
        *("ARTIF_DIFF", lambda f: _with(f, 1, artificialisation=2), "refused", "neither -1 nor +1"),
        *("unknown_value", "error"),
    ),
    "flux of 0": (
        *("ARTIF_DIFF", lambda f: _with(f, 2, artificialisation=0), "refused", "2 rows, artificialisation is neither"),
        *("unknown_value", "error"),
    ),
    "a change without code": (
        *("DIFF", lambda f: _with(f, 1, cs_2022=None), "read", "set aside, no value in cs_after"),
        *("null_value", "warning"),
    ),
    "100 changes without code": (
        *(
            "DIFF",
            lambda f: _with(_again(f, 100 // len(f) + 1), 100, us_2019=None),
            "read",
            "set aside, no value in us",
        ),
        *("null_value", "warning"),
    ),
    "101 changes without code": (
        *("DIFF", lambda f: _with(_again(f, 101 // len(f) + 1), 101, us_2019=None), "refused"),
        *("101 rows, no value in us_before", "null_value", "error"),
    ),
    "five zones twice": (
        *("ZONE_CONSTRUITE", lambda f: _twice(_again(f, 5), 5), "read", "set aside, same polygon as an earlier row"),
        *("duplicate_geometry", "warning"),
    ),
    "six zones twice": (
        *("ZONE_CONSTRUITE", lambda f: _twice(_again(f, 6), 6), "refused", "6 rows, same polygon"),
        *("duplicate_geometry", "error"),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_read_and_told_or_refused_by_name(demo, tmp_path, fault):
    kind, spoil, outcome, words, rule, severity = FAULTS[fault]
    frame = spoil(delivered_layer(demo, kind))
    path = _written(frame, tmp_path / f"{kind}.gpkg")
    if outcome == "refused":
        with pytest.raises(RefusedError) as caught:
            read_delivery(path)
        assert words in str(caught.value)
    else:
        counts = read_delivery(path).layers[0].counts
        assert any(name.startswith(words) for name in counts), counts
    layer = read_delivery(path, tolerant=True).layers[0]
    aside = sum(count for name, count in layer.counts.items() if name.startswith("set aside, "))
    assert layer.counts["read"] == len(frame) == layer.counts["used"] + aside
    assert aside == len(layer.set_aside)
    report = check_layer(layer_of(read_vector(path), name=kind))
    assert severity in {anomaly.severity for anomaly in report if anomaly.rule == rule}


@pytest.mark.parametrize("command", ["artif", "diff", "explain"])
def test_the_commands_refuse_a_spoilt_delivery_and_tell_the_rows_of_a_sound_one(occupation_sol, tmp_path, command):
    """Rows in = rows used + rows told, in what the commands print too."""
    doubtful = _with(_twice(occupation_sol, 3), 1, geometry=BOW_TIE)
    doubtful.loc[1, "geometry"] = None
    sound, spoilt = _written(doubtful, tmp_path / "a.gpkg"), _with(occupation_sol, 2, id="same")
    first = _written(occupation_sol.assign(millesime="2019"), tmp_path / "first.gpkg")
    spoilt = _written(spoilt, tmp_path / "b.gpkg")
    words = {"artif": [], "explain": ["--id", "same"], "diff": []}[command]
    before = [first] if command == "diff" else []
    assert "id used by an earlier row" in millesime(command, *before, spoilt, *words, expect=1)
    if command != "explain":
        told = json.loads(millesime(command, *before, sound, "--json"))
        (rows,) = told["rows"] if command == "artif" else told["second"]["layers"]
        assert rows["rows"] == len(doubtful) == rows["rows_used"] + sum(rows["set_aside"].values())
        assert rows["set_aside"] == {"empty geometry": 1, "same polygon and codes as an earlier row": 1}


def test_a_badly_cut_border_is_cut_again(demo, occupation_sol, tmp_path):
    """The limit is the extent less 30 m on each side: what is outside goes, and is told to the square metre."""
    west, south, east, north = occupation_sol.total_bounds
    inside = shapely.box(west + 30, south + 30, east - 30, north - 30)
    limit = geopandas.GeoDataFrame(geometry=[inside], crs=occupation_sol.crs)
    layer = read_delivery(_written(occupation_sol, tmp_path / "a.gpkg"), limit=limit).layers[0]
    assert layer.frame.area.sum() == pytest.approx(inside.area, abs=0.01)
    assert layer.removed_m2 == pytest.approx(occupation_sol.area.sum() - inside.area, abs=0.01)
