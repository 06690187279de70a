"""The trajectory of the consumption of ENAF, by hand, and its account apart from artificialisation."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pandas as pd
import pydantic
import pytest
import typer.testing
from hypothesis import given
from hypothesis import strategies as st
from made_up_enaf import table_of

from millesime.cli import enaf as command
from millesime.errors import CodeError, ConfigError, SchemaError
from millesime.indicators import INDICATORS, Indicators
from millesime.indicators.enaf import Enaf, enaf_of
from millesime.indicators.enaf_trajectory import HALVED_BY_2031, Objective, trajectory_of
from millesime.sources.enaf import COLUMNS, normalise_enaf

app = typer.Typer()
app.command()(command.command)
runner = typer.testing.CliRunner()

TENTH = {year: {"hab": 6000, "act": 4000} for year in range(2011, 2021)}
"""1 ha each year of the reference: 10 ha."""


def _enaf(codes=("01001",), since=3000, last=2024, **options) -> Enaf:
    flows = {**TENTH, **{year: {"hab": since} for year in range(2021, last + 1)}}
    frame = table_of(list(codes), flows, last=last, **options).astype(str)
    return enaf_of(normalise_enaf(frame, source="conso.csv"))


def test_half_of_the_reference_is_left():
    """10 ha in ten years, so 5 ha for ten years; 4 x 0.3 ha are gone, 3.8 ha are left, 3.8 / 6 for each year."""
    found = _enaf().trajectory()
    assert found.reference_ha == pytest.approx(10)
    assert found.ceiling_ha == pytest.approx(5)
    assert found.consumed_ha == pytest.approx(1.2)
    assert found.left_ha == pytest.approx(3.8)
    assert (found.known_years, found.years_left) == (4, 6)
    assert found.left_per_year_ha == pytest.approx(3.8 / 6)
    assert found.at_this_pace_ha == pytest.approx(3)


def test_the_table_accumulates_apart_for_reference_and_period():
    table = _enaf().trajectory().table.set_index("year")
    assert table.index.tolist() == list(range(2011, 2031))
    assert table.loc[2020, "cumulated_ha"] == pytest.approx(10)
    assert table.loc[2021, "cumulated_ha"] == pytest.approx(0.3)
    assert table.loc[2024, "cumulated_ha"] == pytest.approx(1.2)
    assert table.loc[[2025, 2030], "consumed_ha"].isna().all()
    assert table.loc[[2021, 2030], "ceiling_cumulated_ha"].tolist() == pytest.approx([0.5, 5])
    assert table.loc[2020, "ceiling_cumulated_ha"] != table.loc[2020, "ceiling_cumulated_ha"]


def test_the_objective_is_a_dated_parameter():
    """A later step: -54 % over thirteen years, of the same reference."""
    later = Objective(
        name="2021-2034",
        basis="a bill",
        dated="2025-03-18",
        reference_first=2011,
        reference_last=2020,
        first=2021,
        last=2033,
        reduction=0.54,
    )
    assert _enaf().trajectory(later).ceiling_ha == pytest.approx(13 * 0.46)
    assert HALVED_BY_2031.dated == "2021-08-22"
    with pytest.raises(pydantic.ValidationError, match="reference must end"):
        HALVED_BY_2031.model_copy(update={"first": 2015}).model_validate({**HALVED_BY_2031.model_dump(), "first": 2015})


def test_a_ceiling_that_is_passed_is_told():
    enaf = _enaf(since=20000)
    assert enaf.trajectory().left_ha == pytest.approx(-3)
    assert "dépassé de 3,00\u00a0ha" in " ".join(enaf.sentences())


def test_no_ceiling_without_the_reference():
    frame = table_of(["01001"], {2015: {"hab": 9000}}, first=2013, last=2022).astype(str)
    enaf = enaf_of(normalise_enaf(frame, source="conso.csv"))
    with pytest.raises(SchemaError, match=r"lacks 2011, 2012 of the reference"):
        enaf.trajectory()
    assert "aucun plafond" in " ".join(enaf.sentences())


def test_places_are_sums_of_communes():
    codes, epci = ["01001", "01002", "01003"], ["200000001", "200000001", "200000002"]
    enaf = _enaf(codes, epci=epci)
    assert enaf.of_epci("200000001").codes == ("01001", "01002")
    assert enaf.of_epci("200000001").trajectory().reference_ha == pytest.approx(20)
    assert enaf.of(["01003", "01001"]).annual_ha()[2011] == pytest.approx(2)
    with pytest.raises(CodeError, match="2 communes: 99999, 29083"):
        enaf.of(["01001", "99999", "29083"])
    with pytest.raises(CodeError, match="no EPCI"):
        enaf.of_epci("1")
    with pytest.raises(CodeError, match="no commune"):
        enaf.of([])


@given(st.lists(st.floats(0, 100), min_size=10, max_size=20), st.floats(0, 1))
def test_what_is_left_and_what_is_gone_make_the_ceiling(flows, reduction):
    annual = pd.Series(flows, index=range(2011, 2011 + len(flows)))
    objective = HALVED_BY_2031.model_copy(update={"reduction": reduction})
    found = trajectory_of(annual, objective, source="")
    assert found.left_ha + found.consumed_ha == pytest.approx(found.ceiling_ha)
    assert found.consumed_ha == pytest.approx(sum(flows[10:]))
    assert found.table["consumed_ha"].sum() == pytest.approx(sum(flows))


def test_the_product_checks_itself():
    enaf = _enaf()
    for wrong in (
        enaf.table.assign(artif="artif"),
        enaf.table.assign(destination="artificial"),
        pd.concat([enaf.table, enaf.table]),
        enaf.table.assign(area_ha=-1.0),
        enaf.table.assign(code="01002"),
    ):
        with pytest.raises(SchemaError):
            Enaf(wrong, enaf.communes, enaf.source, enaf.set_aside)


def test_no_table_mixes_it_with_artificialisation():
    """Another class, another table, other words: neither table can hold a row of the other."""
    table = _enaf().table
    assert tuple(table.columns) == COLUMNS
    with pytest.raises(SchemaError):
        Indicators(table)
    words = " ".join(f"{theme} {name} {label}" for (theme, name), (_, label) in INDICATORS.items()).lower()
    assert "enaf" not in words
    assert "consommation" not in words


def test_its_code_reads_nothing_of_artificialisation():
    """No module of the account imports the other one, so that no figure can be made of both."""
    package = Path(command.__file__).parents[1]
    files = [*package.glob("indicators/enaf*.py"), package / "sources" / "enaf.py"]
    assert len(files) >= 4
    others = ("artificialisation", "differential", "measures", "accounts", "sensitivity", "weighty", "nomenclature")
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                assert not set((node.module or "").split(".")) & set(others), f"{file.name} imports {node.module}"


def test_the_text_says_what_it_is_not():
    for language, words in (("fr", "Ce n’est pas l’artificialisation"), ("en", "It is not artificialisation")):
        text = " ".join(_enaf().sentences(language=language))
        assert words in text
        assert "20 juillet 2023" in text or "20 July 2023" in text
        assert "{" not in text


def test_command(tmp_path):
    table_of(["01001", "01002"], {**TENTH, 2021: {"rou": 2000}}, last=2021).to_csv(tmp_path / "in.csv", index=False)
    arguments = [str(tmp_path / "in.csv"), "--commune", "01001", "-o", str(tmp_path / "out.csv")]
    result = runner.invoke(app, [*arguments, "--json"], catch_exceptions=False)
    told = json.loads(result.stdout)
    assert (told["rows"], told["communes"], told["unit"]) == (2, 1, "m2")
    assert told["trajectory"]["left_ha"] == pytest.approx(4.8)
    assert told["measure"] == "consumption of ENAF (not artificialisation)"
    written = pd.read_csv(tmp_path / "out.csv", dtype={"code": str})
    assert tuple(written.columns) == COLUMNS
    assert set(written["code"]) == {"01001"}
    first = (tmp_path / "out.csv").read_bytes()
    text = runner.invoke(app, arguments, catch_exceptions=False).stdout
    assert (tmp_path / "out.csv").read_bytes() == first
    assert "Ce n’est pas l’artificialisation" in text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--unit", "acres"], "--unit"),
        (["--lang", "de"], "--lang"),
        (["-o", "out.txt"], "not written"),
        (["--commune", "01001", "--epci", "1"], "both name places"),
    ],
)
def test_wrong_use_of_the_command(tmp_path, more, words):
    table_of(["01001"], TENTH, last=2021).to_csv(tmp_path / "in.csv", index=False)
    with pytest.raises(ConfigError, match=words):
        runner.invoke(app, [str(tmp_path / "in.csv"), *more], catch_exceptions=False)
