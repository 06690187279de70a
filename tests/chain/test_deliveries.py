"""The deliveries of the demo territory, read as anybody's: packed, renamed, spoilt."""

from __future__ import annotations

import json

import geopandas
import pandas as pd
import py7zr
import pytest

from millesime.errors import RefusedError
from millesime.io.vector import list_layers, read_vector
from millesime.sources.ocsge import read_delivery

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
