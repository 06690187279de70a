"""The product of a run: super-tiles made, put together, described; or what is missing, told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from millesime.compute import Progress
from millesime.compute.heap import release_large_arrays
from millesime.cover_raster.combine import Openable
from millesime.cover_raster.layers import Layer
from millesime.cover_raster.plan import (
    Shard,
    SuperTile,
    changes,
    differences,
    digest_of,
    plain,
    plan_super_tiles,
    super_tile_px,
)
from millesime.cover_raster.predict import Prediction
from millesime.cover_raster.run import NOT_COMPUTED, Missing, Outcome, make_tiles
from millesime.cover_raster.super_tile import Job
from millesime.errors import ConfigError, IncompleteError
from millesime.imagery import Imagery
from millesime.io.joined import Kind, Part, join
from millesime.io.parts import PartsFolder
from millesime.io.raster import BLOCK_PX, bounded_cache
from millesime.io.raster_mosaic import join_mosaic
from millesime.model.runtimes import Choice

#: Raised when the same inputs give other pixels.
_RUN_VERSION = 2

#: Libraries whose version may change a pixel.
_LIBRARIES = ("millesime", "numpy", "rasterio")

_DISTRIBUTION = {"onnxruntime": "onnxruntime", "openvino": "openvino", "torch-cpu": "torch", "torch-cuda": "torch"}

#: Facts of a model that no pixel depends on.
_NOT_OF_PIXELS = {"path", "weights", "notes", "training", "figures", "export_check", "licence", "limits"}

#: Super-tiles that a message tells one by one.
_TOLD = 10


@dataclass(frozen=True)
class Schedule:
    """How the work is shared; none of it shows in the result."""

    threads: int = 1
    """Windows computed at once by each process."""

    super_tile_px: int | None = None
    """Side of super-tiles; chosen when None."""

    shard: Shard | None = None
    """Make these super-tiles only, and leave them for the run that puts all together."""

    assemble: bool = False
    """Compute nothing: put together what shards made."""

    scheduler: str | None = None
    """Address of a scheduler of dask.distributed that runs super-tiles."""

    allow_missing: bool = False
    """Write the output with NoData where super-tiles are missing."""

    def __post_init__(self) -> None:
        if self.shard is not None and self.assemble:
            raise ConfigError("--shard and --assemble are given together", remedy="assemble when all shards are done")
        size = self.super_tile_px
        if size is not None and size <= 0:
            raise ConfigError(f"super-tiles of {size} px", remedy=f"give a multiple of {BLOCK_PX}")


@dataclass(frozen=True)
class Report:
    """What a run did and what it wrote."""

    outputs: Mapping[Layer, Path]
    """Raster of each layer, the classes first."""

    written: bool
    """Whether the rasters stand now: not after a shard, nor when super-tiles are missing and may not be."""

    super_tiles: int
    """How many there are in all."""

    computed: int
    """How many were computed now."""

    kept: int
    """How many of those wanted now were there already."""

    waiting: int
    """How many other shards have still to make."""

    missing: tuple[Missing, ...]
    counts: Mapping[int, int]
    """Pixels of each class value in the super-tiles that are there."""

    made_from: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    missing_pixels: int = field(default=0)

    def require_complete(self) -> None:
        """Check that nothing is missing.

        Raises:
            IncompleteError: tells each super-tile that is, with the file and the place.
        """
        if not self.missing:
            return
        told = [f"  - {item.text()}" for item in self.missing[:_TOLD]]
        if len(self.missing) > _TOLD:
            told.append(f"  - and {len(self.missing) - _TOLD} more")
        raise IncompleteError(
            f"{len(self.missing)} of {self.super_tiles} super-tiles are missing"
            + ("" if self.written else ", so that the output is not written")
            + ":\n"
            + "\n".join(told),
            place=next(iter(self.outputs.values())),
            remedy=(
                "compute them first: the same command without --assemble"
                if all(item.reason == NOT_COMPUTED for item in self.missing)
                else "repair the files named and run the command again: only what is missing is computed"
            )
            + ("" if self.written else "; `millesime predict --allow-missing` writes the rest now"),
        )


def predict_imagery(
    imagery: Imagery,
    model: Openable,
    prediction: Prediction,
    outputs: Mapping[Layer, Path],
    *,
    choice: Choice | None = None,
    root: Path | None = None,
    schedule: Schedule | None = None,
    parts: Path | None = None,
    progress: Progress | None = None,
    label: str = "cover",
    finish: Callable[[Report], None] = lambda _: None,
) -> Report:
    """Predict the area of an imagery, super-tile by super-tile, and write its rasters.

    A run that was stopped goes on where it was. The rasters are the same bytes for any schedule.

    Args:
        imagery: what to predict.
        model: what to predict with; it travels to the workers of a cluster.
        prediction: windows, classes and what is told.
        outputs: raster to write for each layer, the classes first.
        choice: runtime that computes it; ONNX Runtime by default.
        root: folder that the imagery's relative paths start from.
        schedule: how the work is shared.
        parts: folder where super-tiles are kept until they are together; a hidden one beside the classes by default.
        progress: counts pixels.
        label: of the progress.
        finish: what else is to be done before the super-tiles go: should it fail, the same run makes nothing anew.

    Raises:
        ConfigError: another process makes the same output.
        ModelError: the network cannot be used.
    """
    shared, shown = schedule or Schedule(), progress or Progress()
    layers = tuple(outputs)
    first = next(iter(outputs.values()))
    made_from = _made_from(imagery, model, choice, prediction, layers)
    size = shared.super_tile_px or super_tile_px(
        imagery.area, sharers=shared.shard.count if shared.shard else 8 if shared.scheduler else 1, block_px=BLOCK_PX
    )
    digest = digest_of(made_from)
    plan = {
        "digest": digest,
        "super_tile_px": size,
        "size_is_told": shared.super_tile_px is not None,
        "made_from": made_from,
    }
    release_large_arrays()
    folder = PartsFolder.beside(first) if parts is None else PartsFolder(parts)
    if shared.scheduler is not None:  # its workers may have been started in other folders
        folder, root = PartsFolder(folder.path.absolute()), (root or Path()).absolute()
    notes: list[str] = []
    refusal = _not_swept(folder, plan) if shared.shard is not None or shared.assemble else None
    with bounded_cache(), folder.held(plan, alone=shared.shard is None, refusal=refusal) as (in_force, swept):
        if swept is not None:
            notes.append(_anew(swept, made_from))
            shown.note(notes[-1])
        tiles = plan_super_tiles(imagery.area, size_px=int(in_force["super_tile_px"]))
        job = Job(imagery, root, model, choice, prediction, layers, folder, digest, shared.threads)
        mine = tiles if shared.shard is None else shared.shard.of(tiles)
        outcome = make_tiles(
            job,
            mine,
            progress=shown,
            label=label,
            scheduler=shared.scheduler,
            computing=not shared.assemble,
        )
        there = set(outcome.computed) | set(outcome.kept)
        written = shared.shard is None and (not outcome.missing or shared.allow_missing)
        if written:
            _assemble(job, [tile for tile in tiles if tile.name in there], outputs, shown)
        report = _report(job, tiles, outcome, outputs, made_from, notes, written=written)
        finish(report)
        if written and not outcome.missing:
            folder.remove()
    return report


def _made_from(
    imagery: Imagery, model: Openable, choice: Choice | None, prediction: Prediction, layers: Sequence[Layer]
) -> dict[str, Any]:
    """All that pixels are made from, the content of the imagery's files apart."""
    scheme = plain(prediction)
    grid = scheme.pop("grid")
    runtime = choice or Choice("onnxruntime", "f32", "default")
    return {
        "model": _without_paths(plain(model)),
        "runtime": {"name": runtime.name, "precision": runtime.precision},
        "scheme": scheme,
        "imagery": {
            "grid": grid,
            "area": plain(imagery.area),
            "bands": list(imagery.bands),
            "height_coding": imagery.height_coding,
            "files": plain(imagery.files),
        },
        "layers": plain(layers),
        "versions": {name: _version(name) for name in (*_LIBRARIES, _DISTRIBUTION[runtime.name])},
        "run_version": _RUN_VERSION,
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "unknown"


def _without_paths(value: Any) -> Any:
    """A model that was moved is the same, and so is one that was converted elsewhere into the same file: its card tells
    the digest of the file.
    """
    if isinstance(value, dict):
        return {key: _without_paths(item) for key, item in value.items() if key not in _NOT_OF_PIXELS}
    return [_without_paths(item) for item in value] if isinstance(value, list) else value


def _not_swept(folder: PartsFolder, plan: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], ConfigError]:
    """Why parts of another plan are left alone: other machines may have worked on them for days."""

    def refusal(before: Mapping[str, Any]) -> ConfigError:
        keys = ("made_from", "super_tile_px")
        told = differences(*({key: there.get(key) for key in keys} for there in (before, plain(plan))))
        return ConfigError(
            "super-tiles are there that were made from something else:\n"
            + "\n".join(f"  - {text.removeprefix('made_from.')}" for text in told[:_TOLD]),
            place=folder.path,
            remedy="give the command that they were made by, --runtime and --precision too; or remove this folder",
        )

    return refusal


def _anew(swept: Mapping[str, Any], made_from: Mapping[str, Any]) -> str:
    changed = changes(swept.get("made_from", {}), made_from)
    what = ", ".join(key.replace("_", " ") for key in changed) or "the size of super-tiles"
    return f"what was there of a run before is made anew: {what} changed"


def _assemble(job: Job, tiles: Sequence[SuperTile], outputs: Mapping[Layer, Path], progress: Progress) -> None:
    """Put super-tiles together in one raster for each layer, all layers at once."""
    grid = job.imagery.area_grid
    label = f"putting together {', '.join(layer.name for layer in outputs)}"

    def put_together(layer: Layer, path: Path) -> None:
        parts = [
            Part(job.folder.raster(tile.name, layer.name), tile.area.relative_to(job.imagery.area)) for tile in tiles
        ]
        write = join_mosaic if path.suffix == ".vrt" else join
        write(path, grid, parts, _kind(job, layer), advance=advance)

    with (
        progress.counter(grid.height * grid.width * len(outputs), label=label, unit="px") as advance,
        ThreadPoolExecutor(max_workers=len(outputs)) as pool,
    ):
        for written in [pool.submit(put_together, layer, path) for layer, path in outputs.items()]:
            written.result()


def _kind(job: Job, layer: Layer) -> Kind:
    card = job.model.card
    return Kind(
        layer.count,
        layer.nodata,
        layer.overview,
        {
            "nomenclature": card.cover_nomenclature if layer.is_classes else None,
            "tags": {"MILLESIME_MODEL": f"{card.name} {card.version} sha256:{card.onnx_sha256}"},
            "band_names": layer.band_names,
        },
    )


def _report(
    job: Job,
    tiles: Sequence[SuperTile],
    outcome: Outcome,
    outputs: Mapping[Layer, Path],
    made_from: Mapping[str, Any],
    notes: Sequence[str],
    *,
    written: bool,
) -> Report:
    counts: dict[int, int] = {}
    absent = 0
    lost = {item.tile.name for item in outcome.missing}
    for tile in tiles:
        record = None if tile.name in lost else job.folder.record(tile.name)
        if record is None or record.get("digest") != job.digest:
            absent += tile.name not in lost
            continue
        for value, count in record["counts"].items():
            counts[int(value)] = counts.get(int(value), 0) + count
    return Report(
        outputs=dict(outputs),
        written=written,
        super_tiles=len(tiles),
        computed=len(outcome.computed),
        kept=len(outcome.kept),
        waiting=absent,
        missing=outcome.missing,
        counts=dict(sorted(counts.items())),
        made_from=made_from,
        notes=tuple(notes),
        missing_pixels=sum(item.tile.area.height * item.tile.area.width for item in outcome.missing),
    )
