"""The wording of the portrait: texts, numbers and labels of codes in one language.

To change a sentence, change it in `french.py` or `english.py`; to add one, begin with `keys.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from millesime.nomenclature import Code
from millesime.publication.portrait.wording.english import ENGLISH_TEXTS
from millesime.publication.portrait.wording.french import FRENCH_TEXTS
from millesime.publication.portrait.wording.keys import Plural, Texts
from millesime.publication.styles.catalogue import short_label
from millesime.written_numbers import ENGLISH_NUMBERS, FIXED, FRENCH_NUMBERS, THIN, NumberFormat

Language = Literal["fr", "en"]


@dataclass(frozen=True)
class Words:
    """All that a page needs to speak one language."""

    language: Language
    """As `lang` of the page says it."""

    texts: Texts
    numbers: NumberFormat
    typeset: Callable[[str], str]
    """Typography of a finished text."""

    def count(self, text: Plural, count: int, **places: str) -> str:
        """The form of `text` that a count takes, filled."""
        form = text.one if self.numbers.chooses_one(count) else text.many
        return form.format(count=self.numbers.number(count), **places)

    def years(self, *years: int) -> str:
        """'2022', '2019 et 2022'."""
        if len(years) == 1:
            return str(years[0])
        return self.texts.frame.years.format(first=years[0], second=years[1])

    def short(self, code: Code) -> str:
        """The label of a code without its examples in parentheses."""
        return short_label(code) if self.language == "fr" else code.label_en.partition(" (")[0]

    def whole(self, code: Code) -> str:
        """Code and whole label."""
        return f"{code.code} {code.label_fr if self.language == 'fr' else code.label_en}"


def _curly(text: str) -> str:
    return re.sub(r"(?<=\w)'(?=\w)", "\u2019", text)


def _french(text: str) -> str:
    """Curly apostrophes, no-break spaces before double punctuation and inside quotation marks."""
    fixed = re.sub(r" (?=:(\s|$))|(?<=«) | (?=»)", FIXED, _curly(text))
    return re.sub(r" (?=[;!?])", THIN, fixed)


FRENCH = Words("fr", FRENCH_TEXTS, FRENCH_NUMBERS, _french)
ENGLISH = Words("en", ENGLISH_TEXTS, ENGLISH_NUMBERS, _curly)


def words(language: Language) -> Words:
    """The wording of a language."""
    return {"fr": FRENCH, "en": ENGLISH}[language]


__all__ = ["ENGLISH", "FRENCH", "Language", "Plural", "Texts", "Words", "words"]
