"""The wording of a portrait of files, in each language of the portrait."""

from __future__ import annotations

import re

from millesime.publication.portrait.wording import Language
from millesime.publication.portrait_of_files.wording.english import ENGLISH_TEXTS
from millesime.publication.portrait_of_files.wording.french import FRENCH_REASONS, FRENCH_TEXTS
from millesime.publication.portrait_of_files.wording.keys import FileTexts


def file_texts(language: Language) -> FileTexts:
    """The texts of a language."""
    return {"fr": FRENCH_TEXTS, "en": ENGLISH_TEXTS}[language]


def reason_in(language: Language, words: str) -> str:
    """A reason of the reader of deliveries, which words them in English; as it is when it has no translation."""
    if language == "en":
        return words
    for pattern, french in FRENCH_REASONS:
        found = re.fullmatch(pattern, words)
        if found:
            return found.expand(french)
    return words


__all__ = ["FileTexts", "file_texts", "reason_in"]
