"""The rules that explain an object, as a French reader reads them; what the Fichiers fonciers hold is not told."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandas as pd

from millesime.nomenclature.tables import read_table

#: Which clause of the Fichiers fonciers spoke would tell what they hold, and they may not be passed on.
_FROM_LAND_FILES = frozenset({"parcel.mixed", "parcel.dwellings", "parcel.premises"})

LAND_FILES_RULE = "fichiers_fonciers"


def lexicon() -> pd.DataFrame:
    """The delivered table LEXIQUE: `colonne`, `valeur`, `sens`."""
    table = pd.DataFrame(list(read_table("explanations")))
    return table.set_axis(["colonne", "valeur", "sens"], axis="columns")


def deliverable_rules(rules: pd.Series) -> pd.Series:
    """Rules of use without what they say of the content of the Fichiers fonciers."""
    return rules.map(
        lambda chain: ";".join(LAND_FILES_RULE if rule in _FROM_LAND_FILES else rule for rule in chain.split(";"))
    )


def sentences(rules: pd.Series, column: str) -> pd.Series:
    """What the decisive rule of each chain means: the last one. A rule that the lexicon lacks is given by its name."""
    meanings = _meanings(column)
    return rules.map(lambda chain: meanings.get(decisive := chain.rsplit(";", 1)[-1], f"Règle {decisive}"))


@cache
def _meanings(column: str) -> Mapping[str, str]:
    table = lexicon()
    chosen = table[table["colonne"] == column]
    return dict(zip(chosen["valeur"], chosen["sens"], strict=True))
