"""The balance of two vintages: stocks as delivered, and every square metre of their difference accounted for.

    stock(second) - stock(first) = net of changes + of noise + of snapped borders + of ground alone + rounding

Stocks are those of the vintages as they were given, never sums of pieces; the five terms come from the pieces. Rounding
is what remains: coordinates off the 1 cm grid go to it, and borders that cross meet on it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.artificialisation import ARTIFICIAL, Artificialisation
from millesime.differential.overlay import Overlay
from millesime.differential.product import Differential
from millesime.nomenclature import CS

Items = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

COLUMNS = (
    *("theme", "item", "stock_first_m2", "stock_second_m2", "gain_m2", "loss_m2", "net_m2"),
    *("noise_net_m2", "snapped_net_m2", "alone_net_m2", "rounding_m2"),
)

_OTHER = ""
"""Item of ground that a theme does not count."""

_IMPERVIOUS = frozenset(leaf.code for leaf in CS.leaves if leaf.is_impermeable)


def balance(first: Artificialisation, second: Artificialisation, result: Differential, over: Overlay) -> pd.DataFrame:
    """Stocks and flux by cover, by use, of artificial and of impervious ground.

    Args:
        first: the earlier vintage as given.
        second: the later one.
        result: their differential.
        over: the overlay that it was made from.

    Returns:
        `theme` ('cover', 'use', 'artificialisation', 'imperviousness'), `item` (the code, 'artif', 'impervious'), and
        square metres: the stock of each vintage as given; `gain_m2` under the later code and `loss_m2` under the
        earlier one, of changes alone; `net_m2`, their difference; the net of slivers and border noise, of snapped
        borders, of ground that one vintage alone covers, and what rounding to the grid leaves. In order of theme and
        item.
    """
    frame = result.frame
    area = frame["area_m2"].to_numpy(dtype=np.float64)
    changed, sliver = frame["changed"].to_numpy(dtype=bool), frame["sliver"].to_numpy(dtype=bool)
    snapped = over.snapped
    tables = []
    for theme, one, other in _themes(first, second):
        before, after = one[over.first], other[over.second]
        moved = (before != after) & changed
        gone, come = _at(other, snapped.before), _at(other, snapped.after)
        sums = {
            "stock_first_m2": _sums(one, first.frame["aire"].to_numpy(dtype=np.float64)),
            "stock_second_m2": _sums(other, second.frame["aire"].to_numpy(dtype=np.float64)),
            "gain_m2": _sums(after, area, keep=moved & ~sliver),
            "loss_m2": _sums(before, area, keep=moved & ~sliver),
            "noise_net_m2": _net(_sums(after, area, keep=moved & sliver), _sums(before, area, keep=moved & sliver)),
            "snapped_net_m2": _net(_sums(gone, snapped.area_m2), _sums(come, snapped.area_m2)),
            "alone_net_m2": _net(_sums(other, over.alone_second_m2), _sums(one, over.alone_first_m2)),
        }
        table = pd.DataFrame(sums).fillna(0.0).rename_axis("item").reset_index()
        tables.append(table[table["item"] != _OTHER].assign(theme=theme).sort_values("item"))
    table = pd.concat(tables, ignore_index=True)
    table["net_m2"] = table["gain_m2"] - table["loss_m2"]
    explained = table["net_m2"] + table["noise_net_m2"] + table["snapped_net_m2"] + table["alone_net_m2"]
    table["rounding_m2"] = table["stock_second_m2"] - table["stock_first_m2"] - explained
    return table[list(COLUMNS)]


def _themes(first: Artificialisation, second: Artificialisation) -> Iterator[tuple[str, Items, Items]]:
    """Each theme with the item of every polygon of both vintages."""
    for theme, column in (("cover", "code_cs"), ("use", "code_us")):
        yield theme, first.frame[column].to_numpy(dtype=object), second.frame[column].to_numpy(dtype=object)
    sides = (first.frame, second.frame)
    statuses = [np.where(side["artif"] == ARTIFICIAL, "artif", _OTHER).astype(object) for side in sides]
    yield "artificialisation", statuses[0], statuses[1]
    sealed = [np.where(side["code_cs"].isin(_IMPERVIOUS), "impervious", _OTHER).astype(object) for side in sides]
    yield "imperviousness", sealed[0], sealed[1]


def _at(items: Items, rows: npt.NDArray[np.intp]) -> Items:
    """Items of some rows; none for -1."""
    return np.concatenate([items, [_OTHER]]).astype(object)[rows]


def _sums(items: Items, area: Floats, *, keep: Flags | None = None) -> pd.Series:
    """Area by item."""
    if keep is not None:
        items, area = items[keep], area[keep]
    return pd.Series(area, dtype=np.float64).groupby(items).sum()


def _net(plus: pd.Series, minus: pd.Series) -> pd.Series:
    return plus.sub(minus, fill_value=0.0)
