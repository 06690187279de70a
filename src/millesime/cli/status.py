"""`millesime status`: where each product of a territory stands."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millesime.cli.output import AsJson, emit


def command(
    folder: Annotated[Path, typer.Option("-C", "--folder", help="Folder of the territory.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Show each step of each vintage: done, stale, missing or not applicable; and the sources that are missing."""
    from millesime.production.run_chain import missing_sources, states

    reports, missing = states(folder), missing_sources(folder)
    lines = []
    for report in reports:
        lines.append(f"{report.year}  {report.step:<18} {report.state}")
        lines += [f"      {note}" for note in report.notes]
    if missing:
        lines += [
            "",
            "missing sources, without which `millesime run` does not start:",
            *(f"  {one}" for one in missing),
        ]
    result = {
        "steps": [{"step": r.step, "vintage": r.year, "state": r.state, "notes": list(r.notes)} for r in reports],
        "missing_sources": list(missing),
    }
    emit(result, as_json=as_json, text="\n".join(lines))
