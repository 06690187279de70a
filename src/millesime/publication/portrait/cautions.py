"""What the figures do not say: told beside them, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from millesime.nomenclature import threshold
from millesime.publication.portrait.figures import Figures
from millesime.publication.portrait.numbers import FIXED, hectares, number, percent

#: What would be shown as 0,00 ha.
_NEGLIGIBLE_HA = 0.005


@dataclass(frozen=True)
class Caution:
    """One caution: what it is about, then the explanation."""

    head: str
    body: str


def cautions(figures: Figures, *, measured: bool, errors: str = "") -> tuple[Caution, ...]:
    """The cautions that hold for a portrait.

    Args:
        figures: the portrait's figures.
        measured: whether its accuracy was measured.
        errors: where the errors of the map come from; those of the chain by default.
    """
    found = [
        Caution(
            "L'artificialisation n'est pas la consommation d'espaces naturels, agricoles et forestiers (ENAF).",
            "L'objectif de réduction de moitié sur 2021-2031 porte sur la consommation d'ENAF, mesurée chaque année "
            "à partir des Fichiers fonciers. Les deux mesures ne se comparent pas et ne s'additionnent pas.",
        ),
        Caution("Le statut dépend de seuils.", _thresholds(figures)),
        Caution("Ce qui est petit n'est pas représenté.", _minimum_units()),
    ]
    if figures.period is not None:
        first, second = figures.period
        found.append(
            Caution(
                "Le flux compare deux états.",
                f"Il ne dit rien de ce qui a changé puis est revenu entre {first} et {second}, ni de la date exacte "
                "d'un changement. Un changement de couverture ou d'usage n'est pas toujours une artificialisation.",
            )
        )
    found.append(
        Caution(
            "Les exemptions facultatives ne sont pas appliquées.",
            "Les parcs et jardins publics et le photovoltaïque au sol sont comptés selon la règle générale.",
        )
    )
    found.append(Caution("Une carte comporte des erreurs.", _errors(figures, measured=measured, origin=errors)))
    return tuple(found)


def _thresholds(figures: Figures) -> str:
    small = number(threshold("decree_other").value or 0)
    built = number(threshold("decree_built").value or 0)
    text = (
        f"Un îlot non artificialisé de moins de {small}{FIXED}m² entouré de sols artificialisés est compté "
        f"artificialisé, et réciproquement ; un bâtiment d'au moins {built}{FIXED}m² reste toujours compté. "
    )
    if figures.threshold_ha < _NEGLIGIBLE_HA:
        text += f"En {figures.year}, aucune surface ne doit son statut à un seuil. "
    else:
        share = 100 * figures.threshold_ha / figures.territory.area_ha
        text += (
            f"En {figures.year}, {hectares(figures.threshold_ha)} ({percent(share)} du territoire) doivent leur statut "
            "à un seuil et non au croisement de la couverture et de l'usage. "
        )
    if figures.period is not None and figures.flux_by_threshold_ha >= _NEGLIGIBLE_HA:
        text += (
            f"{hectares(figures.flux_by_threshold_ha)} du flux viennent des seuils seuls : ni la couverture ni l'usage "
            "n'y ont changé. "
        )
    return text + (
        "Le décret fixe les seuils, non l'ordre dans lequel on les applique : celui-ci est notre lecture, décrite dans "
        "la documentation de millesime (docs/concepts.md, « From the matrix to the status »)."
    )


def _minimum_units() -> str:
    least = number(threshold("ocsge_min_building_input").value or 0)
    built = number(threshold("ocsge_built_inflation").value or 0)
    inside = number(threshold("umi_in_built_zone").value or 0)
    outside = number(threshold("umi_outside_built_zone").value or 0)
    return (
        f"Le bâti de moins de {least}{FIXED}m² n'est pas représenté ; un bâti isolé de {least} à {built}{FIXED}m² est "
        f"agrandi à {built}{FIXED}m². Le reste est retenu à partir de {inside}{FIXED}m² dans la zone construite et de "
        f"{outside}{FIXED}m² en dehors : un jardin, un chemin ou un bosquet plus petit est rattaché à son voisin."
    )


_OF_THE_CHAIN = (
    "La couverture est prédite à partir d'images, puis croisée avec des bases nationales qui ont leurs retards."
)


def _errors(figures: Figures, *, measured: bool, origin: str) -> str:
    text = f"{origin or _OF_THE_CHAIN} "
    if measured:
        text += "La section « Qualité mesurée » dit combien de surface est juste, classe par classe. "
    else:
        text += "La précision de cette édition n'a pas été mesurée : un écart de faible surface peut être une erreur. "
    if figures.communes:
        text += "Une commune n'a pas d'échantillon de contrôle propre : aucun intervalle n'est donné à son échelle."
    return text
