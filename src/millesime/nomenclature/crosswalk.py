"""Explicit conversions from one cover nomenclature to another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millesime.errors import CodeError
from millesime.nomenclature.cover import COSIA, FLAIR1, FLAIR_HUB, CoverNomenclature
from millesime.nomenclature.tables import read_table


@dataclass(frozen=True)
class Crosswalk:
    """A conversion of class values; classes without an equivalent become the target's NoData."""

    source: CoverNomenclature
    target: CoverNomenclature

    pairs: tuple[tuple[int, int | None], ...]
    """(value in source, value in target or None when there is no equivalent), one for each source class."""

    def __post_init__(self) -> None:
        missing = set(self.source.values) - {value for value, _ in self.pairs}
        if missing:
            raise CodeError(f"{self.source.name} -> {self.target.name}: no row for values {sorted(missing)}")
        self.target.require(value for _, value in self.pairs if value is not None)

    @property
    def without_equivalent(self) -> tuple[int, ...]:
        """Source values that have no equivalent."""
        return tuple(value for value, other in self.pairs if other is None)

    def convert(self, values: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
        """Convert an array of class values, of any shape.

        Raises:
            CodeError: a value is not of the source nomenclature.
        """
        self.source.require(np.unique(values).tolist())
        nodata = self.target.nodata or 0
        table = np.full(256, nodata, dtype=np.uint8)
        for value, other in self.pairs:
            table[value] = nodata if other is None else other
        return table[values.astype(np.uint8)]


def _to_cosia(source: CoverNomenclature, column: str) -> Crosswalk:
    pairs = ((int(row[column]), int(row["cosia_value"]) if row["cosia_value"] else None) for row in read_table("flair"))
    return Crosswalk(source, COSIA, tuple(pairs))


#: Linked by class name (inferred); clear cut, mixed, ligneous and other have no equivalent.
FLAIR1_TO_COSIA = _to_cosia(FLAIR1, "flair1_value")
FLAIR_HUB_TO_COSIA = _to_cosia(FLAIR_HUB, "hub_value")

CROSSWALKS = (FLAIR1_TO_COSIA, FLAIR_HUB_TO_COSIA)
