"""Compilation: what the first command costs on a machine where no loop is compiled yet; in no other figure."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks import _inputs
from benchmarks._measure import emit

BENCHMARK = "compilation"
_PX = 300


def main() -> None:
    raster = _inputs.raster_file(_PX)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "NUMBA_CACHE_DIR": folder}
        options = ("--min-area-m2", str(_inputs.MIN_AREA_M2), "--tolerance-m", str(_inputs.TOLERANCE_M))
        for contender in ("first vectorise", "second vectorise"):
            output = str(Path(folder) / f"{contender}.gpkg")
            command = [str(_inputs.millesime()), "vectorise", str(raster), "-o", output]
            begin = time.perf_counter()
            subprocess.run([*command, *options], check=True, env=environment, capture_output=True)
            emit({"benchmark": BENCHMARK, "contender": contender, "wall_s": round(time.perf_counter() - begin, 2)})
