"""Memory of prediction: a toy network over ever larger images, and resnet34-unet at two sizes.

The toy's super-tiles are of 4096 px, so that the smallest of its images has several. Images above BENCH_PREDICT_TILE_PX
are virtual rasters that repeat one. Sides in pixels come from BENCH_PREDICT_TOY_PX and BENCH_PREDICT_UNET_PX.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks._inputs import new_folder
from benchmarks._measure import Contender, emit, measured
from benchmarks._orthophoto import networks_missing, repeated, resnet34_unet, toy
from benchmarks.predict import predict_file

BENCHMARK = "predict_memory"
_SUPER_TILE_PX = 4096
TOY, UNET = "millesime, toy network", "millesime, resnet34-unet, onnxruntime f32"


@dataclass(frozen=True)
class _Job:
    image: Path
    model: Any
    choice: Any
    folder: Path
    px: int


def _image(px: int) -> Path:
    return repeated(px, tile_px=int(os.environ.get("BENCH_PREDICT_TILE_PX", "5000")))


def _job(model: Any, name: str, px: int) -> _Job:
    return _Job(_image(px), model, model.choose("onnxruntime"), new_folder(f"{name}-{px}"), px)


def _facts(job: _Job, output: Path) -> dict[str, Any]:
    del output
    return {"pixels": job.px**2}


def _toy_file(job: _Job) -> Path:
    return predict_file(job, window_px=1024, margin_px=32, super_tile_px=_SUPER_TILE_PX)


CONTENDERS = (
    Contender(TOY, lambda px: _job(toy(), "toy", px), _toy_file, _facts, networks_missing),
    Contender(UNET, lambda px: _job(resnet34_unet(), "unet", px), predict_file, _facts, networks_missing),
)  # fmt: skip


def main() -> None:
    sizes = {TOY: ("BENCH_PREDICT_TOY_PX", "5000 10000 20000 50000"), UNET: ("BENCH_PREDICT_UNET_PX", "4096 8192")}
    if networks_missing() is None:
        resnet34_unet(), toy()  # made here, so that no contender holds torch for it
    for contender in CONTENDERS:
        variable, usual = sizes[contender.name]
        for px in map(int, os.environ.get(variable, usual).split()):
            how = contender.missing()
            found = {"missing": how} if how is not None else measured(__name__, contender, px, once=True)
            emit({"benchmark": BENCHMARK, "contender": contender.name, "px": px, **found})
