"""One delivered layer brought to one set of names and types; every row is used, or set aside with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd

from millesime.nomenclature import CS, US
from millesime.sources.attributes import as_text
from millesime.sources.ocsge import values
from millesime.sources.ocsge.duplicates import first_with_same_polygon
from millesime.sources.ocsge.faults import MAX_DUPLICATE_ZONES, Fault, fault, reasons
from millesime.sources.ocsge.kinds import CHANGE_COLUMNS, COLUMNS, DIFFERENCES, Recognised
from millesime.sources.ocsge.names import KindName
from millesime.sources.ocsge.values import CosiaCoding
from millesime.sources.parts import single_parts

_NO_IDS = "there are no ids: rows are called by their number"

#: Columns that every layer has once read.
_ADDED = ("row", "part", "geometry")

_TEXTS = ("source", "id_origine", "code_or")

#: Attributes in which two objects of the same polygon must agree for one of them to be a mere repetition.
_MEANING = (
    "code_cs",
    "code_us",
    "cs_before",
    "cs_after",
    "us_before",
    "us_after",
    "cs_corr",
    "us_corr",
    "artif",
    "artificialisation",
    "classe",
)


@dataclass(frozen=True)
class Normalised:
    """One layer: rows read = rows used + rows set aside."""

    frame: geopandas.GeoDataFrame
    """Rows used: the columns of the kind, `row` (position in the layer as read), `part` (number of the part of a
    multipart object, 0 for the others) and `geometry`, valid single polygons in two dimensions."""
    set_aside: geopandas.GeoDataFrame
    """Rows not used: `row`, `id`, `reason` and the geometry as found."""
    counts: Mapping[str, int]
    """'read', 'used', 'set aside, <reason>' and what was repaired, in rows of the layer as read."""
    faults: tuple[Fault, ...]
    """Why rows are set aside, each with its severity."""
    told: tuple[str, ...]
    """What was completed or left out, in sentences."""


def normalise(
    frame: geopandas.GeoDataFrame,
    recognised: Recognised,
    *,
    cosia_coding: CosiaCoding = "value",
    others: bool = False,
) -> Normalised:
    """Bring a layer as read to names, types and geometry of its kind. Nothing is raised: faults are told.

    Args:
        frame: the layer as read, in a metric CRS.
        recognised: its kind and the column of each attribute.
        cosia_coding: integer coding that a CoSIA layer must follow.
        others: whether attributes that no kind has are kept, as found, under their names in lower case.
    """
    as_found = frame.reset_index(drop=True)
    table, faults, told = _attributes(as_found, recognised, cosia_coding)
    geometries = np.asarray(as_found.geometry.array, dtype=object)
    parts = single_parts(geometries, dimension=2)
    first = np.searchsorted(parts.row, np.arange(len(as_found)))  # the first part of each row tells of the whole row
    unusable = parts.set_aside[first]
    faults += [fault(reason, unusable == reason, severity="warning") for reason in sorted(set(unusable) - {""})]
    faults += _repetitions(table, geometries, recognised, reasons(faults, len(as_found)) == "")
    reason = reasons(faults, len(as_found))

    used = reason[parts.row] == ""
    row = parts.row[used]
    kept = _others(recognised, taken={*table.columns, *_ADDED}) if others else {}
    more = as_found[list(kept)].rename(columns=kept)
    result = pd.concat([table, more], axis=1).iloc[row].reset_index(drop=True)
    result["row"] = row
    result["part"] = np.arange(len(row)) - np.searchsorted(row, row)
    aside = np.flatnonzero(reason)
    remarks = parts.remarks[first][reason == ""]
    told += [f"attribute {column} is not used" for column in recognised.unused if column not in kept]
    return Normalised(
        frame=geopandas.GeoDataFrame(result, geometry=parts.geometry[used], crs=as_found.crs),
        set_aside=geopandas.GeoDataFrame(
            {"row": aside, "id": _labels(table, aside), "reason": reason[aside]},
            geometry=geometries[aside],
            crs=as_found.crs,
        ),
        counts=MappingProxyType(_counts(reason, remarks)),
        faults=tuple(found for found in faults if len(found.rows)),
        told=tuple(told),
    )


def _others(recognised: Recognised, *, taken: set[str]) -> dict[str, str]:
    """Column as found -> name, for the attributes that no kind has and whose name is free."""
    return {column: column.lower() for column in recognised.unused if column.lower() not in taken}


@dataclass(frozen=True)
class _Read:
    """One attribute, read."""

    values: Any
    """(n,) values in the type of the attribute."""
    faults: tuple[Fault, ...] = ()
    told: tuple[str, ...] = ()


def _attributes(
    frame: geopandas.GeoDataFrame, recognised: Recognised, coding: CosiaCoding
) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    """Columns of the kind, (n,) each, with the faults of their values and what was completed."""
    columns, kind = recognised.columns, recognised.kind
    if kind == "COSIA":
        return _cosia(frame, columns, coding)
    nothing = pd.Series([None] * len(frame), dtype=object)
    table = pd.DataFrame(index=pd.RangeIndex(len(frame)))
    faults: list[Fault] = []
    told: list[str] = []
    for name in COLUMNS[kind]:
        is_given = name in columns
        read = _attribute(name, frame[columns[name]] if is_given else nothing, kind)
        table[name] = read.values
        if is_given:
            faults += read.faults
            told += read.told
        else:
            told.append(_NO_IDS if name == "id" else f"attribute {name} is missing")
    if kind in DIFFERENCES:
        faults.append(values.missing_codes({name: table[name].to_numpy(object) for name in CHANGE_COLUMNS}))
    return table, faults, told


def _attribute(name: str, found: pd.Series, kind: KindName) -> _Read:
    """An attribute by its name in `COLUMNS`; `found` is all None when the layer does not have it."""
    if name in _READERS:
        return _READERS[name](found)
    if name in _TEXTS:
        return _Read(as_text(found))
    if name.startswith("artif_") or name == "artif":
        statuses = values.statuses(found)
        return _Read(statuses, tuple(values.status_faults(statuses, column=name)))
    table = CS if name in {"code_cs", "cs_before", "cs_after", "cs_corr"} else US
    codes = values.correction_values(found, table) if name.endswith("_corr") else values.code_values(found, table)
    return _Read(codes, tuple(values.code_faults(codes, column=name, kind=kind)))


def _cosia(
    frame: geopandas.GeoDataFrame, columns: Mapping[str, str], coding: CosiaCoding
) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    """Name and number of each class; the name decides."""
    numbers = frame[columns["numero"]] if "numero" in columns else None
    classes, faults = values.cosia_values(frame[columns["classe"]], numbers, coding)
    return pd.DataFrame({"numero": values.cosia_numbers(classes), "classe": classes}), faults, []


def _ids(found: pd.Series) -> _Read:
    ids = as_text(found)
    empty = np.flatnonzero(ids == "")
    ids[empty] = [f"row {row}" for row in empty]
    return _Read(ids, told=(f"{len(empty)} rows have no id and are called by their number",) if len(empty) else ())


def _vintages(found: pd.Series) -> _Read:
    years = values.years(found)
    unread = int(years.isna().sum())
    return _Read(years, told=(f"{unread} rows have no readable millesime",) if unread else ())


def _ossature(found: pd.Series) -> _Read:
    flags = values.flags(found)
    unknown = int(np.isnan(flags).sum())
    told = (f"{unknown} rows have no readable ossature, taken as 0",) if unknown else ()
    return _Read(np.nan_to_num(flags).astype(np.int8), told=told)


def _areas(found: pd.Series) -> _Read:
    areas = pd.to_numeric(found, errors="coerce").astype(float)
    unread = int(areas.isna().sum())
    return _Read(areas, told=(f"{unread} rows have no readable aire",) if unread else ())


def _threshold_flag(found: pd.Series) -> _Read:
    flags = values.flags(found)
    wrong = fault("crit_seuil is neither true nor false", np.isnan(flags), severity="error")
    return _Read(pd.array(pd.Series(flags).map({0.0: False, 1.0: True}), dtype="boolean"), (wrong,))


def _flux(found: pd.Series) -> _Read:
    flux = values.flux_values(found)
    return _Read(np.where(np.isin(flux, (-1, 1)), flux, 0).astype(np.int8), tuple(values.flux_faults(flux, found)))


_READERS: Mapping[str, Callable[[pd.Series], _Read]] = MappingProxyType(
    {
        "id": _ids,
        "millesime": _vintages,
        "ossature": _ossature,
        "aire": _areas,
        "crit_seuil": _threshold_flag,
        "artificialisation": _flux,
    }
)


def _repetitions(
    table: pd.DataFrame, geometries: npt.NDArray[Any], recognised: Recognised, usable: npt.NDArray[np.bool_]
) -> list[Fault]:
    """Rows that repeat an earlier one, ids used twice, polygons used twice."""
    # A row that is set aside already takes nobody's place.
    compared = geometries.copy()
    compared[~usable] = None
    first = first_with_same_polygon(compared)
    same_polygon = first != np.arange(len(first))
    meaning = [name for name in _MEANING if name in table.columns]
    same_meaning = np.ones(len(table), dtype=bool)
    for name in meaning:
        column = table[name].to_numpy(object)
        same_meaning &= column == column[first]
    found: list[Fault] = []
    repeated_id = np.zeros(len(table), dtype=bool)
    if "id" in table.columns:
        ids = table["id"].to_numpy(object)
        repeats = same_polygon & same_meaning & (ids == ids[first])
        found.append(fault("repeats an earlier row", repeats, severity="warning", texts=ids))
        left = pd.Series(ids).mask(repeats)
        repeated_id = (left.duplicated() & left.notna()).to_numpy()
        found.append(fault("id used by an earlier row", repeated_id, severity="error", texts=ids))
        same_polygon &= ~repeats
    if recognised.kind == "ZONE_CONSTRUITE":
        few = int(same_polygon.sum()) <= MAX_DUPLICATE_ZONES
        return [*found, fault("same polygon as an earlier row", same_polygon, severity="warning" if few else "error")]
    agree, differ = same_polygon & same_meaning, same_polygon & ~same_meaning
    found.append(fault("same polygon and codes as an earlier row", agree, severity="warning"))
    found.append(fault("same polygon as an earlier row, other codes", differ, severity="error"))
    return found


def _labels(table: pd.DataFrame, rows: npt.NDArray[np.intp]) -> list[str]:
    return table["id"].iloc[rows].tolist() if "id" in table.columns else [f"row {row}" for row in rows]


def _counts(reason: npt.NDArray[np.object_], remarks: npt.NDArray[np.object_]) -> dict[str, int]:
    counts = {"read": len(reason), "used": int((reason == "").sum())}
    counts |= {f"set aside, {name}": n for name, n in sorted(Counter(reason[reason != ""].tolist()).items())}
    repaired = Counter(item for text in remarks.tolist() if text for item in text.split("; "))
    return counts | dict(sorted(repaired.items()))
