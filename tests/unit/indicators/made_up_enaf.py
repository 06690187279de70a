"""Tables as Cerema publishes them, with made-up flows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

DESTINATIONS = ("act", "hab", "mix", "rou", "fer", "inc")


def table_of(
    codes: Sequence[str],
    flows: Mapping[int, Mapping[str, float]],
    *,
    first: int = 2011,
    last: int = 2014,
    letters: Sequence[str] = DESTINATIONS,
    names: Sequence[str] | None = None,
    epci: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Every commune has the same flows: year -> destination -> area; 0 where nothing is said."""
    columns: dict[str, object] = {
        "idcom": list(codes),
        "idcomtxt": list(names or [f"Commune {k}" for k in range(len(codes))]),
        "epci24": list(epci or ["200000001"] * len(codes)),
        "epci24txt": "CC des Prés",
    }
    for year in range(first, last + 1):
        a, b = f"{year % 100:02d}", f"{(year + 1) % 100:02d}"
        parts = {name: flows.get(year, {}).get(name, 0) for name in letters}
        columns[f"naf{a}art{b}"] = sum(parts.values())
        columns |= {f"art{a}{name}{b}": value for name, value in parts.items()}
    return pd.DataFrame(columns)
