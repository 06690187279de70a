"""The last three computing steps on a territory of three polygons, through files: columns, sums, same bytes."""

from __future__ import annotations

import geopandas
import pandas as pd
import pytest
import shapely

import millesime.artificialisation.step as artificialisation_step
import millesime.differential.step as differential_step
import millesime.indicators.step as indicators_step
from millesime.compute import Progress, StepContext, Workers
from millesime.indicators import COLUMNS, Indicators
from millesime.io.vector import read_vector, write_geopackage, write_parquet
from millesime.io.workspace import Workspace

TOML = """
[territory]
code = "T"
name = "Territoire"
crs = "EPSG:2154"
extent = [0.0, 0.0, 200.0, 100.0]

[[vintages]]
year = 2019

[[vintages]]
year = 2022
reference_vintage = 2019
[vintages.sources]
admin_express = "sources/admin_express.gpkg"
"""

STEPS = {
    "artificialisation": artificialisation_step,
    "differential": differential_step,
    "indicators": indicators_step,
}


def _final(year: int, *rows) -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame(
        {
            "id": [f"OCSGE{k}" for k in range(len(rows))],
            "code_cs": [row[1] for row in rows],
            "code_us": [row[2] for row in rows],
            "millesime": [str(year)] * len(rows),
            "source": ["test"] * len(rows),
            "ossature": [0] * len(rows),
            "id_origine": [None] * len(rows),
            "code_or": [None] * len(rows),
            "cs_rule": ["test"] * len(rows),
            "us_rule": ["test"] * len(rows),
        },
        geometry=[shapely.box(*row[0]) for row in rows],
        crs="EPSG:2154",
    )


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    (tmp_path / "territory.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "sources").mkdir()
    communes = geopandas.GeoDataFrame(
        {"insee_com": ["01001", "01002"], "nom": ["Aville", "Bourg"]},
        geometry=[shapely.box(-50, -50, 150, 150), shapely.box(150, -50, 300, 150)],
        crs="EPSG:2154",
    )
    write_geopackage(tmp_path / "sources" / "admin_express.gpkg", {"commune": communes})
    opened = Workspace.open(tmp_path)
    fields = [((0, 0, 100, 100), "CS2.2.1", "US1.1"), ((100, 0, 200, 100), "CS2.2.1", "US1.1")]
    road = [fields[0], ((100, 0, 140, 100), "CS2.2.1", "US1.1"), ((140, 0, 200, 100), "CS1.1.1.2", "US4.1.1")]
    for year, rows in ((2019, fields), (2022, road)):
        file = opened.product("ocsge_final", year)
        file.parent.mkdir(parents=True)
        write_parquet(_final(year, *rows), file)
    return opened


def run(workspace: Workspace, name: str, year: int):
    territory = workspace.territory
    vintage = territory.vintage(year)
    reference = vintage.reference_vintage
    context = StepContext(
        step=name,
        workspace=workspace,
        vintage=vintage,
        reference=None if reference is None else territory.vintage(reference),
        parameters=STEPS[name].Parameters(),
        folder=workspace.product(name, year).parent,
        workers=Workers(1),
        progress=Progress(),
    )
    return STEPS[name].run(context)


def run_all(workspace: Workspace) -> dict[str, bytes]:
    for year in (2019, 2022):
        run(workspace, "artificialisation", year)
        if year == 2022:
            run(workspace, "differential", year)
        run(workspace, "indicators", year)
    files = [file for name in STEPS for file in workspace.product_files(name, 2022)]
    return {file.name: file.read_bytes() for file in files}


def test_figures_through_files(workspace):
    """6 000 m² of field became road, x from 140 to 200: 1 000 m² in Aville, 5 000 m² in Bourg. Along the limit: no
    threshold applies.
    """
    run_all(workspace)
    changes = read_vector(workspace.product("differential", 2022))
    assert changes["area_m2"].tolist() == [6000.0]
    assert changes["artificialisation"].tolist() == [1]
    table = Indicators(pd.read_parquet(workspace.product("indicators", 2022)))
    assert tuple(table.table.columns) == COLUMNS
    gains = [
        table.value("artificialisation", "gain", year=2022, code=code, level=level)
        for level, code in (("territory", "T"), ("commune", "01001"), ("commune", "01002"))
    ]
    assert gains == pytest.approx([0.6, 0.1, 0.5])
    communes = read_vector(workspace.product("indicators", 2022, "communes"))
    assert communes["insee"].tolist() == ["01001", "01002"]
    assert communes["area_ha"].tolist() == [1.5, 0.5]
    assert communes.total_bounds.tolist() == [0, 0, 200, 100]


def test_first_vintage_has_stocks_and_says_that_it_has_no_communes(workspace):
    run(workspace, "artificialisation", 2019)
    summary = run(workspace, "indicators", 2019)
    assert "no Admin Express" in summary.notes[0]
    assert len(read_vector(workspace.product("indicators", 2019, "communes"))) == 0
    table = pd.read_parquet(workspace.product("indicators", 2019))
    assert set(table["level"]) == {"territory"}
    assert table["year_from"].isna().all()


def test_same_inputs_same_bytes(workspace):
    assert run_all(workspace) == run_all(workspace)


def test_summaries(workspace):
    first = run(workspace, "artificialisation", 2019)
    assert first.counts["polygons"] == 2
    assert first.areas_m2["total"] == 20_000
    run(workspace, "artificialisation", 2022)
    second = run(workspace, "differential", 2022)
    assert second.counts == {"pieces": 3, "changes": 1, "slivers": 0, "status changed": 1}
    assert second.areas_m2["artificialised"] == 6000
    assert second.notes == ()
