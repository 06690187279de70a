"""The differential of two vintages: the pieces of ground where cover, use or artificial status differ."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas
import numpy as np
import numpy.typing as npt

from millesime.artificialisation import ARTIFICIAL, NOT_ARTIFICIAL
from millesime.errors import SchemaError


@dataclass(frozen=True)
class Differential:
    """Two vintages compared, the earlier one first. It checks itself when made."""

    years: tuple[int, int]
    """The two vintages, earlier first, whichever was made first."""

    frame: geopandas.GeoDataFrame
    """Every piece of the overlay, changed or not: `id` str, '' for pieces that did not change; `cs_Y`, `us_Y` codes,
    `artif_Y` status and `id_Y` object id for both years Y; `artificialisation` int, +1 became artificial, -1 became
    non-artificial, 0 neither; `area_m2` float; `changed` bool, True where cover, use or status differ; `sliver` bool,
    True for changed pieces too thin or small to be told from a displaced border; `border_noise` bool, True for those
    slivers that lie between two drawings of one border; `near_threshold` bool, True where the status flips though the
    matrix says the same, and the patch is about as large as a threshold. Single polygons on the 1 cm grid, in the
    metric CRS of the territory."""

    def __post_init__(self) -> None:
        first, second = self.years
        if first >= second:
            raise SchemaError(f"the earlier vintage comes first, got {first} and {second}")
        missing = [name for name in self.columns(self.years) if name not in self.frame.columns]
        if missing:
            raise SchemaError(f"the differential lacks the attributes {', '.join(missing)}")
        statuses = self.frame[[f"artif_{first}", f"artif_{second}"]]
        if not statuses.isin([ARTIFICIAL, NOT_ARTIFICIAL]).all(axis=None):
            raise SchemaError(f"artificial statuses must be {ARTIFICIAL!r} or {NOT_ARTIFICIAL!r}")
        if not np.array_equal(self.frame["artificialisation"].to_numpy(), self._flux()):
            raise SchemaError("artificialisation is not the difference of the two statuses")
        if not np.array_equal(self.frame["changed"].to_numpy(bool), self._differs()):
            raise SchemaError("changed is not True exactly where cover, use or status differ")
        if (self.frame["sliver"] & ~self.frame["changed"]).any() or (
            self.frame["border_noise"] & ~self.frame["sliver"]
        ).any():
            raise SchemaError("slivers must be changed pieces, and boundary noise slivers")

    @staticmethod
    def columns(years: tuple[int, int]) -> tuple[str, ...]:
        """Attributes of the frame, in order, geometry apart."""
        pairs = [f"{name}_{year}" for name in ("cs", "us", "artif") for year in years]
        ids = [f"id_{year}" for year in years]
        return (
            *("id", *pairs, "artificialisation", "area_m2", *ids),
            *("changed", "border_noise", "sliver", "near_threshold"),
        )

    def _flux(self) -> npt.NDArray[np.int64]:
        before, after = (self.frame[f"artif_{year}"] == ARTIFICIAL for year in self.years)
        return np.asarray(after.astype(np.int64) - before.astype(np.int64))

    def _differs(self) -> npt.NDArray[np.bool_]:
        pairs = [[self.frame[f"{name}_{year}"].to_numpy() for year in self.years] for name in ("cs", "us", "artif")]
        return np.asarray(np.logical_or.reduce([before != after for before, after in pairs]), dtype=bool)

    @property
    def changes(self) -> geopandas.GeoDataFrame:
        """The changed pieces alone, slivers among them: what is delivered as the differential."""
        return self.frame[self.frame["changed"]].drop(columns="changed").reset_index(drop=True)
