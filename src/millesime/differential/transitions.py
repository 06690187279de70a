"""Transitions: how much ground went from one code to another."""

from __future__ import annotations

import pandas as pd


def transitions(changes: pd.DataFrame, *, years: tuple[int, int], name: str) -> pd.DataFrame:
    """Area by old and new code.

    The sums of its rows are the losses of each code, the sums of its columns the gains.

    Args:
        changes: pieces with `cs_Y`, `us_Y`, `artif_Y` for both years and `area_m2`.
        years: the two vintages, earlier first.
        name: 'cs', 'us' or 'artif'.

    Returns:
        columns `before`, `after`, `area_m2`, `pieces`; the largest area first; equal codes left out.
    """
    before, after = f"{name}_{years[0]}", f"{name}_{years[1]}"
    moved = changes[changes[before] != changes[after]]
    table = (
        moved.groupby([before, after], sort=True)
        .agg(area_m2=("area_m2", "sum"), pieces=("area_m2", "size"))
        .reset_index()
        .rename(columns={before: "before", after: "after"})
    )
    return table.sort_values(["area_m2", "before", "after"], ascending=[False, True, True], ignore_index=True)
