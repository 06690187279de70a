"""How the built-in model is made: territories of fixed seeds, one training, figures on seeds never trained on.

::

    python -m millesime.demo.model_recipe FOLDER

writes the model, its card and the card for people in the package. Territories and checkpoints stay in FOLDER, so
that a stopped run goes on where it was. The result depends on the number of threads, which is fixed here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from millesime.compute import Progress, terminal_progress
from millesime.cover_raster.product import Schedule
from millesime.cover_raster.step import Parameters
from millesime.cover_raster.step import write as write_cover
from millesime.demo.generate import generate
from millesime.errors import ConfigError
from millesime.evaluation import Confusion, confusion_of_windows
from millesime.evaluation.pixel_classifier import PixelClassifier
from millesime.evaluation.pixel_classifier import fit as fit_pixels
from millesime.evaluation.yardstick import to_json
from millesime.geo.tiling import super_tiles
from millesime.imagery.step import describe
from millesime.io.files import written_whole
from millesime.io.raster import RasterReader
from millesime.io.workspace import Workspace
from millesime.model.fit import Settings
from millesime.model.runtimes import Model, load
from millesime.model.samples import IGNORED, Picture
from millesime.model.train import Run, Trained, read_pictures, train, write_model
from millesime.nomenclature import COSIA

NAME, VERSION = "demo", "2"

#: Territories learnt from; 2154 is the demo's own seed and 101, 202, 303 the test seeds: none of them is here.
TRAINING_SEEDS = tuple(range(1001, 1049))
VALIDATION_SEED = 9001
TEST_SEEDS = (101, 202, 303)
TRAINING_SIZE_KM = 0.6
#: The size that `millesime demo` makes by default.
TEST_SIZE_KM = 1.5

SETTINGS = Settings(
    architecture="lightunet",
    architecture_parameters={"widths": [24, 36, 56, 80, 96], "dilations": [2, 4]},
    class_values=COSIA.values,
    steps=5000,
    batch=4,
    crop_px=384,
    learning_rate=3e-3,
    class_strength=0.15,
    balanced_share=0.15,
    jitter=0.4,
    precision="bfloat16",
    seed=1,
)
THREADS = 1

#: The yardstick learns from one pixel in 997 of the same pictures.
_PIXEL_STEP = 997

LIMITS = (
    "Trained on made-up territories only: on real imagery its classes are a first guess, not a product.",
    "Snow and clear cuts are in no training picture and are not predicted.",
    (
        "Meadows and crops are taken for one another where neither shows rows; "
        "tracks and gravel for sealed ground; bare soil for either."
    ),
    "Colours and textures are those of the demo's two surveys, varied; other sensors need training of their own.",
)

BUILTIN = Path(__file__).parents[1] / "model" / "builtin"


def main(
    folder: Annotated[Path, typer.Argument(help="Where territories and checkpoints are kept.")],
    output: Annotated[Path, typer.Option("-o", "--output", help="Folder of the model.")] = BUILTIN,
    workers: Annotated[int, typer.Option(min=1, help="Processes that draw territories.")] = 2,
) -> None:
    """Make the built-in model again."""
    folder.mkdir(parents=True, exist_ok=True)
    with terminal_progress(notes_in_pipe=True) as progress:
        make(folder, output / f"{NAME}.onnx", workers=workers, progress=progress)


def make(folder: Path, path: Path, *, workers: int, progress: Progress) -> dict[str, Any]:
    """Draw the territories, train, measure and write the model.

    Returns:
        the figures of each test seed.
    """
    learnt = [_territory(folder, seed, TRAINING_SIZE_KM, workers, progress) for seed in TRAINING_SEEDS]
    watched = [_territory(folder, VALIDATION_SEED, TRAINING_SIZE_KM, workers, progress)]
    tested = {seed: _territory(folder, seed, TEST_SIZE_KM, workers, progress) for seed in TEST_SEEDS}
    pictures = read_pictures(learnt, nomenclature=COSIA)
    names = [item.name for item in COSIA.classes]
    trained = train(
        pictures,
        settings=SETTINGS,
        class_names=names,
        validation=read_pictures(watched, nomenclature=COSIA),
        how=Run(checkpoint=folder / f"{NAME}.safetensors", resume=True, threads=THREADS, progress=progress),
    )
    draft = folder / f"{NAME}.onnx"
    _write(draft, trained, {}, folder / "MODEL_CARD.md")
    yardstick = pixel_classifier(pictures)
    figures = {
        f"seed {seed}": measure(place, load(draft), yardstick, progress=progress) for seed, place in tested.items()
    }
    _write(path, trained, figures, path.parent / "MODEL_CARD.md")
    values = np.array(COSIA.values, dtype=np.uint8)[yardstick.classes]
    with written_whole(path.with_name(f"{NAME}.pixel_classifier.json")) as temporary:
        text = to_json(replace(yardstick, classes=values), fitted_on=f"seeds {list(TRAINING_SEEDS)}")
        temporary.write_text(text, encoding="utf-8")
    for seed, found in figures.items():
        progress.note(f"{seed}: {found}")
    return figures


def _territory(folder: Path, seed: int, size_km: float, workers: int, progress: Progress) -> Path:
    place = folder / f"seed-{seed}"
    generate(place, seed=seed, size_km=size_km, workers=workers, progress=progress)
    return place


def _write(path: Path, trained: Trained, figures: dict[str, Any], text: Path) -> None:
    write_model(
        path,
        trained,
        name=NAME,
        version=VERSION,
        nomenclature=COSIA,
        training={
            "command": "make demo-model",
            "territories": f"made-up, {TRAINING_SIZE_KM} km a side, both vintages, seeds {list(TRAINING_SEEDS)}",
            "watched": f"seed {VALIDATION_SEED}",
            "tested": f"seeds {list(TEST_SEEDS)}, {TEST_SIZE_KM} km a side, never trained on",
        },
        licence="Apache-2.0",
        limits=LIMITS,
        figures={**figures, "validation": dict(trained.figures)},
        text_path=text,
    )


def pixel_classifier(pictures: Sequence[Picture]) -> PixelClassifier:
    """The yardstick: a classifier of single pixels that learns from the same pictures."""
    bands, labels = [], []
    for picture in pictures:
        targets = picture.targets.reshape(-1)[::_PIXEL_STEP]
        known = targets != IGNORED
        bands.append(picture.bands.reshape(len(picture.bands), -1).T[::_PIXEL_STEP][known])
        labels.append(targets[known])
    return fit_pixels(np.concatenate(bands), np.concatenate(labels), batch=2048)


def measure(place: Path, model: Model, yardstick: PixelClassifier, *, progress: Progress) -> dict[str, Any]:
    """Predict both vintages of a territory and compare with the truth.

    Returns:
        overall accuracy and mean IoU of the network, overall accuracy of the per-pixel classifier.
    """
    workspace = Workspace.open(place)
    maps, yardsticks = None, None
    for vintage in workspace.territory.in_order():
        cover = place / f"predicted-{vintage.year}.tif"
        sources = {"rgb": vintage.ortho_rgb, "irc": vintage.ortho_irc, "dsm": vintage.dsm, "dtm": vintage.dtm}
        files = {role: place / path for role, path in sources.items() if path is not None}
        schedule = Schedule(threads=THREADS)
        write_cover(describe(files), model, cover, parameters=Parameters(), schedule=schedule, progress=progress)
        found = confusion_of_windows(_pairs(place / "truth" / str(vintage.year) / "cover.tif", cover), classes=_CLASSES)
        maps = found if maps is None else maps + found
    for picture in read_pictures([place], nomenclature=COSIA):
        found = _by_pixel(picture, yardstick)
        yardsticks = found if yardsticks is None else yardsticks + found
    if maps is None or yardsticks is None:
        raise ConfigError("holds no vintage", place=place)
    return {
        "overall_accuracy": round(maps.overall_accuracy, 4),
        "mean_iou": round(maps.mean_iou, 4),
        "per_pixel_classifier_accuracy": round(yardsticks.overall_accuracy, 4),
    }


_CLASSES = {item.value: item.name for item in COSIA.classes}


def _pairs(truth: Path, cover: Path) -> Iterator[tuple[Any, Any]]:
    with RasterReader(truth) as true, RasterReader(cover) as mapped:
        for tile in super_tiles(true.grid, size_px=2048):
            yield true.read(tile)[0], mapped.read(tile)[0]


def _by_pixel(picture: Picture, yardstick: PixelClassifier) -> Confusion:
    answer = yardstick.predict(picture.bands[:, ::4, ::4])
    values = np.zeros(256, dtype=np.uint8)
    values[: len(COSIA.values)] = COSIA.values
    return confusion_of_windows([(values[picture.targets[::4, ::4]], values[answer])], classes=_CLASSES)


if __name__ == "__main__":
    typer.run(main)
