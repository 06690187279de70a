"""The key figures at the top of the portrait, each with one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass

from millesime.publication.portrait.figures import Figures
from millesime.publication.portrait.wording import FRENCH, Words


@dataclass(frozen=True)
class Card:
    """One key figure."""

    title: str
    value: str
    detail: str
    sentence: str
    key: str
    """Stable name, for styles and tests."""


def cards(figures: Figures, words: Words = FRENCH) -> tuple[Card, ...]:
    """Two or four key figures: artificial land, its net flux, impervious land, changed land."""
    found = [_artificial(figures, words)]
    if figures.period is not None:
        found.append(_flux(figures, words))
    found.append(_impervious(figures, words))
    if figures.period is not None:
        found.append(_changed(figures, words))
    return tuple(found)


def _artificial(figures: Figures, words: Words) -> Card:
    place, year = figures.territory, figures.year
    texts, numbers = words.texts.cards, words.numbers
    area = place.artificial_ha[year]
    share = 100 * area / place.area_ha
    return Card(
        texts.artificial.format(year=year),
        numbers.hectares(area),
        texts.share.format(share=numbers.percent(share)),
        texts.artificial_sentence.format(hundredth=numbers.number(share, decimals=0 if share >= 10 else 1)),
        "artificial",
    )


def _flux(figures: Figures, words: Words) -> Card:
    assert figures.period is not None
    place, (first, second) = figures.territory, figures.period
    texts, numbers = words.texts.cards, words.numbers
    sentence = {
        (False, False): texts.flux_none,
        (True, False): texts.flux_gain,
        (False, True): texts.flux_loss,
        (True, True): texts.flux_both,
    }[figures.is_shown(place.artificialised_ha), figures.is_shown(place.renatured_ha)]
    return Card(
        texts.flux.format(first=first, second=second),
        numbers.hectares(place.net_ha, signed=True),
        texts.per_year.format(area=numbers.hectares(place.net_ha / (second - first), signed=True)),
        sentence.format(
            gain=numbers.hectares(place.artificialised_ha),
            loss=numbers.hectares(place.renatured_ha),
            years=words.count(texts.years, second - first),
        ),
        "flux",
    )


def _impervious(figures: Figures, words: Words) -> Card:
    place, year = figures.territory, figures.year
    texts, numbers = words.texts.cards, words.numbers
    area = place.impervious_ha[year]
    sentence = texts.impervious_sentence
    if figures.period is not None:
        first = figures.period[0]
        change = numbers.hectares(area - place.impervious_ha[first], signed=True)
        sentence = texts.impervious_change.format(change=change, first=first)
    return Card(
        texts.impervious.format(year=year),
        numbers.hectares(area),
        texts.share.format(share=numbers.percent(100 * area / place.area_ha)),
        sentence,
        "impervious",
    )


def _changed(figures: Figures, words: Words) -> Card:
    assert figures.period is not None
    first, second = figures.period
    texts, numbers = words.texts.cards, words.numbers
    share = 100 * figures.changed_ha / figures.territory.area_ha
    return Card(
        texts.changed.format(first=first, second=second),
        numbers.hectares(figures.changed_ha),
        texts.share.format(share=numbers.percent(share)),
        texts.changed_sentence,
        "changed",
    )
