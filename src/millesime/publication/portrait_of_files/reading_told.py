"""What was done to the rows of a file when it was read: a reader of the page sees what was set aside."""

from __future__ import annotations

from collections.abc import Mapping

from millesime.publication.portrait.wording import Language, words
from millesime.publication.portrait_of_files.wording import file_texts, reason_in
from millesime.sources.ocsge import DeliveredLayer

_ASIDE = "set aside, "


def reading_told(layer: DeliveredLayer, language: Language = "fr") -> str:
    """Rows read, used, set aside with why, and repaired, as sentences."""
    counts, texts, said = layer.counts, file_texts(language), words(language)
    read, used = counts["read"], counts["used"]
    number = said.numbers.number
    kept = texts.all_kept
    if read != used:
        kept = texts.some_kept.format(kept=number(used), aside=said.count(texts.set_aside, read - used))
    sentences = [f"{said.count(texts.rows, read)}, {kept}."]
    others = {key: count for key, count in counts.items() if key not in {"read", "used"}}
    aside = {key.removeprefix(_ASIDE): count for key, count in others.items() if key.startswith(_ASIDE)}
    retouched = {key: count for key, count in others.items() if not key.startswith(_ASIDE)}
    for text, reasons in ((texts.aside, aside), (texts.retouched, retouched)):
        if reasons:
            sentences.append(text.format(reasons=_listed(reasons, language)))
    return " ".join(sentences)


def _listed(reasons: Mapping[str, int], language: Language) -> str:
    return ", ".join(f"{count} {reason_in(language, reason)}" for reason, count in reasons.items())
