"""`millesime new`: an empty territory to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millesime.cli.output import AsJson, emit

_TEMPLATE = """\
# A territory: docs/guides/territory.md lists every key.
[territory]
code = "D000"                     # used in file names and object ids
name = "My territory"
crs = "EPSG:2154"                 # Lambert-93; the DROM have their own
extent = [650000.0, 6860000.0, 651000.0, 6861000.0]   # west, south, east, north in metres
# builtin:demo has never seen a real photograph: for a real map, the path of an ONNX file with its card beside it.
model = "builtin:demo"

[[vintages]]
year = 2022
# reference_vintage = 2019        # once that vintage is given too
ortho_rgb = "sources/2022/ortho_rgb.tif"
ortho_irc = "sources/2022/ortho_irc.tif"   # bands near infra-red, red, green
dsm = "sources/2022/dsm.tif"
dtm = "sources/2022/dtm.tif"
# operations = "operations/2022.jsonl"     # corrections to replay

[vintages.sources]
bd_topo = "sources/2022/bd_topo.gpkg"
# rpg = "sources/2022/rpg.gpkg"
# bd_foret = "sources/2022/bd_foret.gpkg"
# fichiers_fonciers = "sources/2022/fichiers_fonciers.gpkg"
# admin_express = "sources/2022/admin_express.gpkg"

# [parameters.built_zone]
# dilate_m = 25
"""


def command(
    folder: Annotated[Path, typer.Argument(help="Folder to make; must not hold a territory.")],
    as_json: AsJson = False,
) -> None:
    """Make an empty territory to fill in."""
    from millesime.errors import ConfigError
    from millesime.io.files import written_whole

    file = folder / "territory.toml"
    if file.exists():
        raise ConfigError("already holds a territory", place=folder, remedy="choose another folder")
    for name in ("sources", "operations"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    with written_whole(file) as temporary:
        temporary.write_text(_TEMPLATE, encoding="utf-8")
    text = f"{file} is made: fill it in, put the imagery and the databases in {folder / 'sources'}, "
    emit({"territory": str(file)}, as_json=as_json, text=f"{text}then `millesime run -C {folder}`")
