"""Consumption of ENAF: point 1 of the decree, from its own file, in words of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millesime.errors import CodeError, SchemaError
from millesime.publication.triennial.case import Case, ReportPlace
from millesime.publication.triennial.chapters.frame import ENAF_TITLE
from millesime.publication.triennial.content import (
    Block,
    Bullets,
    Cell,
    Chapter,
    Column,
    Paragraph,
    Quantity,
    Subheading,
    Table,
    Unit,
    WriteIn,
)
from millesime.publication.triennial.facts import facts_of
from millesime.publication.triennial.words import WORDS, capital

if TYPE_CHECKING:
    from millesime.indicators.enaf import Enaf
    from millesime.indicators.enaf_trajectory import Trajectory

_PORTAL = "portail national de l'artificialisation des sols (artificialisation.developpement-durable.gouv.fr)"

_INTRODUCTION = (
    "Consommer un espace naturel, agricole ou forestier, c'est y créer ou y étendre un espace urbanisé. Cette mesure "
    "vient des Fichiers fonciers, parcelle par parcelle et année par année. Elle n'est pas l'artificialisation du "
    "chapitre suivant : un lotissement peut être compté ici l'année de son permis et là quelques années plus tard, "
    "ou pour une autre surface."
)


def enaf_chapter(case: Case, place: ReportPlace) -> Chapter:
    """The chapter of point 1; without a file of figures it says what is missing and where to get it."""
    blocks: list[Block] = [Paragraph((_INTRODUCTION,))]
    own, why = _own(case, place)
    blocks += _missing(why) if own is None else _told(case, place, own)
    blocks += [
        Subheading("Explications et renaturation"),
        WriteIn(
            "raisons de la consommation observée (logements, activités, équipements, voirie) et, le cas échéant, "
            "surfaces urbanisées ou construites effectivement rendues à l'état naturel, agricole ou forestier.",
            lines=6,
        ),
    ]
    return Chapter(ENAF_TITLE, tuple(blocks))


def _own(case: Case, place: ReportPlace) -> tuple[Enaf | None, str]:
    if case.enaf is None:
        return None, "Aucun fichier de consommation d'ENAF n'a été fourni pour établir ce rapport."
    known = [code for code in place.communes if code in case.enaf.codes]
    absent = [code for code in place.communes if code not in case.enaf.codes]
    if not known or absent:
        shown = ", ".join(absent[:5]) + (" …" if len(absent) > 5 else "")
        many = len(absent) > 1
        return None, (
            f"Le fichier de consommation d'ENAF fourni ne contient pas {'les communes' if many else 'la commune'} "
            f"{shown} : son découpage communal est celui d'une autre année, ou le fichier est d'un autre territoire."
        )
    try:
        return case.enaf.of(place.communes), ""
    except CodeError as error:
        return None, error.message


def _missing(why: str) -> list[Block]:
    return [
        Paragraph(
            (why, " Le point 1° du décret, obligatoire dans tous les cas, reste donc à renseigner."), style="key"
        ),
        Subheading("Où trouver ces chiffres"),
        Bullets(
            (
                (
                    (
                        "Données annuelles à l'échelle communale, produites par le Cerema à partir des Fichiers "
                        f"fonciers et diffusées gratuitement par le {_PORTAL}, rubrique « consommation d'espaces »."
                    ),
                ),
                ("Une fois le fichier téléchargé, la même commande avec l'option --enaf FICHIER remplit ce chapitre.",),
                (
                    (
                        "Le Cerema conseille de présenter la chronique depuis 2011, début de la décennie de "
                        "référence, et non les trois dernières années seules."
                    ),
                ),
            )
        ),
        Table(
            "Consommation d'espaces naturels, agricoles et forestiers",
            (
                Column("Année", 1),
                Column("Surface consommée (ha)", 1.4),
                Column("Part de la superficie (%)", 1.4),
                Column("Source", 2),
            ),
            tuple(("", "", "", "") for _ in range(4)),
            sourced=False,
            to_complete=True,
        ),
    ]


def _told(case: Case, place: ReportPlace, own: Enaf) -> list[Block]:
    from millesime.indicators.enaf import DESTINATION_LABELS

    annual = own.annual_ha()
    first, last = own.years[0], own.years[-1]
    words = WORDS[place.kind]
    total = _quantity(place, float(annual.sum()), "total", "consommation d'ENAF, toutes destinations", first, last)
    area = facts_of(case, place).get("territory", "area")
    blocks: list[Block] = [
        Paragraph(
            (
                f"De {first} à {last} compris, ",
                total,
                f" d'espaces naturels, agricoles et forestiers ont été consommés sur le territoire {words.of_the}, ",
                "soit ",
                _quantity(
                    place,
                    _share(place, total.value, area.value),
                    "share",
                    "consommation d'ENAF rapportée à la superficie du territoire",
                    first,
                    last,
                    unit="%",
                    more=("communes",),
                ),
                " de sa superficie."
                if not total.is_nil
                else " de sa superficie : aucune consommation n'est enregistrée.",
            ),
            style="key",
        ),
        Subheading("Année par année"),
        _by_year(place, own),
        Paragraph(
            (
                (
                    "Chaque année va du 1er janvier au 31 décembre. Les variations d'une année à l'autre tiennent "
                    "aussi aux dates de mise à jour des fichiers : seules des périodes de plusieurs années se lisent "
                    "bien. La dernière année est provisoire."
                ),
            ),
            style="note",
        ),
    ]
    sums = own.by_destination_ha()
    if len(sums):
        rows: list[tuple[Cell, ...]] = [
            (
                capital(DESTINATION_LABELS[str(name)]),
                _quantity(
                    place, float(value), str(name), f"consommation d'ENAF, {DESTINATION_LABELS[str(name)]}", first, last
                ),
            )
            for name, value in sums.items()
        ]
        blocks += [
            Subheading("Destination des espaces consommés"),
            Table(
                f"Consommation d'ENAF par destination, {first}-{last}",
                (Column("Destination", 3), Column("Surface (ha)", is_number=True)),
                (*rows, ("Ensemble", total)),
                total=True,
            ),
        ]
    try:
        blocks += _trajectory(place, own.trajectory())
    except SchemaError as error:
        blocks.append(Paragraph((f"Aucune trajectoire n'est donnée : {error.message}.",), style="note"))
    return blocks


def _by_year(place: ReportPlace, own: Enaf) -> Table:
    annual = own.annual_ha()
    rows: list[tuple[Cell, ...]] = []
    running = 0.0
    first = own.years[0]
    for year, value in annual.items():
        running += float(value)
        rows.append(
            (
                str(year),
                _quantity(place, float(value), "annual", "consommation d'ENAF de l'année", int(year), int(year)),
                _quantity(place, running, "cumulated", f"consommation d'ENAF cumulée depuis {first}", first, int(year)),
            )
        )
    return Table(
        f"Consommation d'ENAF par année, {first}-{own.years[-1]}",
        (Column("Année", 2), Column("Surface consommée (ha)", is_number=True), Column("Cumul (ha)", is_number=True)),
        tuple(rows),
    )


def _trajectory(place: ReportPlace, found: Trajectory) -> list[Block]:
    goal = found.objective
    reference = (goal.reference_first, goal.reference_last)
    known_last = goal.first + found.known_years - 1

    def told(value: float, name: str, meaning: str, span: tuple[int, int], unit: Unit = "ha") -> Quantity:
        return _quantity(place, value, name, meaning, *span, unit=unit)

    rows: list[tuple[Cell, ...]] = [
        (
            f"Référence {reference[0]}-{reference[1]}",
            told(found.reference_ha, "reference", "consommation d'ENAF de la décennie de référence", reference),
            told(
                found.reference_per_year_ha,
                "reference_per_year",
                "consommation d'ENAF de référence, par an",
                reference,
                "ha/year",
            ),
        ),
        (
            f"Repère : {goal.reduction:.0%}".replace("%", " %") + f" de moins sur {goal.name}",
            told(found.ceiling_ha, "ceiling", "repère arithmétique de l'objectif national", (goal.first, goal.last)),
            told(
                found.ceiling_ha / goal.period_years,
                "ceiling_per_year",
                "repère arithmétique, par an",
                (goal.first, goal.last),
                "ha/year",
            ),
        ),
    ]
    pace = found.consumed_per_year_ha
    if pace is not None:
        span = (goal.first, known_last)
        rows.append(
            (
                f"Consommé {span[0]}-{span[1]} ({found.known_years} an{'s' if found.known_years > 1 else ''})",
                told(found.consumed_ha, "consumed", "consommation d'ENAF depuis le début de la période", span),
                told(
                    pace,
                    "consumed_per_year",
                    "consommation d'ENAF depuis le début de la période, par an",
                    span,
                    "ha/year",
                ),
            )
        )
    return [
        Subheading("Trajectoire de la consommation d'ENAF"),
        Table(
            f"Consommation d'ENAF au regard de l'objectif national ({goal.basis})",
            (Column("Période", 3), Column("Surface (ha)", is_number=True), Column("Par an (ha)", is_number=True)),
            tuple(rows),
        ),
        Paragraph(
            (
                (
                    "L'objectif de réduction de moitié est national ; la région, le SCoT puis le document "
                    "d'urbanisme le déclinent. Le repère ci-dessus est un calcul, non le plafond légal du territoire "
                    ": ce plafond est celui que fixent ces documents, à reporter au chapitre qui leur est consacré."
                ),
            ),
            style="note",
        ),
    ]


def _share(place: ReportPlace, value_ha: float, mapped_ha: float) -> float:
    import shapely

    whole = float(shapely.area(place.ground)) / 10_000 if place.ground is not None else mapped_ha
    return 100 * value_ha / whole if whole else 0.0


def _quantity(
    place: ReportPlace,
    value: float,
    name: str,
    meaning: str,
    first: int,
    last: int,
    *,
    unit: Unit = "ha",
    more: tuple[str, ...] = (),
) -> Quantity:
    return Quantity(
        value=value,
        unit=unit,
        meaning=meaning,
        theme="enaf",
        indicator=name,
        place=(place.code, place.name),
        sources=("enaf", *more),
        year_from=first,
        year_to=last,
    )
