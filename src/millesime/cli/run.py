"""`millesime run`: bring the products of a territory up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millesime.cli.output import AsJson, emit


def command(
    steps: Annotated[
        list[str] | None, typer.Argument(help="Steps wanted, with those upstream; all by default.")
    ] = None,
    folder: Annotated[Path, typer.Option("-C", "--folder", help="Folder of the territory.")] = Path(),
    vintage: Annotated[int | None, typer.Option(help="Year of the only vintage wanted.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Number of worker processes.")] = 1,
    force: Annotated[bool, typer.Option("--force", help="Run the wanted steps even when up to date.")] = False,
    as_json: AsJson = False,
) -> None:
    """Run the steps whose inputs, parameters or version changed."""
    from millesime.compute import terminal_progress
    from millesime.production.run_chain import run_chain

    with terminal_progress() as progress:
        reports = run_chain(folder, steps=steps or (), vintage=vintage, workers=workers, force=force, progress=progress)
    ran = [report for report in reports if report.ran]
    lines = [f"{report.year}  {report.step:<18} {report.seconds:6.1f} s" for report in ran]
    lines.append(f"{len(ran)} steps run, {len(reports) - len(ran)} up to date")
    result = {
        "ran": [
            {"step": r.step, "vintage": r.year, "seconds": round(r.seconds, 3), "notes": list(r.notes)} for r in ran
        ],
        "up_to_date": [{"step": r.step, "vintage": r.year} for r in reports if not r.ran],
    }
    emit(result, as_json=as_json, text="\n".join(lines))
