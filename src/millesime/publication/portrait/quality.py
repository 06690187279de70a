"""Quality figures of the portrait, from an evaluation against a truth where there is one.

An evaluation comes in as data (`evaluation.json`), for this room stands upstream of the one that makes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from millesime.nomenclature import CS, US, CodeTable
from millesime.publication.portrait.wording import FRENCH, Words

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
    columns: tuple[str, ...] = ()
    rows: tuple[QualityRow, ...] = ()
    rows_are: str = ""
    """What a row stands for."""


def quality_tables(evaluation: Mapping[str, Any], *, year: int, words: Words = FRENCH) -> tuple[QualityTable, ...]:
    """Tables of the accuracy of a vintage; none when the evaluation does not tell of it.

    Args:
        evaluation: content of the evaluation file: the report itself, or a record that holds it as 'measures'.
        year: the vintage.
        words: the language.
    """
    vintage = _vintage(evaluation, year)
    if vintage is None:
        return ()
    texts = words.texts.quality
    tables = [_artificial(vintage["artificial"], year, words), _impervious(vintage["cs"], year, words)]
    change = _report(evaluation).get("change")
    if change is not None and year in change["years"]:
        tables += [_flux(change, words), _found(change, words)]
    tables.append(_codes(texts.cover.format(year=year), vintage["cs"], CS, words))
    tables.append(_codes(texts.use.format(year=year), vintage["us"], US, words))
    tables.append(_cover(vintage, year, words))
    return tuple(tables)


def trust_sentence(evaluation: Mapping[str, Any] | None, *, year: int, words: Words = FRENCH) -> str:
    """How far the key figures can be trusted, in a few sentences to stand beside them."""
    texts, numbers = words.texts.quality, words.numbers
    vintage = _vintage(evaluation, year)
    if evaluation is None or vintage is None:
        return texts.trust_none
    artificial = vintage["artificial"]
    impervious, true_impervious = _impervious_ha(vintage["cs"])
    told = [
        texts.trust_status.format(
            accuracy=_share(artificial["confusion"]["overall_accuracy"], words),
            year=year,
            mapped=numbers.hectares(artificial["artificial_ha"]),
            true=numbers.hectares(artificial["true_ha"]),
        ),
        texts.trust_impervious.format(mapped=numbers.hectares(impervious), true=numbers.hectares(true_impervious)),
    ]
    change = _report(evaluation).get("change")
    if change is not None and year in change["years"]:
        told.append(texts.trust_flux.format(**_net_flux(change, words)))
    return " ".join(told)


def _report(evaluation: Mapping[str, Any]) -> Mapping[str, Any]:
    return evaluation.get("measures", evaluation)


def _vintage(evaluation: Mapping[str, Any] | None, year: int) -> Mapping[str, Any] | None:
    return None if evaluation is None else _report(evaluation).get("vintages", {}).get(str(year))


def _share(value: float | None, words: Words) -> str:
    return _NO_VALUE if value is None else words.numbers.percent(100 * value)


def _net_flux(change: Mapping[str, Any], words: Words) -> dict[str, str]:
    flux = change["flux"]
    return {
        "mapped": words.numbers.hectares(flux["map"]["net_ha"], signed=True),
        "true": words.numbers.hectares(flux["truth"]["net_ha"], signed=True),
    }


def _artificial(measure: Mapping[str, Any], year: int, words: Words) -> QualityTable:
    texts, numbers = words.texts.quality, words.numbers
    mapped, true = measure["artificial_ha"], measure["true_ha"]
    told = texts.artificial_none.format(mapped=numbers.hectares(mapped))
    if true:
        told = texts.artificial_sentence.format(
            mapped=numbers.hectares(mapped),
            true=numbers.hectares(true),
            gap=numbers.hectares(mapped - true, signed=True),
            share=numbers.percent(100 * (mapped - true) / true, signed=True),
        )
    overall = texts.artificial_overall.format(accuracy=_share(measure["confusion"]["overall_accuracy"], words))
    return QualityTable(texts.artificial.format(year=year), overall, told)


def _impervious_ha(confusion: Mapping[str, Any]) -> tuple[float, float]:
    """Impervious land of the map and of the truth, hectares."""
    sealed = [item for item in confusion["classes"] if item["code"].startswith("CS1.1.1.")]
    return sum(item["mapped"] for item in sealed) / 10_000, sum(item["truth"] for item in sealed) / 10_000


def _impervious(confusion: Mapping[str, Any], year: int, words: Words) -> QualityTable:
    texts, numbers = words.texts.quality, words.numbers
    mapped, true = _impervious_ha(confusion)
    gap = numbers.hectares(mapped - true, signed=True)
    places = {"mapped": numbers.hectares(mapped), "true": numbers.hectares(true), "gap": gap}
    told = texts.impervious_sentence.format(**places)
    if true:
        told = texts.impervious_share.format(**places, share=numbers.percent(100 * (mapped - true) / true, signed=True))
    return QualityTable(
        texts.impervious.format(year=year), texts.gap.format(gap=gap), f"{told} {texts.impervious_enlarged}"
    )


def _flux(change: Mapping[str, Any], words: Words) -> QualityTable:
    texts, numbers = words.texts.quality, words.numbers
    first, second = change["years"]
    flux = change["flux"]
    rows = tuple(
        QualityRow(
            name,
            (
                numbers.bare_hectares(flux[key]["gain_ha"], signed=True),
                numbers.bare_hectares(-flux[key]["loss_ha"]),
                numbers.bare_hectares(flux[key]["net_ha"], signed=True),
            ),
        )
        for key, name in (("map", texts.map), ("truth", texts.truth))
    )
    gap = numbers.hectares(flux["map"]["net_ha"] - flux["truth"]["net_ha"], signed=True)
    return QualityTable(
        texts.flux.format(first=first, second=second),
        texts.flux_overall.format(gap=gap),
        texts.flux_sentence.format(**_net_flux(change, words)),
        (texts.flux_gain, texts.flux_loss, texts.flux_net),
        rows,
        texts.row_measure,
    )


def _found(change: Mapping[str, Any], words: Words) -> QualityTable:
    texts, numbers = words.texts.quality, words.numbers
    found = change["found"]
    large = found["at_least_minimum_unit"]
    first, second = change["years"]
    return QualityTable(
        texts.found.format(first=first, second=second),
        texts.found_overall.format(share=_share(found["share_of_true_found"], words)),
        texts.found_sentence.format(
            true_share=_share(found["share_of_found_true"], words),
            unit=numbers.number(large["min_unit_m2"]),
            found=numbers.number(large["changes_found"]),
            all=numbers.number(large["changes"]),
        ),
    )


def _codes(title: str, confusion: Mapping[str, Any], table: CodeTable, words: Words) -> QualityTable:
    rows = tuple(
        QualityRow(
            f"{item['code']} {words.short(table.get(item['code']))}",
            (
                words.numbers.hectares(item["truth"] / 10_000),
                words.numbers.hectares(item["mapped"] / 10_000),
                *_accuracies(item, words),
            ),
        )
        for item in _present(confusion)
    )
    texts = words.texts.quality
    return QualityTable(title, _overall(confusion, words), texts.explained, _columns(words), rows, texts.row)


def _cover(vintage: Mapping[str, Any], year: int, words: Words) -> QualityTable:
    cover, texts, names = vintage["cover"], words.texts.quality, words.texts.cover_classes
    rows = tuple(
        QualityRow(
            names.get(item["label"], item["label"]),
            (
                _share(item["truth"] / cover["total"], words),
                _share(item["mapped"] / cover["total"], words),
                *_accuracies(item, words),
            ),
        )
        for item in _present(cover)
    )
    told = texts.predicted_sentence
    if "pixel_classifier" in vintage:
        alone = _share(vintage["pixel_classifier"]["overall_accuracy"], words)
        told = f"{told} {texts.predicted_alone.format(accuracy=alone)}"
    title = texts.predicted.format(year=year)
    return QualityTable(title, _overall(cover, words), told, _columns(words), rows, texts.row)


def _columns(words: Words) -> tuple[str, ...]:
    texts = words.texts.quality
    return (texts.truth, texts.map, texts.users, texts.producers, texts.iou)


def _accuracies(item: Mapping[str, Any], words: Words) -> tuple[str, ...]:
    return tuple(_share(item[key], words) for key in ("users_accuracy", "producers_accuracy", "iou"))


def _present(confusion: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    present = [item for item in confusion["classes"] if item["truth"] or item["mapped"]]
    return sorted(present, key=lambda item: -item["truth"])


def _overall(confusion: Mapping[str, Any], words: Words) -> str:
    return words.texts.quality.overall.format(
        accuracy=_share(confusion["overall_accuracy"], words), iou=_share(confusion["mean_iou"], words)
    )
