"""Run the chain: each step whose inputs, parameters or version changed, in order, one vintage after its reference."""

from __future__ import annotations

import datetime
import importlib
import shutil
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from millesime.chain import CHAIN, Step
from millesime.compute import Progress, StepContext, Workers
from millesime.errors import ConfigError, InputError, InternalError, raise_together
from millesime.io.files import named_when_full
from millesime.io.territory import FILE_NAME, Vintage
from millesime.io.workspace import Sidecar, Workspace
from millesime.production.plan import Plan, State


@dataclass(frozen=True)
class StepReport:
    """What became of one step of one vintage."""

    step: str
    year: int
    state: State
    """As it was before the run."""

    ran: bool
    seconds: float
    notes: tuple[str, ...] = ()


def run_chain(
    folder: str | Path,
    *,
    steps: Collection[str] = (),
    vintage: int | None = None,
    workers: int = 1,
    force: bool = False,
    progress: Progress | None = None,
) -> tuple[StepReport, ...]:
    """Bring the products of a territory up to date.

    Args:
        folder: the territory's folder.
        steps: steps wanted; those upstream of them run too when they are not up to date. All by default.
        vintage: year of the only vintage wanted; its reference is brought up to date too. All by default.
        workers: number of worker processes.
        force: run the wanted steps even when they are up to date.
        progress: where to show progress; silent by default.

    Returns:
        a report for each applicable step, in the order of the work.

    Raises:
        InputError: files that the steps will read do not exist; all are told, and nothing is run.
        MillesimeError: what the first step that failed says; products made before it stay.
    """
    workspace = Workspace.open(folder)
    plan = Plan(workspace)
    wanted = _wanted_steps(steps)
    vintages = _wanted_vintages(workspace, vintage)
    work = [
        (step, year)
        for year in vintages
        for step in CHAIN
        if _is_needed(step, wanted) and plan.is_applicable(step, year)
    ]
    raise_together(
        plan.missing_inputs(work),
        kind=InputError,
        place=workspace.root / FILE_NAME,
        remedy="correct territory.toml or put the files there; nothing was run",
    )
    shown = progress or Progress()
    reports: list[StepReport] = []
    with workspace.locked(), Workers(workers, shown) as pool:
        for step, year in work:
            forced = force and step.name in wanted and (vintage is None or year.year == vintage)
            reports.append(_bring_up_to_date(plan, step, year, pool, shown, forced=forced))
            plan.manifest.save()
    return tuple(reports)


def _bring_up_to_date(
    plan: Plan, step: Step, vintage: Vintage, workers: Workers, progress: Progress, *, forced: bool
) -> StepReport:
    state = plan.state(step, vintage)
    if state == "done" and not forced:
        return StepReport(step.name, vintage.year, state, ran=False, seconds=0.0)
    started = time.perf_counter()
    sidecar = run_step(plan, step, vintage, workers=workers, progress=progress)
    progress.note(f"{vintage.year}  {step.name:<18} {sidecar.seconds:6.1f} s")
    seconds = time.perf_counter() - started
    return StepReport(step.name, vintage.year, state, ran=True, seconds=seconds, notes=tuple(sidecar.summary.notes))


def run_step(plan: Plan, step: Step, vintage: Vintage, *, workers: Workers, progress: Progress) -> Sidecar:
    """Run one step of one vintage and put its product in place."""
    expected = plan.expected(step, vintage)
    module = importlib.import_module(f"millesime.{step.name}.step")
    folder = plan.workspace.partial(step.name, vintage.year)
    context = StepContext(
        step=step.name,
        workspace=plan.workspace,
        vintage=vintage,
        reference=plan.reference(vintage),
        parameters=plan.parameters(step),
        folder=folder,
        workers=workers,
        progress=progress,
    )
    started = time.perf_counter()
    try:
        with named_when_full(folder):
            summary = module.run(context)
        missing = [name for name in step.makes if not (folder / name).exists()]
        if missing:
            raise InternalError(f"step {step.name} did not make {', '.join(missing)}")
        sidecar = replace(
            expected,
            outputs=plan.workspace.outputs_of(folder, step.name, vintage.year),
            summary=summary,
            seconds=round(time.perf_counter() - started, 3),
            finished=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        )
        plan.workspace.publish(folder, sidecar)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return sidecar


def states(folder: str | Path) -> tuple[StepReport, ...]:
    """Where each product of a territory stands, without running anything."""
    workspace = Workspace.open(folder)
    plan = Plan(workspace)
    found = tuple(_state_of(plan, step, vintage) for vintage in workspace.territory.in_order() for step in CHAIN)
    if workspace.products.is_dir():
        plan.manifest.save()
    return found


def missing_sources(folder: str | Path) -> tuple[str, ...]:
    """What the whole chain would read and does not find, one sentence a file."""
    workspace = Workspace.open(folder)
    plan = Plan(workspace)
    return plan.missing_inputs((step, vintage) for vintage in workspace.territory.in_order() for step in CHAIN)


def _state_of(plan: Plan, step: Step, vintage: Vintage) -> StepReport:
    sidecar = plan.workspace.read_sidecar(step.name, vintage.year)
    notes = () if sidecar is None else tuple(sidecar.summary.notes)
    seconds = 0.0 if sidecar is None else sidecar.seconds
    return StepReport(step.name, vintage.year, plan.state(step, vintage), ran=False, seconds=seconds, notes=notes)


def _wanted_steps(steps: Collection[str]) -> frozenset[str]:
    names = [step.name for step in CHAIN]
    unknown = sorted(set(steps) - set(names))
    if unknown:
        raise ConfigError(f"no such step: {', '.join(unknown)}", remedy=f"steps are {', '.join(names)}")
    return frozenset(steps or names)


def _wanted_vintages(workspace: Workspace, year: int | None) -> tuple[Vintage, ...]:
    vintages = workspace.territory.in_order()
    if year is None:
        return vintages
    needed = set(_with_references(workspace, year))
    return tuple(vintage for vintage in vintages if vintage.year in needed)


def _with_references(workspace: Workspace, year: int | None) -> Iterator[int]:
    while year is not None:
        yield year
        year = workspace.territory.vintage(year).reference_vintage


def _is_needed(step: Step, wanted: frozenset[str]) -> bool:
    """Whether the step is wanted, or lies upstream of one that is."""
    if step.name in wanted:
        return True
    readers = [item for item in CHAIN if any(read.partition("@")[0] == step.name for read in item.reads)]
    # A product that closes a loop (read of the reference vintage only) lies downstream in the table.
    order = [item.name for item in CHAIN]
    return any(_is_needed(item, wanted) for item in readers if order.index(item.name) > order.index(step.name)) or any(
        _reads_reference(item, step) and item.name in wanted for item in CHAIN
    )


def _reads_reference(reader: Step, step: Step) -> bool:
    return f"{step.name}@reference" in reader.reads
