"""What the figures rest on, for the page: the sentences and the table of the sensitivity."""

from __future__ import annotations

import pandas as pd

from millesime.publication.portrait.numbers import bare_hectares
from millesime.publication.portrait.resting import Resting
from millesime.publication.portrait_of_files.assembling import OfFiles

#: What would be shown as 0,00 changes nothing.
_NEGLIGIBLE_HA = 0.005

_INTRO = (
    "Chaque ligne recalcule le chiffre en changeant une seule chose. Les écarts ne s'additionnent pas. Ce qui ne "
    "change rien n'est pas montré."
)


def resting_of(of: OfFiles) -> Resting:
    """What the artificialisation figures of the zone rest on."""
    rows = of.sensitivity.of(of.zone.code, level=of.sensitivity_level)
    year = of.vintages[-1].year
    stock = rows[(rows["figure"] == "stock") & (rows["year_to"] == year)].set_index(["item", "alternative"])
    flux = rows[rows["figure"] == "net"].set_index(["item", "alternative"])
    items = stock.index.union(flux.index, sort=False)
    columns = [f"Surface en jeu en {year} (ha)", f"Artificialisé en {year} : écart (ha)"]
    if len(flux):
        columns.append("Flux net : écart (ha)")
    lines = []
    for item in items:
        state, change = _row(stock, item), _row(flux, item)
        differences = [row["difference_ha"] for row in (state, change) if row is not None]
        if all(abs(value) < _NEGLIGIBLE_HA for value in differences):
            continue
        cells = ["–" if state is None else bare_hectares(state["ground_ha"])]
        cells += ["–" if row is None else bare_hectares(row["difference_ha"], signed=True) for row in (state, change)]
        known = change if state is None else state
        label = "" if known is None else str(known["label"])
        lines.append((label[:1].upper() + label[1:], *cells[: len(columns)]))
    return Resting(
        sentences=(*of.sensitivity.sentences(of.zone.code, level=of.sensitivity_level), _INTRO),
        columns=tuple(columns),
        rows=tuple(lines),
    )


def _row(table: pd.DataFrame, item: object) -> pd.Series | None:
    return table.loc[item] if item in table.index else None
