"""Growth of the file-to-file chain with the raster: time must be linear in pixels and memory flat.

Sides in pixels come from BENCH_SIZES. The dense raster and, at 8192 px, the calmer one.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import _inputs, file_to_file
from benchmarks._measure import Contender, default_px, emit, measured
from benchmarks._raster import CALM, DENSE, Look, file_of

BENCHMARK = "growth"
_REPEATED_UP_TO_PX = 8192


def _raster_of(look: Look) -> Callable[[int], tuple[Path, Path, int]]:
    return lambda px: (file_of(look, px), _inputs.new_folder("growth"), px)


def _facts(files: tuple[Path, Path, int], output: Path) -> dict[str, Any]:
    return {"pixels": files[2] ** 2, **file_to_file.file_facts(files, output)}


CONTENDERS = tuple(
    Contender(
        f"{name}, {look.name}", _raster_of(look),
        lambda files, options=options: file_to_file.vectorise(files, *options), _facts, command=True,
    )
    for look in (DENSE, CALM)
    for name, options in (("millesime vectorise", ()), ("millesime vectorise, 2 workers", ("--workers", "2")))
)  # fmt: skip


def main() -> None:
    sizes = [int(text) for text in os.environ.get("BENCH_SIZES", "2048 4096 8192 16384 32768").split()]
    for contender in CONTENDERS:
        if "dense" not in contender.name:
            sizes = [default_px()]
        for px in sizes:
            line = measured(__name__, contender, px, once=px > _REPEATED_UP_TO_PX)
            emit({"benchmark": BENCHMARK, "contender": contender.name, "px": px, **line})
