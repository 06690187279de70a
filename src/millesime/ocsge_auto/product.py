"""The OCS GE map of one vintage: a seamless partition of the territory by cover and use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import shapely

from millesime.errors import GeometryError, InputError, SchemaError, raise_together
from millesime.nomenclature import CS, US

Bounds = tuple[float, float, float, float]

#: Attributes of an object, geometry last; the two rules are ours, the others those of the delivered schema.
COLUMNS = (
    "id",
    "code_cs",
    "code_us",
    "millesime",
    "source",
    "ossature",
    "id_origine",
    "code_or",
    "cs_rule",
    "us_rule",
    "geometry",
)

#: Written as the rule of a code that a person set.
MANUAL_RULE = "operation"

#: What `area_m2` of all objects may miss of the extent.
_AREA_TOLERANCE_M2 = 1.0


@dataclass(frozen=True, eq=False)
class OcsgeMap:
    """Objects of one vintage; made only when they are a valid partition of the extent."""

    frame: geopandas.GeoDataFrame
    """Columns of `COLUMNS`: single polygons on the 1 cm grid, ids unique, codes delivered leaves."""

    extent: Bounds
    """West, south, east, north in metres, filled exactly."""

    place: str = "OCS GE"
    """Where the objects come from, for messages."""

    def __post_init__(self) -> None:
        missing = [name for name in COLUMNS if name not in self.frame.columns]
        if missing:
            raise SchemaError(f"missing columns: {', '.join(missing)}", place=self.place)
        CS.require(self.frame["code_cs"].tolist(), place=self.place)
        US.require(self.frame["code_us"].tolist(), place=self.place)
        repeated = [key for key, count in Counter(self.frame["id"].tolist()).items() if count > 1]
        if repeated:
            raise InputError(f"ids used more than once: {', '.join(sorted(repeated)[:5])}", place=self.place)
        raise_together(partition_faults(self.polygons, self.extent), kind=GeometryError, place=self.place)

    @property
    def polygons(self) -> Any:
        """(n,) the polygons."""
        return self.frame.geometry.to_numpy()

    @property
    def crs(self) -> str:
        """Authority code."""
        return str(self.frame.crs)

    @property
    def area_m2(self) -> Any:
        """(n,) area of each object."""
        return shapely.area(self.polygons)

    def __len__(self) -> int:
        return len(self.frame)


def partition_faults(polygons: Any, extent: Bounds) -> list[str]:
    """What keeps polygons from being a valid partition of an extent; empty when nothing does."""
    faults = []
    kinds = shapely.get_type_id(polygons) == 3
    if not kinds.all() or shapely.is_empty(polygons).any():
        faults.append(f"{int((~kinds).sum())} objects are not single polygons")
        return faults
    invalid = ~shapely.is_valid(polygons)
    if invalid.any():
        faults.append(f"{int(invalid.sum())} invalid polygons, the first: {_told(polygons, invalid)}")
    if not shapely.coverage_is_valid(polygons):
        edges = ~shapely.is_empty(shapely.coverage_invalid_edges(polygons))
        faults.append(f"{int(edges.sum())} polygons do not fit their neighbours, the first: {_told(polygons, edges)}")
    west, south, east, north = extent
    excess = float(shapely.area(polygons).sum()) - (east - west) * (north - south)
    if abs(excess) >= _AREA_TOLERANCE_M2:
        faults.append(f"the objects cover {excess:+.2f} m² more than the extent")
    bounds = shapely.total_bounds(polygons)
    if not np.allclose(bounds, extent, atol=0.005):
        faults.append(f"the objects reach from {bounds.round(2).tolist()}, the extent from {list(extent)}")
    return faults


def _told(polygons: Any, mask: Any) -> str:
    point = shapely.point_on_surface(polygons[int(np.flatnonzero(mask)[0])])
    return f"near {point.x:.2f}, {point.y:.2f}"
