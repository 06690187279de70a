"""The table of figures: one line per number of the report, with its source and its definition."""

from __future__ import annotations

import csv
from io import StringIO

from millesime.publication.triennial.content import Quantity, Report

COLUMNS = (
    "chapitre",
    "code",
    "lieu",
    "theme",
    "indicateur",
    "element",
    "annee_debut",
    "annee_fin",
    "valeur",
    "unite",
    "affiche",
    "definition",
    "source",
    "fichier",
    "couche",
    "millesime",
)

_UNITS = {"ha": "ha", "%": "%", "ha/year": "ha/an", "count": "nombre"}

#: So that spreadsheets read the accents.
_BYTE_ORDER_MARK = "\ufeff"


def figures_csv(report: Report) -> bytes:
    """Semicolons and decimal commas in UTF-8, as spreadsheets set to French open it."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for chapter, quantity in report.quantities():
        writer.writerow(_row(report, chapter, quantity))
    return (_BYTE_ORDER_MARK + text.getvalue()).encode()


def _row(report: Report, chapter: str, quantity: Quantity) -> list[str]:
    sources = [report.sources[rank - 1] for rank in report.numbered(quantity.sources)]
    decimals = {"count": 0, "%": 4}.get(quantity.unit, 6)
    return [
        chapter,
        *quantity.place,
        quantity.theme,
        quantity.indicator,
        quantity.item,
        "" if quantity.year_from is None else str(quantity.year_from),
        "" if quantity.year_to is None else str(quantity.year_to),
        f"{quantity.value + 0.0:.{decimals}f}".replace(".", ","),
        _UNITS[quantity.unit],
        quantity.text,
        quantity.meaning,
        " | ".join(source.title for source in sources),
        " | ".join(dict.fromkeys(source.file for source in sources)),
        " | ".join(dict.fromkeys(source.layer for source in sources)),
        " | ".join(dict.fromkeys(source.vintage for source in sources)),
    ]
