"""One delivered layer brought to one set of names and types; every row is used, or set aside with its reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
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
from millesime.sources.ocsge.kinds import COLUMNS, Recognised
from millesime.sources.ocsge.values import CosiaCoding
from millesime.sources.parts import single_parts

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
    frame: geopandas.GeoDataFrame, recognised: Recognised, *, cosia_coding: CosiaCoding = "value"
) -> Normalised:
    """Bring a layer as read to names, types and geometry of its kind. Nothing is raised: faults are told.

    Args:
        frame: the layer as read, in a metric CRS.
        recognised: its kind and the column of each attribute.
        cosia_coding: integer coding that a CoSIA layer must follow.
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
    result = table.iloc[row].reset_index(drop=True)
    result["row"] = row
    result["part"] = np.arange(len(row)) - np.searchsorted(row, row)
    aside = np.flatnonzero(reason)
    remarks = parts.remarks[first][reason == ""]
    told += [f"attribute {column} is not used" for column in recognised.unused]
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


def _attributes(
    frame: geopandas.GeoDataFrame, recognised: Recognised, coding: CosiaCoding
) -> tuple[pd.DataFrame, list[Fault], list[str]]:
    """Columns of the kind, (n,) each, with the faults of their values and what was completed."""
    columns, kind, n = recognised.columns, recognised.kind, len(frame)
    table = pd.DataFrame(index=pd.RangeIndex(n))
    faults: list[Fault] = []
    told: list[str] = []
    for name in COLUMNS[kind]:
        found = frame[columns[name]] if name in columns else pd.Series([None] * n, dtype=object)
        if name == "id":
            table[name], completed = _ids(found, given=name in columns)
            told += completed
        elif name in _TEXTS:
            table[name] = as_text(found)
        elif name == "millesime":
            table[name] = values.years(found)
            unread = int(table[name].isna().sum()) if name in columns else 0
            told += [f"{unread} rows have no readable millesime"] if unread else []
        elif name == "ossature":
            table[name], completed = _ossature(found, given=name in columns)
            told += completed
        elif name == "aire":
            table[name] = pd.to_numeric(found, errors="coerce").astype(float)
        elif name == "crit_seuil":
            table[name], wrong = _threshold_flag(found, given=name in columns)
            faults += wrong
        elif name == "artificialisation":
            flux = values.flux_values(found)
            faults += values.flux_faults(flux, found)
            table[name] = np.nan_to_num(flux).astype(np.int8)
        elif name == "numero":
            continue  # told from the name of the class
        elif name == "classe":
            numbers = frame[columns["numero"]] if "numero" in columns else None
            classes, wrong = values.cosia_values(found, numbers, coding)
            table["numero"], table["classe"] = values.cosia_numbers(classes), classes
            faults += wrong
        elif name.startswith("artif"):
            table[name] = values.statuses(found)
            faults += values.status_faults(table[name].to_numpy(object), column=name) if name in columns else ()
        else:
            read = values.correction_values if name.endswith("_corr") else values.code_values
            table[name] = read(found, CS if "cs" in name[:7] else US)
            codes = table[name].to_numpy(object)
            faults += values.code_faults(codes, column=name, kind=kind) if name in columns else ()
    missing = [name for name in COLUMNS[kind] if name not in columns and name not in {"id", "numero"}]
    told += [f"attribute {name} is missing" for name in missing]
    return table[list(COLUMNS[kind])], faults, told


def _ids(found: pd.Series, *, given: bool) -> tuple[npt.NDArray[np.object_], list[str]]:
    ids = as_text(found)
    empty = np.flatnonzero(ids == "")
    ids[empty] = [f"row {row}" for row in empty]
    if not given:
        return ids, ["there are no ids: rows are called by their number"]
    return ids, [f"{len(empty)} rows have no id and are called by their number"] if len(empty) else []


def _ossature(found: pd.Series, *, given: bool) -> tuple[npt.NDArray[np.int8], list[str]]:
    flags = values.flags(found)
    unknown = np.isnan(flags)
    told = [f"{int(unknown.sum())} rows have no readable ossature, taken as 0"] if given and unknown.any() else []
    return np.nan_to_num(flags).astype(np.int8), told


def _threshold_flag(found: pd.Series, *, given: bool) -> tuple[Any, list[Fault]]:
    """crit_seuil as a nullable boolean, all missing when the layer does not have it."""
    flags = values.flags(found)
    unknown = np.isnan(flags)
    wrong = [fault("crit_seuil is neither true nor false", unknown, severity="error")] if given else []
    return pd.array(pd.Series(flags).map({0.0: False, 1.0: True}), dtype="boolean"), wrong


def _repetitions(
    table: pd.DataFrame, geometries: npt.NDArray[Any], recognised: Recognised, usable: npt.NDArray[np.bool_]
) -> list[Fault]:
    """Rows that repeat an earlier one, ids used twice, polygons used twice."""
    # A row that is set aside already takes nobody's place.
    first = first_with_same_polygon(np.where(usable, geometries, None))
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
