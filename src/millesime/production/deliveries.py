"""The deliveries of a territory, written again into a folder of the user's choice."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from millesime.chain import step as step_of
from millesime.compute import Progress, StepContext, Workers
from millesime.errors import ConfigError
from millesime.io.files import named_when_full
from millesime.io.territory import Vintage
from millesime.io.workspace import Workspace
from millesime.production.plan import Plan
from millesime.publication.product import Delivery
from millesime.publication.step import publish

_STEP = "publication"


@dataclass(frozen=True)
class WrittenDelivery:
    """The delivery of one vintage, as written."""

    year: int
    folder: Path
    files: tuple[str, ...]
    """Names, in order."""

    portrait: Path


def deliver(folder: str | Path, target: str | Path, *, progress: Progress | None = None) -> tuple[WrittenDelivery, ...]:
    """Write the deliveries of all vintages from the products as they are.

    Args:
        folder: the territory's folder.
        target: folder to write in, made when missing; each vintage replaces its own sub-folder.
        progress: where to show progress; silent by default.

    Raises:
        InputError: products are missing; `millesime run` makes them.
        ConfigError: the target lies among the territory's products, or holds something else under a vintage's name.
    """
    workspace = Workspace.open(folder)
    plan = Plan(workspace)
    place = Path(target).resolve()
    if place.is_relative_to(workspace.products) or place == workspace.root:
        raise ConfigError("deliveries cannot be written there", place=place, remedy="choose a folder of their own")
    for part in (place, *place.parents):
        if part.exists() and not part.is_dir():
            raise ConfigError("is a file", place=part, remedy="give the name of a folder")
    vintages = workspace.territory.in_order()
    for vintage in vintages:
        plan.input_files(step_of(_STEP), vintage)  # refuses when a product is missing, before anything is written
        _require_replaceable(place / str(vintage.year), Delivery(workspace.territory.code, vintage.year))
    shown = progress or Progress()
    with named_when_full(place):
        place.mkdir(parents=True, exist_ok=True)
        with workspace.locked(), Workers(1, shown) as workers:
            return tuple(_deliver(plan, vintage, place, workers, shown) for vintage in vintages)


def _require_replaceable(home: Path, delivery: Delivery) -> None:
    """Refuse to replace a folder that holds anything but an earlier delivery of the same vintage."""
    if home.exists() and not home.is_dir():
        raise ConfigError("is a file", place=home, remedy="choose another folder, or move that file away")
    if home.exists() and any(home.iterdir()) and not (home / delivery.project).is_file():
        raise ConfigError(
            "exists and is not a delivery of this territory",
            place=home,
            remedy="choose another folder, or move that one away",
        )


def _deliver(plan: Plan, vintage: Vintage, place: Path, workers: Workers, progress: Progress) -> WrittenDelivery:
    home = place / str(vintage.year)
    draft = Path(tempfile.mkdtemp(prefix=f".{vintage.year}.", dir=place))
    try:
        context = StepContext(
            step=_STEP,
            workspace=plan.workspace,
            vintage=vintage,
            reference=plan.reference(vintage),
            parameters=plan.parameters(step_of(_STEP)),
            folder=draft,
            workers=workers,
            progress=progress,
        )
        publish(context, folder=draft / "delivery", home=home)
        if home.exists():
            shutil.rmtree(home)
        (draft / "delivery").replace(home)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    progress.note(f"{vintage.year}  {home}")
    names = tuple(sorted(path.name for path in home.iterdir()))
    delivery = Delivery(plan.workspace.territory.code, vintage.year)
    return WrittenDelivery(vintage.year, home, names, home / delivery.portrait)
