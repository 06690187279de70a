"""`millesime demo`: make the demo territory, run the whole chain, say where to look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millesime.cli.output import AsJson, emit

#: EPSG code of Lambert-93; no model is trained on this seed.
DEFAULT_SEED = 2154


def command(
    folder: Annotated[Path, typer.Argument(help="Folder of the territory.")] = Path("demo-territory"),
    seed: Annotated[int, typer.Option(min=0, help="Another seed gives another village.")] = DEFAULT_SEED,
    size_km: Annotated[float, typer.Option(min=0.4, max=10, help="Side of the territory, in kilometres.")] = 1.5,
    change_rate: Annotated[
        float | None,
        typer.Option(min=0, max=0.2, help="Share of the area that changes: 2 % by default; 0.002 is life-like."),
    ] = None,
    perfect: Annotated[bool, typer.Option("--perfect", help="Databases without faults and without lag.")] = False,
    workers: Annotated[int, typer.Option(min=1, help="Number of worker processes.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Make the demo territory, run the whole chain on it, and say where to look."""
    from millesime.compute import terminal_progress
    from millesime.demo.tour import tour

    with terminal_progress() as progress:
        result = tour(
            folder,
            seed=seed,
            size_km=size_km,
            change_rate=change_rate,
            perfect=perfect,
            workers=workers,
            progress=progress,
        )
    emit(result.as_dict(), as_json=as_json, text=result.as_text())
