"""The demo territory written whole: configuration, sources, operations and truth.

It is made in a folder beside the target and renamed into place, so that an interrupted generation leaves nothing
that could be taken for a territory. `demo.json` tells how it was made; a second generation of the same is skipped.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from millesime.compute import Progress, Workers
from millesime.demo import databases, imagery, truth
from millesime.demo.operations import as_lines, corrections
from millesime.demo.plan import Scenes, make_scenes
from millesime.demo.scene import Scene
from millesime.demo.territory_file import territory_text
from millesime.errors import ConfigError
from millesime.io.files import named_when_full
from millesime.io.territory import FILE_NAME, read_territory

#: Raised whenever the same recipe gives another territory.
GENERATOR_VERSION = 1
RECIPE_FILE = "demo.json"


@dataclass(frozen=True)
class Recipe:
    """Everything that decides what a demo territory is."""

    seed: int
    size_km: float
    change_rate: float | None
    """Share of the area that changes; None for the lively default."""
    perfect: bool
    """Databases without faults and without lag."""
    version: int = GENERATOR_VERSION


@dataclass(frozen=True)
class Generated:
    """A demo territory on disk."""

    folder: Path
    recipe: Recipe
    years: tuple[int, ...]
    skipped: bool
    """It was there already, made from the same recipe."""
    counts: Mapping[str, int]
    """'2019 bd_topo.batiment' -> features; 'changes', '2019 operations'."""


def generate(
    folder: Path,
    *,
    seed: int,
    size_km: float = 1.5,
    change_rate: float | None = None,
    perfect: bool = False,
    workers: int = 2,
    progress: Progress | None = None,
) -> Generated:
    """Make a demo territory in a folder, unless it is there already.

    Args:
        folder: the territory's folder: absent, empty, or holding the same demo.
        seed: any integer >= 0.
        size_km: side of the square territory, 0.4 at least.
        change_rate: share of the area that changes between the vintages; None for a lively 2 %.
        perfect: databases without faults and without lag.
        workers: processes; the files are the same bytes for any number of them.
        progress: silent when left out.

    Raises:
        ConfigError: the folder holds something else, or the size or the rate is out of range.
        DiskFullError: no space left.
    """
    recipe = Recipe(seed=seed, size_km=size_km, change_rate=change_rate, perfect=perfect)
    target = Path(folder).absolute()
    record = _existing(target, recipe)
    if record is not None:
        return Generated(target, recipe, tuple(record["years"]), skipped=True, counts=record["counts"])
    partial = target.with_name(f".{target.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # what a killed generation left
    try:
        with named_when_full(target):
            partial.mkdir(parents=True)
            generated = _fill(partial, recipe, workers=workers, progress=progress or Progress())
            if target.exists():
                target.rmdir()  # it is empty: `_existing` looked
            partial.replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return Generated(target, recipe, generated["years"], skipped=False, counts=generated["counts"])


def _existing(target: Path, recipe: Recipe) -> dict[str, Any] | None:
    """The record of the same demo when it is there whole; None when there is nothing.

    Raises:
        ConfigError: there is something else.
    """
    if not target.exists():
        return None
    if not target.is_dir():
        raise ConfigError("is a file, not a folder", place=target, remedy="give another folder")
    file = target / RECIPE_FILE
    if not file.is_file():
        if any(target.iterdir()):
            raise ConfigError(
                "is not empty and holds no demo territory", place=target, remedy="give a new or an empty folder"
            )
        return None
    try:
        record: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        found, files = record["recipe"], record["files"]
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(
            f"cannot be read as the record of a demo ({error})", place=file, remedy="remove the folder, or give another"
        ) from error
    wanted = asdict(recipe)
    differences = [
        f"{name} {found.get(name)!r} there, {wanted[name]!r} asked"
        for name in wanted
        if found.get(name) != wanted[name]
    ]
    if differences:
        raise ConfigError(
            f"holds another demo territory: {'; '.join(differences)}",
            place=target,
            remedy="remove the folder, or give another one",
        )
    missing = [name for name in files if not (target / name).is_file()]
    if missing:
        raise ConfigError(
            f"{len(missing)} files of the demo are gone, such as {missing[0]}",
            place=target,
            remedy="remove the folder and run the command again",
        )
    return record


def _fill(folder: Path, recipe: Recipe, *, workers: int, progress: Progress) -> dict[str, Any]:
    """Write everything; the record goes last."""
    progress.note(f"planning a territory of {recipe.size_km} km (seed {recipe.seed})")
    try:
        scenes = make_scenes(recipe.seed, recipe.size_km, recipe.change_rate)
    except ValueError as error:
        raise ConfigError(str(error), remedy="give another --size-km or --change-rate") from error
    vintages = (scenes.first, scenes.second)
    years = tuple(scene.year for scene in vintages)
    counts: dict[str, int] = {"changes": len(scenes.changes)}
    with Workers(workers, progress) as pool:
        (folder / "truth").mkdir()
        truth.write(scenes, folder / "truth", workers=pool)
        for scene in vintages:
            counts |= _write_sources(folder / "sources" / str(scene.year), scene, scenes, recipe, pool)
    counts |= _write_operations(folder / "operations", vintages)
    (folder / FILE_NAME).write_text(territory_text(scenes.first.extent, years), encoding="utf-8")
    read_territory(folder)  # what is shipped must be what the chain accepts
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    record = {"recipe": asdict(recipe), "years": years, "counts": counts, "files": files}
    (folder / RECIPE_FILE).write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return record


def _write_sources(folder: Path, scene: Scene, scenes: Scenes, recipe: Recipe, pool: Workers) -> dict[str, int]:
    folder.mkdir(parents=True)
    imagery.write(scene, folder, workers=pool)
    written = databases.write(scenes.scene_at, scene.year, folder, seed=recipe.seed, perfect=recipe.perfect)
    return {f"{scene.year} {name}": count for name, count in written.counts.items()}


def _write_operations(folder: Path, vintages: tuple[Scene, ...]) -> dict[str, int]:
    folder.mkdir()
    counts = {}
    for scene in vintages:
        operations = corrections(scene)
        (folder / f"{scene.year}.jsonl").write_text(as_lines(operations), encoding="utf-8")
        counts[f"{scene.year} operations"] = len(operations)
    return counts
