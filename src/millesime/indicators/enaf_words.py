"""What the consumption of ENAF says and does not say, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millesime.indicators.enaf_trajectory import Trajectory
from millesime.written_numbers import FIXED, NUMBERS, Language

if TYPE_CHECKING:
    from millesime.indicators.enaf import Enaf

_MEASURES = {
    "fr": (
        "La consommation d’espaces naturels, agricoles et forestiers (ENAF) compte les hectares qui deviennent "
        "urbanisés chaque année, d’après les Fichiers fonciers, parcelle par parcelle."
    ),
    "en": (
        "Consumption of natural, agricultural and forest land (ENAF) counts the hectares that become urbanised each "
        "year, from the land files (Fichiers fonciers), parcel by parcel."
    ),
}

_IS_NOT = {
    "fr": (
        "Ce n’est pas l’artificialisation, qui se lit sur l’OCS GE : les deux mesures n’ont ni la même source, ni les "
        "mêmes définitions, ni les mêmes dates. Leurs hectares ne s’additionnent pas et ne se comparent pas."
    ),
    "en": (
        "It is not artificialisation, which is read from OCS GE: the two measures have other sources, other "
        "definitions and other dates. Their hectares cannot be added or compared."
    ),
}

_DOES_NOT_SAY = {
    "fr": (
        "Elle ne dit ni la qualité des sols, ni ce qui est rendu à la nature (c’est un flux brut), ni ce qui n’est pas "
        "cadastré ; la dernière année est provisoire et sera revue."
    ),
    "en": (
        "It says nothing of the quality of soils, of land given back to nature (it is a gross flow), nor of ground "
        "that is not in the cadastre; its latest year is provisional and will be revised."
    ),
}

_ARITHMETIC = {
    "fr": (
        "Ce plafond est un calcul ({reduction} de moins par an que la référence, {basis}), pas le plafond légal d’une "
        "commune : l’objectif national est réparti par les documents de planification (SRADDET, SCoT, PLU), et la loi "
        "n° 2023-630 du 20 juillet 2023 garantit sous conditions une surface minimale aux communes, qui n’est pas "
        "comptée ici. Un rythme égal chaque année aide à lire le tableau ; aucun texte ne l’impose."
    ),
    "en": (
        "This ceiling is arithmetic ({reduction} less per year than the reference, {basis}), not the legal ceiling of "
        "a commune: planning documents (SRADDET, SCoT, PLU) share out the national objective, and act 2023-630 of 20 "
        "July 2023 grants communes a minimum area on some conditions, which is not counted here. An even yearly pace "
        "helps to read the table; no text asks for it."
    ),
}


def sentences(enaf: Enaf, trajectory: Trajectory | None, *, language: Language = "fr") -> tuple[str, ...]:
    """What it measures, the figures, the ceiling, and what they do not say; each a sentence or two of plain words."""
    if trajectory is None:
        figures: tuple[str, ...] = (_whole(enaf, language),)
    else:
        objective = trajectory.objective
        reduction = NUMBERS[language].share(objective.reduction)
        arithmetic = _ARITHMETIC[language].format(reduction=reduction, basis=objective.basis)
        figures = (*_figures(enaf, trajectory, language), arithmetic)
    return (_MEASURES[language], *figures, _IS_NOT[language], _DOES_NOT_SAY[language])


def _whole(enaf: Enaf, language: Language) -> str:
    first, last, total = enaf.years[0], enaf.years[-1], NUMBERS[language].hectares(float(enaf.annual_ha().sum()))
    if language == "fr":
        return (
            f"{_place(enaf)} : {total} d’ENAF consommés de {first} à {last}. Le fichier n’a pas toutes les années de "
            "la référence : aucun plafond ne peut être calculé."
        )
    return (
        f"{_place(enaf)}: {total} of ENAF consumed from {first} to {last}. The file lacks years of the reference: no "
        "ceiling can be told."
    )


def _figures(enaf: Enaf, trajectory: Trajectory, language: Language) -> tuple[str, ...]:
    objective, known, ha = trajectory.objective, trajectory.known_years, NUMBERS[language].hectares
    reduction = NUMBERS[language].share(objective.reduction)

    last = objective.first + known - 1
    french = language == "fr"
    place = _place(enaf)
    reference = (
        f"{place} : {ha(trajectory.reference_ha)} d’ENAF consommés de {objective.reference_first} à "
        f"{objective.reference_last} ({ha(trajectory.reference_per_year_ha)} par an)"
        if french
        else f"{place}: {ha(trajectory.reference_ha)} of ENAF consumed from {objective.reference_first} to "
        f"{objective.reference_last} ({ha(trajectory.reference_per_year_ha)} per year)"
    )
    ceiling = (
        f"{reduction} de moins de {objective.first} à {objective.last} laisserait "
        f"{ha(trajectory.ceiling_ha)} en {objective.period_years} ans."
        if french
        else f"{reduction} less from {objective.first} to {objective.last} would leave "
        f"{ha(trajectory.ceiling_ha)} for {objective.period_years} years."
    )
    if not known:
        none = "Aucune année de la période n’est encore connue." if french else "No year of the period is known yet."
        return (f"{reference}.", ceiling, none)
    since = (
        f"{_from_to(objective.first, last, language)}, {ha(trajectory.consumed_ha)} ont été consommés "
        f"({ha(trajectory.consumed_per_year_ha or 0)} par an)"
        if french
        else f"{_from_to(objective.first, last, language)}, {ha(trajectory.consumed_ha)} were consumed "
        f"({ha(trajectory.consumed_per_year_ha or 0)} per year)"
    )
    return (f"{reference}.", ceiling, f"{since}{_left(trajectory, language)}.")


def _from_to(first: int, last: int, language: Language) -> str:
    if first == last:
        return f"En {first}" if language == "fr" else f"In {first}"
    return f"De {first} à {last}" if language == "fr" else f"From {first} to {last}"


def _left(trajectory: Trajectory, language: Language) -> str:
    french, left, hectares = language == "fr", trajectory.left_ha, NUMBERS[language].hectares
    if left < 0:
        over = hectares(-left)
        return f" : ce calcul est dépassé de {over}" if french else f": that is {over} above this arithmetic"
    text = f" ; il reste {hectares(left)}" if french else f"; {hectares(left)} are left"
    rate = trajectory.left_per_year_ha
    if rate is None:
        return text
    pace = hectares(rate)
    return text + (
        f", soit {pace} par an jusqu’à fin {trajectory.objective.last}"
        if french
        else f", or {pace} per year until the end of {trajectory.objective.last}"
    )


def _place(enaf: Enaf) -> str:
    if len(enaf.codes) == 1:
        name = str(enaf.communes["name"].iloc[0])
        return f"{name} ({enaf.codes[0]})" if name else enaf.codes[0]
    return f"{len(enaf.codes)}{FIXED}communes"
