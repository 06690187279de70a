"""Impervious land: point 3 of the decree."""

from __future__ import annotations

from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.chapters.frame import IMPERVIOUS_TITLE
from millesime.publication.triennial.content import (
    Block,
    Cell,
    Chapter,
    Column,
    Paragraph,
    Runs,
    Subheading,
    Table,
    WriteIn,
)
from millesime.publication.triennial.facts import Facts, facts_of, facts_of_communes
from millesime.publication.triennial.words import WORDS


def impervious_chapter(case: Case, place: ReportPlace) -> Chapter:
    """Stock of both vintages, what was sealed and unsealed."""
    facts = facts_of(case, place)
    first, second = case.years
    words = WORDS[place.kind]
    blocks: list[Block] = [
        Paragraph(
            (
                (
                    "Un sol imperméable est un sol bâti ou revêtu, que l'eau ne traverse plus. C'est une partie des "
                    "sols artificialisés : une pelouse de quartier est artificialisée sans être imperméable. Les "
                    "surfaces de ce chapitre ne s'ajoutent donc pas à celles du précédent."
                ),
            )
        ),
        Paragraph(
            (
                f"En {second}, ",
                facts.get("imperviousness", "stock"),
                f" {words.of_the} sont imperméables, soit ",
                facts.get("imperviousness", "share"),
                " de la surface cartographiée. ",
                *impervious_sentence(facts),
            ),
            style="key",
        ),
        Table(
            f"Surfaces imperméables en {first} et {second}",
            (Column("Année", 3), Column("Surface (ha)", is_number=True), Column("Part (%)", is_number=True)),
            tuple(
                (str(year), *(facts.get("imperviousness", name, year=year) for name in ("stock", "share")))
                for year in case.years
            ),
        ),
        Table(
            f"Solde de l'imperméabilisation, {first}-{second}",
            (Column("", 3), Column(f"{first}-{second} (ha)", is_number=True), Column("Par an (ha)", is_number=True)),
            tuple(
                (label, facts.get("imperviousness", name), facts.get("imperviousness", f"{name}_per_year"))
                for label, name in (
                    ("Surfaces rendues imperméables", "gain"),
                    ("Surfaces qui ne le sont plus", "loss"),
                    ("Solde", "net"),
                )
            ),
            total=True,
        ),
    ]
    if place.kind == "epci":
        blocks += _communes(case, place)
    blocks.append(
        WriteIn(
            "raisons des évolutions observées ; opérations de désimperméabilisation (cours d'école, parkings), "
            "gestion des eaux pluviales.",
            lines=4,
        )
    )
    return Chapter(IMPERVIOUS_TITLE, tuple(blocks))


def impervious_sentence(facts: Facts) -> Runs:
    """What was sealed and unsealed, whatever there was of each."""
    first, second = facts.years
    gain, loss, net = (facts.get("imperviousness", name) for name in ("gain", "loss", "net"))
    if gain.is_nil and loss.is_nil:
        return (
            f"Entre {first} et {second}, la carte ne montre aucun changement de ces surfaces : le solde est de ",
            net,
            ".",
        )
    during = f"Entre {first} et {second}, "
    if loss.is_nil:
        return (
            during,
            gain,
            " ont été rendus imperméables et aucun sol n'a cessé de l'être : le solde est de ",
            net,
            ".",
        )
    if gain.is_nil:
        return (
            during,
            "aucun sol n'a été rendu imperméable et ",
            loss,
            " ont cessé de l'être : le solde est de ",
            net,
            ".",
        )
    return (during, gain, " ont été rendus imperméables et ", loss, " ont cessé de l'être : le solde est de ", net, ".")


def _communes(case: Case, place: ReportPlace) -> list[Block]:
    first, second = case.years
    told = [*facts_of_communes(case, place), facts_of(case, place)]
    rows: list[tuple[Cell, ...]] = [
        (
            "Ensemble" if rank == len(told) - 1 else facts.place[1],
            facts.get("imperviousness", "stock"),
            facts.get("imperviousness", "share"),
            *(facts.get("imperviousness", name) for name in ("gain", "loss", "net")),
        )
        for rank, facts in enumerate(told)
    ]
    return [
        Subheading("Commune par commune"),
        Table(
            f"Sols imperméables par commune, {first}-{second}",
            (
                Column("Commune", 2.4),
                Column(f"En {second} (ha)", is_number=True),
                Column("Part (%)", 0.8, is_number=True),
                Column("Rendus imperméables (ha)", 1.3, is_number=True),
                Column("Ne le sont plus (ha)", 1.2, is_number=True),
                Column("Solde (ha)", is_number=True),
            ),
            tuple(rows),
            total=True,
        ),
    ]
