"""How a row is measured: each contender in a process of its own, and one JSON line for each.

A contender prepares its input, works for a second or once to warm up, then for a second or three times, whatever is
longer; the median counts. Less than a second of work may find the second processor asleep: two threads then share the
first for as long as the kernel lets them. Memory is the peak from after the preparation. The ratio of a peer is its
time over ours in the same run, at the same size.
"""

import importlib
import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

OURS = "millesime"
_RUNS = 3
_AT_LEAST_S = 1.0
_BUDGET_S = float(os.environ.get("BENCH_BUDGET_S", "25"))
"""Runs are no longer repeated once a contender has worked this long: slow peers are timed once after the warm-up."""

_TIMEOUT_S = float(os.environ.get("BENCH_TIMEOUT_S", "900"))


def default_px() -> int:
    return int(os.environ.get("BENCH_PX", "8192"))


def _nothing_missing() -> str | None:
    return None


def _no_facts(prepared: Any, result: Any) -> dict[str, Any]:
    del prepared, result
    return {}


@dataclass(frozen=True)
class Contender:
    """One way of doing the job of a row."""

    name: str

    prepare: Callable[[int], Any]
    """From the side of the raster in pixels to the input; neither timed nor in the peak."""

    work: Callable[[Any], Any]
    """The job; timed."""

    facts: Callable[[Any, Any], dict[str, Any]] = _no_facts
    """From the input and the result to what shows whether the result is right, and `events` or `pixels` worked on."""

    missing: Callable[[], str | None] = _nothing_missing
    """How to install what is not installed; None when all is there."""

    against: str = OURS
    """The contender whose time the ratio divides by."""

    at_most_px: int | None = None
    """Side of the crop that a slow peer works on."""

    command: bool = False
    """Whether the work is a command line: its processes alone count in the peak."""

    warm_up: bool = True

    shares: bool = False
    """Whether its processes share memory, as those of a data base do: each counts for its part then."""


def run_row(
    benchmark: str, module: str, contenders: Sequence[Contender], *, size: int | None = None, unit: str = "px"
) -> None:
    """Measure the contenders, ours first, and print a line for each.

    Args:
        benchmark: name of the row.
        module: that holds them.
        contenders: ours first.
        size: what the contenders prepare their input from, instead of the side of the raster.
        unit: what the size counts: the key of the lines.
    """
    px = default_px() if size is None else size
    taken: dict[tuple[str, int], float] = {}
    by_name = {contender.name: contender for contender in contenders}
    for contender in contenders:
        size = min(px, contender.at_most_px or px)
        how = contender.missing()
        if how is not None:
            emit({"benchmark": benchmark, "contender": contender.name, unit: size, "missing": how})
            continue
        line = measured(module, contender, size)
        if "wall_s" in line:
            taken[contender.name, size] = line["wall_s"]
            rival = by_name.get(contender.against)
            if rival is not None and (rival.name, size) not in taken and size != px and rival.missing() is None:
                own = measured(module, rival, size)
                if "wall_s" in own:
                    taken[rival.name, size] = own["wall_s"]
                    emit({"benchmark": benchmark, "contender": rival.name, unit: size, **own})
            if (contender.against, size) in taken and contender.name != contender.against:
                line["against"] = contender.against
                line["ratio"] = round(line["wall_s"] / taken[contender.against, size], 2)
                if contender.against != OURS and (OURS, size) in taken:
                    line["ratio_in_memory"] = round(line["wall_s"] / taken[OURS, size], 2)
        emit({"benchmark": benchmark, "contender": contender.name, unit: size, **line})


def emit(line: dict[str, Any]) -> None:
    """Print a JSON line, and keep it for the report."""
    text = json.dumps(line)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    kept = os.environ.get("BENCH_LINES")
    if kept:
        with Path(kept).open("a", encoding="utf-8") as file:
            file.write(text + "\n")


def measured(module: str, contender: Contender, px: int, *, once: bool = False) -> dict[str, Any]:
    """Time, memory and correctness of a contender; `once` works a single time, without a warm-up."""
    command = [sys.executable, "-m", "benchmarks._measure", module, contender.name, str(px), *["once"] * once]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    sampler = _Sampler(child.pid, with_root=not contender.command, shares=contender.shares)
    killer = threading.Timer(_TIMEOUT_S, child.kill)
    told: list[str] = []
    errors: list[str] = []
    drain = threading.Thread(target=lambda: errors.extend(child.stderr or ()))
    drain.start()
    killer.start()
    try:
        for text in child.stdout or ():
            if text.strip() == "prepared":
                sampler.start()
            elif text.strip() == "worked":
                sampler.stop()
            else:
                told.append(text)
        child.wait()
    finally:
        killer.cancel()
        sampler.stop()
        drain.join()
    if child.returncode or not told:
        why = [text.strip() for text in errors if text.strip()][-1:] or [f"ended with {child.returncode}"]
        return {"error": why[0]}
    line: dict[str, Any] = json.loads(told[-1])
    line["peak_mb"] = round(max(line["peak_mb"], sampler.peak_mb))
    return line


class _Sampler:
    """Looks at the memory of a process and of those that it started, fifty times a second."""

    def __init__(self, root: int, *, with_root: bool, shares: bool) -> None:
        self._root, self._with_root = root, with_root
        self._memory_mb, self._pause_s = (_part_mb, 0.2) if shares else (_resident_mb, 0.02)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mb = 0.0

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        own = _command_line(self._root)
        while not self._done.wait(self._pause_s):
            # A process just forked shows the memory of the one that it comes from until it runs its own program.
            started = [pid for pid in _descendants(self._root) if _command_line(pid) != own]
            tree = [self._root, *started] if self._with_root else started
            self.peak_mb = max(self.peak_mb, sum(self._memory_mb(pid) for pid in tree))


def _command_line(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def _descendants(root: int) -> Iterator[int]:
    try:
        tasks = list(Path(f"/proc/{root}/task").iterdir())
        children = [int(pid) for task in tasks for pid in (task / "children").read_text().split()]
    except OSError:
        return
    for pid in children:
        yield pid
        yield from _descendants(pid)


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * resource.getpagesize() / 2**20


def _part_mb(pid: int) -> float:
    """Memory of its own, and its part of what it shares."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(text.split()[1]) for text in lines if text.startswith("Pss:")) / 1024


def _own_peak_mb() -> float:
    for text in Path("/proc/self/status").read_text().splitlines():
        if text.startswith("VmHWM"):
            return int(text.split()[1]) / 1024
    return 0.0


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _tell(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _child(module: str, name: str, px: int, *, once: bool) -> None:
    """Prepare, work and judge; the last line on standard output is the result."""
    contender = next(item for item in importlib.import_module(module).CONTENDERS if item.name == name)
    prepared = contender.prepare(px)
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew from here
    _tell("prepared")
    taken: list[float] = []
    warmed_s = 0.0 if contender.warm_up and not once else _AT_LEAST_S
    while True:
        result: Any = None  # the one before must not count in the peak
        cpu, begin = _children_cpu_s(), time.perf_counter()
        result = contender.work(prepared)
        wall = time.perf_counter() - begin
        cpu = _children_cpu_s() - cpu
        if warmed_s < _AT_LEAST_S:
            warmed_s += wall
            continue
        taken.append(wall)
        enough = len(taken) >= _RUNS and sum(taken) >= _AT_LEAST_S
        if once or enough or sum(taken) + wall > _BUDGET_S:
            break
    _tell("worked")
    # Not the peak of children that the kernel keeps: it counts what this process held when it started them.
    peak_mb = 0.0 if contender.command or contender.shares else _own_peak_mb()
    wall_s = median(taken)
    facts = contender.facts(prepared, result)
    rates: dict[str, float] = {
        f"{name}_per_s": round(facts.pop(name) / wall_s) for name in ("events", "pixels") if name in facts
    }
    if contender.command:
        rates["cpu_s"] = round(cpu, 2)
    line = {"wall_s": round(wall_s, 4), "runs": len(taken), "peak_mb": peak_mb, **rates, "correctness": facts}
    _tell(json.dumps(line))


if __name__ == "__main__":
    _child(sys.argv[1], sys.argv[2], int(sys.argv[3]), once="once" in sys.argv[4:])
