"""The arrows go one way: ranks of imports, places that may touch the outside, folders that agree with CHAIN."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from millesime.chain import CHAIN, DATABASES, INPUTS
from millesime.io.workspace import PRODUCT_FILES

PACKAGE = Path(__file__).parents[1] / "src" / "millesime"

#: The first folder (or module) under the package, upstream first; imports go down in rank only.
ORDER = (
    "errors",
    "written_numbers",
    "nomenclature",
    "geo",
    "io",
    "compute",
    "chain",
    "sources",
    "imagery",
    "model",
    "cover_raster",
    "cover_vector",
    "built_zone",
    "ocsge_auto",
    "ocsge_update",
    "ocsge_final",
    "artificialisation",
    "differential",
    "evaluation",
    "indicators",
    "publication",
    "production",
    "demo",
    "cli",
)

#: Where paths, sockets, clocks and databases may be touched.
RIM_ROOMS = {"io", "compute", "production", "demo", "cli"}
RIM_FILES = {"step.py"}
RIM_PLACES = {
    "cover_raster/combine.py",
    "cover_raster/series.py",
    "cover_raster/super_tile.py",
    "cover_raster/translated.py",
    "model/checkpoints.py",
    "model/published/conversion.py",
    "model/published/hub.py",
    "model/published/kept.py",
    "model/runtimes/models.py",
    "model/train.py",
    "nomenclature/tables/__init__.py",
}

OUTSIDE_MODULES = {"socket", "sqlite3", "time", "datetime", "urllib", "http", "subprocess", "shutil", "tempfile", "os"}
OUTSIDE_CALLS = {
    "open",
    "print",
    "input",
    "read_text",
    "write_text",
    "read_bytes",
    "write_bytes",
    "mkdir",
    "unlink",
    "rmdir",
    "iterdir",
    "glob",
    "rglob",
    "read_file",
    "to_file",
    "to_parquet",
    "read_parquet",
    "read_dataframe",
    "write_dataframe",
}

MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted(Path(__file__).parent.rglob("*.py"))

#: Distributions that are imported by another name than their own.
IMPORT_NAMES = {"python-docx": "docx", "pyyaml": "yaml"}


def room_of(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "millesime" and len(parts) > 1:
                found.add(parts[1])
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_in_rank(path):
    if path == PACKAGE / "__init__.py":
        return  # public names are resolved on demand, outside the ranks
    rank = ORDER.index(room_of(path))
    allowed = {*ORDER[: rank + 1], "__version__"}
    upward = sorted(room for room in imported_rooms(path) if room in ORDER and room not in allowed)
    assert not upward, f"{path.relative_to(PACKAGE)} imports downstream: {upward}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_only_the_rim_touches_the_outside(path):
    inside = path.relative_to(PACKAGE)
    if room_of(path) in RIM_ROOMS or path.name in RIM_FILES or inside.as_posix() in RIM_PLACES:
        return
    tree = ast.parse(path.read_text(encoding="utf-8"))
    touched = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            touched |= {alias.name.split(".")[0] for alias in node.names} & OUTSIDE_MODULES
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            touched |= {node.module.split(".")[0]} & OUTSIDE_MODULES
        elif isinstance(node, ast.Call):
            function = node.func
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            touched |= {name} & OUTSIDE_CALLS
    assert not touched, f"{inside} touches the outside: {sorted(touched)}"


def declared(*extras: str) -> set[str]:
    """Names under which what pyproject.toml asks for, by default and in extras, is imported."""
    project = tomllib.loads((PACKAGE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [
        *project["dependencies"],
        *(wanted for extra in extras for wanted in project["optional-dependencies"][extra]),
    ]
    names = [re.split(r"[<>=\[]", wanted)[0] for wanted in asked]
    return {IMPORT_NAMES.get(name, name.replace("-", "_")) for name in names} | {"millesime"}


def imported_packages(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names)


def test_the_package_imports_what_it_declares():
    optional = declared("train", "published", "openvino", "hub", "archives", "cluster")
    foreign = {path.name: sorted(imported_packages(path) - optional) for path in MODULES}
    assert not {name: packages for name, packages in foreign.items() if packages}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(Path(__file__).parent)))
def test_tests_skip_what_a_newcomer_lacks(path):
    """What `make test` does not install is asked for first, or the test fails where it should be skipped."""
    beside = {other.stem for other in TESTS} | {"benchmarks"}
    lacking = imported_packages(path) - declared("dev", "archives", "cluster") - beside
    text = path.read_text(encoding="utf-8")
    asked = "importorskip(" in text or "find_spec(" in text
    assert not lacking or asked, f"{path.name} imports {sorted(lacking)}"


def test_folders_are_known_rooms():
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and any(path.glob("*.py"))}
    modules = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert folders | modules <= set(ORDER)


def test_folders_and_chain_agree():
    names = [step.name for step in CHAIN]
    assert names == [room for room in ORDER if room in names], "CHAIN and the ranks are in different orders"
    for name in names:
        assert (PACKAGE / name / "step.py").is_file(), f"{name} has no step.py"
        assert (PACKAGE / name / "__init__.py").is_file()


def test_a_step_reads_only_what_is_made_before_it():
    made: set[str] = set()
    for step in CHAIN:
        for read in step.reads:
            name, _, of = read.partition("@")
            assert name in INPUTS or name in made or of == "reference", f"{step.name} reads {read}"
        made.add(step.name)
    assert set(DATABASES) <= set(INPUTS)


def test_product_files_agree_with_chain():
    files = {
        name: tuple(file for (step, _), file in PRODUCT_FILES.items() if step == name) for name, _ in PRODUCT_FILES
    }
    assert files == {step.name: step.makes for step in CHAIN}


@pytest.mark.parametrize("path", [p for p in MODULES if p.name == "__init__.py"], ids=str)
def test_a_room_does_not_import_its_step(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert not (node.module or "").endswith(".step")


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "core", "manager", "misc"])
def test_no_room_for_leftovers(word):
    assert not [path for path in PACKAGE.rglob("*") if word in path.stem.lower().split("_")]


@pytest.mark.parametrize("step", [step.name for step in CHAIN])
def test_a_step_module_has_its_three_names(step):
    names = {
        node.name if isinstance(node, ast.ClassDef | ast.FunctionDef) else getattr(node.targets[0], "id", "")
        for node in ast.parse((PACKAGE / step / "step.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.Assign)
    } | {
        getattr(node.target, "id", "")
        for node in ast.parse((PACKAGE / step / "step.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.AnnAssign)
    }
    assert {"STEP_VERSION", "Parameters", "run"} <= names


def test_help_is_light():
    """`millesime --help` imports neither torch nor geopandas nor any other heavy library."""
    code = (
        "import sys\nfrom typer.testing import CliRunner\nfrom millesime.cli.app import app\n"
        "result = CliRunner().invoke(app, ['--help'])\nassert result.exit_code == 0, result.output\n"
        "heavy = {'torch', 'geopandas', 'shapely', 'rasterio', 'numba', 'onnxruntime', 'scipy', 'pandas'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]", done.stdout
