"""What a sample of control points was drawn from: classes, strata, words."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

import geopandas

from millesime.artificialisation import ARTIFICIAL, NOT_ARTIFICIAL
from millesime.nomenclature import CS, US

#: What the map classes of a sample are: covers, uses, artificial status, or change of the status between two vintages.
Kind = Literal["cs", "us", "artif", "change", "other"]

ARTIFICIALISED = "artificialised"
DESARTIFICIALISED = "desartificialised"
STABLE_ARTIFICIAL = "stable_artificial"
STABLE_NOT_ARTIFICIAL = "stable_not_artificial"

CHANGE_CLASSES = (ARTIFICIALISED, DESARTIFICIALISED, STABLE_ARTIFICIAL, STABLE_NOT_ARTIFICIAL)

#: Stratum of stable ground where a change is most likely to have been missed; no class of the map.
LIKELY_OMISSION = "likely_omission"

#: What an interpreter may write for each class, accents, case, spaces and underscores apart.
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "change": {
        ARTIFICIALISED: ("artificialise",),
        DESARTIFICIALISED: ("desartificialise", "renature"),
        STABLE_ARTIFICIAL: ("stable artif", "stable artificialise", "stable artificiel"),
        STABLE_NOT_ARTIFICIAL: ("stable non artif", "stable non artificialise", "stable non artificiel"),
    },
    "artif": {ARTIFICIAL: ("artificialise", "artificial", "artificiel"), NOT_ARTIFICIAL: ("non artificialise",)},
}

#: What an interpreter writes where the ground cannot be told.
UNKNOWN_WORDS = ("?", "unknown", "inconnu", "indetermine", "non interpretable", "ininterpretable", "not interpretable")


@dataclass(frozen=True)
class Ground:
    """Ground that points are drawn on: polygons with their stratum and the class that the map gives them."""

    kind: Kind
    years: tuple[int, ...]
    """The vintage of a state, both vintages of a change; empty when nothing tells."""
    frame: geopandas.GeoDataFrame
    """`stratum`, `mapped`, single polygons in metres that do not overlap."""
    told: tuple[str, ...] = ()
    """How the strata were made, in sentences."""


@functools.lru_cache(maxsize=4096)
def folded(word: str) -> str:
    """A word without case, accents, underscores and needless spaces, to compare what people write."""
    plain = unicodedata.normalize("NFD", word.strip().casefold().replace("_", " ").replace("-", " "))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def classes_of(kind: Kind) -> tuple[str, ...]:
    """The classes of a kind of sample; empty when any word may be one."""
    if kind == "change":
        return CHANGE_CLASSES
    if kind == "artif":
        return ARTIFICIAL, NOT_ARTIFICIAL
    if kind in ("cs", "us"):
        return tuple(leaf.code for leaf in (CS if kind == "cs" else US).leaves)
    return ()


def words_of(kind: Kind, classes: Sequence[str] = ()) -> dict[str, str]:
    """What may be written, folded -> class.

    Args:
        kind: what the classes are.
        classes: those of a sample of kind 'other'.
    """
    named = classes_of(kind) or tuple(classes)
    found = {folded(name): name for name in named}
    if kind in ("cs", "us"):
        found |= {folded(name[2:]): name for name in named}
    for name, others in _WORDS.get(kind, {}).items():
        found |= dict.fromkeys(map(folded, others), name)
    return found


def kind_named(word: str) -> Kind:
    """The kind that a file tells; 'other' for what is not known."""
    return cast(Kind, word) if word in ("cs", "us", "artif", "change") else "other"
