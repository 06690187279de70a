"""`millesime diff` from the command line: files in, layers out, JSON, patches, refusals."""

from __future__ import annotations

import json

import geopandas
import pytest
import shapely
import typer.testing

from millesime.artificialisation import Parameters as StatusParameters
from millesime.artificialisation import artificialise
from millesime.cli import diff
from millesime.errors import ConfigError, RefusedError
from millesime.io.vector import list_layers, read_vector, write_geopackage

app = typer.Typer()
app.command()(diff.command)
runner = typer.testing.CliRunner()


def _map(year, border=100.0, *, left=("CS1.1.1.2", "US3"), right=("CS2.2.1", "US1.1")):
    """200 m x 100 m: a road to the left of the border, a field to the right."""
    return geopandas.GeoDataFrame(
        {"id": ["l", "r"], "code_cs": [left[0], right[0]], "code_us": [left[1], right[1]], "millesime": year},
        geometry=[shapely.box(0, 0, border, 100), shapely.box(border, 0, 200, 100)],
        crs="EPSG:2154",
    )


def _file(tmp_path, name, frame, layer="OCCUPATION_SOL"):
    path = tmp_path / f"{name}.gpkg"
    write_geopackage(path, {layer: frame})
    return path


def _told(*arguments):
    result = runner.invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_change_and_balance(tmp_path):
    """The road grows by 10 m x 100 m."""
    files = _file(tmp_path, "a", _map("2019")), _file(tmp_path, "b", _map("2022", 110.0))
    out, again = tmp_path / "out.gpkg", tmp_path / "again.gpkg"
    told = _told(*files, "-o", out)
    assert told["years"] == [2019, 2022]
    assert told["changes"] == {"pieces": 1, "area_m2": 1000.0}
    assert told["flux"]["net"]["net_m2"] == told["flux"]["total"]["net_m2"] == 1000.0
    assert told["largest_rounding_m2"] == 0
    assert set(list_layers(out)) == {"DIFF", "ARTIF_DIFF", "NOISE", "SNAPPED"}
    assert read_vector(out, layer="ARTIF_DIFF")["artificialisation"].tolist() == [1]
    _told(*files, "-o", again)
    assert out.read_bytes() == again.read_bytes()
    assert "artificial flux" in runner.invoke(app, [*map(str, files)], catch_exceptions=False).stdout


def test_a_tolerance_is_asked_for(tmp_path):
    files = _file(tmp_path, "a", _map("2019")), _file(tmp_path, "b", _map("2022", 100.3))
    assert _told(*files)["tolerance_m"] == 0  # most vertices are common: what differs was meant to
    told = _told(*files, "--tolerance-m", "0.5")
    assert told["snapped"] == {"strips": 1, "area_m2": 30.0, "length_m": 100.0}
    assert told["changes"]["pieces"] == told["border_noise"]["pieces"] == 0


def test_a_patch_moves_status_and_flux(tmp_path):
    """The left half of 2019 was no road but a field: 10 000 m² more become artificial."""
    files = _file(tmp_path, "a", _map("2019")), _file(tmp_path, "b", _map("2022"))
    marks = _map("2019").iloc[:1].assign(cs_corr="CS2.2.1", us_corr="US1.1")
    told = _told(*files, "--patch", _file(tmp_path, "patch", marks, layer="PATCH"))
    assert told["patch"]["flux_without"]["net"]["net_m2"] == 0
    assert told["flux"]["net"]["net_m2"] == 10_000
    assert [
        (row["cause"], row["artif_before"], row["artif_after"], row["area_m2"]) for row in told["patch"]["moved"]
    ] == [("corrected", "artif", "non artif", 10_000.0)]


def test_generations_and_order(tmp_path):
    old = _file(tmp_path, "old", _map("2019", left=("CS1.1.1.2", "US235")))
    new = _file(tmp_path, "new", _map("2022"))
    with pytest.raises(RefusedError, match="generation"):
        _told(old, new)
    assert "forced" in _told(old, new, "--force")["warnings"][0]
    with pytest.raises(ConfigError, match="earlier vintage"):
        _told(new, old, "--force")
    with pytest.raises(ConfigError, match="not written"):
        _told(old, new, "-o", tmp_path / "out.txt")


def _village(year, *, yard_m=45.0, west=0.0):
    """A field of 200 m x 200 m with a yard along its west border, `yard_m` long and wide."""
    yard = shapely.box(west, 50, west + yard_m, 50 + yard_m)
    return geopandas.GeoDataFrame(
        {"id": ["field", "yard"], "code_cs": ["CS2.2.1", "CS1.1.2.1"], "code_us": ["US1.1", "US2"], "millesime": year},
        geometry=[shapely.box(west, 0, west + 200, 200).difference(yard), yard],
        crs="EPSG:2154",
    )


def test_options_of_the_status(tmp_path):
    """A yard of 2 025 m², then of 2 500 m², along the limit of the data.

    By default both keep the matrix's status there: the flux is the 475 m² that it grew by. With a neighbour on each
    side the first one is enclosed and removed: 2 500 m² are artificialised. With a threshold of 2 000 m² it is not.
    """
    files = _file(tmp_path, "a", _village("2019")), _file(tmp_path, "b", _village("2022", yard_m=50.0))
    beside = _file(tmp_path, "beside", _village("2019", west=-200.0))
    around = ["--context-first", beside, "--context-second", beside]

    def net(*options):
        return _told(*files, *options)["flux"]["net"]["net_m2"]

    assert net() == 475
    assert net(*around) == 2_500
    assert net("--context-first", beside) == 2_500
    assert net("--context-second", beside) == 475
    assert net(*around, "--t-other", "2000") == 475
    assert net("--mode", "sparte-2024") == 2_500
    told = _told(*files, *around)
    assert [side["context"][0]["rows"] for side in (told["first"], told["second"])] == [2, 2]
    assert {"name": "t_other_m2", "value": "2500.0", "standing": "law"} in told["rules"]
    with pytest.raises(ConfigError, match="connectivity"):
        _told(*files, "--connectivity", "corner")


def _official(frame, *statuses):
    """A layer ARTIF as IGN delivers it."""
    return frame.assign(aire=frame.area, artif=statuses, crit_seuil=[False, statuses[1] == "non artif"])


def test_a_delivered_status_is_used_and_said(tmp_path):
    """The file calls the yard of 2019 not artificial, though it lies along the limit of the data: it is believed."""
    artif = _file(tmp_path, "a", _official(_village("2019"), "non artif", "non artif"), layer="artif_2019_32")
    later = _file(tmp_path, "b", _village("2022"))
    told = _told(artif, later)
    assert (told["first"]["status"], told["second"]["status"]) == ("delivered with the file", "computed")
    assert told["flux"]["net"]["net_m2"] == 45 * 45
    assert "the earlier vintage came with its file" in told["warnings"][0]
    again = _told(artif, later, "--status", "computed")
    assert (again["first"]["status"], again["flux"]["net"]["net_m2"]) == ("computed", 0)
    assert again["warnings"] == []
    text = runner.invoke(app, [str(artif), str(later)], catch_exceptions=False).stdout
    assert "status: delivered with the file" in text


def test_both_statuses_delivered(tmp_path):
    """Options of the decision have no effect then, and are refused; so are neighbours and a patch."""
    folders = tmp_path / "first", tmp_path / "second"
    for folder, year, status in zip(folders, ("2019", "2022"), ("artif", "non artif"), strict=True):
        folder.mkdir()
        _file(folder, "OCCUPATION_SOL", _village(year))
        _file(folder, "ARTIF", _official(_village(year), "non artif", status), layer="ARTIF")
    assert [_told(*folders)[side]["status"] for side in ("first", "second")] == ["computed"] * 2
    told = _told(*folders, "--status", "delivered")
    assert told["flux"]["net"]["net_m2"] == -45 * 45
    assert "nothing in them tells by what rules" in told["warnings"][0]
    assert told["rules"] == []
    for options in (["--t-other", "900"], ["--context-second", folders[0]], ["--patch", folders[0]]):
        with pytest.raises(ConfigError, match="would not change it"):
            _told(*folders, "--status", "delivered", *options)
    with pytest.raises(ConfigError, match="is not known"):
        _told(*folders, "--status", "official")


def test_statuses_of_other_rules_are_told(tmp_path):
    """A file of our own holds its rules: those of today are compared with them."""
    for rules in ({}, {"order": "remove_first"}):
        ours = artificialise(_village("2019"), parameters=StatusParameters(**rules)).frame
        told = _told(_file(tmp_path, "a", ours, layer="ARTIF"), _file(tmp_path, "b", _village("2022")))
        assert told["first"]["status"] == "delivered with the file"
        assert bool(told["warnings"]) == bool(rules)
        assert not rules or "order=remove_first" in told["warnings"][0]


def test_several_departements_of_two_vintages(tmp_path):
    """Each département's yard grows by 475 m²; along their common limit nothing is counted twice."""
    folders = tmp_path / "2019-01-01", tmp_path / "2022-01-01"
    for folder, year, size in zip(folders, ("2019", "2022"), (45.0, 50.0), strict=True):
        folder.mkdir()
        for number, west in (("032", 0.0), ("065", 200.0)):
            frame = _village(year, yard_m=size, west=west)
            frame["id"] = number + frame["id"]
            _file(folder, f"OCS-GE_2-0__GPKG_LAMB93_D{number}_{year}-01-01", frame)
    told = _told(*folders)
    assert told["years"] == [2019, 2022]
    assert [rows["territory"] for rows in told["first"]["layers"]] == ["32", "65"]
    assert told["area_m2"] == 80_000
    # The east's yard of 2019 is enclosed now that the west lies beside it, and below 2 500 m²: not artificial.
    assert told["flux"]["net"]["net_m2"] == 475 + 2_500


def test_a_departement_of_the_old_generation_among_new_ones(tmp_path):
    """Old in the east (US235), new in the west in 2019; new in both in 2022: the east's flux would be of the method."""
    folders = tmp_path / "2019-01-01", tmp_path / "2022-01-01"
    for folder, year in zip(folders, ("2019", "2022"), strict=True):
        folder.mkdir()
        for number, west in (("032", 0.0), ("065", 200.0)):
            frame = _village(year, west=west)
            frame["id"] = number + frame["id"]
            if (number, year) == ("065", "2019"):
                frame["code_us"] = frame["code_us"].replace("US2", "US235")
            _file(folder, f"OCS-GE_2-0__GPKG_LAMB93_D{number}_{year}-01-01", frame)
    with pytest.raises(RefusedError, match=r"of the old generation: .*D065_2019.*; of the new one: .*D032_2019"):
        _told(*folders)
    assert _told(*folders, "--force")["warnings"][0].startswith("forced: of the old generation")
