"""A small image and a toy network that sees 2 px around a pixel, for tests of runs; also run as a script."""

import hashlib
import os
import random
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from millesime.compute import Progress
from millesime.cover_raster.layers import CONFIDENCE, class_layer
from millesime.cover_raster.plan import plan_super_tiles
from millesime.cover_raster.predict import prediction_with
from millesime.cover_raster.product import Schedule, predict_imagery
from millesime.geo.grid import Grid
from millesime.imagery import BANDS
from millesime.imagery.step import describe
from millesime.io.parts import PartsFolder
from millesime.io.raster import write_raster
from millesime.model import ModelCard

HEIGHT, WIDTH = 170, 250
GRID = Grid("EPSG:2154", 900000.0, 6500000.0, 0.2, WIDTH, HEIGHT)
REACH = 2


def lent(network):
    """A network's answers, of which nothing is left once they were used."""

    def answer(pixels, use):
        logits = np.array(network(pixels))
        found = use(logits)
        logits[:] = np.nan
        return found

    return answer


class Boxes:
    """Logits of two classes from sums over 5 x 5 pixels of two bands."""

    on_card = None

    def __init__(self, card, seconds):
        self.card, self.seconds = card, seconds

    def logits(self, pixels):
        time.sleep(self.seconds)
        values = pixels[:, :3:2].astype(np.float32)
        padded = np.pad(values, ((0, 0), (0, 0), (REACH, REACH), (REACH, REACH)))
        height, width = values.shape[2:]
        total = np.zeros_like(values)
        for row in range(2 * REACH + 1):
            for col in range(2 * REACH + 1):
                total += padded[:, :, row : row + height, col : col + width]
        return total / np.float32(600.0)

    def lend(self, pixels, use):
        return lent(self.logits)(pixels, use)


@dataclass(frozen=True)
class ToyModel:
    """A model that needs no file."""

    card: ModelCard
    seconds: float = 0.0
    path: Path = Path("toy.onnx")
    notes: tuple[str, ...] = ()

    def open(self, choice=None, *, threads=1, window_px=None):
        return Boxes(self.card, self.seconds)


def toy_card(**changes):
    facts = {
        "name": "toy", "version": "1", "architecture": "boxes", "parameter_count": 1, "nomenclature": "cosia",
        "nomenclature_version": "1", "class_values": (6, 12), "bands": BANDS, "height_coding": "flair8",
        "resolution_m": 0.2, "mean": (100.0,) * 5, "std": (50.0,) * 5, "normalisation": "in graph",
        "window_multiple_px": 32, "window_px": 64, "margin_px": 8, "onnx_sha256": "0" * 64,
    }  # fmt: skip
    return ModelCard(**{**facts, **changes})


def random_image(path, *, seed=3):
    """An image of five bands of blotches, so that neighbouring pixels matter."""
    pixels = np.random.Generator(np.random.PCG64(seed)).integers(0, 256, (5, *GRID.shape), dtype=np.uint8)
    write_raster(path, pixels, GRID)
    return path


class Notes(Progress):
    """Remembers what is told."""

    def __init__(self):
        self.told = []

    def note(self, text):
        self.told.append(text)


def predicted(image, output, *, model=None, progress=None, confidence=True, **schedule):
    """Predict an image of five bands; the report."""
    imagery = describe({"image": image})
    model = model or ToyModel(toy_card())
    prediction = prediction_with(model.card, grid=imagery.grid)
    outputs = {class_layer(prediction): output}
    if confidence:
        outputs[CONFIDENCE] = output.with_name(f"sure.{output.name}")
    return predict_imagery(imagery, model, prediction, outputs, schedule=Schedule(**schedule), progress=progress)


def tiles_of(size_px):
    return plan_super_tiles(GRID.whole, size_px=size_px)


def digest(path):
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()


def killed_and_resumed(image, output, *, seed):
    """Start the run and kill it at a random moment, five times; then let it end. Prints what the last one did."""
    chance = random.Random(seed)
    run = {"model": ToyModel(toy_card(), seconds=0.03), "super_tile_px": 64, "threads": 2}
    folder = PartsFolder.beside(output).path
    for done in sorted(chance.sample(range(8), 5)):
        process = os.fork()
        if process == 0:
            predicted(image, output, **run)
            os._exit(0)
        # At a random moment after so many super-tiles are there: a fixed time would depend on the machine.
        while len(list(folder.glob("0*.json"))) < done:
            time.sleep(0.002)
        time.sleep(chance.uniform(0.0, 0.1))
        os.kill(process, signal.SIGKILL)
        _, status = os.waitpid(process, 0)
        if not os.WIFSIGNALED(status):
            raise SystemExit("the run ended before it was killed")
    report = predicted(image, output, **run)
    sys.stdout.write(f"{report.computed} {report.kept}")


if __name__ == "__main__":
    killed_and_resumed(Path(sys.argv[1]), Path(sys.argv[2]), seed=int(sys.argv[3]))
