"""The step `ocsge_update`: the automatic map of a vintage and its reference in, the reconciled map out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from millesime.io.raster import RasterReader
from millesime.io.vector import read_vector, write_parquet
from millesime.io.workspace import Summary
from millesime.ocsge_auto.minimum_units import MinimumUnits
from millesime.ocsge_auto.product import OcsgeMap
from millesime.ocsge_update.decide import ChangeRules
from millesime.ocsge_update.reconcile import Image, reconcile

if TYPE_CHECKING:
    from millesime.compute import StepContext

STEP_VERSION = 1


class Parameters(ChangeRules):
    """What counts as a change, and the minimum units of what is left of changed objects."""

    minimum_units: MinimumUnits = MinimumUnits()


def run(context: StepContext) -> Summary:
    """Reconcile the automatic map of a vintage with its reference; a first vintage is left as it is."""
    extent, year = context.territory.extent, context.vintage.year
    automatic = OcsgeMap(read_vector(context.product("ocsge_auto")), extent, place=f"ocsge_auto {year}")
    if context.reference is None:
        write_parquet(automatic.frame, context.output())
        return Summary(counts={"objects": len(automatic)}, notes=["first vintage: the automatic map as it is"])
    path = context.product("ocsge_final", reference=True)
    reference = OcsgeMap(read_vector(path), extent, place=f"ocsge_final {context.reference.year}")
    images = (_image(context.product("cover_raster", reference=True)), _image(context.product("cover_raster")))
    updated = reconcile(
        reference,
        automatic,
        images,
        rules=context.parameters,
        units=context.parameters.minimum_units,
        territory=context.territory.code,
        vintage=str(year),
    )
    made = OcsgeMap(updated.frame, extent, place=f"ocsge_update {year}")
    write_parquet(made.frame, context.output())
    return Summary(counts=updated.counts, areas_m2=updated.areas_m2)


def _image(path: Path) -> Image:
    with RasterReader(path) as reader:
        return Image(reader.read(reader.grid.whole)[0], reader.grid)
