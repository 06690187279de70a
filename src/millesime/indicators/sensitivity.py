"""Sensitivity: how many hectares of the artificialisation figure rest on a threshold, a doubtful use, a reading.

Each item is one thing otherwise (`millesime.indicators.status_variants`): the status of every polygon is decided again
and the figure counted again. The difference is what rests on that thing. Differences of several items do not add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import pydantic
import shapely

from millesime.artificialisation import Artificialisation
from millesime.differential import Differential, Overlay
from millesime.errors import ConfigError, SchemaError
from millesime.indicators.cut_by_place import CutByPlace, cut_by_place
from millesime.indicators.sensitivity_words import FIGURES, label, sentences
from millesime.indicators.status_variants import Variant, VintageVariants, variants_of
from millesime.written_numbers import Language

COLUMNS = (
    *("level", "code", "name", "figure", "year_from", "year_to", "item", "alternative", "label"),
    *("ground_ha", "figure_ha", "other_ha", "difference_ha"),
)

Signs = npt.NDArray[np.float64]


class Parameters(pydantic.BaseModel, frozen=True, extra="forbid"):
    """What counts as doubtful. No text fixes these values."""

    near_share: float = pydantic.Field(default=0.05, gt=0, lt=1)
    """A patch within this share of a threshold is near it."""

    confidence_below: float = pydantic.Field(default=0.5, gt=0, le=1)
    """A polygon less certain than this is doubtful."""

    confidence: str = "confidence"
    """Attribute that tells how certain a polygon is."""


@dataclass(frozen=True)
class Sensitivity:
    """What the artificialisation figure of each place rests on. It checks itself when made."""

    table: pd.DataFrame
    """Columns of COLUMNS. `figure`: 'stock' of `year_to`, or 'gain', 'loss', 'net' from `year_from` to `year_to`;
    `item` and `alternative`, what is otherwise; `label` in French; `ground_ha`, ground that the item bears on (for a
    flux, in either vintage); `figure_ha` as it is; `other_ha` as it would be; `difference_ha`, the second less the
    first. Every place has every item; those of disjoint places add up."""

    years: tuple[int, ...]

    told: tuple[str, ...]
    """What a person must know of how it was made."""

    def __post_init__(self) -> None:
        if tuple(self.table.columns) != COLUMNS:
            raise SchemaError(f"sensitivity must have the columns {', '.join(COLUMNS)}, got {list(self.table.columns)}")
        unknown = sorted(set(self.table["figure"]) - set(FIGURES))
        if unknown:
            raise SchemaError(f"unknown figures in the sensitivity: {unknown}")
        key = ["level", "code", "figure", "year_to", "item", "alternative"]
        if self.table.duplicated(key).any():
            raise SchemaError("a sensitivity is told twice")

    def of(self, code: str, *, level: str = "territory") -> pd.DataFrame:
        """The rows of one place."""
        return self.table[(self.table["level"] == level) & (self.table["code"] == code)].reset_index(drop=True)

    def value(
        self, item: str, alternative: str, *, figure: str, year: int, code: str, level: str = "territory"
    ) -> float:
        """Difference in hectares of one item; 0 where the place has no such row."""
        rows = self.of(code, level=level)
        found = rows[
            (rows["item"] == item)
            & (rows["alternative"] == alternative)
            & (rows["figure"] == figure)
            & (rows["year_to"] == year)
        ]
        return float(found["difference_ha"].sum())

    def sentences(self, code: str, *, level: str = "territory", language: Language = "fr") -> tuple[str, ...]:
        """What the figure of a place rests on, in plain sentences."""
        return sentences(self.of(code, level=level), years=self.years, language=language)


@dataclass(frozen=True)
class _Ground:
    """Pieces of ground with the polygon of each vintage that they are of."""

    cut: CutByPlace
    rows: tuple[npt.NDArray[np.intp], ...]
    sliver: npt.NDArray[np.bool_]


def sensitivity(
    vintages: Sequence[Artificialisation],
    *,
    years: Sequence[int],
    territory: tuple[str, str],
    comparison: tuple[Differential, Overlay] | None = None,
    places: geopandas.GeoDataFrame | None = None,
    parameters: Parameters | None = None,
    context: Sequence[Sequence[geopandas.GeoDataFrame]] = (),
) -> Sensitivity:
    """What the stock of one vintage rests on, or the stocks of two and the flux between them.

    Args:
        vintages: one, or two with the earlier first.
        years: their years, increasing.
        territory: code and name of the whole.
        comparison: what `millesime.differential.difference` gives for the two vintages; needed when there are two.
            Slivers count in the flux, as in the indicators, and are an item of their own.
        places: `level`, `code`, `name` and polygons; the whole territory is told first in any case.
        parameters: what counts as doubtful.
        context: for each vintage the neighbouring territories that its status was made with.

    Raises:
        ConfigError: vintages, years and comparison do not go together.
        CrsError: places are in another CRS.
    """
    parameters = parameters or Parameters()
    _require(vintages, years, comparison)
    around = [*context, *([()] * (len(vintages) - len(context)))]
    sides = [
        variants_of(
            vintage,
            near_share=parameters.near_share,
            confidence_below=parameters.confidence_below,
            confidence=parameters.confidence,
            context=neighbours,
        )
        for vintage, neighbours in zip(vintages, around, strict=True)
    ]
    ground = _ground(vintages, comparison, territory=territory, places=places)
    rows = [row for figure in _figures(sides, tuple(years), ground) for row in figure]
    table = pd.DataFrame.from_records(rows, columns=[*COLUMNS, "place"])
    # Rows are made figure by figure; a reader looks place by place.
    table = table.sort_values("place", kind="stable", ignore_index=True)[list(COLUMNS)]
    table = table.astype({"year_from": "Int64", "year_to": "int64"})
    told = [f"{year}: {text}" for year, side in zip(years, sides, strict=True) for text in side.told]
    return Sensitivity(table, tuple(years), tuple(told))


def _require(
    vintages: Sequence[Artificialisation], years: Sequence[int], comparison: tuple[Differential, Overlay] | None
) -> None:
    if len(vintages) not in (1, 2) or len(years) != len(vintages) or sorted(set(years)) != list(years):
        raise ConfigError(f"one or two vintages with increasing years, got {len(vintages)} and {list(years)}")
    if (comparison is not None) != (len(vintages) == 2):
        raise ConfigError("two vintages come with their differential, one comes without")
    if comparison is not None and comparison[0].years != tuple(years):
        raise ConfigError(f"the differential is of {comparison[0].years}, the vintages of {tuple(years)}")


def _ground(
    vintages: Sequence[Artificialisation],
    comparison: tuple[Differential, Overlay] | None,
    *,
    territory: tuple[str, str],
    places: geopandas.GeoDataFrame | None,
) -> _Ground:
    if comparison is None:
        frame = vintages[0].frame
        rows: tuple[npt.NDArray[np.intp], ...] = (np.arange(len(frame), dtype=np.intp),)
        sliver = np.zeros(len(frame), dtype=bool)
    else:
        frame, over = comparison[0].frame, comparison[1]
        rows, sliver = (over.first, over.second), frame["sliver"].to_numpy(dtype=bool)
    geoms: npt.NDArray[Any] = frame.geometry.to_numpy()
    cut = cut_by_place(geoms, shapely.area(geoms), territory=territory, places=places, crs=frame.crs)
    return _Ground(cut, rows, sliver)


def _figures(
    sides: Sequence[VintageVariants], years: tuple[int, ...], ground: _Ground
) -> Iterator[Iterator[tuple[Any, ...]]]:
    for side, year, rows in zip(sides, years, ground.rows, strict=True):
        now = side.artificial[rows]
        for variant in side.variants:
            yield _rows(ground.cut, "stock", None, year, variant, now, variant.artificial[rows], variant.ground[rows])
    if len(sides) == 2:
        yield from _flux(sides, years, ground)


def _flux(
    sides: Sequence[VintageVariants], years: tuple[int, ...], ground: _Ground
) -> Iterator[Iterator[tuple[Any, ...]]]:
    """The same thing otherwise in both vintages; what one of them has no variant of stays there as it is."""
    before, after = (side.artificial[rows] for side, rows in zip(sides, ground.rows, strict=True))
    found = [{(v.item, v.alternative): v for v in side.variants} for side in sides]
    for item, alternative in dict.fromkeys([*found[0], *found[1]]):
        own = [known.get((item, alternative)) for known in found]
        first, second = (
            side.artificial[rows] if variant is None else variant.artificial[rows]
            for side, variant, rows in zip(sides, own, ground.rows, strict=True)
        )
        bears = np.logical_or.reduce(
            [variant.ground[rows] for variant, rows in zip(own, ground.rows, strict=True) if variant is not None]
        )
        named = Variant(item, alternative, bears, second)
        yield from _signed(ground.cut, years, named, (before, after), (first, second))
    without = Variant("slivers", "without", ground.sliver, after)
    kept = np.where(ground.sliver, before, after)
    yield from _signed(ground.cut, years, without, (before, after), (before, kept))


def _signed(
    cut: CutByPlace,
    years: tuple[int, ...],
    variant: Variant,
    now: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]],
    then: tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]],
) -> Iterator[Iterator[tuple[Any, ...]]]:
    for figure in ("gain", "loss", "net"):
        both = [_sign(figure, *pair) for pair in (now, then)]
        yield _rows(cut, figure, years[0], years[1], variant, both[0], both[1], variant.ground)


def _sign(figure: str, before: npt.NDArray[np.bool_], after: npt.NDArray[np.bool_]) -> Signs:
    gain, loss = (~before & after).astype(np.float64), (before & ~after).astype(np.float64)
    return {"gain": gain, "loss": loss, "net": gain - loss}[figure]


def _rows(
    cut: CutByPlace,
    figure: str,
    since: int | None,
    year: int,
    variant: Variant,
    now: npt.NDArray[Any],
    then: npt.NDArray[Any],
    ground: npt.NDArray[np.bool_],
) -> Iterator[tuple[Any, ...]]:
    words = label(variant.item, variant.alternative)
    sums = (cut.sums_ha(ground), cut.sums_ha(now), cut.sums_ha(then))
    for place, (on, value, other) in enumerate(zip(*(s.tolist() for s in sums), strict=True)):
        named = (*cut.places[place], figure, since, year, variant.item, variant.alternative, words)
        yield (*named, on, value, other, other - value + 0.0, place)  # never -0.0
