"""The cover as a coverage: polygons of one class each, as CoSIA is delivered."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas
import numpy as np

from millesime.errors import InternalError
from millesime.geo.coverage import Coverage
from millesime.geo.coverage.planarity import checked_polygons
from millesime.nomenclature import CoverNomenclature


@dataclass(frozen=True)
class CoverVector:
    """A coverage whose face values are classes of a nomenclature."""

    coverage: Coverage
    """4-connected faces of one class; places without data are outside."""

    nomenclature: CoverNomenclature

    def __post_init__(self) -> None:
        self.nomenclature.require(np.unique(self.coverage.face_values).tolist())

    def area_by_class_m2(self) -> dict[str, float]:
        """Area of each class that occurs, by its name."""
        values, number = np.unique(self.coverage.face_values, return_inverse=True)
        total = np.zeros(values.size, np.int64)
        np.add.at(total, number, self.coverage.double_areas)
        return {
            self.nomenclature.by_value(value).name: area / 20_000.0
            for value, area in zip(values.tolist(), total.tolist(), strict=True)
        }

    def to_frame(self) -> geopandas.GeoDataFrame:
        """Polygons from north to south with the delivered attributes `numero` and `classe`.

        Raises:
            InternalError: the polygons are not a valid coverage.
        """
        polygons, faults = checked_polygons(self.coverage)
        if faults:
            raise InternalError("; ".join(faults), remedy="report it with the raster")
        numbers = self.coverage.face_values.astype(np.int64)
        names = {item.value: item.name for item in self.nomenclature.classes}
        columns = {
            "numero": numbers,
            "classe": np.array([names[number] for number in numbers.tolist()], dtype=object),
        }
        return geopandas.GeoDataFrame(columns, geometry=polygons, crs=self.coverage.crs)
