"""The figures of the table of ENAF: codes, numbers, their unit, and what cannot be true."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.errors import RefusedError

Unit = Literal["auto", "m2", "ha"]
Values = npt.NDArray[np.float64]

#: Square metres in each unit.
M2 = {"m2": 1.0, "ha": 10_000.0}

_CODE = re.compile(r"\d{5}|2[AB]\d{3}")

#: A median flow of a commune and year, in the unit of the file: below the first it is hectares, above the second
#: square metres. Flows of one house are hundreds of square metres, those of most communes a few thousand.
_IN_HECTARES, _IN_M2 = 10.0, 100.0

#: A median flow smaller than this, in square metres, is not land on which anything is built.
_LEAST_MEDIAN_M2 = 10.0

#: More than this in one commune and one year is not believed, in hectares.
MOST_HA_PER_YEAR = 1000.0

#: The unknown destination is what rounding leaves of the whole: down to this it may be negative, in square metres.
#: Files in hectares have rounded figures.
RESIDUE_M2 = {"m2": 10.0, "ha": 500.0}

_SHOWN = 5


def insee_codes(column: pd.Series) -> npt.NDArray[np.object_]:
    """INSEE codes; spreadsheets and numeric columns lose the zero in front."""
    text = column.astype(str).str.strip().str.upper().str.replace(r"\.0+$", "", regex=True)
    return np.asarray(text.where(~text.str.fullmatch(r"\d{4}"), "0" + text).to_numpy(), dtype=object)


def code_faults(codes: npt.NDArray[np.object_]) -> list[str]:
    """Codes that are not of communes, and communes that are there twice."""
    wrong = sorted({str(code) for code in codes if not _CODE.fullmatch(str(code))})
    twice = sorted({str(code) for code in codes[pd.Series(codes).duplicated().to_numpy()]})
    faults = []
    if wrong:
        faults.append(f"{len(wrong)} codes are not of communes: {few(wrong)}")
    if twice:
        faults.append(f"{len(twice)} communes are there twice: {few(twice)}")
    return faults


class Numbers:
    """Columns of text as numbers; what is not one is remembered. Spreadsheets write commas and spaces."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._wrong: list[tuple[int, str]] = []

    def column(self, name: str) -> Values:
        """(n,) numbers of a column, NaN where there is none."""
        values = pd.to_numeric(self._frame[name], errors="coerce").to_numpy(dtype=np.float64)
        if np.isfinite(values).all():
            return values
        text = self._frame[name].astype(str).str.strip()
        written = text.str.replace("[\u202f\u00a0 ]", "", regex=True).str.replace(",", ".", regex=False)
        none = written.str.upper().isin(["", "NA", "NAN", "NULL"])
        values = pd.to_numeric(written.where(~none), errors="coerce").to_numpy(dtype=np.float64)
        bad = ~np.isfinite(values) & ~none.to_numpy()
        self._wrong += [(int(row), f"{name} = {text.iloc[row]!r}") for row in np.flatnonzero(bad)]
        return values

    def faults(self, codes: npt.NDArray[np.object_]) -> list[str]:
        """What was no number in the columns read so far."""
        if not self._wrong:
            return []
        return [f"{len(self._wrong)} figures are no numbers: {few([f'{codes[r]}: {t}' for r, t in self._wrong])}"]


def unit_of(unit: Unit, flows: Values, source: str) -> str:
    """The unit of the figures, 'm2' or 'ha': the one that is said, or the one that their size tells.

    Raises:
        RefusedError: their size tells neither, or contradicts what is said.
    """
    positive = flows[flows > 0]
    median = float(np.median(positive)) if len(positive) else None
    if unit == "auto":
        if median is None:
            return "m2"
        if _IN_HECTARES <= median <= _IN_M2:
            raise RefusedError(
                f"half of the yearly flows are above {median:.0f}: hectares or square metres, it does not tell",
                place=source,
                remedy="say the unit: m2 or ha",
            )
        return "ha" if median < _IN_HECTARES else "m2"
    if median is not None and median * M2[unit] < _LEAST_MEDIAN_M2:
        raise RefusedError(
            f"in {unit} half of the yearly flows would be below {median * M2[unit]:.2g} m²",
            place=source,
            remedy="the figures look like hectares",
        )
    return unit


def area_faults(
    codes: npt.NDArray[np.object_],
    totals: Mapping[int, Values],
    parts: Mapping[tuple[int, str], Values],
    kept: npt.NDArray[np.bool_],
    residue: float,
) -> list[str]:
    """Flows that cannot be: negative, too large, or not the sum of their destinations.

    Args:
        codes: (n,) of the communes.
        totals: year -> (n,) whole flow, in square metres.
        parts: year and letters of a destination -> (n,) its flow.
        kept: (n,) rows that are used.
        residue: what rounding may leave, in square metres.
    """
    negative, huge, unequal = [], [], []
    for year, total in totals.items():
        own = {letters: values for (of, letters), values in parts.items() if of == year}
        low = total < 0
        for letters, values in own.items():
            low |= values < (-residue if letters == "inc" else 0)
        negative += [f"{code} in {year}" for code in codes[kept & low]]
        above = kept & (total > MOST_HA_PER_YEAR * M2["ha"])
        huge += [f"{codes[row]} in {year}: {total[row] / M2['ha']:.0f} ha" for row in np.flatnonzero(above)]
        if own:
            gap = np.abs(sum(own.values()) - total)
            unequal += [f"{code} in {year}" for code in codes[kept & (gap > residue)]]
    words = {
        "are negative": negative,
        f"are above {MOST_HA_PER_YEAR:.0f} ha in one commune and one year": huge,
        "are not the sum of their destinations": unequal,
    }
    return [f"{len(found)} flows {what}: {few(found)}" for what, found in words.items() if found]


def few(items: list[str]) -> str:
    """The first of some items, for a message."""
    return ", ".join(items[:_SHOWN]) + (" …" if len(items) > _SHOWN else "")
