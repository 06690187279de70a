"""The key figures at the top of the portrait, each with one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass

from millesime.nomenclature import threshold
from millesime.publication.portrait.figures import Figures, PlaceFigures
from millesime.publication.portrait.numbers import FIXED, hectares, number, percent, plural


@dataclass(frozen=True)
class Card:
    """One key figure."""

    title: str
    value: str
    detail: str
    sentence: str
    key: str
    """Stable name, for styles and tests."""


def cards(figures: Figures) -> tuple[Card, ...]:
    """Two or four key figures: artificial land, its net flux, impervious land, changed land."""
    found = [_artificial(figures)]
    if figures.period is not None:
        found.append(_flux(figures))
    found.append(_impervious(figures))
    if figures.period is not None:
        found.append(_changed(figures))
    return tuple(found)


def _artificial(figures: Figures) -> Card:
    place, year = figures.territory, figures.year
    area = place.artificial_ha[year]
    share = 100 * area / place.area_ha
    return Card(
        f"Sols artificialisés en {year}",
        hectares(area),
        f"{percent(share)} du territoire",
        f"Sur 100 hectares, environ {number(share, decimals=0 if share >= 10 else 1)} sont bâtis, revêtus, compactés, "
        "ou herbeux au service de l'habitat, des activités ou des transports.",
        "artificial",
    )


def _flux(figures: Figures) -> Card:
    assert figures.period is not None
    place, (first, second) = figures.territory, figures.period
    years = second - first
    return Card(
        f"Artificialisation nette de {first} à {second}",
        hectares(place.net_ha, signed=True),
        f"{hectares(place.net_ha / years, signed=True)} par an",
        f"{_gain(place)} et {_loss(place)} en {plural(years, 'an', 'ans')}.",
        "flux",
    )


def _gain(place: PlaceFigures) -> str:
    if place.artificialised_ha == 0:
        return "Aucun sol n'est devenu artificialisé"
    return f"{hectares(place.artificialised_ha)} sont devenus artificialisés"


def _loss(place: PlaceFigures) -> str:
    return (
        "aucun n'a cessé de l'être"
        if place.renatured_ha == 0
        else f"{hectares(place.renatured_ha)} ont cessé de l'être"
    )


def _impervious(figures: Figures) -> Card:
    place, year = figures.territory, figures.year
    area = place.impervious_ha[year]
    sentence = "Bâtiments, routes, parkings : l'eau ne s'y infiltre pas"
    if figures.period is not None:
        first = figures.period[0]
        change = area - place.impervious_ha[first]
        sentence += f" ({hectares(change, signed=True)} depuis {first})"
    return Card(
        f"Sols imperméables en {year}",
        hectares(area),
        f"{percent(100 * area / place.area_ha)} du territoire",
        f"{sentence}.{_enlarged(figures)}",
        "impervious",
    )


def _enlarged(figures: Figures) -> str:
    built = figures.enlarged_built
    if built is None:
        return ""
    least = number(threshold("ocsge_built_inflation").value or 0)
    return (
        f" Le bâti y compte des emprises agrandies : {plural(built.polygons, 'polygone bâti', 'polygones bâtis')} sur "
        f"{number(built.of_polygons)} ({hectares(built.area_ha)}) ont la surface minimale de {least}{FIXED}m²."
    )


def _changed(figures: Figures) -> Card:
    assert figures.period is not None
    first, second = figures.period
    share = 100 * figures.changed_ha / figures.territory.area_ha
    return Card(
        f"Sols qui ont changé de {first} à {second}",
        hectares(figures.changed_ha),
        f"{percent(share)} du territoire",
        "Changements de couverture ou d'usage, qu'ils artificialisent ou non : constructions, routes, mais aussi "
        "cultures et bois.",
        "changed",
    )
