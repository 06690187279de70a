"""Prediction: resnet34-unet of five bands and nineteen classes over an orthophoto, beside its limit and FLAIR-1's way.

Ours is the whole job: files read, windows of the usual size blended over 64 px on each side, classes and confidence
written; also in windows of 512 px, the size that the network was trained on.
The limit is the bare loop of the same runtime over the same windows, which lie in memory; answers are thrown away.
FLAIR-1's scheme works on a smaller image, whose side BENCH_PREDICT_PEER_PX gives; BENCH_PREDICT_PX is ours.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import rasterio

from benchmarks import _zone_detect
from benchmarks._inputs import THREADS, new_folder, unused
from benchmarks._measure import Contender, emit, measured
from benchmarks._orthophoto import networks_missing, orthophoto, resnet34_unet
from benchmarks._peers import module_missing
from benchmarks._raster import scratch

BENCHMARK = "predict"
TRAINED_PX, MARGIN_PX = 512, 64

_ROUNDS = int(os.environ.get("BENCH_PREDICT_ROUNDS", "3"))
"""How often each contender works; the shortest time counts."""


@dataclass(frozen=True)
class _How:
    """A runtime in a precision."""

    runtime: str
    precision: str

    @property
    def label(self) -> str:
        return f"{self.runtime} {self.precision}"


HOWS = (
    _How("onnxruntime", "f32"),
    _How("openvino", "f32"),
    _How("openvino", "bf16"),
    _How("torch-cuda", "bf16"),
)


def ours(how: _How) -> str:
    return f"millesime, {how.label}"


def bare(how: _How) -> str:
    return f"limit: bare loop, {how.label}"


TRAINED = "millesime, onnxruntime f32, windows of 512 px"
CROP = "millesime, onnxruntime f32, crop mode as FLAIR-1"
PEER = "FLAIR-1 zone_detect, its scheme in our words"


def _missing(how: _How) -> str | None:
    from millesime.errors import ModelError
    from millesime.model.runtimes import choose

    if (told := networks_missing()) is not None:
        return told
    if how.runtime == "openvino" and (told := module_missing("openvino")) is not None:
        return told
    try:
        choose(how.runtime, how.precision, has_weights=True)
    except ModelError as error:
        return error.message
    return None


@dataclass(frozen=True)
class _Job:
    image: Path
    model: Any
    choice: Any
    folder: Path
    px: int


def _prepare(how: _How, px: int) -> _Job:
    import millesime.cover_raster.product  # noqa: F401  (loading the package is not timed)

    model = resnet34_unet()
    choice = model.choose(how.runtime, how.precision)
    name = f"predict-{how.runtime}-{how.precision}-{px}"
    return _Job(orthophoto(px), model, choice, new_folder(name), px)


def predict_file(
    job: Any,
    *,
    mode: str = "blend",
    margin_px: int = MARGIN_PX,
    window_px: int | None = None,
    super_tile_px: int | None = None,
) -> Path:
    """The classes and the confidence of an image, from file to files."""
    from millesime.cover_raster.layers import CONFIDENCE, class_layer
    from millesime.cover_raster.predict import prediction_with
    from millesime.cover_raster.product import Schedule, predict_imagery
    from millesime.imagery.step import describe

    imagery = describe({"image": job.image})
    prediction = prediction_with(
        job.model.card, grid=imagery.grid, window_px=window_px, margin_px=margin_px, mode=mode,
        outside="zero" if mode == "crop" else "reflect",
    )  # fmt: skip
    output = unused(job.folder, ".tif")
    outputs = {class_layer(prediction): output, CONFIDENCE: output.with_suffix(".confidence.tif")}
    report = predict_imagery(
        imagery,
        job.model,
        prediction,
        outputs,
        choice=job.choice,
        schedule=Schedule(threads=THREADS, super_tile_px=super_tile_px),
    )
    report.require_complete()
    return output


def _facts(how: _How, job: _Job, output: Path) -> dict[str, Any]:
    """Pixels, and how many have the class that ONNX Runtime gives."""
    kept = scratch() / "results" / f"classes-{how.runtime}-{how.precision}-{job.px}.tif"
    output.replace(kept)
    facts: dict[str, Any] = {"pixels": job.px**2}
    reference = scratch() / "results" / f"classes-onnxruntime-f32-{job.px}.tif"
    if how.runtime != "onnxruntime" and reference.exists():
        facts["as_onnxruntime"] = equal_share(kept, reference)
    return facts


def equal_share(one: Path, other: Path, *, more: int = 0) -> float:
    """Share of pixels whose values are equal, when `more` is added to the second."""
    equal = pixels = 0
    with rasterio.open(one) as first, rasterio.open(other) as second:
        for _, window in first.block_windows(1):
            same = first.read(1, window=window) == second.read(1, window=window) + np.uint8(more)
            equal, pixels = equal + int(same.sum()), pixels + same.size
    return equal / pixels


def _windows(job: _Job) -> Iterator[np.ndarray]:
    """The windows that ours asks for, made by ours."""
    from millesime.cover_raster.predict import predict, prediction_with
    from millesime.geo.grid import Window
    from millesime.imagery.step import describe, open_imagery

    imagery = describe({"image": job.image})
    prediction = prediction_with(job.model.card, grid=imagery.grid, margin_px=MARGIN_PX)
    found: list[np.ndarray] = []
    nothing = np.zeros((len(prediction.class_values), *[prediction.window_px] * 2), dtype=np.float32)

    def listen(pixels: np.ndarray, use: Callable[[np.ndarray], Any]) -> Any:
        found.append(pixels)
        return use(nothing)

    area = Window(0, 0, job.px, job.px)
    with open_imagery(imagery) as reader:
        for _ in predict(prediction, area, reader, listen):
            pass
    return iter(found)


def _prepare_bare(how: _How, px: int) -> tuple[Callable[[np.ndarray], Any], list[np.ndarray], Callable[[], None]]:
    job = _prepare(how, px)
    windows = list(_windows(job))
    if how.runtime == "torch-cuda":
        return _on_card(job, windows)
    runtime = job.model.open(job.choice, threads=THREADS)
    runtime.logits(windows[0][None])  # compiled for this size
    return (lambda pixels: runtime.logits(pixels[None]).shape), windows, lambda: None


def _on_card(job: _Job, windows: list[np.ndarray]) -> Any:
    """The network alone, compiled, over windows that lie on the card; answers stay there."""
    import torch

    from millesime.model.runtimes.torch_runtime import network_of

    network = network_of(job.model.weights, job.model.card).cuda().to(memory_format=torch.channels_last)
    compiled = torch.compile(network, dynamic=False)
    there = [torch.from_numpy(pixels[None]).cuda() for pixels in windows]

    def answer(pixels: Any) -> None:
        with torch.inference_mode(), torch.autocast("cuda", dtype=torch.bfloat16):
            compiled(pixels.contiguous(memory_format=torch.channels_last))

    return answer, there, torch.cuda.synchronize


def _bare(prepared: Any) -> int:
    answer, windows, finish = prepared
    if isinstance(windows[0], np.ndarray):
        with ThreadPoolExecutor(THREADS) as pool:
            for _ in pool.map(answer, windows):
                pass
    else:
        for pixels in windows:
            answer(pixels)
    finish()
    return len(windows)


def _bare_facts(prepared: Any, count: int) -> dict[str, Any]:
    del prepared
    return {"windows": count}


def _trained(job: _Job) -> Path:
    return predict_file(job, window_px=TRAINED_PX)


def _trained_facts(job: _Job, output: Path) -> dict[str, Any]:
    output.unlink()
    return {"pixels": job.px**2}


def _crop(job: _Job) -> Path:
    return predict_file(job, mode="crop", margin_px=_zone_detect.MARGIN_PX, window_px=_zone_detect.WINDOW_PX)


def _kept_crop(px: int) -> Path:
    return scratch() / "results" / f"crop-{px}.tif"


def _crop_facts(job: _Job, output: Path) -> dict[str, Any]:
    output.replace(_kept_crop(job.px))
    return {"pixels": job.px**2}


def _prepare_peer(px: int) -> tuple[Any, Path, Path, int]:
    return _zone_detect.network(), orthophoto(px), new_folder("zone-detect"), px


def _peer(prepared: tuple[Any, Path, Path, int]) -> Path:
    network, image, folder, _ = prepared
    return _zone_detect.detect(network, image, folder / "classes.tif")


def _peer_facts(prepared: tuple[Any, Path, Path, int], output: Path) -> dict[str, Any]:
    """Share of pixels whose class is that of ours in crop mode; a channel is a class less one."""
    px = prepared[3]
    facts: dict[str, Any] = {"pixels": px**2}
    if _kept_crop(px).exists():
        facts["as_crop_mode"] = equal_share(_kept_crop(px), output, more=1)
    return facts


CONTENDERS = (
    *(
        Contender(
            ours(how), partial(_prepare, how), predict_file, partial(_facts, how), partial(_missing, how),
            warm_up=how.runtime == "torch-cuda",
        )
        for how in HOWS
    ),
    *(
        Contender(
            bare(how), partial(_prepare_bare, how), _bare, _bare_facts, partial(_missing, how),
            warm_up=how.runtime == "torch-cuda",
        )
        for how in HOWS
    ),
    Contender(TRAINED, partial(_prepare, HOWS[0]), _trained, _trained_facts, networks_missing, warm_up=False),
    Contender(CROP, partial(_prepare, HOWS[0]), _crop, _crop_facts, networks_missing, warm_up=False),
    Contender(PEER, _prepare_peer, _peer, _peer_facts, networks_missing, warm_up=False),
)  # fmt: skip


def main() -> None:
    px = int(os.environ.get("BENCH_PREDICT_PX", "4096"))
    peer_px = min(px, int(os.environ.get("BENCH_PREDICT_PEER_PX", "2048")))
    if networks_missing() is None:
        resnet34_unet()  # converted here, so that no contender holds torch for it
    on_processor = [how for how in HOWS if how.runtime != "torch-cuda"]
    against: dict[tuple[str, int], tuple[tuple[str, int], ...]] = {}
    for how in HOWS:
        against[ours(how), px] = ()
        against[bare(how), px] = ((ours(how), px),)
    against[TRAINED, px] = ()
    if peer_px != px:
        against.update({(ours(how), peer_px): () for how in on_processor})
    against[CROP, peer_px] = ()
    sides = dict.fromkeys((px, peer_px))
    against[PEER, peer_px] = (*((ours(how), side) for how in on_processor for side in sides), (TRAINED, px))
    best = _best_of_rounds(against)
    for (name, side), found in best.items():
        line = {"benchmark": BENCHMARK, "contender": name, "px": side}
        rivals = [rival for rival in against[name, side] if "wall_s" in found and "wall_s" in best[rival]]
        for rival in rivals or [None]:
            told: dict[str, Any] = {}
            if rival is not None:
                times = found["wall_s"] / best[rival]["wall_s"] * (rival[1] / side) ** 2  # for as many pixels
                told = {"against": rival[0], "against_px": rival[1], "ratio": round(times, 3)}
            emit({**line, **found, **told})


def _best_of_rounds(rows: Iterable[tuple[str, int]]) -> dict[tuple[str, int], dict[str, Any]]:
    """The shortest time of each contender; all work in turn, so that a slow minute of the machine meets all alike."""
    by_name = {contender.name: contender for contender in CONTENDERS}
    best: dict[tuple[str, int], dict[str, Any]] = {}
    for number in range(_ROUNDS):
        for name, side in rows:
            contender = by_name[name]
            if (how := contender.missing()) is not None:
                best[name, side] = {"missing": how}
                continue
            # On a card, the first run compiles the network.
            found = measured(__name__, contender, side, once=not contender.warm_up)
            before = best.get((name, side), found)
            if "wall_s" in found and found["wall_s"] <= before.get("wall_s", found["wall_s"]):
                before = found
            best[name, side] = {**before, "runs": number + 1} if "wall_s" in before else before
    return best
