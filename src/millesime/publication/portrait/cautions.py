"""What the figures do not say: told beside them, in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from millesime.nomenclature import threshold
from millesime.publication.portrait.figures import Figures
from millesime.publication.portrait.wording import FRENCH, Words


@dataclass(frozen=True)
class Caution:
    """One caution: what it is about, then the explanation."""

    head: str
    body: str


def cautions(
    figures: Figures, *, measured: bool, errors: str = "", measured_told: str = "", words: Words = FRENCH
) -> tuple[Caution, ...]:
    """The cautions that hold for a portrait.

    Args:
        figures: the portrait's figures.
        measured: whether its accuracy was measured.
        errors: where the errors of the map come from; those of the chain by default.
        measured_told: what the section of the quality tells; the accuracy class by class by default.
        words: the language.
    """
    texts = words.texts.cautions
    found = [
        Caution(texts.enaf, texts.enaf_body),
        Caution(texts.thresholds, _thresholds(figures, words)),
        Caution(texts.small, _small(figures, words)),
    ]
    if figures.period is not None:
        first, second = figures.period
        found.append(Caution(texts.flux, texts.flux_body.format(first=first, second=second)))
    found.append(Caution(texts.exemptions, texts.exemptions_body))
    told = (measured_told or texts.errors_measured) if measured else texts.errors_unmeasured
    found.append(Caution(texts.errors, _errors(figures, words, told=told, origin=errors)))
    return tuple(found)


def _thresholds(figures: Figures, words: Words) -> str:
    texts, numbers = words.texts.cautions, words.numbers
    told = [
        texts.thresholds_rule.format(
            small=_square_metres("decree_other", words), built=_square_metres("decree_built", words)
        )
    ]
    if figures.is_shown(figures.threshold_ha):
        share = numbers.percent(100 * figures.threshold_ha / figures.territory.area_ha)
        area = numbers.hectares(figures.threshold_ha)
        told.append(texts.thresholds_some.format(year=figures.year, area=area, share=share))
    else:
        told.append(texts.thresholds_none.format(year=figures.year))
    if figures.period is not None and figures.is_shown(figures.flux_by_threshold_ha):
        told.append(texts.thresholds_flux.format(area=numbers.hectares(figures.flux_by_threshold_ha)))
    return " ".join([*told, texts.thresholds_order])


def _small(figures: Figures, words: Words) -> str:
    texts, numbers = words.texts.cautions, words.numbers
    unit = _square_metres("ocsge_built_inflation", words)
    told = texts.small_body.format(
        least=_square_metres("ocsge_min_building_input", words),
        built=unit,
        inside=_square_metres("umi_in_built_zone", words),
        outside=_square_metres("umi_outside_built_zone", words),
    )
    built = figures.least_built
    if built is None:
        return told
    counted = words.count(
        texts.small_count,
        built.polygons,
        all=numbers.number(built.of_polygons),
        area=numbers.hectares(built.area_ha),
        built=unit,
    )
    return f"{told} {counted}"


def _square_metres(name: str, words: Words) -> str:
    return words.numbers.number(threshold(name).value or 0)


def _errors(figures: Figures, words: Words, *, told: str, origin: str) -> str:
    texts = words.texts.cautions
    parts = [origin or texts.errors_of_chain, told]
    if figures.communes:
        parts.append(texts.errors_communes)
    return " ".join(parts)
