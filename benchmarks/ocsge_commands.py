"""The commands on the files of a département of 500,000 polygons: wall, CPU and memory of each as users run it."""

from pathlib import Path
from typing import Any

import pyogrio

from benchmarks import _inputs
from benchmarks._departement import Departement, departement
from benchmarks._measure import Contender, run_row
from benchmarks._ocsge import whole
from benchmarks._peers import run_quietly
from millesime.io.vector import list_layers

BENCHMARK = "ocsge_commands"
Given = tuple[Departement, Path]


def _given(polygons: int) -> Given:
    return departement(polygons), _inputs.new_folder("ocsge")


def _check(given: Given) -> Path:
    output = _inputs.unused(given[1], ".gpkg")
    run_quietly(_inputs.millesime(), "check", given[0].deliveries[1], "--anomalies", output)
    return output


def _artif(given: Given) -> Path:
    output = _inputs.unused(given[1], ".gpkg")
    run_quietly(_inputs.millesime(), "artif", given[0].states[1], "-o", output)
    return output


def _diff(given: Given) -> Path:
    output = _inputs.unused(given[1], ".gpkg")
    run_quietly(_inputs.millesime(), "diff", *given[0].states, "-o", output)
    return output


def _indicators(given: Given) -> Path:
    output = _inputs.unused(given[1], ".csv")
    run_quietly(
        _inputs.millesime(), "indicators", *given[0].deliveries, "--communes", given[0].admin_express, "-o", output
    )
    return output


def _facts(given: Given, output: Path) -> dict[str, Any]:
    del given
    if output.suffix == ".csv":
        with output.open(encoding="utf-8") as file:
            return {"figures": sum(1 for _ in file) - 1}
    first = list_layers(output)[0]
    count = pyogrio.read_info(output, layer=first)["features"]
    return {"anomalies": count} if first == "anomalies" else {"polygons": count}


CONTENDERS = tuple(
    Contender(f"millesime {name}", _given, work, _facts, command=True, warm_up=False, against=f"millesime {name}")
    for name, work in (("check", _check), ("artif", _artif), ("diff", _diff), ("indicators", _indicators))
)


def main() -> None:
    run_row(BENCHMARK, __name__, CONTENDERS, size=whole(), unit="polygons")
