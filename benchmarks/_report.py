"""The table of `docs/performance.md`, made from the JSON lines of a run; the words around it are kept by hand."""

import json
import os
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import rasterio

from benchmarks._postgis import postgis_missing, postgis_version
from benchmarks._predict_report import PREDICT_BEGIN, PREDICT_END, PREDICT_JOBS, predict_report

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
OCSGE_BEGIN, OCSGE_END = "<!-- measured, OCS GE files: begin -->", "<!-- measured, OCS GE files: end -->"
Line = dict[str, Any]

JOBS = {
    "scan": "scan of a raster in memory",
    "topology": "topology: arcs, faces, areas",
    "polygons": "raw polygons",
    "sieve": "sieve to raster, 1250 px",
    "merge": "merge to 50 m²",
    "simplify": "simplify shared borders, 1 m",
    "file_to_file": "file to file: read, merge, simplify, write",
    "overlay": "overlay of two coverages, 1 cm",
    "zonal": "zonal majority",
}

OCSGE_JOBS = {
    "ocsge_commands": "command on the files of a département",
    "ocsge_artif": "artificial status of a vintage",
    "ocsge_diff": "differential of two vintages",
}

#: Goals: the least ratio of a peer's time to ours.
GOALS = {
    ("topology", "rasterio.features.shapes"): 40,
    ("polygons", "rasterio.features.shapes + shapely"): 15,
    ("sieve", "rasterio.features.sieve"): 4,
    ("merge", "mapshaper -filter -clean"): 50,
    ("merge", "GRASS r.to.vect + v.clean"): 100,
    ("simplify", "shapely.coverage_simplify"): 15,
    ("simplify", "mapshaper -simplify"): 8,
    ("file_to_file", "gdal_sieve + gdal_polygonize + mapshaper"): 15,
    ("overlay", "shapely intersection, grid_size 0.01"): 10,
    ("zonal", "exactextract"): 30,
    ("zonal", "rasterize + bincount"): 15,
}
#: Goals set on our time in memory, though the peer works on files; the ratio with files stands beside it.
_IN_MEMORY = {("merge", "mapshaper -filter -clean"), ("simplify", "mapshaper -simplify")}
#: Goals of our own: the least number of pixels a second, and the most memory.
_SCAN_PX_PER_S = 1e9
_SIEVE_MEMORY = 1.5
_GROWTH_MB = 1500
#: Goals of the commands on a département: the most time and memory.
_COMMAND_S, _COMMAND_MB = 120, 4000
_COMMANDS = ("millesime check", "millesime artif", "millesime indicators")
_PEERS = ("rasterio", "shapely", "geopandas", "connected-components-3d", "exactextract", "duckdb", "numba")


def lines_of(path: Path) -> list[Line]:
    return [json.loads(text) for text in path.read_text(encoding="utf-8").splitlines()]


def write_report(page: Path, lines: list[Line], *, target: Path) -> None:
    """Put the tables of the rows that were run between their markers of the page, and the result at `target`.

    Raises:
        ValueError: the page lacks the markers.
    """
    text = page.read_text(encoding="utf-8")
    of_files = [line for line in lines if line["benchmark"] in OCSGE_JOBS]
    of_prediction = [line for line in lines if line["benchmark"] in PREDICT_JOBS]
    of_engine = [line for line in lines if line["benchmark"] not in (*OCSGE_JOBS, *PREDICT_JOBS)]
    if of_engine or not (of_files or of_prediction):
        text = _between(text, BEGIN, END, report(of_engine), page)
    if of_files:
        text = _between(text, OCSGE_BEGIN, OCSGE_END, ocsge_report(of_files), page)
    if of_prediction:
        told = predict_report(of_prediction, machine=machine())
        text = _between(text, PREDICT_BEGIN, PREDICT_END, told, page)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")


def _between(text: str, begin: str, end: str, told: str, page: Path) -> str:
    before, _, rest = text.partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{page} has no {begin} ... {end}")
    return f"{before}{begin}\n\n{told}\n{end}{after}"


def report(lines: list[Line]) -> str:
    return "\n".join(
        [
            machine(),
            "",
            *_jobs(lines),
            *_growth([line for line in lines if line["benchmark"] == "growth" and "px" in line]),
            *_others(lines),
        ]
    )


def ocsge_report(lines: list[Line]) -> str:
    """The rows of the OCS GE files: the commands with their goals, then the peers."""
    rows = [
        machine(),
        "",
        "| job | how | polygons | time (s) | CPU (s) | memory (MB) | times ours | goal | reached | the result |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        is_measured = "wall_s" in line
        has_goal = line["contender"] in _COMMANDS
        met = is_measured and line["wall_s"] < _COMMAND_S and line["peak_mb"] < _COMMAND_MB
        size = f"{line['polygons']:,}" if "polygons" in line else None
        cells = [
            OCSGE_JOBS[line["benchmark"]], line["contender"], size, _number(line.get("wall_s")),
            _number(line.get("cpu_s")), line.get("peak_mb"), f"{line['ratio']:.1f}" if "ratio" in line else None,
            f"{_COMMAND_S} s, {_COMMAND_MB} MB" if has_goal else None,
            _yes(met) if has_goal and is_measured else None, _told_of_files(line),
        ]  # fmt: skip
        rows.append("| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |")
    return "\n".join([*rows, ""])


def _told_of_files(line: Line) -> str:
    """What came out, and how far it is from what ours gives."""
    if "missing" in line or "error" in line:
        return _told(line)
    facts = line["correctness"]
    words = {"pieces": "pieces", "changed": "changed", "anomalies": "anomalies", "figures": "figures"}
    told = [f"{facts['polygons']:,} polygons"] if "polygons" in facts else []
    told += [f"{facts[name]:,} {word}" for name, word in words.items() if name in facts]
    areas = {"artificial_m2": "artificial", "changed_m2": "changed"}
    told += [f"{facts[name] / 10_000:,.4f} ha {word}" for name, word in areas.items() if name in facts]
    if facts.get("polygons_unlike"):
        told.append(f"{facts['polygons_unlike']:,} polygons of another status")
    if facts.get("area_unlike_m2", 0) >= 1:
        told.append(f"off by {facts['area_unlike_m2']:,} m²")
    if line.get("runs") == 1:
        told.append("one run")
    return ", ".join(told)


def machine() -> str:
    """Cores and memory, and what the peers are; no names."""
    memory_gb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    found = [f"Python {sys.version_info.major}.{sys.version_info.minor}", f"GDAL {rasterio.__gdal_version__}"]
    if postgis_missing() is None:
        found.append(f"PostGIS {postgis_version()}")
    for name in _PEERS:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    cores = len(os.sched_getaffinity(0))
    return f"Measured on {cores} cores with {memory_gb:.0f} GB of memory. {', '.join(found)}."


def _jobs(lines: list[Line]) -> list[str]:
    rows = [
        "| job | how | side (px) | time (s) | memory (MB) | times ours | goal | reached | the result |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        if line["benchmark"] not in JOBS or "px" not in line:
            continue
        key = line["benchmark"], line["contender"]
        goal, reached = _goal(line, lines)
        cells = [
            JOBS[key[0]], key[1], line.get("px"), _number(line.get("wall_s")), line.get("peak_mb"),
            _ratio(line), goal, reached, _told(line),
        ]  # fmt: skip
        rows.append("| " + " | ".join("" if cell is None else str(cell) for cell in cells) + " |")
    return [*rows, ""]


def _ratio(line: Line) -> str | None:
    if "ratio" not in line:
        return None
    is_files = (line["benchmark"], line["contender"]) in _IN_MEMORY and "ratio_in_memory" in line
    return f"{line['ratio']:.1f}" + (f"; {line['ratio_in_memory']:.1f} in memory" if is_files else "")


def _goal(line: Line, lines: list[Line]) -> tuple[str | None, str | None]:
    """The goal of a line in words, and whether it is reached; None where there is none or it was not measured."""
    key = line["benchmark"], line["contender"]
    if key == ("scan", "millesime"):
        rate = line.get("pixels_per_s")
        return "1 Gpx/s", None if rate is None else _yes(rate >= _SCAN_PX_PER_S)
    if key not in GOALS:
        return None, None
    goal = f"{GOALS[key]} times"
    ratio = line.get("ratio_in_memory" if key in _IN_MEMORY else "ratio")
    met = None if ratio is None else ratio >= GOALS[key]
    if line["benchmark"] == "sieve":
        goal += f", {_SIEVE_MEMORY} times its memory"
        ours = next((other for other in lines if other["benchmark"] == "sieve" and "against" not in other), line)
        if met is not None:
            met = met and ours.get("peak_mb", 0) <= _SIEVE_MEMORY * line["peak_mb"]
    return goal, None if met is None else _yes(met)


def _growth(lines: list[Line]) -> list[str]:
    if not lines:
        return []
    rows = [
        "Growth of the chain from file to file:",
        "",
        "| how | side (px) | time (s) | Mpx/s | memory (MB) | goal | reached | the result |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for line in lines:
        rate = f"{line['pixels_per_s'] / 1e6:.1f}" if "pixels_per_s" in line else ""
        memory = line.get("peak_mb")
        reached = _yes(memory <= _GROWTH_MB) if memory is not None else ""
        rows.append(
            f"| {line['contender']} | {line['px']} | {_number(line.get('wall_s')) or ''} | {rate} | {memory or ''} |"
            f" {_GROWTH_MB} MB | {reached} | {_told(line)} |"
        )
    return [*rows, ""]


def _others(lines: list[Line]) -> list[str]:
    """Compilation, invariance, the whole chain: a line each."""
    found = []
    for line in lines:
        if "error" in line and (line["benchmark"] not in JOBS or "px" not in line):
            found.append(f"- {line['benchmark']}, {line['contender']}: {_told(line)}.")
            continue
        if line["benchmark"] == "raster":
            facts = line["correctness"]
            found.append(
                f"- The {line['contender']} raster at {line['px']} px: {facts['polygons_per_km2']:,} polygons per km²,"
                f" {facts['single_pixels']:.0%} of them single pixels; {facts['left_at_50_m2']:,} are left at 50 m²."
            )
        if line["benchmark"] == "compilation":
            found.append(f"- Compilation, in no other figure: {line['contender']} of 300 px {line['wall_s']:.1f} s.")
        if line["benchmark"] == "invariance":
            same = line["correctness"]
            told = "the same bytes" if same["same_bytes"] else f"NOT the same bytes: {', '.join(same['unlike'])}"
            found.append(
                f"- {line['contender']}: {told} from {same['variants']} ways to cut it into tiles and workers."
            )
        if line["benchmark"] == "chain":
            found.append(
                f"- The whole chain on {line['size_km2']:g} km²: {line['seconds_per_km2']:.1f} s per km²,"
                f" {line['peak_mb']} MB at most."
            )
    return [*found, ""] if found else []


def _told(line: Line) -> str:
    """What is wrong with a result, or how many polygons it has."""
    if "missing" in line:
        return str(line["missing"])
    if "error" in line:
        return f"failed: {str(line['error'])[:120].replace('|', ' ')}"
    facts = line.get("correctness", {})
    told = [f"{facts['polygons']:,} polygons"] if "polygons" in facts else []
    if facts.get("invalid"):
        told.append(f"{facts['invalid']} invalid")
    if facts.get("coverage_valid") is False:
        told.append("borders do not match")
    if abs(facts.get("area_off_m2", 0)) >= 0.01:
        told.append(f"area off by {facts['area_off_m2']:,} m²")
    if facts.get("below_50_m2") and line["benchmark"] == "merge":
        told.append(f"{facts['below_50_m2']} below 50 m²")
    if facts.get("pixels_counted_twice_or_never"):
        told.append(f"{facts['pixels_counted_twice_or_never']} pixels counted twice or never")
    if facts.get("majority_as_by_masks", 1) < 1:
        told.append(f"{1 - facts['majority_as_by_masks']:.1%} other majorities")
    if "events_per_s" in line:
        told.append(f"{line['events_per_s'] / 1e6:.1f} million events/s")
    elif "pixels_per_s" in line:
        told.append(f"{line['pixels_per_s'] / 1e6:,.0f} Mpx/s")
    if line.get("runs") == 1:
        told.append("one run")
    return ", ".join(told)


def _number(value: float | None) -> str | None:
    return None if value is None else f"{value:.3g}"


def _yes(met: bool) -> str:
    return "yes" if met else "no"


def main() -> None:
    """Write the page anew from the JSON lines of a run: `python -m benchmarks._report LINES PAGE`."""
    page = Path(sys.argv[2])
    write_report(page, lines_of(Path(sys.argv[1])), target=page)


if __name__ == "__main__":
    main()
