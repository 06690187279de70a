"""The attributes of delivered layers under one type each, and the rows whose value cannot be used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.nomenclature import COSIA, CS, US, CodeTable
from millesime.nomenclature.tables import read_table
from millesime.sources.attributes import as_text
from millesime.sources.ocsge.faults import MAX_NULL_CODES, Fault, fault
from millesime.sources.ocsge.kinds import DIFFERENCES
from millesime.sources.ocsge.names import KindName
from millesime.sources.source import fold

Texts = npt.NDArray[np.object_]

#: Which of the two integer codings of CoSIA a file follows. The name of the class decides; the number must agree.
CosiaCoding = Literal["value", "value_variant"]

STATUSES = ("artif", "non artif")

#: What a patch says when a code stays as it was.
NO_CORRECTION = "RAS"

_FLAGS = {**dict.fromkeys(("1", "true", "t", "oui", "vrai"), 1), **dict.fromkeys(("0", "false", "f", "non", "faux"), 0)}
_YEAR = re.compile(r"((?:19|20)\d{2})(?:-\d{2}-\d{2}.*)?")
_TABLES: dict[str, CodeTable] = {"cs": CS, "us": US}
_WORDS = {"cs": "cover", "us": "use"}
_COSIA_NAMES = {fold(row["name"]): row["name"] for row in read_table("cosia")}


def code_values(values: pd.Series, table: CodeTable) -> Texts:
    """Codes with their prefix, '' when missing; what the nomenclature does not hold is left as it is."""
    return _mapped(as_text(values), lambda text: with_prefix(text, table))


def with_prefix(text: str, table: CodeTable) -> str:
    """The code in capitals under its prefix, when that makes it a delivered code; else the text itself.

    >>> with_prefix("2.2.1", CS), with_prefix("us235", US), with_prefix("9", US)
    ('CS2.2.1', 'US235', '9')
    """
    capital = text.upper()
    for code in (capital, f"{table.name}{capital}"):
        if code in table:
            return code
    return text


def code_faults(codes: Texts, *, column: str, kind: KindName) -> Iterator[Fault]:
    """Codes that are not delivered, and codes that are missing where the kind needs each of them."""
    prefix = column.removeprefix("code_")[:2]
    table, word = _TABLES[prefix], _WORDS[prefix]
    empty = codes == ""
    is_lenient = kind in DIFFERENCES or (kind == "PATCH" and column.startswith("code_"))
    if not is_lenient:  # a patch may leave out the codes that it replaces; differences: see missing_codes
        yield fault(f"{column} has no value", empty, severity="error")
    known = {code.code for code in table.leaves} | ({NO_CORRECTION} if column.endswith("_corr") else set())
    unknown = ~empty & ~np.isin(codes.astype(str), sorted(known))
    yield fault(f"{column} is not a delivered {word} code", unknown, severity="error", texts=codes)


def missing_codes(codes: Mapping[str, Texts]) -> Fault:
    """Rows of a difference that lack one code or more: some deliveries have a few."""
    empty = np.any([found == "" for found in codes.values()], axis=0)
    lacking = [name for name, found in codes.items() if (found == "").any()]
    few = int(empty.sum()) <= MAX_NULL_CODES
    return fault(f"no value in {', '.join(lacking)}", empty, severity="warning" if few else "error")


def correction_values(values: pd.Series, table: CodeTable) -> Texts:
    """Codes of a patch; 'RAS' in any case means that the code stays."""
    upper = _mapped(as_text(values), lambda text: NO_CORRECTION if text.upper() == NO_CORRECTION else text)
    return _mapped(upper, lambda text: text if text == NO_CORRECTION else with_prefix(text, table))


def years(values: pd.Series) -> pd.Series:
    """Years as nullable integers, from texts, numbers or dates; missing when they cannot be read."""
    number, distinct = pd.factorize(as_text(values))
    found = [int(year[1]) if (year := _YEAR.fullmatch(text)) else pd.NA for text in distinct.tolist()]
    return pd.Series(pd.array(found, dtype="Int64")[number])


def statuses(values: pd.Series) -> Texts:
    """'artif' or 'non artif', whatever the case, blanks and punctuation; other texts are left as they are."""
    known = {fold(status): status for status in STATUSES}
    return _mapped(as_text(values), lambda text: known.get(fold(text), text))


def status_faults(found: Texts, *, column: str) -> Iterator[Fault]:
    """Statuses that are neither 'artif' nor 'non artif'."""
    wrong = ~np.isin(found.astype(str), STATUSES)
    yield fault(f"{column} is neither 'artif' nor 'non artif'", wrong, severity="error", texts=_repr(found))


def flags(values: pd.Series) -> npt.NDArray[np.float64]:
    """1.0, 0.0, or NaN when the value is missing or is no flag."""
    texts = as_text(values).tolist()
    distinct = {text: float(_FLAGS.get(text.lower(), np.nan)) for text in dict.fromkeys(texts)}
    return np.array([distinct[text] for text in texts], dtype=float)


def flux_values(values: pd.Series) -> npt.NDArray[np.float64]:
    """+1.0 and -1.0 as they are, NaN when missing or unreadable."""
    return np.asarray(pd.to_numeric(pd.Series(as_text(values), dtype="str"), errors="coerce"), dtype=float)


def flux_faults(found: npt.NDArray[np.float64], as_read: pd.Series) -> Iterator[Fault]:
    """Values of `artificialisation` other than -1 and +1."""
    texts = _repr(as_text(as_read))
    yield fault("artificialisation is neither -1 nor +1", ~np.isin(found, (-1, 1)), severity="error", texts=texts)


def cosia_values(classes: pd.Series, numbers: pd.Series | None, coding: CosiaCoding) -> tuple[Texts, list[Fault]]:
    """Class names in the legend's spelling, and the rows whose name is unknown or whose number is another class's."""
    found = as_text(classes)
    names = _mapped(found, lambda text: _COSIA_NAMES.get(fold(text), text))
    unknown = ~np.isin(names.astype(str), list(_COSIA_NAMES.values()))
    faults = [fault("classe is not a class of CoSIA", unknown, severity="error", texts=_repr(found))]
    if numbers is not None:
        given = pd.to_numeric(numbers, errors="coerce").to_numpy(float)
        wrong = _disagrees(names, given, coding)
        other: CosiaCoding = "value_variant" if coding == "value" else "value"
        fits = bool(wrong.any()) and not _disagrees(names, given, other).any()
        hint = f" (all agree with the coding {other!r}: in Python, give cosia_coding={other!r})" if fits else ""
        texts = [f"{number:g} for {name!r}" for number, name in zip(given, names, strict=True)] if wrong.any() else None
        faults.append(fault(f"numero and classe disagree{hint}", wrong, severity="error", texts=texts))
    return names, faults


def cosia_numbers(names: Texts) -> pd.Series:
    """The number of each class in millesime's coding; missing for Coupe and Autre, which have none."""
    number = {item.name: item.value for item in COSIA.classes}
    return pd.Series([number.get(name) for name in names.tolist()], dtype="Int64")


def _disagrees(names: Texts, numbers: npt.NDArray[np.float64], coding: CosiaCoding) -> npt.NDArray[np.bool_]:
    number = {row["name"]: float(row[coding]) for row in read_table("cosia") if row[coding]}
    expected = np.array([number.get(name, np.nan) for name in names.tolist()], dtype=float)
    return np.asarray(~np.isnan(expected) & ~(expected == numbers), dtype=bool)


def _mapped(texts: Texts, change: Callable[[str], str]) -> Texts:
    number, distinct = pd.factorize(texts)
    changed = np.empty(len(distinct), dtype=object)
    changed[:] = [change(text) for text in distinct.tolist()]
    return np.asarray(changed[number])


def _repr(texts: Any) -> Texts:
    return np.array([repr(text) for text in texts], dtype=object)
