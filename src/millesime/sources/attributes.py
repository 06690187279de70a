"""Attributes of a source under one name and one type, whatever the file calls them."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas

from millesime.errors import SchemaError, raise_together
from millesime.sources.source import Attribute, LayerSchema, fold

#: A Shapefile keeps ten characters of a name.
SHAPEFILE_NAME_LENGTH = 10

MISREAD = "text in another encoding repaired"
#: What decoders put for a byte that they cannot read.
LOST_CHARACTER = "\N{REPLACEMENT CHARACTER}"

_FLAGS = {
    **dict.fromkeys(("true", "t", "1", "1_0", "oui", "o", "vrai", "yes", "y"), True),
    **dict.fromkeys(("false", "f", "0", "0_0", "non", "n", "faux", "no", ""), False),
}


def match_columns(layer: LayerSchema, columns: Sequence[str], *, place: str) -> dict[str, str]:
    """Find the column of each attribute: by its name, one of its aliases, or its name cut at ten characters.

    Args:
        layer: the layer's schema.
        columns: names of the columns found, geometry left out.
        place: file and layer, for the message.

    Returns:
        Attribute name -> column name; optional attributes that are absent are left out.

    Raises:
        SchemaError: required attributes are missing or a name is ambiguous; all told together.
    """
    folded: dict[str, list[str]] = {}
    for column in columns:
        folded.setdefault(fold(column), []).append(column)
    matched: dict[str, str] = {}
    faults = []
    for attribute in layer.attributes:
        found = _named(folded, (attribute.name, *attribute.aliases))
        if len(found) > 1:
            faults.append(f"attribute {attribute.name!r} found more than once: {', '.join(found)}")
        if found:
            matched[attribute.name] = found[0]
    unmatched = [attribute for attribute in layer.attributes if attribute.name not in matched]
    free = {name: found for name, found in folded.items() if not set(found) & set(matched.values())}
    matched |= _cut_names(unmatched, free)
    faults += [
        f"missing attribute {_told(attribute)}"
        for attribute in unmatched
        if attribute.required and attribute.name not in matched
    ]
    remedy = (
        f"attributes found: {', '.join(columns) or 'none'}. Give a complete export of {layer.title} "
        f"(layer {layer.name}), or rename the attributes; upper case and the Shapefile's short names are understood"
    )
    raise_together(faults, kind=SchemaError, place=place, remedy=remedy)
    return matched


def _named(folded: dict[str, list[str]], names: Sequence[str]) -> list[str]:
    """The columns of the first of these names that is there."""
    return next((folded[fold(name)] for name in names if fold(name) in folded), [])


def _cut_names(attributes: Sequence[Attribute], folded: dict[str, list[str]]) -> dict[str, str]:
    """Attributes whose name was cut at ten characters, where the cut name can only be one of them."""
    claims: dict[str, list[str]] = {}
    for attribute in attributes:
        long_names = [name for name in (attribute.name, *attribute.aliases) if len(name) > SHAPEFILE_NAME_LENGTH]
        for cut in sorted({fold(name[:SHAPEFILE_NAME_LENGTH]) for name in long_names}):
            if len(folded.get(cut, ())) == 1:
                claims.setdefault(cut, []).append(attribute.name)
    return {names[0]: folded[cut][0] for cut, names in claims.items() if len(names) == 1}


def _told(attribute: Attribute) -> str:
    if not attribute.aliases:
        return repr(attribute.name)
    return f"{attribute.name!r} (also known as {', '.join(alias.upper() for alias in attribute.aliases)})"


def read_values(attribute: Attribute, values: pandas.Series) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.object_]]:
    """Values in the attribute's type, and a remark ('' mostly) for each value that is unknown or unreadable."""
    if attribute.kind == "number":
        return _numbers(attribute, values)
    if attribute.kind == "flag":
        return _flags(attribute, values)
    return _texts(attribute, values)


def empty_values(attribute: Attribute, count: int) -> npt.NDArray[np.generic]:
    """What stands for an optional attribute that the file lacks."""
    if attribute.kind == "number":
        return np.full(count, np.nan)
    return np.full(count, False) if attribute.kind == "flag" else np.full(count, "", dtype=object)


def as_text(values: pandas.Series) -> npt.NDArray[np.object_]:
    """Texts without blanks around, '' when missing; whole numbers without a decimal point ('4', not '4.0')."""
    number, distinct = pandas.factorize(values)
    texts = np.empty(len(distinct) + 1, dtype=object)
    texts[:-1] = [_text(value) for value in distinct.tolist()]
    texts[-1] = ""  # the number of what is missing is -1
    return np.asarray(texts[number])


def _text(value: object) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _texts(attribute: Attribute, values: pandas.Series) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    texts = as_text(values)
    remarks = np.full(len(texts), "", dtype=object)
    if not attribute.values:
        return texts, remarks
    spelling = _spelling(attribute.values)
    for text in sorted(set(texts.tolist()) - {"", *attribute.values}):
        where = texts == text
        known = spelling.get(fold(text))
        if known is None:
            known = _decoded(text, attribute.values)
            remarks[where] = f"unknown {attribute.name}: {text}" if known is None else MISREAD
        texts[where] = text if known is None else known
    return texts, remarks


def _decoded(text: str, values: Sequence[str]) -> str | None:
    """The value that a wrongly decoded text stands for; None when it is none, or could be several.

    UTF-8 read as Latin-1 ('RÃ©sidentiel') is decoded again; a lost character may have been any one.
    """
    for encoding in ("cp1252", "latin-1"):
        try:
            again = text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        if again in values:
            return again
    if LOST_CHARACTER not in text:
        return None
    pattern = re.compile(".".join(re.escape(part) for part in text.split(LOST_CHARACTER)))
    fitting = [value for value in values if pattern.fullmatch(value)]
    return fitting[0] if len(fitting) == 1 else None


def _spelling(values: Sequence[str]) -> dict[str, str]:
    """Folded value -> the producer's spelling, where only one value folds to it ('1' and '-1' do not count)."""
    folded: dict[str, list[str]] = {}
    for value in values:
        folded.setdefault(fold(value), []).append(value)
    return {name: same[0] for name, same in folded.items() if len(same) == 1}


def _numbers(attribute: Attribute, values: pandas.Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.object_]]:
    if pandas.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=np.float64, na_value=np.nan), np.full(len(values), "", dtype=object)
    texts = as_text(values)
    plain = pandas.Series([text.replace(",", ".") for text in texts.tolist()], dtype=object)
    numbers = pandas.to_numeric(plain, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    unreadable = np.isnan(numbers) & (texts != "")
    return numbers, np.where(unreadable, f"unreadable {attribute.name}", "").astype(object)


def _flags(attribute: Attribute, values: pandas.Series) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.object_]]:
    texts = as_text(values)
    distinct = {text: _FLAGS.get(fold(text)) for text in set(texts.tolist())}
    unreadable = np.array([distinct[text] is None for text in texts.tolist()], dtype=bool)
    flags = np.array([bool(distinct[text]) for text in texts.tolist()], dtype=bool)
    return flags, np.where(unreadable, f"unreadable {attribute.name}", "").astype(object)
