"""Step artificialisation: status of every polygon of a vintage."""

from __future__ import annotations

from millesime.artificialisation import parameters
from millesime.artificialisation.product import STEP_LABELS, Artificialisation
from millesime.artificialisation.vintage import artificialise
from millesime.compute.context import StepContext
from millesime.io.vector import read_vector, write_parquet
from millesime.io.workspace import Summary

STEP_VERSION = 2

Parameters = parameters.Parameters


def run(context: StepContext) -> Summary:
    """Read the final OCS GE of the vintage, decide the status of every polygon, write it."""
    frame = read_vector(context.product("ocsge_final"))
    chosen = context.parameters
    assert isinstance(chosen, Parameters)
    result = artificialise(frame, parameters=chosen)
    write_parquet(result.frame, context.output())
    return summarise(result)


def summarise(result: Artificialisation) -> Summary:
    """Counts and areas of polygons by the step that gave their status."""
    steps, areas = result.frame["status_step"], result.frame["aire"]
    counts = {"polygons": len(result.frame), "artificial": int(result.artificial.sum())}
    by_step = {"artificial": result.area_m2(), "total": float(areas.sum())}
    for step in STEP_LABELS:
        if (steps == step).any():
            counts[f"status by {step}"] = int((steps == step).sum())
            by_step[f"status by {step}"] = float(areas[steps == step].sum())
    return Summary(counts=counts, areas_m2=by_step, notes=())
