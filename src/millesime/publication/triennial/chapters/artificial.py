"""Artificialisation: the stock of both vintages, what changed between them, where, and from what to what."""

from __future__ import annotations

from collections.abc import Sequence

from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.chapters.frame import ARTIFICIAL_TITLE
from millesime.publication.triennial.content import (
    Block,
    Cell,
    Chapter,
    Column,
    Paragraph,
    Picture,
    Quantity,
    Runs,
    Strong,
    Subheading,
    Table,
    WriteIn,
)
from millesime.publication.triennial.facts import Facts, facts_of, facts_of_communes
from millesime.publication.triennial.words import WORDS, capital, cover

#: Transitions of cover that are told one by one.
_TRANSITIONS = 12


def artificial_chapter(case: Case, place: ReportPlace, pictures: Sequence[Picture], sites: Table | None) -> Chapter:
    """The chapter of point 2 of the decree.

    Args:
        case: what the reports are made from.
        place: of this report.
        pictures: map of both dates, then map of the changes.
        sites: the places that changed most, numbered as on the map of changes; None without any.
    """
    facts = facts_of(case, place)
    states, changes = pictures
    blocks: list[Block] = [
        Paragraph(
            (
                (
                    "Un sol est artificialisé quand ses fonctions écologiques sont durablement altérées par son "
                    "occupation ou son usage : bâti, sols revêtus ou stabilisés, pelouses des quartiers, des zones "
                    "d'activité et des bords de route. Ce chapitre ne parle pas de consommation d'espaces."
                ),
            )
        ),
        Subheading("Les sols artificialisés aux deux dates"),
        _stocks(facts, place),
        states,
        *(_by_cover(facts, year) for year in case.years),
        Subheading("Ce qui a changé"),
        Paragraph(balance_sentence(facts), style="key"),
        _balance_table(facts),
        changes,
    ]
    if sites is not None:
        blocks.append(sites)
    transitions = _transitions(facts)
    if transitions is not None:
        blocks.append(transitions)
    if place.kind == "epci":
        blocks += _communes(case, place)
    blocks += [
        Subheading("Raisons de ces évolutions"),
        WriteIn(
            "raisons des évolutions observées : opérations d'aménagement, permis délivrés, équipements publics, "
            "actions de renaturation ; les numéros de la carte des changements aident à les situer.",
            lines=8,
        ),
    ]
    return Chapter(ARTIFICIAL_TITLE, tuple(blocks))


def _stocks(facts: Facts, place: ReportPlace) -> Paragraph:
    first, second = facts.years
    words = WORDS[place.kind]
    return Paragraph(
        (
            f"En {first}, ",
            facts.get("artificialisation", "stock", year=first),
            f" {words.of_the} étaient artificialisés, soit ",
            facts.get("artificialisation", "share", year=first),
            f" de la surface cartographiée. En {second}, ils étaient ",
            facts.get("artificialisation", "stock", year=second),
            ", soit ",
            facts.get("artificialisation", "share", year=second),
            ".",
        )
    )


def balance_sentence(facts: Facts) -> Runs:
    """What became artificial and what ceased to be, whatever there was of each."""
    first, second = facts.years
    gain, loss, net = (facts.get("artificialisation", name) for name in ("gain", "loss", "net"))
    during = f"Entre {first} et {second}, "
    if gain.is_nil and loss.is_nil:
        return (
            during,
            Strong("la carte ne montre aucun sol artificialisé ni désartificialisé"),
            " : le solde est de ",
            net,
            ".",
        )
    if loss.is_nil:
        return (
            during,
            gain,
            " ont été artificialisés et aucun sol n'a été désartificialisé : le solde est de ",
            net,
            *_pace(facts),
            ".",
        )
    if gain.is_nil:
        return (
            during,
            "aucun sol n'a été artificialisé et ",
            loss,
            " ont été désartificialisés : le solde est de ",
            net,
            *_pace(facts),
            ".",
        )
    return (
        during,
        gain,
        " ont été artificialisés et ",
        loss,
        " désartificialisés : le solde est de ",
        net,
        *_pace(facts),
        ".",
    )


def _pace(facts: Facts) -> Runs:
    return (", soit en moyenne ", facts.get("artificialisation", "net_per_year"))


def _balance_table(facts: Facts) -> Table:
    first, second = facts.years
    rows: list[tuple[Cell, ...]] = []
    for label, name in (
        ("Surfaces artificialisées", "gain"),
        ("Surfaces désartificialisées", "loss"),
        ("Solde (artificialisées moins désartificialisées)", "net"),
    ):
        rows.append((label, facts.get("artificialisation", name), facts.get("artificialisation", f"{name}_per_year")))
    return Table(
        f"Solde de l'artificialisation, {first}-{second}",
        (Column("", 3), Column(f"{first}-{second} (ha)", is_number=True), Column("Par an (ha)", is_number=True)),
        tuple(rows),
        total=True,
    )


def _by_cover(facts: Facts, year: int) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for stock in facts.items("cover", "stock", year=year):
        artificial = facts.get("cover", "artificial_stock", item=stock.item, year=year)
        share = facts.get("cover", "share", item=stock.item, year=year)
        rows.append((f"{capital(cover(stock.item))} ({stock.item})", stock, share, artificial))
    rows.append(
        (
            "Ensemble",
            _whole(facts, year),
            "",
            facts.get("artificialisation", "stock", year=year),
        )
    )
    return Table(
        f"Couverture du sol et sols artificialisés en {year}",
        (
            Column("Couverture", 3),
            Column("Surface (ha)", is_number=True),
            Column("Part (%)", 0.8, is_number=True),
            Column("Dont artificialisés (ha)", 1.2, is_number=True),
        ),
        tuple(rows),
        total=True,
    )


def _whole(facts: Facts, year: int) -> Quantity:
    """The surface that both vintages cover: the same for each year."""
    del year
    return facts.get("territory", "area")


def _transitions(facts: Facts) -> Table | None:
    found = [item for item in facts.items("cover", "transition") if not item.is_nil]
    if not found:
        return None
    rows: list[tuple[Cell, ...]] = []
    for quantity in found[:_TRANSITIONS]:
        before, _, after = quantity.item.partition(">")
        rows.append((capital(cover(before)), capital(cover(after)), quantity))
    first, second = facts.years
    which = f"Les {_TRANSITIONS} principaux changements" if len(found) > _TRANSITIONS else "Les changements"
    if len(found) == 1:
        which = "Le seul changement"
    return Table(
        f"{which} de couverture du sol, {first}-{second}, avec ou sans effet sur l'artificialisation",
        (Column(f"En {first}", 2), Column(f"En {second}", 2), Column("Surface (ha)", is_number=True)),
        tuple(rows),
    )


def _communes(case: Case, place: ReportPlace) -> list[Block]:
    first, second = case.years
    rows: list[tuple[Cell, ...]] = []
    for facts in facts_of_communes(case, place):
        rows.append(
            (
                facts.place[1],
                facts.get("artificialisation", "stock", year=second),
                facts.get("artificialisation", "share", year=second),
                facts.get("artificialisation", "gain"),
                facts.get("artificialisation", "loss"),
                facts.get("artificialisation", "net"),
            )
        )
    whole = facts_of(case, place)
    rows.append(
        (
            "Ensemble",
            whole.get("artificialisation", "stock", year=second),
            whole.get("artificialisation", "share", year=second),
            *(whole.get("artificialisation", name) for name in ("gain", "loss", "net")),
        )
    )
    count = len(rows) - 1
    return [
        Subheading("Commune par commune"),
        Paragraph(
            (
                f"Chacune des {count} communes a son propre rapport, fait des mêmes données. "
                if count > 1
                else "La commune a son propre rapport, fait des mêmes données. ",
                "À l'échelle d'une petite commune, quelques dixièmes d'hectare peuvent tenir à un seul chantier.",
            )
        ),
        Table(
            f"Artificialisation par commune, {first}-{second}",
            (
                Column("Commune", 2.4),
                Column(f"Artificialisés en {second} (ha)", 1.2, is_number=True),
                Column("Part (%)", 0.8, is_number=True),
                Column("Artificialisés (ha)", 1.2, is_number=True),
                Column("Désartificialisés (ha)", 1.55, is_number=True),
                Column("Solde (ha)", 1, is_number=True),
            ),
            tuple(rows),
            total=True,
        ),
    ]
