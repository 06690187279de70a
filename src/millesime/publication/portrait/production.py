"""What the portrait tells of how it was made: facts, inputs, steps and measured quality."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyproj

from millesime.publication.portrait.build import Background
from millesime.publication.portrait.page import Fact
from millesime.publication.portrait.provenance import DatabaseRecord, StepRecord, source_facts, step_facts
from millesime.publication.portrait.quality import quality_tables, trust_sentence
from millesime.publication.portrait.wording import Language, Words, words


def describe_production(
    records: Sequence[StepRecord],
    databases: Mapping[str, DatabaseRecord],
    *,
    years: Sequence[int],
    crs: str,
    evaluation: Mapping[str, Any] | None,
    made_up: bool,
    corrections: Mapping[int, int] | None = None,
    builtin_model_licence: str = "",
    language: Language = "fr",
) -> Background:
    """Facts, inputs, steps and quality of a portrait.

    Args:
        records: the steps that made the products, in the order of the chain.
        databases: the national databases, by the name of the input.
        years: the vintages shown, increasing.
        crs: authority code of the maps.
        evaluation: measures against a truth, None when there are none.
        made_up: whether the territory, its images and its databases are made up.
        corrections: by year, the operations of photo-interpreters that changed the map.
        builtin_model_licence: licence of the model when it is the one that comes with millesime, '' otherwise.
        language: of all the texts; the page must be built in the same.
    """
    said = words(language)
    texts = said.texts.sources
    quality = () if evaluation is None else quality_tables(evaluation, year=years[-1], words=said)
    projection = texts.projection_body.format(name=pyproj.CRS.from_user_input(crs).name, code=crs)
    facts = (
        Fact(texts.vintages, texts.vintages_body.format(years=said.years(*years))),
        Fact(texts.product, texts.product_body),
        Fact(texts.method, texts.method_body),
        Fact(texts.artificial, texts.artificial_body),
        Fact(texts.projection, projection),
        Fact(texts.licence, texts.licence_body),
        Fact(texts.data, texts.data_body),
    )
    intro = texts.not_measured
    if quality:
        corrected = _corrected(corrections or {}, said, made_up=made_up)
        intro = f"{texts.measured} {corrected}" if corrected else texts.measured
    return Background(
        facts=(Fact(texts.made_up, texts.made_up_body), *facts) if made_up else facts,
        sources=source_facts(
            records, databases, made_up=made_up, builtin_model_licence=builtin_model_licence, words=said
        ),
        steps=step_facts(records, said),
        quality_intro=intro,
        quality=quality,
        made_up=made_up,
        trust=trust_sentence(evaluation, year=years[-1], words=said),
    )


def _corrected(corrections: Mapping[int, int], words: Words, *, made_up: bool) -> str:
    if not any(corrections.values()):
        return ""
    texts = words.texts.sources
    counts = ", ".join(
        texts.corrections.format(count=words.numbers.number(count), year=year)
        for year, count in sorted(corrections.items())
    )
    return (texts.corrected_made_up if made_up else texts.corrected).format(counts=counts)
