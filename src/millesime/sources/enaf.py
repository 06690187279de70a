"""Consumption of ENAF (consommation d'espaces naturels, agricoles et forestiers): the open table of yearly flows.

Cerema publishes it by commune from the Fichiers fonciers, under the Licence Ouverte. Columns of one year, from 1
January 20AA to 1 January 20BB, with BB = AA + 1:

- `nafAAartBB`, the whole flow;
- `artAAhabBB` housing, `artAAactBB` activity, `artAAmixBB` mixed, `artAArouBB` road, `artAAferBB` rail, `artAAincBB`
  unknown destination; their sum is the whole. Editions up to 2020 tell neither road nor rail apart.

Columns of several years (`naf11art21`, `nafart0923`) are sums of these and are not read as flows. Areas are in square
metres; some editions call them hectares.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.errors import RefusedError, SchemaError, raise_together
from millesime.io.attribute_tables import read_attributes

Unit = Literal["auto", "m2", "ha"]
Values = npt.NDArray[np.float64]

COLUMNS = ("code", "name", "year", "destination", "area_ha")

#: Letters in the names of columns -> destination of the land consumed.
DESTINATIONS: Mapping[str, str] = MappingProxyType(
    {"hab": "housing", "act": "activity", "mix": "mixed", "rou": "road", "fer": "rail", "inc": "unknown"}
)

_CODES = ("idcom", "insee_com", "code_insee", "codgeo", "code_geographique")
_NAMES = ("idcomtxt", "nom_com", "libgeo", "libelle_geographique")
_CODE = re.compile(r"\d{5}|2[AB]\d{3}")
_TOTAL = re.compile(r"naf(\d\d)art(\d\d)")
_PART = re.compile(r"art(\d\d)([a-z]{3})(\d\d)")
_EPCI = re.compile(r"epci(\d\d)?")

_M2 = {"m2": 1.0, "ha": 10_000.0}

#: A median flow of a commune and year, in the unit of the file: below the first it is hectares, above the second
#: square metres. Flows of one house are hundreds of square metres, those of most communes a few thousand.
_IN_HECTARES, _IN_M2 = 10.0, 100.0

#: A median flow smaller than this, in square metres, is not land on which anything is built.
_LEAST_MEDIAN_M2 = 10.0

#: More than this in one commune and one year is not believed, in hectares.
MOST_HA_PER_YEAR = 1000.0

#: The unknown destination is what rounding leaves of the whole: down to this it may be negative, in square metres.
RESIDUE_M2 = 10.0
#: The same in files in hectares, whose figures are rounded.
_RESIDUE_IN_HECTARES_M2 = 500.0

_SHOWN = 5


@dataclass(frozen=True)
class EnafFlows:
    """The table as read: rows read = communes used + rows set aside."""

    table: pd.DataFrame
    """Columns of COLUMNS: INSEE code and name of the commune, year of the flow, destination, hectares; every commune,
    year and destination that the file tells, zeros included, in this order."""

    communes: pd.DataFrame
    """`code`, `name`, `epci`, `epci_name` ('' where the file does not tell), in order of code."""

    source: str
    """Name of the file."""

    unit: str
    """'m2' or 'ha', the unit that its figures are in."""

    rows: int
    """Rows read."""

    set_aside: Mapping[str, str]
    """Code -> why the row is not used."""

    told: tuple[str, ...]
    """What a person must know of how it was read."""


def read_enaf(path: str | Path, *, unit: Unit = "auto", layer: str | None = None) -> EnafFlows:
    """Read the table of an edition, national or of a département, from CSV, GeoPackage, Shapefile or Parquet.

    Raises:
        InputError: the file cannot be read.
        SchemaError, RefusedError: see `normalise_enaf`.
    """
    return normalise_enaf(read_attributes(path, layer=layer), source=Path(path).name, unit=unit)


def normalise_enaf(frame: pd.DataFrame, *, source: str, unit: Unit = "auto") -> EnafFlows:
    """Bring a table of yearly flows to one tidy form.

    Args:
        frame: attributes as text, names in lower case.
        source: what to call the table.
        unit: of its figures; 'auto' finds it, because editions in square metres call them hectares.

    Raises:
        SchemaError: no column of communes, or none of flows; years that miss one another.
        RefusedError: codes that are not of communes or are there twice, figures that are no numbers, negative flows,
            destinations that do not make the whole, areas that cannot be true; all told together.
    """
    code_column = _first(frame, _CODES)
    years = _years(frame)
    if code_column is None or not years:
        lacks = "a column of communes (idcom)" if code_column is None else "flows of a year (naf20art21)"
        raise SchemaError(
            f"has no {lacks}; it has {', '.join(frame.columns[:12])}",
            place=source,
            remedy="give Cerema's table of flows by commune",
        )
    _require_every_year(years, source)
    codes = _codes(frame[code_column])
    numbers = _Numbers(frame)
    totals = {year: numbers.column(name) for year, name in years.items()}
    parts = {
        (year, letters): numbers.column(name)
        for year in years
        for letters in DESTINATIONS
        if (name := _part(year, letters)) in frame.columns
    }
    without = np.logical_or.reduce([np.isnan(values) for values in totals.values()])
    faults = [*_code_faults(codes), *numbers.faults(codes)]
    raise_together(
        faults, kind=RefusedError, place=source, remedy="check the file, or take it again from its publisher"
    )
    kept = ~without
    chosen = _unit(unit, np.concatenate([values[kept] for values in totals.values()]), source)
    to_m2 = _M2[chosen]
    totals = {key: values * to_m2 for key, values in totals.items()}
    parts = {key: np.nan_to_num(values * to_m2) for key, values in parts.items()}
    residue = RESIDUE_M2 if chosen == "m2" else _RESIDUE_IN_HECTARES_M2
    faults = _area_faults(codes, totals, parts, kept, residue)
    raise_together(faults, kind=RefusedError, place=source, remedy="check the file, or its unit (m2 or ha)")
    name_column = _first(frame, _NAMES)
    names = frame[name_column].to_numpy() if name_column else np.full(len(frame), "", dtype=object)
    communes = pd.DataFrame({"code": codes, "name": names, **_epci(frame)})[kept].sort_values("code", ignore_index=True)
    return EnafFlows(
        table=_tidy(codes[kept], names[kept], totals, parts, kept),
        communes=communes,
        source=source,
        unit=chosen,
        rows=len(frame),
        set_aside=MappingProxyType({str(code): "a year without a figure" for code in codes[without]}),
        told=_told(years, parts, codes[without], chosen, asked=unit),
    )


def _first(frame: pd.DataFrame, names: tuple[str, ...]) -> str | None:
    return next((name for name in names if name in frame.columns), None)


def _years(frame: pd.DataFrame) -> dict[int, str]:
    """Year of the flow -> column of the whole flow; columns of several years left out."""
    pairs = [(found, name) for name in frame.columns if (found := _TOTAL.fullmatch(str(name)))]
    years = {2000 + int(found[1]): name for found, name in pairs if int(found[2]) == (int(found[1]) + 1) % 100}
    return dict(sorted(years.items()))


def _part(year: int, letters: str) -> str:
    return f"art{year % 100:02d}{letters}{(year + 1) % 100:02d}"


def _require_every_year(years: Mapping[int, str], source: str) -> None:
    first, last = min(years), max(years)
    gone = [year for year in range(first, last + 1) if year not in years]
    if gone:
        raise SchemaError(
            f"the flows of {first} to {last} lack {', '.join(map(str, gone))}",
            place=source,
            remedy="give the whole table",
        )


def _codes(column: pd.Series) -> npt.NDArray[np.object_]:
    """INSEE codes; spreadsheets and numeric columns lose the zero in front."""
    text = column.astype(str).str.strip().str.upper().str.replace(r"\.0+$", "", regex=True)
    return np.asarray(text.where(~text.str.fullmatch(r"\d{4}"), "0" + text).to_numpy(), dtype=object)


def _code_faults(codes: npt.NDArray[np.object_]) -> list[str]:
    wrong = sorted({str(code) for code in codes if not _CODE.fullmatch(str(code))})
    twice = sorted({str(code) for code in codes[pd.Series(codes).duplicated().to_numpy()]})
    faults = []
    if wrong:
        faults.append(f"{len(wrong)} codes are not of communes: {_few(wrong)}")
    if twice:
        faults.append(f"{len(twice)} communes are there twice: {_few(twice)}")
    return faults


class _Numbers:
    """Columns of text as numbers; what is not one is remembered. Spreadsheets write commas and spaces."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self._wrong: list[tuple[int, str]] = []

    def column(self, name: str) -> Values:
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
        if not self._wrong:
            return []
        return [f"{len(self._wrong)} figures are no numbers: {_few([f'{codes[r]}: {t}' for r, t in self._wrong])}"]


def _unit(unit: Unit, flows: Values, source: str) -> str:
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
    if median is not None and median * _M2[unit] < _LEAST_MEDIAN_M2:
        raise RefusedError(
            f"in {unit} half of the yearly flows would be below {median * _M2[unit]:.2g} m²",
            place=source,
            remedy="the figures look like hectares",
        )
    return unit


def _area_faults(
    codes: npt.NDArray[np.object_],
    totals: Mapping[int, Values],
    parts: Mapping[tuple[int, str], Values],
    kept: npt.NDArray[np.bool_],
    residue: float,
) -> list[str]:
    negative, huge, unequal = [], [], []
    for year, total in totals.items():
        own = {letters: values for (of, letters), values in parts.items() if of == year}
        low = total < 0
        for letters, values in own.items():
            low |= values < (-residue if letters == "inc" else 0)
        negative += [f"{code} in {year}" for code in codes[kept & low]]
        above = kept & (total > MOST_HA_PER_YEAR * _M2["ha"])
        huge += [f"{codes[row]} in {year}: {total[row] / _M2['ha']:.0f} ha" for row in np.flatnonzero(above)]
        if own:
            gap = np.abs(sum(own.values()) - total)
            unequal += [f"{code} in {year}" for code in codes[kept & (gap > residue)]]
    words = {
        "are negative": negative,
        f"are above {MOST_HA_PER_YEAR:.0f} ha in one commune and one year": huge,
        "are not the sum of their destinations": unequal,
    }
    return [f"{len(found)} flows {what}: {_few(found)}" for what, found in words.items() if found]


def _epci(frame: pd.DataFrame) -> dict[str, npt.NDArray[np.object_]]:
    """Code and name of the EPCI; of several editions the latest."""
    found = max((str(name) for name in frame.columns if _EPCI.fullmatch(str(name))), default=None)
    none = np.full(len(frame), "", dtype=object)
    if found is None:
        return {"epci": none, "epci_name": none}
    name = f"{found}txt"
    return {
        "epci": frame[found].to_numpy(dtype=object),
        "epci_name": frame[name].to_numpy(dtype=object) if name in frame.columns else none,
    }


def _tidy(
    codes: npt.NDArray[np.object_],
    names: npt.NDArray[np.object_],
    totals: Mapping[int, Values],
    parts: Mapping[tuple[int, str], Values],
    kept: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    """One row for each commune, year and destination, in this order: the columns of a year laid side by side."""
    named, flows = [], []
    for year, total in totals.items():
        own = {letters: parts[(year, letters)] for letters in DESTINATIONS if (year, letters) in parts}
        for letters, values in (own or {"inc": total}).items():
            named.append((year, DESTINATIONS[letters]))
            flows.append(values[kept] / _M2["ha"])
    order = np.argsort(codes.astype(str), kind="stable")
    return pd.DataFrame(
        {
            "code": np.repeat(codes[order], len(named)),
            "name": np.repeat(names[order], len(named)),
            "year": np.tile(np.array([year for year, _ in named], dtype=np.int64), len(codes)),
            "destination": np.tile(np.array([name for _, name in named], dtype=object), len(codes)),
            "area_ha": np.column_stack(flows)[order].ravel(),
        },
        columns=list(COLUMNS),
    )


def _told(
    years: Mapping[int, str],
    parts: Mapping[tuple[int, str], Values],
    without: npt.NDArray[np.object_],
    unit: str,
    *,
    asked: Unit,
) -> tuple[str, ...]:
    first, last = min(years), max(years)
    told = [f"yearly flows {first} to {last}, of 1 January {first} to 1 January {last + 1}"]
    found = " (found from their size)" if asked == "auto" else ""
    told.append(f"figures in {'square metres' if unit == 'm2' else 'hectares'}{found}")
    absent = [DESTINATIONS[x] for x in DESTINATIONS if not any(letters == x for _, letters in parts)]
    if absent:
        told.append(f"this edition does not tell apart: {', '.join(absent)}")
    if len(without):
        told.append(f"{len(without)} communes set aside, a year without a figure: {_few(sorted(map(str, without)))}")
    return tuple(told)


def _few(items: list[str]) -> str:
    return ", ".join(items[:_SHOWN]) + (" …" if len(items) > _SHOWN else "")
