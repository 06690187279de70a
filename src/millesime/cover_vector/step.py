"""cover_vector: the polygons of a class raster, small ones merged and borders straightened."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from millesime.compute import StepContext
from millesime.cover_vector.generalise import Generalised
from millesime.cover_vector.vectorise import vectorise_raster
from millesime.errors import ConfigError, ImageryError
from millesime.io.raster import RasterReader
from millesime.io.vector import write_parquet
from millesime.io.workspace import Summary
from millesime.nomenclature import CoverNomenclature

STEP_VERSION = 1


class Parameters(BaseModel):
    """Parameters of the step, from `[parameters.cover_vector]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_area_m2: float = Field(default=5.0, ge=0)
    """Polygons below this area are merged into their neighbours; the minimum units of OCS GE come later."""

    min_area_by_class_m2: dict[str, float] = Field(default_factory=dict)
    """Other minimum areas, by class name."""

    tolerance_m: float = Field(default=0.5, ge=0)
    """Simplification of borders: see `Coverage.simplify`. It takes the steps of the pixels away."""


def run(context: StepContext) -> Summary:
    """Vectorise the cover raster of the vintage."""
    parameters: Parameters = context.parameters
    path = context.product("cover_raster")
    with RasterReader(path) as reader:
        nomenclature = reader.class_table()
        if nomenclature is None:
            raise ImageryError("names no classes", place=path, remedy="run the step cover_raster again")
    cover = vectorise_raster(
        path,
        nodata=nomenclature.nodata,
        nomenclature=nomenclature,
        min_area_m2=_min_areas(parameters, nomenclature),
        tolerance_m=parameters.tolerance_m,
        workers=context.workers.count,
        progress=context.progress,
        require_data=False,
    )
    write_parquet(cover.cover.to_frame(), context.output())
    extent = context.territory.extent
    missing_m2 = (extent[2] - extent[0]) * (extent[3] - extent[1]) - cover.covered_m2
    return summary_of(cover, outside_m2=max(missing_m2, 0.0))


def _min_areas(parameters: Parameters, nomenclature: CoverNomenclature) -> float | Mapping[int, float]:
    if not parameters.min_area_by_class_m2:
        return parameters.min_area_m2
    names = {item.name for item in nomenclature.classes}
    unknown = sorted(set(parameters.min_area_by_class_m2) - names)
    if unknown:
        raise ConfigError(
            f"parameters.cover_vector.min_area_by_class_m2 names unknown classes: {', '.join(unknown)}",
            remedy=f"classes of {nomenclature.name} are {', '.join(sorted(names))}",
        )
    return {
        item.value: parameters.min_area_by_class_m2.get(item.name, parameters.min_area_m2)
        for item in nomenclature.classes
    }


def summary_of(done: Generalised, *, outside_m2: float = 0.0) -> Summary:
    """What vectorising did, for the provenance and for people."""
    notes = []
    if outside_m2 > 0:
        notes.append(f"{outside_m2:,.2f} m² of the extent without data: no polygon there")
    if done.isolated:
        notes.append(f"{done.isolated} polygons below their minimum area have no neighbour to merge into")
    if done.total_drift_m2:
        notes.append(f"borders of NoData simplified: total area changed by {done.total_drift_m2:+,.2f} m²")
    return Summary(
        counts={
            "faces of the raster": done.faces_before,
            "faces merged": done.merged,
            "faces left small": done.isolated,
            "polygons": len(done.cover.coverage),
            "vertices before simplification": done.vertices_before,
            "vertices": done.vertices_after,
        },
        areas_m2={
            **done.cover.area_by_class_m2(),
            "moved by simplification": done.area_drift_m2,
            "without data": outside_m2,
        },
        notes=notes,
    )
