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

import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.errors import RefusedError, SchemaError, raise_together
from millesime.io.attribute_tables import read_attributes
from millesime.sources.enaf_figures import (
    M2,
    RESIDUE_M2,
    Numbers,
    Unit,
    Values,
    area_faults,
    code_faults,
    few,
    insee_codes,
    unit_of,
)

COLUMNS = ("code", "name", "year", "destination", "area_ha")

#: Letters in the names of columns -> destination of the land consumed.
DESTINATIONS: Mapping[str, str] = MappingProxyType(
    {"hab": "housing", "act": "activity", "mix": "mixed", "rou": "road", "fer": "rail", "inc": "unknown"}
)

_CODES = ("idcom", "insee_com", "code_insee", "codgeo", "code_geographique")
_NAMES = ("idcomtxt", "nom_com", "libgeo", "libelle_geographique")
_TOTAL = re.compile(r"naf(\d\d)art(\d\d)")
_PART = re.compile(r"art(\d\d)([a-z]{3})(\d\d)")
_EPCI = re.compile(r"epci(\d\d)?")


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
    codes = insee_codes(frame[code_column])
    numbers = Numbers(frame)
    totals = {year: numbers.column(name) for year, name in years.items()}
    parts = {
        (year, letters): numbers.column(name)
        for year in years
        for letters in DESTINATIONS
        if (name := _part(year, letters)) in frame.columns
    }
    without = np.logical_or.reduce([np.isnan(values) for values in totals.values()])
    faults = [*code_faults(codes), *numbers.faults(codes)]
    raise_together(
        faults, kind=RefusedError, place=source, remedy="check the file, or take it again from its publisher"
    )
    kept = ~without
    chosen = unit_of(unit, np.concatenate([values[kept] for values in totals.values()]), source)
    to_m2 = M2[chosen]
    totals = {key: values * to_m2 for key, values in totals.items()}
    parts = {key: np.nan_to_num(values * to_m2) for key, values in parts.items()}
    faults = area_faults(codes, totals, parts, kept, RESIDUE_M2[chosen])
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
            flows.append(values[kept] / M2["ha"])
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
        told.append(f"{len(without)} communes set aside, a year without a figure: {few(sorted(map(str, without)))}")
    return tuple(told)
