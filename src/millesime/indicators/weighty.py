"""The polygons that make the figure: ranked by hectares and doubt, each with why, for a person to look at.

Fifty polygons looked at on the photographs tell more of a figure than any formula: these are the ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.artificialisation import ARTIFICIAL, Artificialisation
from millesime.differential import Differential, Overlay
from millesime.differential.near_thresholds import near_threshold
from millesime.errors import ConfigError
from millesime.indicators.doubt import Facts, Flags, Parameters, mean_widths_m, suspect_pairs
from millesime.indicators.status_variants import MIXED_USE, UNKNOWN_USE, confidences
from millesime.indicators.weighty_words import why
from millesime.written_numbers import Language

#: How many polygons a person looks at.
TOP = 50


def weighty_polygons(
    vintages: Sequence[Artificialisation],
    *,
    years: Sequence[int],
    comparison: tuple[Differential, Overlay] | None = None,
    top: int = TOP,
    parameters: Parameters | None = None,
    language: Language = "fr",
) -> geopandas.GeoDataFrame:
    """The polygons that weigh most in the artificialisation figure: hectares times doubt.

    With two vintages, the pieces of ground whose status differs: they are the flux. With one, its artificial polygons,
    and the others whose status hangs on a threshold, on an unknown use or on a low confidence.

    `weight_ha` = hectares x doubt. The doubt, between 0 and 1, is made of facts (`millesime.indicators.doubt`): a patch
    near a threshold, a status turned by thresholds alone or given by them, an unknown or mixed use, a suspect pair of
    cover and use, a narrow shape, a rare transition, a low confidence. Facts are those of either vintage.

    Args:
        vintages: one, or two with the earlier first.
        years: their years, increasing.
        comparison: what `millesime.differential.difference` gives for two vintages.
        top: how many at most.
        parameters: what counts as a fact of doubt.
        language: of the sentences.

    Returns:
        the heaviest first: `rank`; `id` of the piece (the polygon with one vintage) and `id_Y` of the polygon of each
        year; `cs_Y`, `us_Y`, `artif_Y`; `artificialisation` +1 or -1 with two vintages; `area_ha`, `doubt`,
        `weight_ha`; `facts`, their names; `why`, a sentence; geometry. Equal weights go by area, then by id.

    Raises:
        ConfigError: vintages, years and comparison do not go together.
    """
    parameters = parameters or Parameters()
    if len(vintages) != len(years) or len(vintages) not in (1, 2) or (comparison is not None) != (len(years) == 2):
        raise ConfigError("give one vintage, or two with their differential, and as many years")
    pieces = _of_stock(vintages[0], years[0]) if comparison is None else _of_flux(vintages, years, comparison)
    facts = _facts(pieces, parameters)
    kept = np.flatnonzero(pieces.candidates(facts))
    area_ha, doubt = pieces.area_m2 / 10_000, facts.doubt()
    ids = pieces.frame["id"].to_numpy(dtype=object).astype(str)
    # Rounded, so that the last digit of a sum does not decide the order.
    weight = np.round(area_ha * doubt, 9)
    order = kept[np.lexsort([ids[kept], -np.round(area_ha[kept], 9), -weight[kept]])][:top]
    table = pieces.frame.iloc[order].reset_index(drop=True)
    named = [facts.of(row) for row in order.tolist()]
    added = {
        "area_ha": area_ha[order],
        "doubt": doubt[order],
        "weight_ha": area_ha[order] * doubt[order],
        "facts": [" ".join(names) for names in named],
        "why": [_why(pieces, facts, row, language) for row in order.tolist()],
    }
    table = pd.DataFrame(table.drop(columns="geometry")).assign(**added)
    table.insert(0, "rank", np.arange(1, len(order) + 1))
    return geopandas.GeoDataFrame(table, geometry=pieces.geoms[order], crs=pieces.frame.crs)


@dataclass(frozen=True)
class _Pieces:
    """Pieces of ground that may weigh, with the polygon of each vintage that they are of."""

    frame: geopandas.GeoDataFrame
    """`id`, `id_Y`, `cs_Y`, `us_Y`, `artif_Y`, `artificialisation` with two vintages, geometry."""

    years: tuple[int, ...]
    vintages: tuple[Artificialisation, ...]
    rows: tuple[npt.NDArray[np.intp], ...]
    sliver: Flags
    geoms: npt.NDArray[Any]
    area_m2: npt.NDArray[np.float64]

    def column(self, name: str) -> list[npt.NDArray[Any]]:
        return [self.frame[f"{name}_{year}"].to_numpy(dtype=object) for year in self.years]

    def differs(self, *names: str) -> Flags:
        first, second = 0, len(self.years) - 1
        pairs = [self.column(name) for name in names]
        return np.logical_or.reduce([columns[first] != columns[second] for columns in pairs])

    def any_vintage(self, flags: Sequence[Flags]) -> Flags:
        """(n,) True where it holds of the polygon of either vintage."""
        return np.logical_or.reduce([flag[rows] for flag, rows in zip(flags, self.rows, strict=True)])

    def candidates(self, facts: Facts) -> Flags:
        """What makes the figure."""
        if len(self.years) == 2:
            return self.differs("artif")
        hangs = ("near_threshold", "thresholds", "unknown_use", "low_confidence")
        return np.asarray(self.column("artif")[0] == ARTIFICIAL, dtype=bool) | np.logical_or.reduce(
            [facts.flags[name] for name in hangs]
        )


def _of_stock(vintage: Artificialisation, year: int) -> _Pieces:
    frame = vintage.frame
    sources = {"cs": "code_cs", "us": "code_us", "artif": "artif"}
    ids = frame["id"] if "id" in frame.columns else pd.Series(np.arange(len(frame)).astype(str), index=frame.index)
    columns = {"id": ids, f"id_{year}": ids, **{f"{name}_{year}": frame[source] for name, source in sources.items()}}
    geoms = frame.geometry.to_numpy()
    none = np.zeros(len(frame), dtype=bool)
    return _Pieces(
        frame=geopandas.GeoDataFrame(columns, geometry=geoms, crs=frame.crs).reset_index(drop=True),
        years=(year,),
        vintages=(vintage,),
        rows=(np.arange(len(frame), dtype=np.intp),),
        sliver=none,
        geoms=geoms,
        area_m2=shapely.area(geoms),
    )


def _of_flux(
    vintages: Sequence[Artificialisation], years: Sequence[int], comparison: tuple[Differential, Overlay]
) -> _Pieces:
    frame, over = comparison[0].frame, comparison[1]
    columns = ["id", *(f"{name}_{year}" for name in ("id", "cs", "us", "artif") for year in years)]
    geoms = frame.geometry.to_numpy()
    return _Pieces(
        frame=frame[[*columns, "artificialisation", "geometry"]],
        years=tuple(years),
        vintages=tuple(vintages),
        rows=(over.first, over.second),
        sliver=frame["sliver"].to_numpy(dtype=bool),
        geoms=geoms,
        area_m2=frame["area_m2"].to_numpy(dtype=np.float64),
    )


def _facts(pieces: _Pieces, parameters: Parameters) -> Facts:
    n, frames = len(pieces.frame), [vintage.frame for vintage in pieces.vintages]
    widths = mean_widths_m(pieces.area_m2, shapely.length(pieces.geoms))
    is_flux = len(pieces.years) == 2
    none = np.zeros(n, dtype=bool)
    only = pieces.differs("artif") & ~pieces.differs("cs", "us") if is_flux else none
    turned = pieces.any_vintage([frame["crit_seuil"].to_numpy(dtype=bool) for frame in frames])
    covers, uses = pieces.column("cs"), pieces.column("us")
    pairs = suspect_pairs(zip(covers, uses, strict=True), n)
    confidence = _least_confidence(pieces, frames, parameters.confidence)
    flags = {
        "near_threshold": pieces.any_vintage(
            [near_threshold(vintage, share=parameters.near_share) for vintage in pieces.vintages]
        ),
        "thresholds_only": only,
        "thresholds": turned & ~only,
        "unknown_use": np.logical_or.reduce([use == UNKNOWN_USE for use in uses]),
        "mixed_use": np.logical_or.reduce([use == MIXED_USE for use in uses]),
        "suspect_pair": np.asarray(pairs != "", dtype=bool),
        "narrow": (widths < parameters.narrow_m) | pieces.sliver,
        "rare_transition": _rare(pieces, share=parameters.rare_share) if is_flux else none,
        "low_confidence": confidence < parameters.confidence_below,
    }
    return Facts(flags, widths, confidence, pairs)


def _least_confidence(pieces: _Pieces, frames: Sequence[geopandas.GeoDataFrame], name: str) -> npt.NDArray[np.float64]:
    least = np.full(len(pieces.frame), np.nan)
    for frame, rows in zip(frames, pieces.rows, strict=True):
        if name in frame.columns:
            least = np.fmin(least, confidences(frame, name)[rows])
    return least


def _rare(pieces: _Pieces, *, share: float) -> Flags:
    """(n,) True where codes changed in a way that makes less than a share of all the ground with changed codes."""
    moved = pieces.differs("cs", "us")
    columns = {f"{name}{k}": column for name in ("cs", "us") for k, column in enumerate(pieces.column(name))}
    table = pd.DataFrame({**columns, "area": np.where(moved, pieces.area_m2, 0.0)})
    by_transition = table.groupby(list(columns))["area"].transform("sum").to_numpy()
    return np.asarray(moved & (by_transition < share * table["area"].sum()), dtype=bool)


def _why(pieces: _Pieces, facts: Facts, row: int, language: Language) -> str:
    codes = zip(pieces.column("cs"), pieces.column("us"), strict=True)
    return why(
        area_m2=float(pieces.area_m2[row]),
        codes=[(str(cs[row]), str(us[row])) for cs, us in codes],
        statuses=[bool(column[row] == ARTIFICIAL) for column in pieces.column("artif")],
        facts=facts,
        row=row,
        language=language,
    )
