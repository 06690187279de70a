"""The fixed words of the document: those of the page, and a few that only paper needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from millesime.publication.portrait import Page
from millesime.publication.portrait.wording import words

#: Language -> what the page has no use for.
_ON_PAPER: Mapping[str, Mapping[str, str]] = {
    "fr": {
        "page": "Page",
        "of": "sur",
        "region": "FR",
        "colon": " : ",
        "hectares": "Tableau en hectares.",
        "footer": "Portrait de {territory}, occupation du sol à grande échelle, {years}. Document produit par le "
        "logiciel libre millesime ; il ne remplace pas les données officielles.",
    },
    "en": {
        "page": "Page",
        "of": "of",
        "region": "GB",
        "colon": ": ",
        "hectares": "Table in hectares.",
        "footer": "Portrait of {territory}, large-scale land cover and land use, {years}. Made with the free software "
        "millesime; it does not replace official data.",
    },
}


def words_of(page: Page) -> Mapping[str, Any]:
    """The words around the page's own texts: headings, heads of columns, notes."""
    texts, paper = words(page.language).texts, _ON_PAPER[page.language]
    themes, changes, sources, communes = texts.themes, texts.changes, texts.sources, texts.communes
    span = {"first": page.years[0], "second": page.years[-1]}
    return {
        "page": paper["page"],
        "of": paper["of"],
        "region": paper["region"],
        "colon": paper["colon"],
        "footer": paper["footer"].format(territory=page.territory, years=page.years_text),
        "kind": texts.frame.eyebrow,
        "north": texts.maps.north,
        "losses": themes.losses,
        "gains": themes.gains,
        "essential": texts.cards.heading,
        "maps": texts.maps.heading_two if page.period else texts.maps.heading_one,
        "changes": changes.heading.format(**span),
        "sites": changes.sites_caption,
        "site_columns": (changes.number, changes.what, changes.area, changes.effect),
        "commune_and_rest": changes.commune_and_rest.format(commune="\x00", rest="\x00").split("\x00")[1],
        "seen": changes.from_above,
        "composition": themes.composition_heading,
        "class": themes.code,
        "share": themes.share,
        "change": themes.change,
        "bar_note": f"{themes.stock_note.format(**span)} {paper['hectares']}",
        "balance_columns": (themes.gained, themes.lost, themes.balance),
        "in_hectares": themes.in_hectares.format(title=""),
        "corner": themes.matrix_corner.format(**span),
        "left": themes.left_total,
        "gained": themes.came_total,
        "matrix_note": themes.matrix_note.format(**span),
        "communes": communes.heading,
        "commune": communes.commune,
        "communes_table": communes.caption,
        "communes_share": communes.chart.format(year=page.years[-1]),
        "resting": texts.resting.heading,
        "resting_table": texts.resting.caption,
        "resting_first": texts.resting.what,
        "limits": texts.cautions.heading,
        "quality": texts.quality.heading,
        "sources": sources.heading,
        "inputs": sources.inputs_caption,
        "input_columns": (sources.input, sources.producer, sources.source_licence, sources.fingerprint),
        "steps": sources.steps_caption,
        "step_columns": (sources.step, sources.version, sources.read_fingerprint),
    }
