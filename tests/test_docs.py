"""The guides, executed: each block marked `run` of a guide runs in order in one empty folder."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
GUIDES = sorted((ROOT / "docs" / "guides").glob("*.md"))
BLOCK = re.compile(r"^```(bash|python) run\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEEDS = re.compile(r"^<!-- needs: (.+?) -->$", re.MULTILINE)
LINK = re.compile(r"\[[^\]]+\]\(([^)#]+)[^)]*\)")


#: The demo that most guides begin with. It is made once; in each guide the same command then finds it up to date.
VILLAGE = "millesime demo village --size-km 0.4 --seed 7 --workers 2"


def environment():
    """The commands of this installation first."""
    scripts = Path(sys.executable).parent
    return {**os.environ, "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}", "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def village(tmp_path_factory):
    home = tmp_path_factory.mktemp("guides")
    command = VILLAGE.split()
    done = subprocess.run(command, cwd=home, env=environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return home / "village"


@pytest.mark.slow
@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_guide(guide, tmp_path, request):
    page = guide.read_text(encoding="utf-8")
    blocks = BLOCK.findall(page)
    assert blocks, "a guide without a block that runs proves nothing"
    for name in (name.strip() for told in NEEDS.findall(page) for name in told.split(",")):
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"needs {name}")
    if any(VILLAGE in text for _, text in blocks):
        shutil.copytree(request.getfixturevalue("village"), tmp_path / "village")
    for language, text in blocks:
        command = ["bash", "-euo", "pipefail", "-c", text] if language == "bash" else [sys.executable, "-c", text]
        done = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("page", [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")], ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(page):
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
