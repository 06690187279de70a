"""From the table of indicators to the figures of the portrait: nothing is computed here that the table does not say."""

from __future__ import annotations

import pandas as pd

from millesime.errors import SchemaError
from millesime.indicators import Indicators
from millesime.nomenclature import threshold
from millesime.publication.material import VintageLayers
from millesime.publication.portrait.figures import Figures, LeastBuilt, PlaceFigures, ThemeFigures

_LEAST_WITHIN_M2 = 0.5


def read_figures(indicators: Indicators, *, years: tuple[int, ...]) -> Figures:
    """The figures of a territory and of its communes.

    Args:
        indicators: the tidy table.
        years: the vintages that the portrait shows, increasing, one or two.

    Raises:
        SchemaError: the table has no territory, or not these years.
    """
    table = indicators.table
    held = set(table.loc[table["indicator"] == "stock", "year_to"])
    if not set(years) <= held:
        raise SchemaError(f"the indicators tell of {sorted(held)}, not of {list(years)}")
    places = table[["level", "code", "name"]].drop_duplicates()
    whole = places[places["level"] == "territory"]
    if len(whole) != 1:
        raise SchemaError(f"the indicators tell of {len(whole)} territories, one is expected")
    communes = places[places["level"] == "commune"].sort_values(["name", "code"])
    territory = table[table["level"] == "territory"]
    return Figures(
        years=years,
        territory=_place(territory, str(whole["code"].iloc[0]), str(whole["name"].iloc[0]), years),
        communes=tuple(
            _place(table[(table["level"] == "commune") & (table["code"] == code)], str(code), str(name), years)
            for code, name in zip(communes["code"], communes["name"], strict=True)
        ),
        covers=_theme(territory, "cover", years),
        uses=_theme(territory, "use", years),
        threshold_ha=_one(territory, "artificialisation", "changed_by_thresholds", years[-1]),
        changed_ha=_one(territory, "change", "area", years[-1]) - _one(territory, "change", "sliver_area", years[-1]),
        flux_by_threshold_ha=_one(territory, "artificialisation", "flux_without_code_change", years[-1]),
    )


def least_built(layers: VintageLayers) -> LeastBuilt | None:
    """Built polygons whose area is the minimum unit of built land, to half a square metre.

    Most are enlarged footprints: the offset is in whole millimetres, hence a little more than the unit. None without
    any.
    """
    least = threshold("ocsge_built_inflation").value or 0.0
    built = layers.artificialisation.loc[layers.artificialisation["code_cs"] == "CS1.1.1.1", "aire"]
    found = built[(built >= least) & (built < least + _LEAST_WITHIN_M2)]
    return LeastBuilt(len(found), float(found.sum()) / 10_000, len(built)) if len(found) else None


def _place(table: pd.DataFrame, code: str, name: str, years: tuple[int, ...]) -> PlaceFigures:
    return PlaceFigures(
        code=code,
        name=name,
        area_ha=_one(table, "territory", "area", years[-1]),
        covered_pct=_known(table, "territory", "covered_share", years[-1]),
        artificial_ha={year: _one(table, "artificialisation", "stock", year) for year in years},
        impervious_ha={year: _one(table, "imperviousness", "stock", year) for year in years},
        artificialised_ha=_one(table, "artificialisation", "gain", years[-1]),
        renatured_ha=_one(table, "artificialisation", "loss", years[-1]),
    )


def _theme(table: pd.DataFrame, theme: str, years: tuple[int, ...]) -> ThemeFigures:
    transitions = _items(table, theme, "transition", years[-1])
    return ThemeFigures(
        stock_ha={year: _items(table, theme, "stock", year) for year in years},
        gains_ha=_items(table, theme, "gain", years[-1]),
        losses_ha=_items(table, theme, "loss", years[-1]),
        transitions_ha={_pair(item): area for item, area in transitions.items()},
        artificial_ha=_items(table, theme, "artificial_stock", years[-1]),
    )


def _pair(item: str) -> tuple[str, str]:
    before, _, after = item.partition(">")
    return before, after


def _one(table: pd.DataFrame, theme: str, indicator: str, year: int) -> float:
    return float(_rows(table, theme, indicator, year)["value"].sum())


def _known(table: pd.DataFrame, theme: str, indicator: str, year: int) -> float | None:
    """Its value; None where the table does not tell it."""
    rows = _rows(table, theme, indicator, year)
    return float(rows["value"].sum()) if len(rows) else None


def _items(table: pd.DataFrame, theme: str, indicator: str, year: int) -> dict[str, float]:
    rows = _rows(table, theme, indicator, year)
    return dict(zip(rows["item"].astype(str), rows["value"].astype(float), strict=True))


def _rows(table: pd.DataFrame, theme: str, indicator: str, year: int) -> pd.DataFrame:
    return table[(table["theme"] == theme) & (table["indicator"] == indicator) & (table["year_to"] == year)]
