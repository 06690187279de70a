"""The zones of a town plan, from a file as the Géoportail de l'urbanisme delivers it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from millesime.indicators import Planning, planning_of
from millesime.io.vector import list_layers, read_vector


def read_planning(path: Path, *, target: Any, crs: str | None) -> Planning:
    """Zones in the CRS of the maps: the only layer, or the one called like zone_urba.

    Args:
        path: the plan, in any CRS.
        target: CRS of the maps, to which it is brought.
        crs: CRS to assume when the file has none.

    Raises:
        InputError: it cannot be read, or none of its several layers is called like zone_urba.
        CrsError: no CRS, or one that contradicts `crs`.
        SchemaError: no attribute tells the type of a zone.
    """
    names = list_layers(path)
    layer = next((name for name in names if "zone_urba" in name.lower()), None) if len(names) > 1 else None
    frame = read_vector(path, layer=layer, crs=crs)
    told = []
    if frame.crs != target:
        told.append(f"{path.name}: reprojected from {frame.crs.to_string()} to {target.to_string()}")
        frame = frame.to_crs(target)
    plan = planning_of(frame, place=str(path))
    return replace(plan, told=(*told, *plan.told))
