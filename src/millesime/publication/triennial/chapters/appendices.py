"""The appendices: where every figure comes from, and what it means."""

from __future__ import annotations

from collections.abc import Sequence

from millesime.nomenclature import CS
from millesime.publication.triennial.case import Case
from millesime.publication.triennial.content import Block, Chapter, Column, DataSource, Paragraph, Quantity, Table
from millesime.publication.triennial.words import capital

_UNITS = {"ha": "ha", "%": "%", "ha/year": "ha par an", "count": "nombre"}


def sources_appendix(case: Case, sources: Sequence[DataSource]) -> Chapter:
    """The list that the numbers in brackets refer to."""
    rows = tuple(
        (
            f"[{rank}]",
            source.title,
            f"{source.file}, couche {source.layer}" if source.layer else source.file,
            source.vintage,
            source.remark,
        )
        for rank, source in enumerate(sources, start=1)
    )
    blocks: list[Block] = [
        Paragraph(
            (
                (
                    "Les numéros entre crochets renvoient à cette liste. Le fichier CSV joint donne chaque chiffre "
                    "du rapport avec toutes ses décimales, sa définition, son fichier et sa couche."
                ),
            )
        ),
        Table(
            "Sources des chiffres et des cartes",
            (
                Column("N°", 0.5),
                Column("Donnée", 1.7),
                Column("Fichier et couche", 2.4),
                Column("Millésime", 1),
                Column("Lecture", 2.6),
            ),
            rows,
            sourced=False,
        ),
    ]
    blocks += [Paragraph((capital(text),), style="note") for text in case.warnings]
    return Chapter("Annexe A. Sources", tuple(blocks), appendix=True, fresh_page=True)


def definitions_appendix(quantities: Sequence[Quantity]) -> Chapter:
    """What each indicator of the report means, and the official names of the covers."""
    found = {(item.theme, item.indicator): item for item in reversed(quantities)}
    rows = tuple((capital(item.meaning), _UNITS[item.unit], _origin(item)) for item in reversed(found.values()))
    covers = sorted({part for item in quantities if item.theme == "cover" for part in item.item.split(">") if part})
    return Chapter(
        "Annexe B. Définitions",
        (
            Table(
                "Définition des indicateurs",
                (Column("Ce que dit le chiffre", 4), Column("Unité", 0.8), Column("Mesure", 1.4)),
                rows,
                sourced=False,
            ),
            Table(
                "Couvertures du sol de l'OCS GE citées",
                (Column("Code", 1), Column("Libellé officiel", 4)),
                tuple((code, CS.get(code).label_fr) for code in covers),
                sourced=False,
            ),
        ),
        appendix=True,
    )


def _origin(quantity: Quantity) -> str:
    others = {"enaf": "Consommation d'ENAF", "control": "Points de contrôle"}
    return others.get(quantity.theme, "Occupation du sol")
