"""The built zone as a product."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import geopandas
import shapely

from millesime.errors import GeometryError, SchemaError, raise_together

COLUMNS = ("id", "millesime", "geometry")


@dataclass(frozen=True, eq=False)
class BuiltZone:
    """Parts of the built zone of one vintage; made only when they are valid and do not overlap."""

    frame: geopandas.GeoDataFrame
    """Columns `id`, `millesime` and `geometry`: single polygons on the 1 cm grid."""

    def __post_init__(self) -> None:
        missing = [name for name in COLUMNS if name not in self.frame.columns]
        if missing:
            raise SchemaError(f"missing columns: {', '.join(missing)}", place="built zone")
        polygons = self.frame.geometry.to_numpy()
        faults = []
        if not ((shapely.get_type_id(polygons) == 3) & shapely.is_valid(polygons)).all():
            faults.append("parts that are not single valid polygons")
        if len(polygons) and abs(shapely.area(polygons).sum() - shapely.area(shapely.union_all(polygons))) > 0.01:
            faults.append("parts that overlap")
        if any(count > 1 for count in Counter(self.frame["id"].tolist()).values()):
            faults.append("ids used more than once")
        raise_together(faults, kind=GeometryError, place="built zone")
