"""The tour of the demo: make the territory, run the chain, measure it against the truth, say where to look."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millesime.chain import CHAIN
from millesime.compute import Progress
from millesime.demo.generate import generate
from millesime.demo.measure import measure
from millesime.evaluation import as_text
from millesime.io.files import written_whole
from millesime.io.workspace import Manifest, Workspace
from millesime.production.plan import EVALUATION_FILE
from millesime.production.run_chain import StepReport, run_chain

#: The tables of the accuracy, for people; evaluation.json holds the same for programs.
TABLE_FILE = "evaluation.txt"

_OVERALL = {"cover": "cover raster", "cs": "OCS GE cover", "us": "OCS GE use"}

_READING = """\
User's accuracy: of what the map calls a class, the share that is so on the ground; it tells what was added by mistake.
Producer's accuracy: of what is so on the ground, the share that the map calls so; it tells what was missed.
IoU: what map and ground share of a class, over what either has of it.

"""


@dataclass(frozen=True)
class Tour:
    """What the demo made."""

    folder: Path
    ran: tuple[StepReport, ...]
    """Steps that ran; none when everything was up to date."""

    measures: Mapping[str, Any]
    """Accuracy against the truth, as in evaluation.json."""

    table: str
    """The same as a table for people."""

    seconds: float

    @property
    def delivery(self) -> Path:
        """Delivery of the latest vintage."""
        return max((self.folder / "delivery").iterdir(), key=lambda path: path.name)

    def as_dict(self) -> dict[str, Any]:
        """As one JSON object."""
        return {
            "folder": str(self.folder),
            "portrait": str(self.delivery / "portrait.html"),
            "geopackages": [str(path) for path in sorted((self.folder / "delivery").glob("*/*.gpkg"))],
            "portraits": [str(path) for path in sorted((self.folder / "delivery").glob("*/portrait.html"))],
            "projects": [str(path) for path in sorted((self.folder / "delivery").glob("*/*.qgs"))],
            "evaluation_table": str(self.folder / TABLE_FILE),
            "ran": [{"step": report.step, "vintage": report.year} for report in self.ran],
            "seconds": round(self.seconds, 1),
            "evaluation": dict(self.measures),
        }

    def as_text(self) -> str:
        """As lines for a terminal."""
        content = self.as_dict()
        done = f"{len(self.ran)} steps run" if self.ran else "everything was up to date"
        lines = ["Share of the area that agrees with the truth:"]
        for year, vintage in self.measures.get("vintages", {}).items():
            shares = ", ".join(
                f"{name} {100 * vintage[key]['overall_accuracy']:.1f} %"
                for key, name in _OVERALL.items()
                if key in vintage
            )
            lines.append(f"  {year}         {shares}")
        lines += ["", f"{done}, {self.seconds:.0f} s. Where to look:"]
        for name, key in (("portrait", "portraits"), ("QGIS", "projects"), ("GeoPackage", "geopackages")):
            lines += [f"  {name:<12} {path}" for path in content[key]]
        lines.append(f"  {'accuracy':<12} {content['evaluation_table']}: by class, user's and producer's")
        return "\n".join(lines) + "\n"


def tour(
    folder: Path,
    *,
    seed: int,
    size_km: float,
    change_rate: float | None,
    perfect: bool,
    workers: int,
    progress: Progress,
) -> Tour:
    """Make the demo territory unless it is there, bring its products up to date and measure them.

    Args:
        folder: folder of the territory.
        seed: of the territory.
        size_km: side of the territory, in kilometres.
        change_rate: share of the area that changes between the vintages.
        perfect: databases without faults and without lag.
        workers: number of worker processes.
        progress: where to show progress.

    Raises:
        MillesimeError: what the first thing that failed says.
    """
    started = time.perf_counter()
    generate(
        folder,
        seed=seed,
        size_km=size_km,
        change_rate=change_rate,
        perfect=perfect,
        workers=workers,
        progress=progress,
    )
    # The portrait shows how good the map is, so the map is measured before it is published.
    measured = [step.name for step in CHAIN if step.name != "publication"]
    reports = run_chain(folder, steps=measured, workers=workers, progress=progress)
    measures, table = _measure(Workspace.open(folder), progress=progress)
    with written_whole(folder / TABLE_FILE) as temporary:
        temporary.write_text(_READING + table, encoding="utf-8")
    reports += run_chain(folder, steps=["publication"], workers=workers, progress=progress)
    ran = tuple(report for report in reports if report.ran)
    return Tour(folder, ran, measures, table, time.perf_counter() - started)


def _measure(workspace: Workspace, *, progress: Progress) -> tuple[Mapping[str, Any], str]:
    """Evaluate the products against the truth, unless that was done on the same files."""
    manifest = Manifest(workspace)
    compared = [workspace.root / "truth"]
    for vintage in workspace.territory.vintages:
        compared += [path for step in CHAIN[:-1] for path in workspace.product_files(step.name, vintage.year)]
    inputs = {path.relative_to(workspace.root).as_posix(): manifest.sha256(path) for path in compared if path.exists()}
    manifest.save()
    file = workspace.root / EVALUATION_FILE
    known = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    if known.get("inputs") == inputs:
        return known["measures"], known["table"]
    measures = measure(workspace, progress=progress)
    table = as_text(measures)
    content = {"inputs": inputs, "measures": measures, "table": table}
    with written_whole(file) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return measures, table
