"""`millesime diff` from the command line: files in, layers out, JSON, patches, refusals."""

from __future__ import annotations

import json

import geopandas
import pytest
import shapely
import typer.testing

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
