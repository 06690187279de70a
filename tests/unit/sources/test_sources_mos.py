"""A local map to OCS GE and back: nothing guessed, nothing lost in silence."""

from __future__ import annotations

import json

import geopandas
import pytest
import shapely
import typer.testing
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.cli import mos as command
from millesime.errors import CodeError, ConfigError, CrsError, GeometryError, SchemaError
from millesime.io.vector import list_layers, read_vector, write_geopackage
from millesime.nomenclature.local import local_nomenclature
from millesime.sources.mos import mos_to_ocsge, ocsge_to_mos

runner = typer.testing.CliRunner()

TEXT = """code;cs;us;libelle;sens;prefere
111;CS1.1.1.1;US5;habitat;;1
111;CS2.2.1;US5;;;
112;CS1.1.1.1;US5;;in;
210;CS2.2.1;US1.1;cultures;;
310;CS2.1.1.1;US1.2;bois;;
999;;;;;
"""


def _rows(text=TEXT):
    header, *lines = text.strip().splitlines()
    names = [{"libelle": "label", "sens": "direction", "prefere": "preferred"}.get(n, n) for n in header.split(";")]
    return [dict(zip(names, line.split(";"), strict=True)) for line in lines]


NOMENCLATURE = local_nomenclature(_rows()[:-1])


def _map(codes, column="code_mos", **more):
    """Squares of 10 m in a row, one for each code."""
    geoms = [shapely.box(10 * k, 0, 10 * k + 10, 10) for k in range(len(codes))]
    return geopandas.GeoDataFrame({column: codes, **more}, geometry=geoms, crs="EPSG:2154")


def test_to_ocsge():
    done = mos_to_ocsge(_map(["111", "210", "112"], id=["a", "b", "c"]), NOMENCLATURE, year=2021)
    assert done.frame["code_cs"].tolist() == ["CS1.1.1.1", "CS2.2.1", "CS1.1.1.1"]
    assert done.frame["code_us"].tolist() == ["US5", "US1.1", "US5"]
    assert done.frame["code_or"].tolist() == ["111", "210", "112"]
    assert done.frame["id_origine"].tolist() == ["a", "b", "c"]
    assert done.frame["id"].is_unique
    assert done.frame["millesime"].tolist() == [2021] * 3
    assert (done.rows, done.rows_used, done.lost_m2) == (3, 3, 0.0)


def test_what_has_no_pair_is_told_and_measured():
    frame = _map(["111", "777", None, "777", "210"])
    frame.loc[4, "geometry"] = None
    done = mos_to_ocsge(frame, NOMENCLATURE)
    assert done.rows == 5 == done.rows_used + len(done.untranslated)
    assert done.losses.to_dict("records") == [
        {"codes": "777", "reason": "the crosswalk does not lead from this code", "rows": 2, "area_m2": 200.0},
        {"codes": "", "reason": "no code", "rows": 1, "area_m2": 100.0},
        {"codes": "210", "reason": "no surface", "rows": 1, "area_m2": 0.0},
    ]


def test_codes_read_as_numbers_and_several_parts():
    frame = _map([111.0, 210.0], column="MOS")
    frame.loc[0, "geometry"] = shapely.MultiPolygon([shapely.box(0, 0, 5, 5), shapely.box(6, 6, 9, 9)])
    done = mos_to_ocsge(frame, NOMENCLATURE)
    assert done.frame["code_or"].tolist() == ["111", "111", "210"]
    assert (done.rows_used, len(done.frame)) == (2, 3)


def test_from_ocsge():
    frame = _map(["CS1.1.1.1", "CS2.2.1", "CS2.2.1", "CS1.2.2"], column="code_cs")
    frame["code_us"] = ["US5", "US5", "US1.1", "US6.3"]
    done = ocsge_to_mos(frame, NOMENCLATURE)
    assert done.frame["code_mos"].tolist() == ["111", "111", "210"]
    assert done.frame["libelle"].tolist() == ["habitat", "habitat", "cultures"]
    assert done.losses.to_dict("records") == [
        {"codes": "CS1.2.2 x US6.3", "reason": "no local code for this cover and use", "rows": 1, "area_m2": 100.0}
    ]
    assert "3 pairs of cover and use became 2 local codes" in done.told
    united = ocsge_to_mos(frame, NOMENCLATURE, dissolve=True)
    assert united.frame[["code_mos", "area_m2"]].values.tolist() == [["111", 200.0], ["210", 100.0]]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.sampled_from(["111", "112", "210", "310"]), min_size=1, max_size=8))
def test_there_and_back(codes):
    """Each polygon comes back with its code and its ground; without code_or, as the code that its pair leads to."""
    there = mos_to_ocsge(_map(codes), NOMENCLATURE)
    back = ocsge_to_mos(there.frame, NOMENCLATURE)
    assert back.frame["code_mos"].tolist() == codes
    assert shapely.equals(back.frame.geometry.to_numpy(), _map(codes).geometry.to_numpy()).all()
    without = ocsge_to_mos(there.frame, NOMENCLATURE, use_code_or=False)
    assert without.frame["code_mos"].tolist() == [code.replace("112", "111") for code in codes]
    united = ocsge_to_mos(there.frame, NOMENCLATURE, dissolve=True)
    assert united.frame["area_m2"].sum() == pytest.approx(100 * len(codes))
    assert mos_to_ocsge(united.frame, NOMENCLATURE).frame.area.sum() == pytest.approx(100 * len(codes))


def test_inputs_that_do_not_serve():
    with pytest.raises(SchemaError, match="has no attribute"):
        mos_to_ocsge(_map(["111"], column="occupation"), NOMENCLATURE)
    assert len(mos_to_ocsge(_map(["111"], column="occupation"), NOMENCLATURE, column="Occupation").frame) == 1
    with pytest.raises(CrsError, match="not in a CRS in metres"):
        mos_to_ocsge(_map(["111"]).to_crs(4326), NOMENCLATURE)
    with pytest.raises(SchemaError, match="lacks code_us"):
        ocsge_to_mos(_map(["CS1.2.2"], column="code_cs"), NOMENCLATURE)
    nowhere = _map(["111"])
    nowhere.loc[0, "geometry"] = shapely.Point(0, 0)
    with pytest.raises(GeometryError, match="no row has a surface"):
        mos_to_ocsge(nowhere, NOMENCLATURE)


def test_commands(tmp_path):
    crosswalk, local = tmp_path / "mos.csv", tmp_path / "local.gpkg"
    crosswalk.write_text(TEXT.replace("999;;;;;\n", ""), encoding="latin-1")
    write_geopackage(local, {"mos": _map(["111", "112", "777"])})
    out, back = tmp_path / "ocsge.gpkg", tmp_path / "back.gpkg"
    given = ["--crosswalk", str(crosswalk), "--json"]
    told = _told(["to-ocsge", str(local), "-o", str(out), *given])
    assert (told["rows"], told["rows_used"], told["lost_m2"]) == (3, 2, 100.0)
    assert set(list_layers(out)) == {"OCCUPATION_SOL", "UNTRANSLATED"}
    told = _told(["from-ocsge", str(out), "-o", str(back), *given])
    assert read_vector(back, layer="MOS")["code_mos"].tolist() == ["111", "112"]
    assert told["area_m2"] == 200.0
    first = back.read_bytes()
    _told(["from-ocsge", str(out), "-o", str(back), *given])
    assert back.read_bytes() == first
    text = runner.invoke(command.app, ["to-ocsge", str(local), *given[:2]], catch_exceptions=False).stdout
    assert "3 rows read, 2 translated, 1 set aside" in text
    with pytest.raises(ConfigError, match="not written"):
        _told(["to-ocsge", str(local), "-o", str(tmp_path / "out.shp"), *given])
    crosswalk.write_text(TEXT)
    with pytest.raises(CodeError, match="cs is missing"):
        _told(["to-ocsge", str(local), *given])


def _told(arguments):
    result = runner.invoke(command.app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
