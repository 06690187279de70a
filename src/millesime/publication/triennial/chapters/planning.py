"""Objectives of planning documents: point 4 of the decree, which no map can answer alone."""

from __future__ import annotations

from millesime.indicators import ZONES
from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.chapters.frame import PLANNING_TITLE
from millesime.publication.triennial.content import Block, Cell, Chapter, Column, Paragraph, Subheading, Table, WriteIn
from millesime.publication.triennial.facts import facts_of
from millesime.publication.triennial.words import capital


def planning_chapter(case: Case, place: ReportPlace) -> Chapter:
    """Zones of the plan when they are given; a table to fill in for the objectives."""
    blocks: list[Block] = [
        Paragraph(
            (
                (
                    "Les objectifs sont ceux de la planification régionale (SRADDET ou document équivalent), du SCoT "
                    "et du plan local d'urbanisme ou de la carte communale. Ils ne figurent dans aucune base de "
                    "données : cette évaluation est écrite par la collectivité, à l'aide des chiffres des chapitres "
                    "précédents."
                ),
            )
        )
    ]
    zones = _zones(case, place)
    if zones is not None:
        blocks += [Subheading("Artificialisation par zone du document d'urbanisme"), zones]
    elif "planning" not in case.sources:
        blocks.append(
            Paragraph(
                (
                    (
                        "Les zones du document d'urbanisme n'ont pas été fournies. Le Géoportail de l'urbanisme "
                        "(geoportail-urbanisme.gouv.fr) les diffuse ; la même commande avec l'option --planning "
                        "FICHIER ajoute ici l'artificialisation par zone urbaine, à urbaniser, agricole et naturelle."
                    ),
                ),
                style="note",
            )
        )
    blocks += [
        Subheading("Évaluation"),
        Table(
            "Objectifs et mesures",
            (
                Column("Document et date", 1.8),
                Column("Objectif", 2),
                Column("Période", 0.9),
                Column("Mesure concernée (ENAF ou artificialisation)", 1.7),
                Column("Constat", 1.6),
            ),
            tuple(("", "", "", "", "") for _ in range(4)),
            sourced=False,
            to_complete=True,
        ),
        WriteIn(
            "évaluation du respect des objectifs : comparer un objectif de consommation d'ENAF au seul chapitre sur "
            "la consommation d'ENAF, un objectif d'artificialisation au seul chapitre sur l'artificialisation.",
            lines=8,
        ),
    ]
    return Chapter(PLANNING_TITLE, tuple(blocks))


def _zones(case: Case, place: ReportPlace) -> Table | None:
    facts = facts_of(case, place)
    first, second = case.years
    there = {quantity.item for quantity in facts.items("planning", "area")}
    rows: list[tuple[Cell, ...]] = [
        (
            capital(title),
            *(
                facts.get("planning", name, item=zone)
                for name in ("area", "artificial_stock", "artificial_share", "artificial_gain", "artificial_loss")
            ),
        )
        for zone, title in ZONES.items()
        if zone in there
    ]
    if not rows:
        return None
    return Table(
        f"Artificialisation par zone du document d'urbanisme, {first}-{second}",
        (
            Column("Zone", 2.4),
            Column("Surface (ha)", is_number=True),
            Column(f"Artificialisés en {second} (ha)", 1.3, is_number=True),
            Column("Part (%)", 0.8, is_number=True),
            Column("Devenus artificialisés (ha)", 1.3, is_number=True),
            Column("Désartificialisés (ha)", 1.55, is_number=True),
        ),
        tuple(rows),
    )
