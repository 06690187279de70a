"""What the figures rest on, for the page: the sentences and the table of the sensitivity."""

from __future__ import annotations

import pandas as pd

from millesime.publication.portrait.resting import Resting
from millesime.publication.portrait.wording import Language, words
from millesime.publication.portrait_of_files.assembling import OfFiles
from millesime.publication.portrait_of_files.wording import file_texts

#: What would be shown as 0,00 changes nothing.
_NEGLIGIBLE_HA = 0.005


def resting_of(of: OfFiles, language: Language = "fr") -> Resting:
    """What the artificialisation figures of the zone rest on."""
    texts, bare = file_texts(language), words(language).numbers.bare_hectares
    rows = of.sensitivity.of(of.zone.code, level=of.sensitivity_level)
    year = of.vintages[-1].year
    stock = rows[(rows["figure"] == "stock") & (rows["year_to"] == year)].set_index(["item", "alternative"])
    flux = rows[rows["figure"] == "net"].set_index(["item", "alternative"])
    columns = [texts.ground.format(year=year), texts.stock.format(year=year)]
    columns += [texts.flux] if len(flux) else []
    lines = []
    for item in stock.index.union(flux.index, sort=False):
        state, change = _row(stock, item), _row(flux, item)
        known = change if state is None else state
        differences = [row["difference_ha"] for row in (state, change) if row is not None]
        if known is None or all(abs(value) < _NEGLIGIBLE_HA for value in differences):
            continue
        cells = ["–" if state is None else bare(state["ground_ha"])]
        cells += ["–" if row is None else bare(row["difference_ha"], signed=True) for row in (state, change)]
        lines.append((_label(known, item, language), *cells[: len(columns)]))
    return Resting(
        sentences=(
            *of.sensitivity.sentences(of.zone.code, level=of.sensitivity_level, language=language),
            *((texts.resting_intro,) if lines else ()),
        ),
        columns=tuple(columns),
        rows=tuple(lines),
    )


def _label(row: pd.Series, item: tuple[str, str], language: Language) -> str:
    # The sensitivity labels its items in French; its keys are plain English words.
    text = str(row["label"]) if language == "fr" else ", ".join(word.replace("_", " ") for word in item)
    return text[:1].upper() + text[1:]


def _row(table: pd.DataFrame, item: object) -> pd.Series | None:
    return table.loc[item] if item in table.index else None
