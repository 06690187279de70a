"""The runner, over a chain of three made-up steps: what runs again and when, and what a failure leaves."""

import json
import sys
import types

import pytest
from pydantic import BaseModel, ConfigDict

from millesime import chain
from millesime.chain import Step
from millesime.errors import ConfigError, InputError, InternalError
from millesime.io import workspace as workspace_module
from millesime.io.workspace import Summary, Workspace
from millesime.production import plan as plan_module
from millesime.production import run_chain as runner
from millesime.production.run_chain import missing_sources, run_chain, states

CHAIN = (
    Step("built_zone", reads=("bd_topo",), makes=("built_zone.parquet",)),
    Step("ocsge_update", reads=("built_zone", "ocsge_update@reference"), makes=("ocsge_update.parquet",)),
    Step(
        "differential",
        reads=("ocsge_update", "ocsge_update@reference"),
        makes=("differential.parquet",),
        needs_reference=True,
    ),
)

TOML = """
[territory]
code = "T"
name = "Test"
crs = "EPSG:2154"
extent = [0.0, 0.0, 100.0, 100.0]
[[vintages]]
year = 2019
[vintages.sources]
bd_topo = "sources/2019.txt"
[[vintages]]
year = 2022
reference_vintage = 2019
[vintages.sources]
bd_topo = "sources/2022.txt"
"""


class Parameters(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    suffix: str = "."


def copy_source(context):
    text = context.source("bd_topo").read_text()
    context.output().write_text(text + context.parameters.suffix)
    return Summary(counts={"letters": len(text)}, notes=("copied",))


def join_reference(context):
    before = context.product("ocsge_update", reference=True).read_text() if context.reference else ""
    context.output().write_text(before + context.product("built_zone").read_text())
    return Summary()


def compare(context):
    context.output().write_text("changed")
    return Summary()


@pytest.fixture
def territory(tmp_path, monkeypatch):
    monkeypatch.setattr(chain, "CHAIN", CHAIN)
    monkeypatch.setattr(runner, "CHAIN", CHAIN)
    monkeypatch.setattr(plan_module, "CHAIN", CHAIN)
    files = {(step.name, ""): step.makes[0] for step in CHAIN}
    monkeypatch.setattr(workspace_module, "PRODUCT_FILES", files)
    monkeypatch.setattr("millesime.compute.context.PRODUCT_FILES", files)
    for step, verb in zip(CHAIN, (copy_source, join_reference, compare), strict=True):
        module = types.ModuleType(f"millesime.{step.name}.step")
        module.STEP_VERSION, module.Parameters, module.run = 1, Parameters, verb
        monkeypatch.setitem(sys.modules, module.__name__, module)
    (tmp_path / "sources").mkdir()
    for year, text in (("2019", "a"), ("2022", "b")):
        (tmp_path / "sources" / f"{year}.txt").write_text(text)
    (tmp_path / "territory.toml").write_text(TOML)
    return tmp_path


def ran(reports):
    return [(report.step, report.year) for report in reports if report.ran]


ALL = [
    ("built_zone", 2019),
    ("ocsge_update", 2019),
    ("built_zone", 2022),
    ("ocsge_update", 2022),
    ("differential", 2022),
]


def test_everything_runs_once_in_order(territory):
    assert ran(run_chain(territory)) == ALL
    assert (territory / "products/2022/ocsge_update.parquet").read_text() == "a.b."
    assert ran(run_chain(territory)) == []
    assert not (territory / "products/.partial").exists()
    sidecar = json.loads((territory / "products/2019/built_zone.json").read_text())
    assert sidecar["summary"]["counts"] == {"letters": 1}
    assert set(sidecar["inputs"]) == {"bd_topo/bd_topo"}


def test_a_changed_input_makes_what_depends_on_it_run_again(territory):
    run_chain(territory)
    (territory / "sources/2022.txt").write_text("longer")
    assert [r.state for r in states(territory) if r.year == 2022] == ["stale", "done", "done"]
    assert ran(run_chain(territory)) == [("built_zone", 2022), ("ocsge_update", 2022), ("differential", 2022)]


def test_a_touched_input_with_the_same_content_runs_nothing(territory):
    run_chain(territory)
    (territory / "sources/2019.txt").write_text("a")
    assert ran(run_chain(territory)) == []


def test_a_changed_parameter_or_version_runs_again(territory):
    run_chain(territory)
    (territory / "territory.toml").write_text(TOML + '[parameters.built_zone]\nsuffix = "!"\n')
    assert ran(run_chain(territory)) == ALL
    sys.modules["millesime.differential.step"].STEP_VERSION = 2
    assert ran(run_chain(territory)) == [("differential", 2022)]


def test_a_lost_product_is_made_again_and_stops_there_when_it_is_the_same(territory):
    run_chain(territory)
    (territory / "products/2019/built_zone.parquet").unlink()
    assert ran(run_chain(territory)) == [("built_zone", 2019)]


def test_wanted_steps_and_vintages(territory):
    assert ran(run_chain(territory, steps=["built_zone"], vintage=2019)) == [("built_zone", 2019)]
    assert ran(run_chain(territory, steps=["ocsge_update"], vintage=2022)) == ALL[1:4]
    assert ran(run_chain(territory, steps=["built_zone"], force=True, vintage=2022)) == [("built_zone", 2022)]
    with pytest.raises(ConfigError, match="no such step: vectorize"):
        run_chain(territory, steps=["vectorize"])
    with pytest.raises(ConfigError, match="no vintage 2016; vintages are 2019, 2022"):
        run_chain(territory, vintage=2016)


def test_states(territory):
    assert [report.state for report in states(territory)] == [
        *("missing", "missing", "not applicable"),
        *("missing", "missing", "missing"),
    ]


def test_a_failure_leaves_what_was_made_before_and_nothing_half_made(territory, monkeypatch):
    def fail(context):
        context.output().write_text("half")
        raise InputError("bad", place="x")

    monkeypatch.setattr(sys.modules["millesime.ocsge_update.step"], "run", fail)
    with pytest.raises(InputError, match="bad"):
        run_chain(territory)
    files = sorted(path.name for path in (territory / "products/2019").iterdir())
    assert files == ["built_zone.json", "built_zone.parquet"]
    assert not (territory / "products/.partial").exists()


def test_a_step_that_forgets_its_product_is_a_fault_of_ours(territory, monkeypatch):
    monkeypatch.setattr(sys.modules["millesime.built_zone.step"], "run", lambda context: Summary())
    with pytest.raises(InternalError, match=r"did not make built_zone\.parquet"):
        run_chain(territory)


def test_leftovers_of_a_killed_run_are_swept_and_count_for_nothing(territory):
    run_chain(territory)
    (territory / "products/2022/differential.json").unlink()
    (territory / "products/.partial/2022-differential").mkdir(parents=True)
    assert ran(run_chain(territory)) == [("differential", 2022)]
    assert not (territory / "products/.partial").exists()


def test_two_runs_at_once_are_refused(territory):
    with Workspace.open(territory).locked():
        with pytest.raises(ConfigError, match="another run"):
            run_chain(territory)


def test_faults_of_parameters_are_told_together(territory):
    (territory / "territory.toml").write_text(
        TOML + "[parameters.built_zone]\ndilate = 2\nsuffix = 3\n[parameters.x]\n"
    )
    with pytest.raises(ConfigError) as caught:
        run_chain(territory)
    for words in ("parameters.x: no such step", "built_zone.dilate: unknown key", "built_zone.suffix"):
        assert words in str(caught.value)


def test_a_missing_source_names_the_key_and_the_file(territory):
    (territory / "sources/2019.txt").unlink()
    with pytest.raises(InputError, match=r"2019\.txt.*bd_topo of vintage 2019"):
        run_chain(territory)


def test_all_missing_sources_are_told_before_anything_runs(territory):
    for year in (2019, 2022):
        (territory / f"sources/{year}.txt").unlink()
    with pytest.raises(InputError) as caught:
        run_chain(territory)
    for words in ("2 faults", "bd_topo of vintage 2019", "bd_topo of vintage 2022", "nothing was run"):
        assert words in str(caught.value)
    assert not (territory / "products").exists()
    assert [fault.split(": ")[1] for fault in missing_sources(territory)] == [
        "no such file, given as bd_topo of vintage 2019",
        "no such file, given as bd_topo of vintage 2022",
    ]


def test_a_source_of_a_vintage_that_is_not_wanted_stops_nothing(territory):
    (territory / "sources/2022.txt").unlink()
    assert ran(run_chain(territory, vintage=2019)) == ALL[:2]
    with pytest.raises(InputError, match="bd_topo of vintage 2022"):
        run_chain(territory, vintage=2022)


def test_a_layer_of_a_table_that_is_missing_is_named(territory):
    text = TOML.replace('bd_topo = "sources/2022.txt"', 'bd_topo = {batiment = "sources/2022.txt", lac = "no.gpkg"}')
    (territory / "territory.toml").write_text(text)
    assert missing_sources(territory) == (
        f"{territory / 'no.gpkg'}: no such file, given as bd_topo.lac of vintage 2022",
    )


def test_imagery_and_model_that_are_missing_or_not_given(territory, monkeypatch):
    reads = (Step("imagery", reads=("ortho", "dsm", "dtm"), makes=()), Step("cover_raster", reads=("model",), makes=()))
    (territory / "territory.toml").write_text(
        TOML.replace("[[vintages]]\nyear = 2019", 'model = "m.onnx"\n[[vintages]]\nyear = 2019\ndsm = "no.tif"')
    )
    plan = plan_module.Plan(Workspace.open(territory))
    vintage = plan.workspace.territory.vintage(2019)
    assert plan.missing_inputs((step, vintage) for step in reads) == (
        "vintage 2019: no ortho_rgb is given; imagery reads it",
        "vintage 2019: no ortho_irc is given; imagery reads it",
        f"{territory / 'no.tif'}: no such file, given as dsm of vintage 2019",
        "vintage 2019: no dtm is given; imagery reads it",
        f"{territory / 'm.onnx'}: no such file, given as territory.model",
        f"{territory / 'm.json'}: {plan_module._missing_model('model.json')}",
    )
    with pytest.raises(InputError, match=r"given as territory\.model\n  -> correct `model` in territory\.toml"):
        plan.input_files(reads[1], vintage)


def test_a_folder_of_tiles_is_refused_before_anything_runs(territory):
    (territory / "tiles").mkdir()
    (territory / "territory.toml").write_text(
        TOML.replace("[[vintages]]\nyear = 2019", '[[vintages]]\nyear = 2019\northo_rgb = "tiles"')
    )
    plan = plan_module.Plan(Workspace.open(territory))
    vintage, step = plan.workspace.territory.vintage(2019), Step("publication", reads=("ortho",), makes=())
    told = plan.missing_inputs([(step, vintage)])
    assert [text.partition(";")[0] for text in told] == [
        f"{territory / 'tiles'}: a folder, given as ortho_rgb of vintage 2019"
    ]
    assert "gdalbuildvrt ortho_rgb.vrt tiles/*.tif" in told[0]


def test_weights_as_ign_publishes_them_are_a_model_without_a_card(territory):
    name = "FLAIR-INC_rgbie_15cl_resnet34-unet_weights.pth"
    (territory / "territory.toml").write_text(
        TOML.replace("[[vintages]]\nyear = 2019", f'model = "{name}"\n[[vintages]]\nyear = 2019')
    )
    plan = plan_module.Plan(Workspace.open(territory))
    vintage, step = plan.workspace.territory.vintage(2019), Step("cover_raster", reads=("model",), makes=())
    assert plan.missing_inputs([(step, vintage)]) == (f"{territory / name}: no such file, given as territory.model",)
    (territory / name).write_bytes(b"weights")
    assert plan.missing_inputs([(step, vintage)]) == ()
    assert plan.input_files(step, vintage) == {"model/model": territory / name}


def test_a_misspelt_parameter_or_step_is_guessed(territory):
    (territory / "territory.toml").write_text(TOML + "[parameters.built_zone]\nsufix = 2\n[parameters.bilt_zone]\n")
    with pytest.raises(ConfigError) as caught:
        run_chain(territory)
    for words in ("built_zone.sufix: unknown key; did you mean `suffix`?", "did you mean `built_zone`?"):
        assert words in str(caught.value)
