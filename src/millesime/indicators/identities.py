"""What must hold between the figures of a table, whatever the territory: checked on every run.

For each place, theme and code, and for artificial and impervious ground:

    stock(y2) - stock(y1) = gain - loss = net
    sum of transitions into a code = its gain, out of it = its loss
    sum of the stocks of a vintage over the codes = the area of the place, the same for all vintages

The sums are made of whole numbers over one cutting of the ground, so that these hold exactly but for the rounding of
the hectares told. A table that breaks one is a fault of millesime, not of the data: no file can cause it. That is why
`require_identities` raises an InternalError, before anything is written, where a told anomaly would leave a wrong
figure to be read by those who do not read what is told.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from millesime.errors import InternalError
from millesime.indicators.product import Indicators

#: Square metres that a difference may reach.
TOLERANCE_M2 = 1.0

_PLACE = ["level", "code"]
_THEMES = ("cover", "use", "artificialisation", "imperviousness")
_SHOWN = 10


def broken_identities(indicators: Indicators, *, tolerance_m2: float = TOLERANCE_M2) -> tuple[str, ...]:
    """The identities that a table breaks, in sentences; none when all hold.

    Where only a part of a place has the vintage (départements with different numbers of vintages), its stocks are of
    different grounds: there, stocks are not compared with fluxes.

    Args:
        indicators: the table.
        tolerance_m2: how much of a difference is rounding.
    """
    table = indicators.table
    tolerance = tolerance_m2 / 10_000
    areas = _sums(table, "territory", "vintage_area", [*_PLACE, "year_to"])
    found = [*_areas(table, areas, tolerance), *_stocks(table, areas, tolerance), *_marginals(table, tolerance)]
    return tuple(found)


def require_identities(indicators: Indicators) -> None:
    """Refuse a table that breaks an identity.

    Raises:
        InternalError: tells the first of them and how many there are.
    """
    broken = broken_identities(indicators)
    if broken:
        shown = "\n".join(f"  - {sentence}" for sentence in broken[:_SHOWN])
        raise InternalError(
            f"{len(broken)} identities between stocks and fluxes do not hold:\n{shown}",
            remedy="report it with the files: no data can cause this",
        )


def _rows(table: pd.DataFrame, theme: str, indicator: str) -> pd.DataFrame:
    return table[(table["theme"] == theme) & (table["indicator"] == indicator)]


def _sums(table: pd.DataFrame, theme: str, indicator: str, keys: list[str]) -> pd.Series:
    return _rows(table, theme, indicator).groupby(keys)["value"].sum()


def _areas(table: pd.DataFrame, areas: pd.Series, tolerance: float) -> Iterator[str]:
    """Sums of stocks against the area of the place."""
    for theme in ("cover", "use"):
        whole = _sums(table, theme, "stock", [*_PLACE, "year_to"])
        gap = whole.sub(areas, fill_value=0.0)
        for (level, code, year), value in gap[gap.abs() > tolerance].items():
            yield f"{level} {code}: stocks by {theme} of {year} and its area differ by {_m2(value)}"


def _stocks(table: pd.DataFrame, areas: pd.Series, tolerance: float) -> Iterator[str]:
    """Differences of stocks against net fluxes, and net against gain less loss."""
    pairs = table.loc[table["year_from"].notna(), [*_PLACE, "year_from", "year_to"]].drop_duplicates()
    pairs = pairs.astype({"year_from": "int64"})
    ends = [pairs.set_index([*_PLACE, year]).index for year in ("year_from", "year_to")]
    same = abs(areas.reindex(ends[0]).to_numpy() - areas.reindex(ends[1]).to_numpy()) <= tolerance
    pairs = pairs[same]
    for theme in _THEMES:
        keys = [*_PLACE, "item", "year_to"]
        stock = _sums(table, theme, "stock", keys)
        flux = {
            name: _sums(table, theme, name, [*_PLACE, "item", "year_from", "year_to"])
            for name in ("net", "gain", "loss")
        }
        items = stock.index.to_frame(index=False)[[*_PLACE, "item"]].drop_duplicates()
        asked = pairs.merge(items, on=_PLACE)
        at = [asked.set_index([*_PLACE, "item", year]).index for year in ("year_from", "year_to")]
        change = stock.reindex(at[1], fill_value=0.0).to_numpy() - stock.reindex(at[0], fill_value=0.0).to_numpy()
        of_pair = asked.set_index([*_PLACE, "item", "year_from", "year_to"]).index
        told = {name: values.reindex(of_pair, fill_value=0.0).to_numpy() for name, values in flux.items()}
        gaps = {
            "the difference of the stocks and the net flux": change - told["net"],
            "the net flux and gain less loss": told["net"] - (told["gain"] - told["loss"]),
        }
        for what, gap in gaps.items():
            for key, value in zip(of_pair[abs(gap) > tolerance], gap[abs(gap) > tolerance], strict=True):
                level, code, item, since, year = key
                yield f"{level} {code}, {theme} {item or 'in all'}, {since}-{year}: {what} differ by {_m2(value)}"


def _marginals(table: pd.DataFrame, tolerance: float) -> Iterator[str]:
    """Transitions against gains and losses."""
    for theme in ("cover", "use"):
        moves = _rows(table, theme, "transition")
        split = moves["item"].str.split(">", n=1, expand=True).reindex(columns=[0, 1])
        for side, name in ((1, "gain"), (0, "loss")):
            keys = [*_PLACE, "item", "year_from", "year_to"]
            summed = moves.assign(item=split[side]).groupby(keys)["value"].sum()
            gap = summed.sub(_sums(table, theme, name, keys), fill_value=0.0)
            for (level, code, item, since, year), value in gap[gap.abs() > tolerance].items():
                yield f"{level} {code}, {theme} {item}, {since}-{year}: transitions and {name} differ by {_m2(value)}"


def _m2(hectares: float) -> str:
    return f"{hectares * 10_000:.2f} m²"
