"""Why a polygon weighs in a figure, in one plain sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from millesime.indicators.doubt import REASONS, Facts
from millesime.nomenclature import CS, US
from millesime.written_numbers import NUMBERS, Language

#: Below this area, in square metres, hectares to the hundredth say too little.
_IN_M2 = 1_000.0

#: Codes whose label, without what it has in brackets, does not say what it is.
_PLAINER = {
    "CS1.1.1.2": {"fr": "zones imperméables non bâties", "en": "sealed non-built areas"},
    "US235": {"fr": "usage mixte", "en": "mixed use"},
}


def why(
    *,
    area_m2: float,
    codes: Sequence[tuple[str, str]],
    statuses: Sequence[bool],
    facts: Facts,
    row: int,
    language: Language,
) -> str:
    """What a piece of ground is, then what makes it doubtful.

    Args:
        area_m2: its area.
        codes: cover and use in each vintage, one or two.
        statuses: whether it is artificial in each vintage.
        facts: of all the pieces.
        row: which one of them it is.
        language: of the sentence.
    """
    numbers = NUMBERS[language]
    values = {
        "pairs": facts.pairs[row],
        "width": numbers.metres(float(facts.width_m[row])),
        "confidence": numbers.share(float(np.nan_to_num(facts.confidence[row]))),
    }
    reasons = [REASONS[language][name].format(**values) for name in facts.of(row)]
    french = language == "fr"
    if reasons:
        word, joint = ("à vérifier parce que ", " ; ") if french else ("to be checked because ", "; ")
        end = word + joint.join(reasons)
    else:
        end = "aucun fait n’en fait douter, c’est sa surface qui compte" if french else "no fact makes it doubtful"
    area = numbers.square_metres(area_m2) if area_m2 < _IN_M2 else numbers.hectares(area_m2 / 10_000)
    start = " ".join([area, *_what([_named(*pair, language) for pair in codes], statuses, language)])
    return f"{start}{' : ' if french else ': '}{end}."


def _what(named: Sequence[str], statuses: Sequence[bool], language: Language) -> Iterator[str]:
    french = language == "fr"
    if len(named) == 1:
        yield f"de {named[0]}," if french else f"of {named[0]},"
    elif named[0] == named[1]:
        yield f"restés {named[0]}," if french else f"that stayed {named[0]},"
    else:
        yield f"passés de {named[0]} à {named[1]}," if french else f"that went from {named[0]} to {named[1]},"
    if len(statuses) == 2:
        words = ("devenus artificialisés", "become artificial")
        words = words if statuses[1] else ("désartificialisés", "no longer artificial")
    else:
        words = ("artificialisés", "artificial") if statuses[0] else ("non artificialisés", "not artificial")
    yield words[0] if french else words[1]


def _named(cs: str, us: str, language: Language) -> str:
    """Labels without what they have in brackets, and the codes: 'zones bâties, agriculture (CS1.1.1.1 × US1.1)'."""
    labels = []
    for table, code in ((CS, cs), (US, us)):
        found = table.get(code)
        label = found.label_fr if language == "fr" else found.label_en
        short = label.partition(" (")[0]
        labels.append(_PLAINER.get(code, {}).get(language) or short[:1].lower() + short[1:])
    text = ", ".join(labels)
    text = text.replace("'", "’") if language == "fr" else text
    return f"{text} ({cs}\u00a0× {us})"
