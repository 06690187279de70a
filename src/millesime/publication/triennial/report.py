"""The report of one place, from the case: its cover, its chapters in the order of the debate, its sources."""

from __future__ import annotations

from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.chapters.appendices import definitions_appendix, sources_appendix
from millesime.publication.triennial.chapters.artificial import artificial_chapter
from millesime.publication.triennial.chapters.enaf import enaf_chapter
from millesime.publication.triennial.chapters.frame import debate_chapter, frame_chapter
from millesime.publication.triennial.chapters.impervious import impervious_chapter
from millesime.publication.triennial.chapters.limits import limits_chapter
from millesime.publication.triennial.chapters.planning import planning_chapter
from millesime.publication.triennial.chapters.territory import essential_chapter, territory_chapter
from millesime.publication.triennial.content import Chapter, Cover, Report, quantities_of
from millesime.publication.triennial.ground_maps import Ground
from millesime.publication.triennial.pictures import pictures_of
from millesime.publication.triennial.words import WORDS, typographic

TITLE = "Rapport local de suivi de l'artificialisation des sols"


def build_report(case: Case, place: ReportPlace, ground: Ground) -> Report:
    """The content of the report of one place, with French typography.

    Args:
        case: what the reports of the command are made from.
        place: one of its places.
        ground: the pieces of the case, which all the reports share.
    """
    drawn = pictures_of(case, place, ground)
    body: tuple[Chapter, ...] = (
        essential_chapter(case, place),
        frame_chapter(case, place),
        territory_chapter(case, place, drawn.situation),
        enaf_chapter(case, place),
        artificial_chapter(case, place, (drawn.states, drawn.changes), drawn.sites),
        impervious_chapter(case, place),
        planning_chapter(case, place),
        limits_chapter(case, place),
        debate_chapter(place),
    )
    sources = tuple(case.sources.values())
    quantities = [quantity for chapter in body for block in chapter.blocks for quantity in quantities_of(block)]
    first, second = case.years
    report = Report(
        code=place.code,
        cover=_cover(case, place),
        chapters=(*body, sources_appendix(case, sources), definitions_appendix(quantities)),
        sources=sources,
        keywords=("artificialisation", "rapport triennal", place.name, str(first), str(second)),
    )
    made: Report = typographic(report)
    return made


def _cover(case: Case, place: ReportPlace) -> Cover:
    first, second = case.years
    words = WORDS[place.kind]
    facts = [("Territoire", f"{place.name} (code {place.code})")]
    if place.kind == "commune" and place.epci:
        facts.append(("Intercommunalité", place.epci))
    facts += [
        ("Cartes comparées", f"OCS GE, millésimes {first} et {second}"),
        (
            "Consommation d'espaces",
            "fichier non fourni" if case.enaf is None else f"fichier {case.sources['enaf'].file}",
        ),
        ("Texte de référence", "articles L. 2231-1 et R. 2231-1 du code général des collectivités territoriales"),
    ]
    return Cover(
        title=TITLE,
        place=place.name,
        subtitle=f"Rapport triennal, période {first}-{second}",
        facts=tuple(facts),
        write_in=(f"date de présentation au {words.council}, années civiles sur lesquelles porte le rapport.",),
        warning=(
            "Document de travail. Les chiffres et les cartes sont faits par le logiciel millesime à partir des "
            "fichiers nommés en annexe ; les explications, l'évaluation des objectifs et l'avis appartiennent à la "
            "collectivité. Les places à remplir portent la mention « À compléter par la collectivité »."
        ),
    )
