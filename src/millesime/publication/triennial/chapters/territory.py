"""The first chapters: the essential in a few lines, then the place and how far the maps cover it."""

from __future__ import annotations

from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.chapters.artificial import balance_sentence
from millesime.publication.triennial.chapters.impervious import impervious_sentence
from millesime.publication.triennial.content import (
    Block,
    Bullets,
    Chapter,
    Column,
    Paragraph,
    Picture,
    Quantity,
    Runs,
    Strong,
    Table,
    WriteIn,
)
from millesime.publication.triennial.facts import facts_of
from millesime.publication.triennial.words import WORDS

#: A map is told to cover a place in part below this share, in per cent.
_COVERED_PCT = 99.5


def essential_chapter(case: Case, place: ReportPlace) -> Chapter:
    """The figures that a council needs first."""
    facts = facts_of(case, place)
    second = case.years[1]
    words = WORDS[place.kind]
    items: list[Runs] = [
        (
            Strong("Artificialisation. "),
            f"En {second}, ",
            facts.get("artificialisation", "stock"),
            f" {words.of_the} sont artificialisés, soit ",
            facts.get("artificialisation", "share"),
            ". ",
            *balance_sentence(facts),
        ),
        (
            Strong("Imperméabilisation. "),
            f"En {second}, ",
            facts.get("imperviousness", "stock"),
            " sont imperméables. ",
            *impervious_sentence(facts),
        ),
        (
            Strong("Consommation d'espaces naturels, agricoles et forestiers. "),
            "C'est une autre mesure, d'une autre source : elle a son chapitre."
            if case.enaf is not None
            else "Le fichier n'a pas été fourni : le chapitre dit où le trouver.",
        ),
        (
            Strong("Ce que ces chiffres ne disent pas. "),
            (
                "Une carte comporte des erreurs et des seuils ; le chapitre du même nom dit combien d'hectares en "
                "dépendent."
            ),
        ),
    ]
    return Chapter(
        "L'essentiel",
        (
            Bullets(tuple(items)),
            WriteIn("synthèse de la collectivité, en quelques phrases.", lines=4),
        ),
    )


def territory_chapter(case: Case, place: ReportPlace, situation: Picture) -> Chapter:
    """Where the place is, its surface, and how much of it the maps cover."""
    facts = facts_of(case, place)
    first, second = case.years
    words = WORDS[place.kind]
    area = facts.get("territory", "area")
    where = f", membre de l'intercommunalité {place.epci}" if place.kind == "commune" and place.epci else ""
    count = len(place.communes)
    made_of = ""
    if place.kind == "epci":
        made_of = f" L'intercommunalité compte {count} commune{'s' if count > 1 else ''}."
    blocks: list[Block] = [
        Paragraph(
            (
                (
                    f"{place.name} (code {place.code}){where}.{made_of} Les cartes de {first} et de {second} y "
                    "couvrent ensemble "
                ),
                area,
                ".",
            )
        ),
        *_coverage(case, place, words.of_the),
        *_not_reached(case, place),
        situation,
        WriteIn(
            "contexte utile au débat : document d'urbanisme en vigueur et date, population, projets, contraintes.",
            lines=5,
        ),
    ]
    return Chapter("Le territoire", tuple(blocks))


def _coverage(case: Case, place: ReportPlace, of_the: str) -> list[Block]:
    """A table of what each vintage covers, when one of them leaves ground out."""
    found = case.coverage.get(place.code)
    if found is None:
        return []
    shares = (found.before_pct, found.after_pct)
    keys = ("before", "after")
    quantities = [
        Quantity(
            value=share,
            unit="%",
            meaning="part du territoire couverte par la carte",
            theme="territory",
            indicator="covered_share",
            place=(place.code, place.name),
            sources=(key, "communes"),
            year_to=year,
        )
        for share, key, year in zip(shares, keys, case.years, strict=True)
    ]
    short = [str(year) for year, share in zip(case.years, shares, strict=True) if share < _COVERED_PCT]
    which = f"La carte de {short[0]} ne couvre" if len(short) == 1 else "Les deux cartes ensemble ne couvrent"
    return [
        Paragraph(
            (
                Strong(f"{which} qu'une partie {of_the}. "),
                (
                    "Les chiffres de ce rapport ne valent que pour le sol que les deux cartes couvrent ; ils ne "
                    "disent rien du reste."
                ),
            ),
            style="key",
        ),
        Table(
            "Part du territoire couverte par chaque carte",
            (Column("Carte", 3), Column("Part couverte (%)", is_number=True)),
            tuple((f"Millésime {year}", quantity) for year, quantity in zip(case.years, quantities, strict=True)),
        ),
    ]


def _not_reached(case: Case, place: ReportPlace) -> list[Block]:
    """The communes of an EPCI that have no report of their own, by name."""
    if place.kind != "epci" or not case.not_reached:
        return []
    many = len(case.not_reached) > 1
    names = ", ".join(f"{name} ({code})" for code, name in case.not_reached)
    return [
        Paragraph(
            (
                Strong(f"{'Communes' if many else 'Commune'} hors des cartes : {names}. "),
                (
                    "Les deux cartes n'en couvrent ensemble rien, ou seulement une bande de quelques mètres le long "
                    f"d'une limite : {'elles comptent' if many else 'elle compte'} dans la superficie et la "
                    "consommation d'ENAF de l'intercommunalité, sans chiffres d'artificialisation ni rapport propre."
                ),
            ),
            style="key",
        )
    ]
