"""A demo territory made and run once through the command line, for all the tests of this folder."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from millesime.io.vector import list_layers, read_vector
from millesime.sources.ocsge.kinds import kind_of

SIZE_KM, SEED = "0.4", "7"


def millesime(*words, expect=0, cwd=None):
    """Run the command in a process of its own; return its standard output."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("millesime")), *map(str, words)],
        cwd=cwd,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == expect, f"{words}: exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout if expect == 0 else done.stderr


def hashes(territory, *folders):
    """SHA-256 of every product, sidecars and manifest apart: they hold times."""
    found = {}
    for folder in folders or ("sources", "truth", "operations", "products", "delivery"):
        for file in sorted((territory / folder).rglob("*")):
            is_record = folder == "products" and file.suffix == ".json" and not file.name.endswith(".bands.json")
            if file.is_file() and not is_record and not file.name.startswith("."):
                found[file.relative_to(territory).as_posix()] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


@pytest.fixture(scope="session")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo") / "village"
    result = json.loads(millesime("demo", folder, "--size-km", SIZE_KM, "--seed", SEED, "--json"))
    return folder, result


def delivered_layer(demo, kind):
    """The frame of one delivered layer of 2022, under the delivered names."""
    territory, _ = demo
    for file in sorted((territory / "delivery/2022").glob("*.gpkg")):
        for name in list_layers(file):
            frame = read_vector(file, layer=name)
            if kind_of(frame.columns.drop("geometry"), names=[name]) == kind:
                return frame
    raise AssertionError(f"no {kind} in the delivery")
