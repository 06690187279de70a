"""The products of a demo territory measured against its truth; the report is described in `evaluation.territory`."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt

from millesime.artificialisation import Artificialisation
from millesime.artificialisation import Parameters as StatusParameters
from millesime.compute import Progress
from millesime.errors import InputError
from millesime.evaluation import (
    COVER_CLASSES,
    ChangeToEvaluate,
    Confusion,
    VintageToEvaluate,
    confusion,
    confusion_of_windows,
    evaluate_territory,
)
from millesime.evaluation.pixel_classifier import fit
from millesime.evaluation.yardstick import from_json as yardstick_from_json
from millesime.geo.grid import Window
from millesime.geo.tiling import super_tiles
from millesime.imagery import from_json
from millesime.imagery.step import open_imagery
from millesime.io.raster import RasterReader, read_grid
from millesime.io.territory import Vintage
from millesime.io.vector import read_vector
from millesime.io.workspace import Workspace

_TILE_PX = 2048

#: The yardstick of the built-in model, which learnt from the same pictures.
YARDSTICK_FILE = Path(__file__).parents[1] / "model" / "builtin" / "demo.pixel_classifier.json"

#: Pixels that the yardstick is measured on; and fitted on, where there is no file of it.
_TEST_PIXELS, _TRAIN_PIXELS, _BATCH = 400_000, 40_000, 128


def measure(workspace: Workspace, *, progress: Progress | None = None, pixel_classifier: bool = True) -> dict[str, Any]:
    """Measure the products of every vintage against `truth/`.

    Args:
        workspace: a demo territory whose chain has run as far as the differential.
        progress: silent when left out.
        pixel_classifier: whether to measure a per-pixel classifier too, the yardstick of the network.

    Raises:
        InputError: a product or the truth is missing.
    """
    told = progress or Progress()
    vintages = sorted(workspace.territory.vintages, key=lambda vintage: vintage.year)
    measured = [
        _vintage(workspace, vintage.year, pixel_classifier=pixel_classifier)
        for vintage in told.track(vintages, total=len(vintages), label="evaluation")
    ]
    return evaluate_territory(measured, _change(workspace, vintages), parameters=_status_parameters(workspace))


def _status_parameters(workspace: Workspace) -> StatusParameters:
    return StatusParameters.model_validate(workspace.territory.parameters.get("artificialisation", {}))


def _vintage(workspace: Workspace, year: int, *, pixel_classifier: bool) -> VintageToEvaluate:
    truth = workspace.root / "truth" / str(year)
    return VintageToEvaluate(
        year=year,
        cover=_cover(truth / "cover.tif", workspace.product("cover_raster", year)),
        artificialisation=Artificialisation(read_vector(workspace.product("artificialisation", year))),
        true_units=read_vector(truth / "occupation_sol.parquet"),
        automatic=read_vector(workspace.product("ocsge_auto", year)),
        pixel_classifier=_classifier(workspace, year, truth / "cover.tif") if pixel_classifier else None,
    )


def _cover(truth: Path, product: Path) -> Confusion:
    """Confusion of the class raster, tile by tile."""
    with RasterReader(truth) as true, RasterReader(product) as mapped:
        if true.grid != mapped.grid:
            raise InputError(f"is on {mapped.grid}, the truth on {true.grid}", place=product)
        tiles = super_tiles(true.grid, size_px=_TILE_PX)
        pairs = ((true.read(tile)[0], mapped.read(tile)[0]) for tile in tiles)
        return confusion_of_windows(pairs, classes=dict(COVER_CLASSES))


def _classifier(workspace: Workspace, year: int, truth: Path) -> Confusion:
    """Confusion of a per-pixel classifier on the same bands, over a regular sample of pixels."""
    if YARDSTICK_FILE.is_file():
        pixels, labels, _ = _samples(workspace, year, truth, count=_TEST_PIXELS, start=2)
        yardstick = yardstick_from_json(YARDSTICK_FILE.read_text(encoding="utf-8"), place=str(YARDSTICK_FILE))
        return confusion(labels, yardstick.predict(pixels), classes=dict(COVER_CLASSES))
    return _classifier_of_other_half(workspace, year, truth)


def _classifier_of_other_half(workspace: Workspace, year: int, truth: Path) -> Confusion:
    """The classifier fitted on one half of the territory and measured on the other one, both ways.

    A classifier that learns among the fields it is measured on knows each of them by its colour; the other half is
    still nearer than another territory would be.
    """
    samples, answers, in_east = _samples(workspace, year, truth, count=_TRAIN_PIXELS, start=0)
    pixels, labels, east = _samples(workspace, year, truth, count=_TEST_PIXELS, start=2)
    predicted = np.zeros_like(labels)
    for half in (False, True):
        there = in_east != half
        if there.any():
            predicted[east == half] = fit(samples[there], answers[there], batch=_BATCH).predict(pixels[east == half])
    return confusion(labels, predicted, classes=dict(COVER_CLASSES))


def _samples(
    workspace: Workspace, year: int, truth: Path, *, count: int, start: int
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.bool_]]:
    """About `count` pixels of a regular grid: bands (n, 5), true classes (n,), and (n,) True in the east half."""
    grid = read_grid(truth)
    step = max(1, round(math.sqrt(grid.width * grid.height / count)))
    parts = []
    for tile, bands, labels in _bands_and_truth(workspace, year, truth):
        picked = labels[start::step, start::step]
        east = np.broadcast_to(tile.col + np.arange(start, tile.width, step) >= grid.width / 2, picked.shape)
        pixels = bands[:, start::step, start::step].reshape(bands.shape[0], -1).T
        known = picked.ravel() > 0
        parts.append((pixels[known], picked.ravel()[known], east.ravel()[known]))
    pixels, labels, east = (np.concatenate([part[k] for part in parts]) for k in range(3))
    return pixels, labels, east


def _bands_and_truth(
    workspace: Workspace, year: int, truth: Path
) -> Iterator[tuple[Window, npt.NDArray[np.uint8], npt.NDArray[np.uint8]]]:
    """Window, bands (5, h, w) and true classes (h, w), tile by tile."""
    described = workspace.product("imagery", year)
    imagery = from_json(described.read_text(encoding="utf-8"), place=str(described))
    with open_imagery(imagery, root=workspace.root) as reader, RasterReader(truth) as true:
        for tile in super_tiles(true.grid, size_px=_TILE_PX):
            shifted = Window(tile.row + imagery.area.row, tile.col + imagery.area.col, tile.height, tile.width)
            yield tile, reader.read(shifted)[0], true.read(tile)[0]


def _change(workspace: Workspace, vintages: list[Vintage]) -> ChangeToEvaluate | None:
    later = [vintage for vintage in vintages if vintage.reference_vintage is not None]
    if not later:
        return None
    vintage = later[-1]
    assert vintage.reference_vintage is not None
    first, second = sorted((vintage.year, vintage.reference_vintage))
    true_changes: geopandas.GeoDataFrame = read_vector(workspace.root / "truth" / "changes.parquet")
    differential = read_vector(workspace.product("differential", vintage.year))
    return ChangeToEvaluate((first, second), differential, true_changes)
