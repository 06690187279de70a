"""The deliveries of the demo territory, read as anybody's: packed, renamed, spoilt."""

from __future__ import annotations

import json

import geopandas
import pandas as pd
import py7zr
import pytest
import shapely

from millesime.errors import RefusedError
from millesime.io.vector import list_layers, read_vector
from millesime.sources.ocsge import read_delivery
from millesime.sources.ocsge.kinds import kind_of

from .conftest import millesime

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


def _layer(demo, kind):
    """The frame of one delivered layer, under the delivered names."""
    territory, _ = demo
    for file in sorted((territory / "delivery/2022").glob("*.gpkg")):
        for name in list_layers(file):
            frame = read_vector(file, layer=name)
            if kind_of(frame.columns.drop("geometry"), names=[name]) == kind:
                return frame
    raise AssertionError(f"no {kind} in the delivery")


def _again(frame, times):
    """Copies of the whole layer, each further east: as many rows as wanted, no polygon twice."""
    copies = [frame.set_geometry(frame.translate(100_000 * number)) for number in range(times)]
    return geopandas.GeoDataFrame(pd.concat(copies, ignore_index=True), crs=frame.crs)


def _with(frame, rows, **changes):
    frame = frame.copy()
    for name, value in changes.items():
        frame[name] = frame[name].astype(object) if name != "geometry" else frame[name]
        frame.loc[frame.index[:rows], name] = value
    return frame


def _twice(frame, rows):
    """The first rows again under other ids."""
    again = frame.iloc[:rows].assign(id=[f"again{row}" for row in range(rows)])
    return geopandas.GeoDataFrame(pd.concat([frame, again], ignore_index=True), crs=frame.crs)


BOW_TIE = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])

#: Every fault of reading: kind, how the layer is spoilt, what is set aside or why it is refused.
FAULTS = {
    "id twice": ("OCCUPATION_SOL", lambda f: _with(f, 2, id="same"), "refused", "id used by an earlier row"),
    "cover not in the list": ("OCCUPATION_SOL", lambda f: _with(f, 1, code_cs="CS2.2.3"), "refused", "CS2.2.3"),
    "use not in the list": ("ARTIF", lambda f: _with(f, 1, code_us="US4"), "refused", "US4"),
    "class not in the list": ("COSIA", lambda f: _with(f, 1, classe="Gazon"), "refused", "Gazon"),
    "invalid polygon": ("OCCUPATION_SOL", lambda f: _with(f, 1, geometry=BOW_TIE), "read", "invalid geometry repaired"),
    "no polygon": ("ZONE_CONSTRUITE", lambda f: _with(f, 1, geometry=None), "read", "set aside, empty geometry"),
    "polygon twice": (
        "OCCUPATION_SOL",
        lambda f: _twice(f, 3),
        "read",
        "set aside, same polygon and codes as an earlier row",
    ),
    "flux of 2": ("ARTIF_DIFF", lambda f: _with(f, 1, artificialisation=2), "refused", "neither -1 nor +1"),
    "a change without code": ("DIFF", lambda f: _with(f, 1, cs_2022=None), "read", "set aside, no value in cs_2022"),
    "101 changes without code": (
        "DIFF",
        lambda f: _with(_again(f, 101 // len(f) + 1), 101, us_2019=None),
        "refused",
        "101 rows, no value in us_before",
    ),
    "zones twice": (
        "ZONE_CONSTRUITE",
        lambda f: _twice(_again(f, 5), 5),
        "read",
        "set aside, same polygon as an earlier row",
    ),
    "six zones twice": ("ZONE_CONSTRUITE", lambda f: _twice(_again(f, 6), 6), "refused", "6 rows, same polygon"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_is_read_and_told_or_refused_by_name(demo, tmp_path, fault):
    kind, spoil, outcome, words = FAULTS[fault]
    frame = spoil(_layer(demo, kind))
    path = _written(frame, tmp_path / f"{kind}.gpkg")
    if outcome == "refused":
        with pytest.raises(RefusedError) as caught:
            read_delivery(path)
        assert words in str(caught.value)
    layer = read_delivery(path, tolerant=True).layers[0]
    aside = sum(count for name, count in layer.counts.items() if name.startswith("set aside, "))
    assert layer.counts["read"] == len(frame) == layer.counts["used"] + aside
    assert aside == len(layer.set_aside)
    if outcome == "read":
        assert any(name.startswith(words.replace("cs_2022", "cs_after")) for name in layer.counts), layer.counts


def test_a_badly_cut_border_is_cut_again(demo, occupation_sol, tmp_path):
    """The limit is the extent less 30 m on each side: what is outside goes, and is told to the square metre."""
    west, south, east, north = occupation_sol.total_bounds
    inside = shapely.box(west + 30, south + 30, east - 30, north - 30)
    limit = geopandas.GeoDataFrame(geometry=[inside], crs=occupation_sol.crs)
    layer = read_delivery(_written(occupation_sol, tmp_path / "a.gpkg"), limit=limit).layers[0]
    assert layer.frame.area.sum() == pytest.approx(inside.area, abs=0.01)
    assert layer.removed_m2 == pytest.approx(occupation_sol.area.sum() - inside.area, abs=0.01)
