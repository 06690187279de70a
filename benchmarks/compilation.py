"""Compilation: what the first import costs on a machine where nothing is compiled yet; in no other figure."""

import os
import subprocess
import sys
import tempfile
import time

from benchmarks._measure import emit

BENCHMARK = "compilation"


def main() -> None:
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        for contender in ("first import", "second import"):
            begin = time.perf_counter()
            subprocess.run([sys.executable, "-c", "import millesime.geo.coverage"], check=True, env=environment)
            emit({"benchmark": BENCHMARK, "contender": contender, "wall_s": round(time.perf_counter() - begin, 2)})
