"""`millesime publish`: write the deliveries of a territory into a folder of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millesime.cli.output import AsJson, emit


def command(
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder to write in, one sub-folder per vintage.")],
    folder: Annotated[Path, typer.Option("-C", "--folder", help="Folder of the territory.")] = Path(),
    as_json: AsJson = False,
) -> None:
    """Write GeoPackages, rasters, QGIS projects and portraits of all vintages into a folder."""
    from millesime.compute import terminal_progress
    from millesime.production.deliveries import deliver

    with terminal_progress() as progress:
        made = deliver(folder, output, progress=progress)
    lines = [f"{delivery.year}  {len(delivery.files)} files in {delivery.folder}" for delivery in made]
    lines += [f"portrait     {delivery.portrait}" for delivery in made]
    result = {
        "deliveries": [
            {
                "vintage": delivery.year,
                "folder": str(delivery.folder),
                "portrait": str(delivery.portrait),
                "files": list(delivery.files),
            }
            for delivery in made
        ]
    }
    emit(result, as_json=as_json, text="\n".join(lines))
