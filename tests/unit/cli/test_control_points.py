"""Control points in the portrait and in the triennial report: intervals where a place has its own sample, else none.

Of the commune L'Étang, 7.68 ha, by hand: 0.9216 ha of the map became artificial, 40 of 50 points there confirm it; of
the other 6.7584 ha none of 50 points did. So 0.8 x 0.9216 = 0.73728 ha became artificial. Essai-le-Haut has 3 points.
Of the EPCI, 16 ha: 41 of 51 points confirm 1.1136 ha, 41 / 51 x 1.1136 = 0.8952 ha.

Of the commune Aubin, 6 ha: 45 of 50 points confirm 0.60 ha, all 50 confirm 0.36 ha that went back, none of 50 changed
in the rest: 0.54 ha became artificial, 0.36 ha ceased to be, net +0.18 ha.
"""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import sys
from pathlib import Path

import docx
import geopandas
import numpy as np
import pytest
import typer.testing
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parents[1] / "publication"))

import triennial_territory as three
from control_sample import GAIN, LOSS, REST, Part, sample_frame, write_sample
from made_up_territory import CRS, SOUTH, WEST
from official_files import square, write_official_files

from millesime.cli import portrait
from millesime.errors import ConfigError
from millesime.evaluation.sample import change_interval, control_points
from millesime.io.points import write_points
from millesime.production.control_points import ControlRequest, read_control
from millesime.production.portraits import PortraitRequest, make_portrait
from millesime.production.triennial import make_case
from millesime.publication.portrait import render
from millesime.publication.portrait.png import palette_png
from millesime.publication.portrait_of_files import (
    assemble,
    describe_files,
    vintage_of,
    zone_of_code,
    zone_of_perimeter,
)
from millesime.publication.portrait_pdf import document_of
from millesime.publication.step import Parameters
from millesime.publication.triennial import Ground, build_report, docx_bytes, figures_csv, typst_source
from millesime.sources.loading import load
from millesime.sources.ocsge import read_delivery

app = typer.Typer()
app.command()(portrait.command)
runner = typer.testing.CliRunner()

AT = {"99001": (WEST + 20.0, SOUTH + 20.0), "99002": (WEST + 230.0, SOUTH + 20.0)}
PARTS = [
    Part("99002", GAIN, 9_216.0, 50, 40),
    Part("99002", REST, 67_584.0, 50, 50),
    Part("99001", GAIN, 1_920.0, 1, 1),
    Part("99001", REST, 81_280.0, 2, 2),
]
AUBIN = [
    Part(three.AUBIN, GAIN, 6_000.0, 50, 45),
    Part(three.AUBIN, LOSS, 3_600.0, 50, 50),
    Part(three.AUBIN, REST, 50_400.0, 50, 50),
    Part(three.BOURG, REST, 60_000.0, 40, 40),
]


@pytest.fixture(scope="module")
def official(tmp_path_factory):
    return write_official_files(tmp_path_factory.mktemp("official"))


@pytest.fixture(scope="module")
def points(official):
    return write_sample(official.first.parent / "points.gpkg", PARTS, AT)


@pytest.fixture(scope="module")
def deliveries(official):
    return [read_delivery(path, kind="OCCUPATION_SOL") for path in (official.first, official.second)]


@pytest.fixture(scope="module")
def layers(official):
    return load("admin_express", official.admin_express, crs=CRS).layers


@pytest.fixture
def described(deliveries, layers, points):
    """What a portrait of a zone tells of its certainty, without its pictures."""

    def describe(zone, *, checked=True):
        zone = zone_of_code(zone, layers) if isinstance(zone, str) else zone
        of = assemble(zone, [vintage_of(item, year=None, ground=zone.ground) for item in deliveries])
        control = read_control(ControlRequest(points), years=[2019, 2022], crs=CRS)
        area_m2 = 10_000 * of.covered_ha
        found = control.of(code=zone.code, name=zone.name, ground=zone.ground, area_m2=area_m2) if checked else None
        prints = {2019: ("a", "0" * 64), 2022: ("b", "1" * 64)}
        return found, describe_files(of, prints, checked=found)

    return describe


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


def test_a_commune_with_its_own_points(described):
    checked, told = described("99002")
    gain = checked.intervals["artificialised"]
    assert gain.value_ha == pytest.approx(0.8 * 0.9216)
    assert 0 < gain.low_ha < gain.value_ha < gain.high_ha < 7.68
    assert gain.points == 100
    trust = plain(told.trust)
    assert trust.startswith("L'Étang, de 2019 à 2022 : 0,74 ha artificialisé, entre 0,")
    assert "d'après 100 points de contrôle." in trust
    assert "pas d'intervalle" not in trust
    (table,) = told.quality
    labels = ["Sols artificialisés", "Sols désartificialisés", "Artificialisation nette"]
    assert [row.label for row in table.rows] == labels
    assert table.rows[0].values[:2] == ("0,92", "0,74")
    assert any(source.name == "Points de contrôle, points.gpkg" for source in told.sources)


def test_the_whole_ground_of_the_sample(described):
    found = described("200000001")[0].intervals["artificialised"]
    assert found.value_ha == pytest.approx(41 / 51 * 1.1136)
    assert found.points == 103


def test_a_commune_with_few_points_of_its_own_gets_no_interval(described):
    checked, told = described("99001")
    assert checked.intervals["net"].value_ha is None
    trust = plain(told.trust)
    assert trust.startswith("Essai-le-Haut : trop peu de contrôles propres à ce territoire (3 points de contrôle)")
    assert told.quality == ()


def test_other_ground_gets_no_interval(described):
    """Half of the commune is another place than the commune."""
    drawn = geopandas.GeoDataFrame(geometry=[square(208, 0, 400, 200)], crs=CRS)
    checked, told = described(zone_of_perimeter(drawn, None, crs=CRS, name="Moitié"))
    assert not checked.has_interval
    assert plain(told.trust).startswith("Moitié : trop peu de contrôles propres à ce territoire (0 point de contrôle)")


def test_without_control_points_nothing_is_claimed(described):
    _, told = described("99002", checked=False)
    assert plain(told.trust).startswith("Aucun contrôle sur le terrain ni par photo-interprétation n'accompagne")
    assert "aucun échantillon de contrôle" in told.quality_intro


def test_the_page_and_the_document_say_the_same(official, points):
    request = PortraitRequest(
        files=(official.first, official.second),
        zone="99002",
        communes=official.admin_express,
        parameters=Parameters(map_px=300, site_px=60, pictured_sites=0),
        control=ControlRequest(points),
        language="en",
    )
    page = make_portrait(request).page
    html, data = plain(render(page)), plain(document_of(page).files["page.json"].decode())
    for text in ("Étang, 2019 to 2022: 0.74 ha became artificial, between 0.", "from 100 control points"):
        assert text in html
        assert text in data
    assert "Control points, points.gpkg" in html
    assert "not measured: no control sample" not in html


def test_the_command_reads_the_blind_copy(official, tmp_path):
    """The points without readings, and the answers in a CSV of their own."""
    frame = sample_frame(PARTS, AT)
    write_points(frame.assign(reference=""), tmp_path / "points.gpkg")
    answers = frame[["id", "reference", "geometry"]].iloc[::-1]
    write_points(answers, tmp_path / "read.csv")
    arguments = [official.first, official.second, "--zone", "99002", "--communes", official.admin_express]
    arguments += ["--control-points", tmp_path / "points.gpkg", "--readings", tmp_path / "read.csv"]
    result = runner.invoke(
        app, [*map(str, arguments), "-o", str(tmp_path / "a.html"), "--json"], catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)["control"]
    assert told["file"] == "points.gpkg"
    assert told["artificialised"]["value_ha"] == pytest.approx(0.7373, abs=1e-4)
    assert told["artificialised"]["points"] == 100


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"year_to": 2025}, "are of the change from 2019 to 2025, the maps are of 2019 and 2022"),
        ({"kind": "artif", "mapped": "artif", "stratum": "artif", "reference": "artif"}, "points of artif, not of the"),
    ],
)
def test_points_of_something_else_are_refused(tmp_path, change, message):
    frame = sample_frame(PARTS[:1], AT).assign(**change)
    write_points(frame, tmp_path / "points.gpkg")
    with pytest.raises(ConfigError, match=message):
        read_control(ControlRequest(tmp_path / "points.gpkg"), years=[2019, 2022], crs=CRS)


def test_refusals(official, points, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for options, message in (
        (["--readings", points], "need the points that they are of"),
        (["--control-points", points], "the map is of one"),
    ):
        with pytest.raises(ConfigError, match=message):
            runner.invoke(app, [str(official.first), *map(str, options), "-o", "a.html"], catch_exceptions=False)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=20, deadline=None)
@given(right=st.integers(0, 50), more=st.integers(0, 3))
def test_the_interval_holds_the_estimate(right, more):
    """Value by hand for any number of confirmed points; it lies within its interval, and the interval in the ground."""
    parts = [Part("99002", GAIN, 9_216.0, 50, right), Part("99002", REST, 67_584.0, 50 + more, 50 + more)]
    found = change_interval(control_points(sample_frame(parts, AT)))
    assert found.value_ha == pytest.approx(right / 50 * 0.9216)
    assert 0 <= found.low_ha <= found.value_ha <= found.high_ha <= 7.68


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    folder = three.write_files(tmp_path_factory.mktemp("triennial"))
    at = {three.AUBIN: (three.WEST + 10, three.SOUTH + 10), three.BOURG: (three.WEST + 210, three.SOUTH + 10)}
    points = write_sample(folder / "points.gpkg", AUBIN, at)
    request = dataclasses.replace(three.request_of(folder, three.EPCI), control=ControlRequest(points))
    case = make_case(request)
    ground = Ground(case)
    return {place.code: build_report(case, place, ground) for place in case.places}


def rows(report, **wanted):
    text = figures_csv(report).decode("utf-8-sig")
    lines = csv.DictReader(io.StringIO(text), delimiter=";")
    return [line for line in lines if all(line[name] == value for name, value in wanted.items())]


def test_the_report_gives_intervals_with_their_source(reports):
    report = reports[three.AUBIN]
    found = {
        (row["element"], row["indicateur"]): float(row["valeur"].replace(",", "."))
        for row in rows(report, theme="control", unite="ha")
    }
    assert found["Surface artificialisée", "estimate"] == pytest.approx(0.54)
    assert found["Surface désartificialisée", "estimate"] == pytest.approx(0.36)
    assert found["Solde de l'artificialisation", "estimate"] == pytest.approx(0.18)
    for element in ("Surface artificialisée", "Surface désartificialisée", "Solde de l'artificialisation"):
        assert found[element, "low_95"] < found[element, "estimate"] < found[element, "high_95"]
    assert {row["fichier"] for row in rows(report, theme="control")} == {"points.gpkg"}
    assert [row["valeur"] for row in rows(report, theme="control", indicateur="points")] == ["150"]


def test_document_and_pdf_tell_the_interval(reports):
    report = reports[three.AUBIN]
    pictures = {picture.name: _blank() for picture in report.pictures()}
    body = docx.Document(io.BytesIO(docx_bytes(report, pictures)))
    texts = plain(" ".join(node.text or "" for node in body.element.body.iter() if node.tag.endswith("}t")))
    source = plain(typst_source(report))
    sentence = "Aubin, de 2019 à 2022 : 0,54 ha artificialisé, entre 0,"
    for text in (texts, source):
        assert sentence in text
        assert "d'après 150 points de contrôle" in text
        assert "Aucune marge d'erreur" not in text
        assert "points.gpkg" in text


def test_places_without_their_own_sample_say_so(reports):
    for code, told in ((three.ETANG, "(0 point de contrôle)"), (three.EPCI, "(0 point de contrôle)")):
        text = plain(typst_source(reports[code]))
        assert "Aucune marge d'erreur n'est calculée." in text
        assert told in text
        assert rows(reports[code], theme="control") == []


def test_a_place_whose_map_did_not_change(reports):
    """40 points of Le Bourg, none changed: the estimate is nought, and ground that changed unseen bounds it."""
    found = {row["indicateur"]: row["valeur"] for row in rows(reports[three.BOURG], element="Surface artificialisée")}
    assert float(found["estimate"].replace(",", ".")) == 0
    assert float(found["high_95"].replace(",", ".")) > 0.1


def _blank():
    return palette_png(np.zeros((2, 2), dtype=np.uint8), [(0, 0, 0)])
