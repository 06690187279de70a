"""The artificialisation of départements that were delivered together, each the others' neighbour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas
import numpy as np
import pandas as pd
import shapely

from millesime.artificialisation.parameters import Parameters
from millesime.artificialisation.product import ARTIFICIAL, FACT_COLUMNS, Artificialisation
from millesime.artificialisation.reading import Occupation
from millesime.artificialisation.vintage import artificialise
from millesime.errors import CrsError, GeometryError
from millesime.nomenclature import ARTIFICIALISATION

#: What `status_step` says of a status that came with the file.
DELIVERED = "delivered"


def artificialise_together(
    occupations: Sequence[Occupation], *, parameters: Parameters | None = None, context: Sequence[Occupation] = ()
) -> Artificialisation:
    """Status of every polygon of départements that were delivered together.

    Each is decided with the others and with the context around it, in mode `sparte-2024` alone; that is the
    answer for the whole ground at once. Rows are those of the départements one after the other.

    Args:
        occupations: the départements, one or several, in one CRS.
        parameters: thresholds and readings; those of the specification by default.
        context: neighbours that are not wanted in the answer.

    Raises:
        CrsError: they are in several CRS.
        GeometryError: two of them hold the same ground, or one overlaps with itself.
        ConfigError: neighbours in mode `sparte-2024`.
    """
    parameters = parameters or Parameters()
    frames = [item.frame for item in occupations]
    beyond = [item.frame for item in context]
    require_side_by_side(occupations)
    results = []
    for number, frame in enumerate(frames):
        others = [] if parameters.mode == "sparte-2024" else [other for k, other in enumerate(frames) if k != number]
        results.append(artificialise(frame, parameters=parameters, context=[*others, *beyond]).frame)
    return Artificialisation(results[0] if len(results) == 1 else pd.concat(results, ignore_index=True))


def require_side_by_side(occupations: Sequence[Occupation]) -> None:
    """Refuse départements that hold the same ground, as files that are badly cut along their limit do.

    Raises:
        CrsError: they are in several CRS.
        GeometryError: a polygon of one lies on ground of another.
    """
    systems = sorted({item.frame.crs.to_string() for item in occupations})
    if len(systems) > 1:
        raise CrsError(f"the départements are in several CRS: {', '.join(systems)}", remedy="give them one by one")
    for number, one in enumerate(occupations):
        for other in occupations[number + 1 :]:
            shared = _on_shared_ground(one.frame, other.frame)
            if shared:
                raise GeometryError(
                    f"{shared} polygons of {other.layer.name} lie on ground of {one.layer.name}",
                    place=other.layer.name,
                    remedy="cut both along their limit: --limit FILE, with the départements of Admin Express",
                )


def _on_shared_ground(one: geopandas.GeoDataFrame, other: geopandas.GeoDataFrame) -> int:
    """Polygons of one that a point inside them shows to lie on the other's."""
    west, south, east, north = one.total_bounds
    there = other.geometry.to_numpy()
    there = there[shapely.intersects(there, shapely.box(west, south, east, north))]
    if not len(there):
        return 0
    inside = shapely.point_on_surface(there)
    return len(np.unique(shapely.STRtree(one.geometry.to_numpy()).query(inside, predicate="intersects")[0]))


@dataclass(frozen=True)
class DeliveredStatus:
    """The status that came with a file, taken as it is."""

    result: Artificialisation
    """`status_step` is 'delivered' where nothing else is known; the facts of the decision are there when the file
    holds them."""

    other_flags: int
    """Polygons whose delivered `crit_seuil` is not (artif differs from the matrix)."""


def delivered_status(occupations: Sequence[Occupation]) -> DeliveredStatus:
    """The status of layers ARTIF as they were delivered. The matrix is looked up, not the thresholds.

    Args:
        occupations: of layers of kind ARTIF, in one CRS.

    Raises:
        CrsError: they are in several CRS.
        GeometryError: two of them hold the same ground.
    """
    require_side_by_side(occupations)
    frames, other_flags = [], 0
    for item in occupations:
        given = item.layer.frame
        matrix = ARTIFICIALISATION.status(given["code_cs"], given["code_us"])
        changed = (given["artif"] == ARTIFICIAL).to_numpy(bool) != matrix
        if "crit_seuil" not in item.layer.missing:
            told = given["crit_seuil"]
            other_flags += int((told.notna() & (told.fillna(False).astype(bool) != changed)).sum())
        facts = [name for name in FACT_COLUMNS if name in given.columns]
        steps = given["status_step"].to_numpy() if "status_step" in given.columns else DELIVERED
        frame = item.frame.assign(
            aire=shapely.area(given.geometry.to_numpy()),
            artif=given["artif"].to_numpy(),
            crit_seuil=changed,
            matrix_status=matrix,
            status_step=steps,
            **{name: given[name].to_numpy() for name in facts},
        )
        frames.append(frame)
    return DeliveredStatus(Artificialisation(pd.concat(frames, ignore_index=True)), other_flags)
