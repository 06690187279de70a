"""Two deliveries of 2 x 2 squares of 100 m side by side, whose common limit is made wrong by hand."""

from __future__ import annotations

import json

import geopandas
import numpy as np
import pytest
import shapely
import typer.testing
from shapely.affinity import translate

from millesime.cli import check
from millesime.errors import CrsError, InputError
from millesime.evaluation.conformity import Settings, layer_of, match_edges
from millesime.io.vector import read_vector, write_geopackage

WEST = [shapely.box(x, y, x + 100, y + 100) for x in (0, 100) for y in (0, 100)]
EAST = [shapely.box(x, y, x + 100, y + 100) for x in (200, 300) for y in (0, 100)]

app = typer.Typer()
app.command()(check.command)
runner = typer.testing.CliRunner()


def frame(squares, *, crs="EPSG:2154"):
    return geopandas.GeoDataFrame(
        {
            "id": [f"P{number}" for number in range(len(squares))],
            "code_cs": "CS2.2.1",
            "code_us": "US1.1",
            "millesime": "2022",
            "source": "images",
            "ossature": 0,
            "id_origine": "",
            "code_or": "",
        },
        geometry=squares,
        crs=crs,
    )


def layer(squares, name, *, crs="EPSG:2154"):
    return layer_of(frame(squares, crs=crs), name=name)


def limit(west=WEST, east=EAST, **kwargs):
    return match_edges(layer(west, "west"), layer(east, "east"), **kwargs)


def rules(found):
    return [anomaly.rule for anomaly in found.anomalies]


def test_a_limit_that_matches():
    found = limit()
    assert found.anomalies == ()
    assert found.objects == (2, 2)
    assert (found.overlap_m2, found.gap_m2) == (0, 0)


def test_an_open_gap_along_the_whole_limit():
    """The east moved by 3 m: a strip of 3 m x 200 m, open at both ends."""
    found = limit(east=[translate(square, 3, 0) for square in EAST])
    assert rules(found) == ["limit_gap"]
    assert found.gap_m2 == pytest.approx(600)
    assert found.anomalies[0].geometry.equals(shapely.box(200, 0, 203, 200))
    assert "mean width 2.96 m" in found.anomalies[0].message  # 2 x 600 / 406


def test_an_overlap_is_told_object_by_object():
    """The east moved by 2 m to the west: 2 m x 100 m twice."""
    found = limit(east=[translate(square, -2, 0) for square in EAST])
    assert rules(found) == ["limit_overlap"] * 2
    assert found.overlap_m2 == pytest.approx(400)
    assert {anomaly.object_id for anomaly in found.anomalies} == {"P2", "P3"}
    assert "P0 of east" in found.anomalies[0].message


def test_one_square_too_short_is_an_open_notch():
    """One square of the west ends 4 m before the limit: a notch of 4 m x 100 m that the closing fills."""
    short = [*WEST[:3], shapely.box(100, 100, 196, 200)]
    found = limit(west=short)
    assert rules(found) == ["limit_gap"]
    assert found.gap_m2 == pytest.approx(400)


def test_wide_ground_is_told_when_the_two_enclose_it():
    """The east lacks a block of 60 m x 40 m at the limit: far wider than 5 m, enclosed by both."""
    block = shapely.box(200, 80, 260, 120)
    found = limit(east=[square.difference(block) for square in EAST])
    assert rules(found) == ["limit_gap"]
    assert found.gap_m2 == pytest.approx(2400)


def test_a_hole_of_one_delivery_is_not_a_fault_of_the_limit():
    found = limit(west=[WEST[0].difference(shapely.box(40, 40, 43, 60)), *WEST[1:]])
    assert found.anomalies == ()


def test_wide_open_ground_may_be_a_third_departement():
    """The east stands 6 m away: wider than 5 m and open. Nothing is near."""
    found = limit(east=[translate(square, 6, 0) for square in EAST])
    assert found.anomalies == ()
    assert found.objects == (0, 0)
    found = limit(east=[translate(square, 6, 0) for square in EAST], settings=Settings(limit_width_m=7))
    assert found.gap_m2 == pytest.approx(1200)


def test_the_corner_of_a_third_departement_is_no_gap():
    """The east begins 100 m further north: the ground in the corner is a third one's. Corners touch too."""
    found = limit(east=[translate(square, 0, 100) for square in EAST])
    assert found.anomalies == ()
    assert found.objects == (2, 2)


def test_roundings_are_not_told():
    """1 cm between the two: 2 m² over 200 m, a rounding of coordinates."""
    for shift in (0.01, -0.01):
        assert limit(east=[translate(square, shift, 0) for square in EAST]).anomalies == ()


def test_severity_and_crs():
    moved = [translate(square, 3, 0) for square in EAST]
    assert {anomaly.severity for anomaly in limit(east=moved).anomalies} == {"warning"}
    assert {a.severity for a in limit(east=moved, settings=Settings(strict=True)).anomalies} == {"error"}
    with pytest.raises(CrsError, match="no common limit"):
        match_edges(layer(WEST, "west"), layer(EAST, "east", crs="EPSG:2975"))


@pytest.mark.parametrize("swap", [False, True])
def test_either_side_finds_the_same(swap):
    one, two = layer(WEST, "west"), layer([translate(square, 3, 0) for square in EAST], "east")
    found = match_edges(two, one) if swap else match_edges(one, two)
    assert found.gap_m2 == pytest.approx(600)


def test_the_command_locates_and_counts(tmp_path):
    one, two = tmp_path / "west.gpkg", tmp_path / "east.gpkg"
    write_geopackage(one, {"OCCUPATION_SOL": frame(WEST)})
    write_geopackage(two, {"OCCUPATION_SOL": frame([translate(square, 3, 0) for square in EAST])})
    out = tmp_path / "anomalies.gpkg"
    result = runner.invoke(app, [str(one), "--neighbour", str(two), "--anomalies", str(out), "--json"])
    assert result.exit_code == 0, result.output
    content = json.loads(result.stdout)
    assert content["warnings"] == {"limit_gap": 1}
    assert content["limits"] == [
        {
            "layers": ["OCCUPATION_SOL", "east.gpkg/OCCUPATION_SOL"],
            "objects": [2, 2],
            "overlap_m2": 0.0,
            "gap_m2": 600.0,
        }
    ]
    assert read_vector(out, layer="zones").area.tolist() == pytest.approx([600])
    text = runner.invoke(app, [str(one), "--neighbour", str(two)]).stdout
    assert "2 and 2 objects along it, overlaps 0.0 m², gaps 600.0 m²" in text
    assert runner.invoke(app, [str(one), "--neighbour", str(two), "--strict"]).exit_code == 1


def test_a_delivery_that_is_no_neighbour_is_wrong_use(tmp_path):
    one, far = tmp_path / "west.gpkg", tmp_path / "far.gpkg"
    write_geopackage(one, {"OCCUPATION_SOL": frame(WEST)})
    write_geopackage(far, {"OCCUPATION_SOL": frame([translate(square, 9000, 0) for square in EAST])})
    result = runner.invoke(app, [str(one), "--neighbour", str(far)])
    assert isinstance(result.exception, InputError)
    assert "no limit in common" in str(result.exception)


def test_a_limit_that_waves_across_the_neighbour_s():
    """The east's border leaves the limit by d(y) = max(sin(y / 50), -0.2) m: gaps where d > 0, overlaps where d < 0.

    Both areas are the integral of d, taken here along y every half metre.
    """
    y = np.arange(0, 1200.5, 0.5)
    departure = np.maximum(np.sin(y / 50), -0.2)
    limit_line = np.column_stack([np.full(len(y), 1000.0), y])
    border = np.column_stack([1000 + departure, y])
    west = shapely.Polygon([(0, 0), *limit_line, (0, 1200)])
    east = shapely.Polygon([(2000, 0), *border, (2000, 1200)])
    found = limit(west=[west], east=[east])
    assert found.gap_m2 == pytest.approx(np.trapezoid(np.maximum(departure, 0), y), rel=1e-3)
    assert found.overlap_m2 == pytest.approx(np.trapezoid(np.maximum(-departure, 0), y), rel=1e-3)
    # sin is positive 4 times on [0, 24]: 0 to pi, 2 pi to 3 pi, 4 pi to 5 pi, 6 pi to 7 pi (22.0)
    assert rules(found).count("limit_gap") == 4
    assert rules(found).count("limit_overlap") == 4
