"""French words that depend on the place and on numbers, and the typography of French texts."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from millesime.nomenclature import CS, US
from millesime.publication.triennial.case import Kind
from millesime.publication.triennial.content import Picture
from millesime.written_numbers import FIXED, THIN


@dataclass(frozen=True)
class PlaceWords:
    """How a report calls its place."""

    the: str
    of_the: str
    council: str
    head: str


WORDS: dict[Kind, PlaceWords] = {
    "commune": PlaceWords("la commune", "de la commune", "conseil municipal", "le maire"),
    "epci": PlaceWords("l'intercommunalité", "de l'intercommunalité", "conseil communautaire", "le président"),
}

#: Short names of the covers and uses, for tables and sentences; the official labels are in the appendix.
COVERS = {
    "CS1.1.1.1": "bâti",
    "CS1.1.1.2": "sols revêtus (routes, places, parkings)",
    "CS1.1.2.1": "sols minéraux (graviers, chemins, ballast)",
    "CS1.1.2.2": "autres matériaux composites",
    "CS1.2.1": "sols nus",
    "CS1.2.2": "eau",
    "CS1.2.3": "névés et glaciers",
    "CS2.1.1.1": "feuillus",
    "CS2.1.1.2": "conifères",
    "CS2.1.1.3": "forêt mixte",
    "CS2.1.2": "landes et arbustes",
    "CS2.1.3": "vignes et autres ligneux",
    "CS2.2.1": "herbe et terres arables",
    "CS2.2.2": "autres végétaux non ligneux",
}


def cover(code: str) -> str:
    """Short name of a cover."""
    return COVERS.get(code) or CS.get(code).label_fr


def use(code: str) -> str:
    """Name of a use, in small letters."""
    label = US.get(code).label_fr
    return label[:1].lower() + label[1:]


def rules_written(rules: Sequence[tuple[str, str]]) -> str:
    """Parameters of the status with their values: 't_other_m2 = 1500, order = remove_first'."""
    return ", ".join(f"{name} = {value}" for name, value in rules)


def capital(text: str) -> str:
    """With a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def listed(names: list[str]) -> str:
    """'a', 'a et b', 'a, b et c'."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} et {names[-1]}"


_NOT_TEXT = {"svg", "key", "name", "sources", "unit", "theme", "indicator", "item", "style", "place", "code", "file"}


def typographic(thing: Any) -> Any:
    """The same content with French typography: apostrophes, and no-break spaces where a line must not end.

    Raises nothing: what is not text stays.
    """
    if isinstance(thing, str):
        return french(thing)
    if isinstance(thing, tuple):
        return tuple(typographic(item) for item in thing)
    if dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        skipped = _NOT_TEXT if not isinstance(thing, Picture) else _NOT_TEXT - {"key"}
        changes = {
            part.name: typographic(getattr(thing, part.name))
            for part in dataclasses.fields(thing)
            if part.name not in skipped
        }
        return dataclasses.replace(thing, **changes)
    return thing


def french(text: str) -> str:
    """One text with French typography."""
    text = text.replace("'", "’")
    text = re.sub(r" ([:»])", rf"{FIXED}\1", text)
    text = re.sub(r"« ", f"«{FIXED}", text)
    text = re.sub(r" ([;?!%])", rf"{THIN}\1", text)
    text = re.sub(r"(\d) (\d{3})(?!\d)", rf"\1{THIN}\2", text)
    return re.sub(r"(\d) (ha|m²|km|°)(?!\w)", rf"\1{FIXED}\2", text)
