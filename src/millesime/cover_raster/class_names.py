"""Classes as people write them: by value, or by name in French or English, whatever the case."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from types import MappingProxyType

from millesime.errors import CodeError, ConfigError, raise_together
from millesime.model.card import ModelCard
from millesime.nomenclature import CoverNomenclature
from millesime.nomenclature.tables import read_table

#: Table and column of values of each nomenclature, where the English names stand.
_TABLES = MappingProxyType(
    {"cosia": ("cosia", "value"), "flair1": ("flair", "flair1_value"), "flair-hub": ("flair", "hub_value")}
)


def class_value(nomenclature: CoverNomenclature, text: str) -> int:
    """The value of a class told by its value or its name.

    Raises:
        CodeError: there is none.
    """
    wanted = " ".join(text.replace("_", " ").split()).casefold()
    if wanted.isdecimal() and int(wanted) in nomenclature.values:
        return int(wanted)
    english = _english(nomenclature.name)
    for item in nomenclature.classes:
        if wanted in (item.name.casefold(), english.get(item.value)):
            return item.value
    known = ", ".join(f"{item.value} {item.name}" for item in nomenclature.classes)
    raise CodeError(f"{text!r} is not a class of {nomenclature.name!r}", remedy=f"classes are {known}")


def competing_values(card: ModelCard, names: Iterable[str]) -> tuple[int, ...]:
    """The class values that may be answered, in the order of the model's channels.

    Args:
        card: of the model.
        names: classes by value or name, or several of them in one text between commas; none for all.

    Raises:
        ConfigError: a class that the model has not, or one told twice, all faults together; or an empty text.
    """
    given = tuple(names)
    wanted = [part.strip() for name in given for part in name.split(",") if part.strip()]
    if not given:
        return card.class_values
    if not wanted:
        raise ConfigError("no class is named by --restrict", remedy="name classes, or leave --restrict out")
    values: list[int] = []
    faults = []
    for name in wanted:
        try:
            value = class_value(card.cover_nomenclature, name)
        except CodeError as error:
            faults.append(error.message)
            continue
        if value not in card.class_values:
            faults.append(f"model {card.name} has no channel for class {name!r}")
        elif value in values:
            faults.append(f"class {name!r} is told twice")
        values.append(value)
    known = ", ".join(f"{value} {card.cover_nomenclature.by_value(value).name}" for value in card.class_values)
    raise_together(faults, kind=ConfigError, place="--restrict", remedy=f"classes are {known}")
    return tuple(value for value in card.class_values if value in values)


@cache
def _english(nomenclature: str) -> MappingProxyType[int, str]:
    if nomenclature not in _TABLES:
        return MappingProxyType({})
    table, column = _TABLES[nomenclature]
    rows = (row for row in read_table(table) if row[column])
    return MappingProxyType({int(row[column]): row["name_en"].replace("_", " ").casefold() for row in rows})
