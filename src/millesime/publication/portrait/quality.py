"""Quality figures of the portrait, from an evaluation against a truth where there is one.

An evaluation comes in as data (`evaluation.json`), for this room stands upstream of the one that makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from millesime.nomenclature import CS, US
from millesime.publication.portrait.numbers import FIXED, bare_hectares, hectares, number, percent
from millesime.publication.styles.catalogue import short_label

_ACCURACY_COLUMNS = ("Vérité", "Carte", "Juste dans la carte", "Trouvé par la carte", "IoU")
_NO_VALUE = "–"


@dataclass(frozen=True)
class QualityRow:
    """Accuracy of one class, as texts."""

    label: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class QualityTable:
    """Accuracy of one product."""

    title: str
    overall: str
    sentence: str
    columns: tuple[str, ...]
    rows: tuple[QualityRow, ...]
    rows_are: str = "Classe"
    """What a row stands for."""


def quality_tables(evaluation: Mapping[str, Any], *, year: int) -> tuple[QualityTable, ...]:
    """Tables of the accuracy of a vintage; none when the evaluation does not tell of it.

    Args:
        evaluation: content of the evaluation file: the report itself, or a record that holds it as 'measures'.
        year: the vintage.
    """
    vintage = _vintage(evaluation, year)
    if vintage is None:
        return ()
    tables = [_artificial(vintage["artificial"], year), _impervious(vintage["cs"], year)]
    change = _report(evaluation).get("change")
    if change is not None and year in change["years"]:
        tables += [_flux(change), _found(change)]
    tables.append(_codes(f"Couverture (CS) en {year}", vintage["cs"], lambda code: short_label(CS.get(code))))
    tables.append(_codes(f"Usage (US) en {year}", vintage["us"], lambda code: short_label(US.get(code))))
    tables.append(_cover(vintage, year))
    return tuple(tables)


def trust_sentence(evaluation: Mapping[str, Any] | None, *, year: int) -> str:
    """How far the key figures can be trusted, in one or two sentences to stand beside them."""
    vintage = _vintage(evaluation, year)
    if evaluation is None or vintage is None:
        return "La précision de cette édition n'a pas été mesurée : un petit écart peut être une erreur de la carte."
    accuracy = _share(vintage["artificial"]["confusion"]["overall_accuracy"])
    artificial = vintage["artificial"]
    text = (
        f"Fiabilité mesurée sur ce territoire : {accuracy} de la surface a le bon statut en {year} ; la carte compte "
        f"{hectares(artificial['artificial_ha'])} artificialisés, la vérité {hectares(artificial['true_ha'])}."
    )
    impervious, true_impervious = _impervious_ha(vintage["cs"])
    text += f" Imperméables : {hectares(impervious)} sur la carte, {hectares(true_impervious)} dans la vérité."
    change = _report(evaluation).get("change")
    if change is not None and year in change["years"]:
        flux = change["flux"]
        text += (
            f" Flux net : {hectares(flux['map']['net_ha'], signed=True)} sur la carte, "
            f"{hectares(flux['truth']['net_ha'], signed=True)} dans la vérité."
        )
    return f"{text} Le détail est dans « Qualité mesurée »."


def _report(evaluation: Mapping[str, Any]) -> Mapping[str, Any]:
    return evaluation.get("measures", evaluation)


def _vintage(evaluation: Mapping[str, Any] | None, year: int) -> Mapping[str, Any] | None:
    return None if evaluation is None else _report(evaluation).get("vintages", {}).get(str(year))


def _share(value: float | None) -> str:
    return _NO_VALUE if value is None else percent(100 * value)


def _artificial(measure: Mapping[str, Any], year: int) -> QualityTable:
    mapped, true = measure["artificial_ha"], measure["true_ha"]
    accuracy = _share(measure["confusion"]["overall_accuracy"])
    return QualityTable(
        f"Sols artificialisés en {year}",
        f"{accuracy} de la surface au bon statut",
        f"La carte compte {hectares(mapped)} artificialisés, la vérité {hectares(true)} : un écart de "
        f"{hectares(mapped - true, signed=True)} ({percent(100 * (mapped - true) / true, signed=True)})."
        if true
        else f"La carte compte {hectares(mapped)} artificialisés, la vérité aucun.",
        (),
        (),
    )


def _impervious_ha(confusion: Mapping[str, Any]) -> tuple[float, float]:
    """Impervious land of the map and of the truth, hectares."""
    sealed = [item for item in confusion["classes"] if item["code"].startswith("CS1.1.1.")]
    return sum(item["mapped"] for item in sealed) / 10_000, sum(item["truth"] for item in sealed) / 10_000


def _impervious(confusion: Mapping[str, Any], year: int) -> QualityTable:
    mapped, true = _impervious_ha(confusion)
    share = f" ({percent(100 * (mapped - true) / true, signed=True)})" if true else ""
    return QualityTable(
        f"Sols imperméables en {year}",
        f"écart de {hectares(mapped - true, signed=True)}",
        f"La carte compte {hectares(mapped)} imperméables (CS1.1.1), la vérité {hectares(true)} : un écart de "
        f"{hectares(mapped - true, signed=True)}{share}. L'agrandissement du petit bâti isolé y a sa part.",
        (),
        (),
    )


def _flux(change: Mapping[str, Any]) -> QualityTable:
    first, second = change["years"]
    flux = change["flux"]
    names = {"map": "Carte", "truth": "Vérité"}
    rows = tuple(
        QualityRow(
            name,
            (
                bare_hectares(flux[key]["gain_ha"], signed=True),
                bare_hectares(-flux[key]["loss_ha"]),
                bare_hectares(flux[key]["net_ha"], signed=True),
            ),
        )
        for key, name in names.items()
    )
    gap = flux["map"]["net_ha"] - flux["truth"]["net_ha"]
    return QualityTable(
        f"Flux d'artificialisation de {first} à {second}",
        f"écart de {hectares(gap, signed=True)} sur le flux net",
        f"Le flux net est de {hectares(flux['map']['net_ha'], signed=True)} sur la carte et de "
        f"{hectares(flux['truth']['net_ha'], signed=True)} dans la vérité. Un flux est petit devant le territoire : "
        "c'est lui qu'il faut juger, et non le pourcentage de surface juste. La désartificialisation est comptée en "
        "négatif : le flux net est la somme des deux.",
        ("Artificialisation (ha)", "Désartificialisation (ha)", "Net (ha)"),
        rows,
        "Mesure",
    )


def _found(change: Mapping[str, Any]) -> QualityTable:
    found = change["found"]
    large = found["at_least_minimum_unit"]
    first, second = change["years"]
    return QualityTable(
        f"Changements trouvés de {first} à {second}",
        f"{_share(found['share_of_true_found'])} de la surface changée est trouvée",
        f"{_share(found['share_of_found_true'])} de la surface que la carte dit changée l'est vraiment. Parmi les "
        f"changements d'au moins {number(large['min_unit_m2'])}{FIXED}m², {number(large['changes_found'])} sur "
        f"{number(large['changes'])} sont trouvés.",
        (),
        (),
    )


def _codes(title: str, confusion: Mapping[str, Any], label: Callable[[str], str]) -> QualityTable:
    rows = tuple(
        QualityRow(
            f"{item['code']} {label(item['code'])}",
            (
                hectares(item["truth"] / 10_000),
                hectares(item["mapped"] / 10_000),
                *(_share(item[key]) for key in ("users_accuracy", "producers_accuracy", "iou")),
            ),
        )
        for item in _present(confusion)
    )
    return QualityTable(title, _overall(confusion), _EXPLAINED, _ACCURACY_COLUMNS, rows)


def _cover(vintage: Mapping[str, Any], year: int) -> QualityTable:
    cover = vintage["cover"]
    rows = tuple(
        QualityRow(
            item["label"],
            (
                _share(item["truth"] / cover["total"]),
                _share(item["mapped"] / cover["total"]),
                *(_share(item[key]) for key in ("users_accuracy", "producers_accuracy", "iou")),
            ),
        )
        for item in _present(cover)
    )
    sentence = "Prédiction brute, pixel par pixel, avant tout croisement avec les bases."
    if "pixel_classifier" in vintage:
        alone = _share(vintage["pixel_classifier"]["overall_accuracy"])
        sentence += f" Un classement de chaque pixel isolé, sur les mêmes images, serait juste à {alone}."
    return QualityTable(f"Couverture prédite (CoSIA) en {year}", _overall(cover), sentence, _ACCURACY_COLUMNS, rows)


def _present(confusion: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    present = [item for item in confusion["classes"] if item["truth"] or item["mapped"]]
    return sorted(present, key=lambda item: -item["truth"])


def _overall(confusion: Mapping[str, Any]) -> str:
    return f"{_share(confusion['overall_accuracy'])} de la surface juste, IoU moyen {_share(confusion['mean_iou'])}"


_EXPLAINED = (
    "« Juste dans la carte » : part de ce que la carte appelle ainsi et qui l'est. « Trouvé par la carte » : part de "
    "ce qui est ainsi et que la carte appelle ainsi. IoU : surface commune rapportée à la surface réunie."
)
