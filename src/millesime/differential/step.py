"""Step differential: what changed between a vintage and its reference."""

from __future__ import annotations

from millesime.artificialisation import Artificialisation
from millesime.compute.context import StepContext
from millesime.differential import parameters
from millesime.differential.difference import difference
from millesime.differential.overlay import Overlay
from millesime.differential.product import Differential
from millesime.errors import InternalError
from millesime.io.vector import read_vector, write_parquet
from millesime.io.workspace import Summary

STEP_VERSION = 4

Parameters = parameters.Parameters


def run(context: StepContext) -> Summary:
    """Read the artificialisation of both vintages, compare them, write the changes and the whole overlay."""
    if context.reference is None:
        raise InternalError(f"vintage {context.vintage.year} has no reference to be compared with")
    sides = {
        context.vintage.year: _read(context, reference=False),
        context.reference.year: _read(context, reference=True),
    }
    first, second = sorted(sides)  # the reference may be the younger one
    chosen = context.parameters
    assert isinstance(chosen, Parameters)
    result, over = difference(
        sides[first], sides[second], years=(first, second), territory=context.territory.code, parameters=chosen
    )
    write_parquet(result.changes, context.output())
    write_parquet(result.frame, context.output("overlay"))
    return summarise(result, over)


def _read(context: StepContext, *, reference: bool) -> Artificialisation:
    return Artificialisation(read_vector(context.product("artificialisation", reference=reference)))


def summarise(result: Differential, over: Overlay) -> Summary:
    """Changes and slivers, counted and measured; ground that one vintage alone covers is told."""
    frame = result.frame
    changed, sliver = frame["changed"].to_numpy(), frame["sliver"].to_numpy()
    area, flux = frame["area_m2"].to_numpy(), frame["artificialisation"].to_numpy()
    alone = zip(result.years, over.alone_m2, strict=True)
    return Summary(
        counts={
            "pieces": len(frame),
            "changes": int((changed & ~sliver).sum()),
            "slivers": int(sliver.sum()),
            "status changed": int((flux != 0).sum()),
        },
        areas_m2={
            "changes": float(area[changed & ~sliver].sum()),
            "slivers": float(area[sliver].sum()),
            "artificialised": float(area[flux > 0].sum()),
            "desartificialised": float(area[flux < 0].sum()),
        },
        notes=(
            *(f"{m2:.2f} m² are covered by vintage {year} alone" for year, m2 in alone if m2 > 0),
            *((over.snapped.sentence(),) if len(over.snapped.area_m2) else ()),
        ),
    )
