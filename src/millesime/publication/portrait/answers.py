"""The five questions that a reader comes with, answered in a sentence each, with where to read more."""

from __future__ import annotations

from dataclasses import dataclass

from millesime.publication.portrait.figures import Figures
from millesime.publication.portrait.wording import FRENCH, Words


@dataclass(frozen=True)
class Answer:
    """One question and its answer."""

    key: str
    """Stable name, for styles and tests."""

    question: str
    answer: str
    more: str
    """Text of the link, '' for none."""

    target: str = ""
    """Section of the page that tells more."""


def answers(
    figures: Figures, trust: str, *, numbered: bool, measured: bool, words: Words = FRENCH
) -> tuple[Answer, ...]:
    """How much, where, when, how sure, and what rests on thresholds.

    Args:
        figures: the portrait's figures.
        trust: how far they can be trusted.
        numbered: whether the map of changes numbers sites.
        measured: whether the section of the quality holds measures.
        words: the language.
    """
    texts = words.texts.answers
    return (
        Answer("how-much", texts.how_much, _how_much(figures, words), texts.see_artificial, "artificialisation"),
        _where(figures, words, numbered=numbered),
        _when(figures, words),
        Answer("how-sure", texts.how_sure, trust, texts.see_quality, "qualite")
        if measured
        else Answer("how-sure", texts.how_sure, trust, texts.see_limits, "limites"),
        Answer("thresholds", texts.thresholds, _thresholds(figures, words), texts.see_limits, "limites"),
    )


def _how_much(figures: Figures, words: Words) -> str:
    texts, numbers, place = words.texts.answers, words.numbers, figures.territory
    area = place.artificial_ha[figures.year]
    stock = texts.how_much_stock.format(
        year=figures.year, area=numbers.hectares(area), share=numbers.percent(100 * area / place.area_ha)
    )
    if figures.period is None:
        return stock
    first, second = figures.period
    sentence = {
        (False, False): texts.how_much_none,
        (True, False): texts.how_much_gain,
        (False, True): texts.how_much_loss,
        (True, True): texts.how_much_both,
    }[figures.is_shown(place.artificialised_ha), figures.is_shown(place.renatured_ha)]
    flux = sentence.format(
        first=first,
        second=second,
        gain=numbers.hectares(place.artificialised_ha),
        loss=numbers.hectares(place.renatured_ha),
        net=numbers.hectares(place.net_ha, signed=True),
        per_year=numbers.hectares(place.net_ha / (second - first), signed=True),
    )
    return f"{flux} {stock}"


def _where(figures: Figures, words: Words, *, numbered: bool) -> Answer:
    texts, numbers = words.texts.answers, words.numbers
    told = []
    gain = figures.territory.artificialised_ha
    if figures.period is None:
        if figures.ranked:
            place = figures.ranked[0]
            share = numbers.percent(place.artificial_pct(figures.year))
            sentence = texts.where_share_commune if place.is_whole else texts.where_share_part
            told.append(sentence.format(commune=place.name, share=share))
        return Answer("where", texts.where, " ".join([*told, texts.where_map]), texts.see_maps, "cartes")
    if not figures.is_shown(gain):
        told.append(texts.where_no_gain)
    elif figures.communes:
        place = max(figures.communes, key=lambda place: place.artificialised_ha)
        area = numbers.hectares(place.artificialised_ha)
        told.append(texts.where_gain_commune.format(commune=place.name, area=area, gain=numbers.hectares(gain)))
    if numbered:
        told.append(texts.where_sites)
        return Answer("where", texts.where, " ".join(told), texts.see_changes, "changements")
    return Answer("where", texts.where, " ".join(told or [texts.where_map]), texts.see_maps, "cartes")


def _when(figures: Figures, words: Words) -> Answer:
    texts = words.texts.answers
    if figures.period is None:
        body = texts.when_one_body.format(year=figures.year)
        return Answer("when", texts.when_one, body, texts.see_sources, "sources")
    first, second = figures.period
    return Answer("when", texts.when, texts.when_body.format(first=first, second=second), texts.see_sources, "sources")


def _thresholds(figures: Figures, words: Words) -> str:
    texts, numbers, area = words.texts.answers, words.numbers, figures.threshold_ha
    if figures.is_shown(area):
        share = numbers.percent(100 * area / figures.territory.area_ha)
        told = texts.thresholds_stock.format(year=figures.year, area=numbers.hectares(area), share=share)
    else:
        told = texts.thresholds_stock_none.format(year=figures.year)
    if figures.period is None:
        return told
    if figures.is_shown(figures.flux_by_threshold_ha):
        return f"{told} {texts.thresholds_flux.format(area=numbers.hectares(figures.flux_by_threshold_ha))}"
    return f"{told} {texts.thresholds_flux_none}"
