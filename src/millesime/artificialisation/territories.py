"""The artificialisation of départements that were delivered together, each the others' neighbour."""

from __future__ import annotations

from collections.abc import Sequence

import geopandas
import numpy as np
import pandas as pd
import shapely

from millesime.artificialisation.delivered import DeliveredStatus, delivered_status
from millesime.artificialisation.parameters import Parameters
from millesime.artificialisation.product import Artificialisation
from millesime.artificialisation.reading import Occupation
from millesime.artificialisation.vintage import artificialise
from millesime.errors import CrsError, GeometryError


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
            shared = on_shared_ground(one.frame, other.frame)
            if shared:
                raise GeometryError(
                    f"{shared} polygons of {other.layer.name} lie on ground of {one.layer.name}",
                    place=other.layer.name,
                    remedy="cut both along their limit: --limit FILE, with the départements of Admin Express",
                )


def on_shared_ground(one: geopandas.GeoDataFrame, other: geopandas.GeoDataFrame) -> int:
    """Polygons of `other` that a point inside them shows to lie on those of `one`; both in one CRS."""
    if not len(one):
        return 0
    west, south, east, north = one.total_bounds
    there = other.geometry.to_numpy()
    there = there[shapely.intersects(there, shapely.box(west, south, east, north))]
    if not len(there):
        return 0
    inside = shapely.point_on_surface(there)
    return len(np.unique(shapely.STRtree(one.geometry.to_numpy()).query(inside, predicate="intersects")[0]))


def delivered_together(occupations: Sequence[Occupation]) -> DeliveredStatus:
    """The status of layers ARTIF as they were delivered, those of the départements one after the other.

    Args:
        occupations: of layers of kind ARTIF, in one CRS.

    Raises:
        CrsError: they are in several CRS.
        GeometryError: two of them hold the same ground.
    """
    require_side_by_side(occupations)
    found = []
    for item in occupations:
        given = item.layer.frame
        kept = [name for name in item.replaced if name in given.columns]
        found.append(delivered_status(item.frame.assign(**{name: given[name].to_numpy() for name in kept})))
    frames = [one.result.frame for one in found]
    return DeliveredStatus(
        Artificialisation(frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)),
        other_flags=sum(one.other_flags for one in found),
    )
