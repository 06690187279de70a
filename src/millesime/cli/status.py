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
    """Show each step of each vintage: done, stale, missing or not applicable."""
    from millesime.production.run_chain import states

    reports = states(folder)
    lines = []
    for report in reports:
        lines.append(f"{report.year}  {report.step:<18} {report.state}")
        lines += [f"      {note}" for note in report.notes]
    result = {"steps": [{"step": r.step, "vintage": r.year, "state": r.state, "notes": list(r.notes)} for r in reports]}
    emit(result, as_json=as_json, text="\n".join(lines))
