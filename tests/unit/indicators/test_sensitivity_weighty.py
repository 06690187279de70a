"""The polygons that make the figure: order, doubt and why, by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest
import typer.testing
from test_sensitivity import FIELD, GARDEN, HOUSE, MIXED, UNKNOWN, square, vintage

from millesime.artificialisation import artificialise
from millesime.cli import sensitivity as command
from millesime.differential import difference
from millesime.errors import ConfigError, InternalError, RefusedError
from millesime.indicators.doubt import BASE, WEIGHTS, Facts, Parameters, suspect_pairs
from millesime.indicators.weighty import weighty_polygons
from millesime.io.vector import read_vector, write_geopackage

app = typer.Typer()
app.command()(command.command)
runner = typer.testing.CliRunner()

GRASS, HOUSING = "formations herbacées", "usage résidentiel (CS2.2.1 × US5), devenus artificialisés : "
UNKNOWN_WORDS = "à vérifier parce que l’usage est inconnu (US6.6)."
NOTHING_WORDS = "aucun fait n’en fait douter, c’est sa surface qui compte."


def flux(first, second, **options):
    done = difference(first, second, years=(2019, 2022), territory="T")
    return weighty_polygons([first, second], years=[2019, 2022], comparison=done, **options)


def test_doubts_are_taken_together():
    """Without a fact the base; an unknown use alone 1 - 0.95 x 0.5; with a narrow shape 1 - 0.95 x 0.5 x 0.5."""
    flags = {
        "unknown_use": np.array([False, True, True, False]),
        "narrow": np.array([False, False, True, False]),
        "low_confidence": np.array([False, False, False, True]),
    }
    facts = Facts(flags, np.ones(4), np.array([np.nan, 0.9, 0.9, 0.2]), np.full(4, "", dtype=object))
    assert facts.doubt() == pytest.approx([BASE, 0.525, 0.7625, 1 - 0.95 * 0.2])
    assert facts.of(2) == ("unknown_use", "narrow")
    with pytest.raises(InternalError):
        Facts({"mood": flags["narrow"]}, np.ones(4), np.ones(4), facts.pairs)
    assert all(0 < weight < 1 for weight in WEIGHTS.values())


def test_hectares_times_doubt():
    """10 000 m² without doubt weigh 0.05 ha; 3 600 of unknown use before weigh 0.36 x 0.525 = 0.189 ha."""
    first = vintage((square(5, 5, 60), UNKNOWN), (square(90, 90, 100), FIELD))
    second = vintage((square(5, 5, 60), GARDEN), (square(90, 90, 100), GARDEN))
    found = flux(first, second)
    assert found["rank"].tolist() == [1, 2]
    assert found["area_ha"].tolist() == pytest.approx([0.36, 1.0])
    assert found["weight_ha"].tolist() == pytest.approx([0.36 * 0.525, BASE])
    assert found["facts"].tolist() == ["unknown_use", ""]
    assert found["artificialisation"].tolist() == [1, 1]
    assert found[["id_2019", "id_2022", "cs_2019", "us_2022"]].iloc[0].tolist() == ["o0", "o0", "CS2.2.1", "US5"]
    assert found.geometry.area.tolist() == pytest.approx([3600, 10_000])
    assert found["why"].str.replace("\u00a0", " ").tolist() == [
        f"0,36 ha passés de {GRASS}, usage inconnu (CS2.2.1 × US6.6) à {GRASS}, {HOUSING}" + UNKNOWN_WORDS,
        f"1,00 ha passés de {GRASS}, agriculture (CS2.2.1 × US1.1) à {GRASS}, {HOUSING}" + NOTHING_WORDS,
    ]
    assert len(flux(first, second, top=1)) == 1


def test_a_status_that_a_threshold_alone_turned():
    """The garden of 1 600 m² does not change, its neighbour does: together they pass 2 500."""
    first = vintage((square(20, 20, 40), GARDEN), (square(60, 20, 25, 40), FIELD))
    second = vintage((square(20, 20, 40), GARDEN), (square(60, 20, 25, 40), GARDEN))
    found = flux(first, second)
    turned = found[found["area_ha"].round(4) == 0.16].iloc[0]
    assert set(turned["facts"].split()) == {"near_threshold", "thresholds_only"}  # 2 600 m² is 4 % above
    assert turned["doubt"] == pytest.approx(1 - 0.95 * 0.5 * 0.5)
    assert "restés formations herbacées, usage résidentiel (CS2.2.1" in turned["why"]
    assert "seul un seuil a fait basculer le statut" in turned["why"]
    english = flux(first, second, language="en")["why"].tolist()
    assert any(
        "that stayed herbaceous formations, residential (CS2.2.1" in text
        and "a threshold alone turned its status" in text
        for text in english
    )


def test_narrow_and_rare():
    """60 m x 2 m is 1.9 m wide on average; its transition makes 120 of 12 220 m², less than 1 %."""
    first = vintage((square(5, 5, 60, 2), MIXED), (square(70, 70, 110), FIELD))
    second = vintage((square(5, 5, 60, 2), HOUSE), (square(70, 70, 110), GARDEN))
    narrow = flux(first, second)
    narrow = narrow[narrow["area_ha"] < 0.1].iloc[0]
    assert set(narrow["facts"].split()) >= {"narrow", "rare_transition", "mixed_use"}
    assert "1,9\u00a0m de large en moyenne" in narrow["why"]
    assert narrow["why"].startswith("120\u00a0m² passés de")


def test_suspect_pairs_of_either_vintage():
    """A building without use is suspect."""
    covers = np.array(["CS1.1.1.1", "CS1.1.1.1", "CS2.2.1"], dtype=object)
    uses = np.array(["US6.3", "US5", "US1.1"], dtype=object)
    assert suspect_pairs(iter([(covers, uses), (covers, uses)]), 3).tolist() == ["CS1.1.1.1\u00a0× US6.3", "", ""]


def test_one_vintage():
    """Artificial polygons, and those whose status hangs on something; a plain field does not weigh."""
    side = vintage((square(20, 20, 60), MIXED), (square(120, 120, 60), UNKNOWN), (square(20, 120, 40), GARDEN))
    found = weighty_polygons([side], years=[2022])
    assert set(found["us_2022"]) == {"US235", "US6.6", "US5"}
    assert found["facts"].tolist() == ["unknown_use", "mixed_use", "thresholds"]
    assert "artificialisation" not in found.columns
    assert found["why"].iloc[2].startswith("0,16\u00a0ha de formations herbacées, usage résidentiel (CS2.2.1\u00a0×")


def test_confidence():
    side = vintage((square(20, 20, 60), GARDEN), (square(120, 120, 60), GARDEN), confidence=[0.2, 0.9])
    found = weighty_polygons([side], years=[2022])
    assert found["doubt"].tolist() == pytest.approx([1 - 0.95 * 0.2, BASE])
    assert "la confiance est faible (20\u202f%)" in found["why"].iloc[0]


def test_equal_weights_go_by_id_whatever_the_order_of_the_rows():
    side = vintage(*((square(10 + 60 * k, 10, 51), GARDEN) for k in range(3)))
    shuffled = artificialise(side.frame[["id", "code_cs", "code_us", "geometry"]].iloc[[2, 0, 3, 1]])
    one, other = (weighty_polygons([each], years=[2022]) for each in (side, shuffled))
    assert one["id"].tolist() == ["o0", "o1", "o2"]
    assert one.equals(other)


def test_what_does_not_go_together_is_refused():
    side = vintage((square(20, 20, 60), GARDEN))
    with pytest.raises(ConfigError):
        weighty_polygons([side, side], years=[2019, 2022])
    with pytest.raises(ValueError, match="less than 1"):
        Parameters(near_share=2)


def _file(tmp_path, year, side):
    path = tmp_path / f"{year}.gpkg"
    frame = side.frame[["id", "code_cs", "code_us", "geometry"]].assign(millesime=str(year))
    write_geopackage(path, {"OCCUPATION_SOL": frame})
    return str(path)


def test_command(tmp_path):
    first = _file(tmp_path, 2019, vintage((square(20, 20, 60), FIELD)))
    second = _file(tmp_path, 2022, vintage((square(20, 20, 60), GARDEN)))
    out, table = tmp_path / "out.gpkg", tmp_path / "out.csv"
    told = _told(first, second, "-o", out)
    assert told["years"] == [2019, 2022]
    assert told["written"] == ["POLYGONS", "SENSITIVITY"]
    assert [row["area_ha"] for row in told["polygons"]] == [0.36]
    assert read_vector(out, layer="POLYGONS")["why"].tolist() == [told["polygons"][0]["why"]]
    before = out.read_bytes()
    _told(first, second, "-o", out)
    assert out.read_bytes() == before
    alone = _told(second, "-o", table)
    assert alone["written"] == ["out.csv", "out.polygons.csv"]
    assert {row["figure"] for row in alone["items"]} == {"stock"}
    assert table.read_text().startswith("level,code,name,figure,year_from")
    text = runner.invoke(app, [first, second], catch_exceptions=False).stdout
    assert "l’artificialisation nette est de +0,36\u00a0ha" in text


def test_readings_confidence_and_generations_on_the_command_line(tmp_path):
    """Two gardens of 1 600 m² that meet in a corner; one of them is uncertain. US235 alone is the old generation."""
    corner = vintage((square(20, 20, 40), GARDEN), (square(60, 60, 40), GARDEN))
    path = tmp_path / "2022.gpkg"
    frame = corner.frame[["id", "code_cs", "code_us", "geometry"]].assign(millesime="2022", Sure=[20.0, 90.0, None])
    write_geopackage(path, {"OCCUPATION_SOL": frame})
    told = _told(path, "--connectivity", "touch", "--confidence", "Sure")
    rows = {(row["item"], row["alternative"]): row for row in told["items"]}
    assert rows[("connectivity", "edge")]["difference_ha"] == pytest.approx(-0.32)
    assert rows[("low_confidence", "not_artificial")]["difference_ha"] == pytest.approx(-0.16)
    old = _file(tmp_path, 2019, vintage((square(20, 20, 60), MIXED)))
    with pytest.raises(RefusedError, match="generation"):
        runner.invoke(app, [old, str(path)], catch_exceptions=False)
    assert "forced" in _told(old, path, "--force")["warnings"][0]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["-o", "out.shp"], "not written"),
        (["--lang", "de"], "--lang"),
        (["--years", "soon"], "--years"),
        (["--years", "2019,2022"], "earlier comes first"),
    ],
)
def test_wrong_use(tmp_path, more, words):
    file = _file(tmp_path, 2022, vintage((square(20, 20, 60), GARDEN)))
    with pytest.raises(ConfigError, match=words):
        runner.invoke(app, [file, *more], catch_exceptions=False)


def _told(*arguments):
    result = runner.invoke(app, [*map(str, arguments), "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)
