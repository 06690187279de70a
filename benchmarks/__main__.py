"""Run the benchmarks named on the command line, or all of them: `python -m benchmarks [NAME...]`.

Each prints one JSON line per contender on standard output. A run of the whole coverage engine at its own sizes also
writes its table of `docs/performance.md`, and so does a run of the three rows of the OCS GE files, or of the two of
prediction; any other run, and one that lacks a package that a row of ours needs, writes it beside the rasters, in the
folder of BENCH_DIR.
Sizes come from the environment: BENCH_PX, BENCH_SIZES, BENCH_INVARIANCE_PX, BENCH_SIZES_KM; BENCH_DEPARTEMENT and
BENCH_POLYGONS for the OCS GE files; BENCH_PREDICT_PX and the like for prediction (see the two modules).
"""

import importlib
import os
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchmarks._measure import emit
from benchmarks._raster import scratch
from benchmarks._report import lines_of, write_report

_FOLDER = Path(__file__).parent
_FIRST = (
    "raster", "compilation", "scan", "topology", "polygons", "sieve", "merge", "simplify", "file_to_file", "overlay",
    "zonal", "growth", "invariance",
)  # fmt: skip
_OCSGE = ("ocsge_commands", "ocsge_artif", "ocsge_diff")
_PREDICT = ("predict", "predict_memory")
_FOUND = {path.stem for path in _FOLDER.glob("*.py") if not path.stem.startswith("_")}
_IN_ORDER = (*_FIRST, *_OCSGE, *_PREDICT)
NAMES = [*(name for name in _IN_ORDER if name in _FOUND), *sorted(_FOUND.difference(_IN_ORDER))]
_SIZES = (
    "BENCH_PX", "BENCH_SIZES", "BENCH_INVARIANCE_PX", "BENCH_SIZES_KM", "BENCH_LOOK", "BENCH_DEPARTEMENT",
    "BENCH_POLYGONS", "BENCH_PREDICT_PX", "BENCH_PREDICT_PEER_PX", "BENCH_PREDICT_TOY_PX", "BENCH_PREDICT_UNET_PX",
    "BENCH_PREDICT_TILE_PX", "BENCH_PREDICT_ROUNDS", "BENCH_BUDGET_S", "BENCH_LABELS",
)  # fmt: skip
_PAGE = _FOLDER.parent / "docs" / "performance.md"


def main() -> int:
    wanted = sys.argv[1:] or NAMES
    unknown = sorted(set(wanted) - set(NAMES))
    if unknown:
        sys.stderr.write(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(NAMES)}\n")
        return 2
    kept = scratch() / "lines.jsonl"
    kept.write_text("", encoding="utf-8")
    os.environ["BENCH_LINES"] = str(kept)
    for name in wanted:
        begin = time.perf_counter()
        try:
            importlib.import_module(f"benchmarks.{name}").main()
        except Exception as error:  # noqa: BLE001  one row that fails must not cost the others
            emit({"benchmark": name, "contender": "all", "error": f"{type(error).__name__}: {error}"})
        sys.stderr.write(f"{name}: {time.perf_counter() - begin:.0f} s\n")
    whole = [set(table) <= set(wanted) for table in (_FIRST, _OCSGE, _PREDICT) if set(table) & set(wanted)]
    lines = lines_of(kept)
    official = (
        bool(whole) and all(whole) and not any(name in os.environ for name in _SIZES) and not _ours_missing(lines)
    )
    target = _PAGE if official else scratch() / "performance.md"
    write_report(_PAGE, lines, target=target)
    sys.stderr.write(f"table: {target}\n")
    return 0


def _ours_missing(lines: Iterable[Mapping[str, Any]]) -> bool:
    """Whether something of ours could not run, for want of a package: the page keeps what was measured with it."""
    ours = (line for line in lines if str(line.get("contender", "")).startswith("millesime"))
    return any("missing" in line and "torch-cuda" not in line["contender"] for line in ours)


if __name__ == "__main__":
    sys.exit(main())
