"""Where the peers that are commands are found, and how to install those that are not."""

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

_HERE = Path(__file__).parent


def module_missing(name: str) -> str | None:
    return None if find_spec(name) else f"not installed: pip install '.[bench]' (for {name})"


def gdal_missing() -> str | None:
    there = shutil.which("gdal_sieve.py") and shutil.which("gdal_polygonize.py")
    return None if there else "not installed: apt-get install gdal-bin python3-gdal"


def grass_missing() -> str | None:
    return None if shutil.which("grass") else "not installed: apt-get install grass-core"


def mapshaper() -> str:
    own = _HERE / "node_modules" / ".bin" / "mapshaper-xl"
    return str(own) if own.exists() else shutil.which("mapshaper-xl") or ""


def mapshaper_missing() -> str | None:
    return None if mapshaper() else "not installed: (cd benchmarks; npm install --no-save)"


def run_quietly(*command: str | Path) -> str:
    """Run a command outside of this virtual environment and return what it says; raise when it fails."""
    search = os.pathsep.join(
        folder for folder in os.environ["PATH"].split(os.pathsep) if not (Path(folder).parent / "pyvenv.cfg").exists()
    )
    inherited = {name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}}
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False, env={**inherited, "PATH": search}
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout).strip()[-400:]}")
    return done.stdout + done.stderr


def grass(mapset: Path, script: str) -> str:
    """Run a shell script in a GRASS mapset."""
    return run_quietly("grass", mapset, "--exec", "sh", "-e", "-c", script)


def new_mapset(folder: Path, crs: str) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    run_quietly("grass", "-c", crs, "-e", folder)
    return folder / "PERMANENT"
