"""How sure the change is: what control points tell, or that none were read."""

from __future__ import annotations

from collections.abc import Mapping

from millesime.evaluation.sample import ChangeFigure, ChangeInterval, change_interval
from millesime.publication.control import Checked
from millesime.publication.triennial.case import Case
from millesime.publication.triennial.content import (
    Block,
    Cell,
    Column,
    Paragraph,
    Quantity,
    Runs,
    Strong,
    Subheading,
    Table,
)
from millesime.publication.triennial.facts import Facts

#: Figure of change -> its name in the table, the indicator of the map that it stands beside.
_FIGURES: Mapping[ChangeFigure, tuple[str, str]] = {
    "artificialised": ("Surface artificialisée", "gain"),
    "desartificialised": ("Surface désartificialisée", "loss"),
    "net": ("Solde de l'artificialisation", "net"),
}

_BOUNDS = {
    "estimate": "surface estimée d'après les points de contrôle, corrigée des erreurs de la carte",
    "low_95": "borne basse de l'intervalle à 95 % de la surface estimée d'après les points de contrôle",
    "high_95": "borne haute de l'intervalle à 95 % de la surface estimée d'après les points de contrôle",
}


def certainty(checked: Checked | None) -> Runs:
    """The first thing to know: the margin of error, or why there is none."""
    if checked is not None and checked.has_interval:
        return (
            Strong("La marge d'erreur du changement vient de points contrôlés. "),
            (
                "Ils ont été tirés au hasard, puis relus sur le terrain ou sur photographie. Les autres chiffres de ce "
                "rapport n'ont pas de marge d'erreur."
            ),
        )
    why = change_interval(None) if checked is None else checked.shown[0]
    return (
        Strong("Aucune marge d'erreur n'est calculée. "),
        (
            f"{why.sentence_fr} Il faudrait des points contrôlés sur le terrain ou sur photographie, propres à ce "
            "territoire ; sans eux, un intervalle serait faux. Un écart de quelques dixièmes d'hectare peut être une "
            "erreur de la carte."
        ),
    )


def margin(case: Case, facts: Facts, checked: Checked | None) -> tuple[Block, ...]:
    """The change of the map beside the change that the points tell, with its interval."""
    if checked is None or not checked.has_interval:
        return ()
    first, second = case.years
    rows: list[tuple[Cell, ...]] = []
    for item in checked.shown:
        label, indicator = _FIGURES[item.figure]
        told = (_quantity(item, name, value, facts, case) for name, value in _bounds(item))
        rows.append((label, facts.get("artificialisation", indicator), *told))
    points = Quantity(
        value=float(checked.shown[0].points),
        unit="count",
        meaning="points de contrôle lus, dont les surfaces estimées sont tirées",
        theme="control",
        indicator="points",
        place=facts.place,
        sources=("control",),
        year_from=first,
        year_to=second,
    )
    return (
        Subheading("La marge d'erreur du changement"),
        Paragraph((" ".join(item.sentence_fr for item in checked.shown if item.figure != "desartificialised"),)),
        Table(
            f"Changement {first}-{second} sur la carte et d'après les points de contrôle",
            (
                Column("Mesure", 2.4),
                Column("Carte (ha)", is_number=True),
                Column("Estimée (ha)", is_number=True),
                Column("Au moins (ha)", is_number=True),
                Column("Au plus (ha)", is_number=True),
            ),
            tuple(rows),
        ),
        Paragraph(
            (
                "Points lus : ",
                points,
                (
                    ". La surface estimée corrige celle de la carte de ses erreurs, vues aux points. Un tel "
                    "intervalle contient la vraie surface 95 fois sur 100."
                ),
            ),
            style="note",
        ),
    )


def _bounds(item: ChangeInterval) -> tuple[tuple[str, float], ...]:
    return (
        ("estimate", item.value_ha or 0.0),
        ("low_95", item.low_ha or 0.0),
        ("high_95", item.high_ha or 0.0),
    )


def _quantity(item: ChangeInterval, name: str, value: float, facts: Facts, case: Case) -> Quantity:
    first, second = case.years
    return Quantity(
        value=value,
        unit="ha",
        meaning=_BOUNDS[name],
        theme="control",
        indicator=name,
        place=facts.place,
        sources=("control",),
        item=_FIGURES[item.figure][0],
        year_from=first,
        year_to=second,
        signed=item.figure == "net",
    )
