"""The imagery of a scene on disk: two orthos and two height models, tile by tile over worker processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from millesime.compute import Workers
from millesime.demo import truth
from millesime.demo.imagery.elevation import MODEL_PIXEL_M
from millesime.demo.imagery.look import Look, look_of
from millesime.demo.imagery.objects import SceneTables, pack
from millesime.demo.imagery.tile import Tile, render
from millesime.demo.scene import Scene
from millesime.geo.grid import Grid, Window
from millesime.geo.tiling import super_tiles
from millesime.io.raster import CogWriter

TILE_PX = 1280
"""256 m; a multiple of 5 px, where pixels of both sizes begin together."""

BATCH_TILES = 4
"""Tiles that a worker renders in one go."""


@dataclass(frozen=True)
class ImageryFiles:
    """Where the imagery of a scene is."""

    ortho_rgb: Path
    ortho_irc: Path
    dsm: Path
    dtm: Path


def write(
    scene: Scene, folder: Path, *, workers: Workers, look: Look | None = None, tile_px: int = TILE_PX
) -> ImageryFiles:
    """Write ortho_rgb.tif, ortho_irc.tif (NIR, R, G), dsm.tif and dtm.tif of a scene.

    Args:
        scene: what stands on the territory.
        folder: existing folder that receives the files.
        workers: processes; the files are the same bytes for any number of them.
        look: the survey; by default the one of the scene's year.
        tile_px: side of a tile, a multiple of 5; the files do not depend on it.

    Returns:
        The four paths.
    """
    survey = look or look_of(scene.year)
    grid = truth.grid_of(scene)
    models = Grid.covering(scene.extent, pixel_m=MODEL_PIXEL_M, crs=grid.crs)
    files = ImageryFiles(*(folder / f"{name}.tif" for name in ("ortho_rgb", "ortho_irc", "dsm", "dtm")))
    windows = super_tiles(grid, size_px=tile_px)
    with (
        CogWriter(files.ortho_rgb, grid, dtype="uint8", count=3, overview="average", band_names=("R", "G", "B")) as rgb,
        CogWriter(
            files.ortho_irc, grid, dtype="uint8", count=3, overview="average", band_names=("NIR", "R", "G")
        ) as irc,
        CogWriter(files.dsm, models, dtype="float32", nodata=-9999.0, overview="average") as dsm,
        CogWriter(files.dtm, models, dtype="float32", nodata=-9999.0, overview="average") as dtm,
    ):
        for tile in _tiles(scene, survey, windows, workers):
            rgb.write(tile.bands[:3], tile.window)
            irc.write(tile.bands[[3, 0, 1]], tile.window)
            dsm.write(tile.dsm, tile.model_window)
            dtm.write(tile.dtm, tile.model_window)
    return files


def _tiles(scene: Scene, look: Look, windows: tuple[Window, ...], workers: Workers) -> Iterator[Tile]:
    tables = pack(scene, look)
    # The scene travels with each batch: batches are long enough for that to cost little, short enough for memory.
    batch = 1 if workers.count == 1 else BATCH_TILES
    batches = [windows[first : first + batch] for first in range(0, len(windows), batch)]
    for tiles in workers.map(partial(_render_batch, scene, tables, look), batches, label=f"imagery {scene.year}"):
        yield from tiles


def _render_batch(scene: Scene, tables: SceneTables, look: Look, windows: tuple[Window, ...]) -> list[Tile]:
    return [render(scene, tables, look, window) for window in windows]
