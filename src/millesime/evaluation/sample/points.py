"""Control points that were read: checked, with the areas that they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.errors import SchemaError
from millesime.evaluation.sample.design import Kind, classes_of

#: What became of a point.
READ, UNREAD, UNKNOWN = "read", "unread", "unknown"


@dataclass(frozen=True)
class Place:
    """A place that points may lie in."""

    name: str
    area_m2: float
    """Ground of the map inside the place."""
    strata: Mapping[str, float] = field(default_factory=dict)
    """Square metres of each stratum inside the place, of those that have a point there."""


@dataclass(frozen=True)
class ControlPoints:
    """Points of a sample with their readings."""

    kind: Kind
    years: tuple[int, ...]
    """The vintage of a state, both of a change, none when the file does not tell."""
    table: pd.DataFrame
    """`id`, `stratum`, `mapped`, `reference` ('' unless read), `status` (READ, UNREAD or UNKNOWN), `place` or ''."""
    areas: Mapping[str, float]
    """Square metres of each stratum, those of which no point is left too."""
    mapped_areas: Mapping[str, float] = field(default_factory=dict)
    """Square metres of each class of the map, as far as the file tells."""
    drawn: Mapping[str, int] = field(default_factory=dict)
    """Points that were drawn in each stratum, as far as the file tells."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """The places wanted, those without a point too."""

    def __post_init__(self) -> None:
        missing = {"id", "stratum", "mapped", "reference", "status", "place"} - set(self.table.columns)
        if missing:
            raise SchemaError(f"control points lack {', '.join(sorted(missing))}")
        unknown = sorted(set(self.table["stratum"]) - set(self.areas))
        if unknown:
            raise SchemaError(f"strata without an area: {', '.join(unknown)}")

    @cached_property
    def read(self) -> pd.DataFrame:
        """The points that count: those with a reading."""
        return self.table[self.table["status"] == READ].reset_index(drop=True)

    @property
    def total_m2(self) -> float:
        """Area that the sample stands for."""
        return float(sum(self.areas.values()))

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Points read in each stratum that has an area."""
        counts = self.read["stratum"].value_counts()
        return {name: int(counts.get(name, 0)) for name, area in sorted(self.areas.items()) if area > 0}

    @property
    def thin(self) -> tuple[str, ...]:
        """Strata with fewer than two points: no variance can be told there."""
        return tuple(name for name, count in self.sizes.items() if count < 2)

    @property
    def strata_are_classes(self) -> bool:
        """Whether each stratum is one class of the map, as for the estimators of Olofsson et al. (2014)."""
        return bool((self.table["stratum"] == self.table["mapped"]).all())

    @property
    def classes(self) -> tuple[str, ...]:
        """Classes of the map and of the reference, sorted; of change and of artificial status always all."""
        always = classes_of(self.kind) if self.kind in ("change", "artif") else ()
        return tuple(sorted({*always, *self.table["mapped"], *self.mapped_areas, *self.read["reference"]}))

    def column(self, name: str) -> npt.NDArray[np.object_]:
        """A column of the points read."""
        return self.read[name].to_numpy(dtype=object)
