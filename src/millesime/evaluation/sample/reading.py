"""From the rows of a file to control points: all faults told together, all doubts told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import shapely

from millesime.errors import RefusedError, SchemaError, raise_together
from millesime.evaluation.sample.design import UNKNOWN_WORDS, folded, kind_named, words_of
from millesime.evaluation.sample.points import READ, UNKNOWN, UNREAD, ControlPoints, Place

#: Sums of areas that were rounded to the centimetre differ by less than this share.
_TOLERANCE = 1e-6

_NAMED = 5


@dataclass(frozen=True)
class Columns:
    """What the columns of a file of points are called."""

    reference: str = "reference"
    mapped: str = "mapped"
    stratum: str = "stratum"
    place: str | None = None


def control_points(
    frame: geopandas.GeoDataFrame | pd.DataFrame,
    *,
    columns: Columns | None = None,
    areas: Mapping[str, float] | None = None,
    places: Mapping[str, Place] | None = None,
    ground: geopandas.GeoDataFrame | None = None,
    source: str | Path = "points",
) -> ControlPoints:
    """Check the rows of a file of control points.

    Args:
        frame: one row per point; `id`, `stratum_area_m2`, `total_area_m2`, `stratum_points`, `mapped_area_m2`, `kind`,
            `year_from`, `year_to` are used where they are there.
        columns: what the others are called.
        areas: square metres of each stratum, for a file that does not hold them.
        places: the places wanted; those of the points when left out.
        ground: polygons of the map, to check that the points lie on it.
        source: file, for messages.

    Raises:
        SchemaError: columns that are missing.
        RefusedError: unknown classes, points told twice, points without a place or outside the map, weights that
            contradict each other; all together.
    """
    names = columns or Columns()
    table = pd.DataFrame(
        frame.drop(columns=frame.geometry.name) if isinstance(frame, geopandas.GeoDataFrame) else frame
    )
    _require_columns(table, names, areas, source)
    kind = kind_named(str(table["kind"].iloc[0]) if "kind" in table.columns and len(table) else "")
    text = {name: _text(table[name]) for name in (names.stratum, names.mapped, names.reference)}
    ids = _text(table["id"]) if "id" in table.columns else np.array([str(k + 1) for k in range(len(table))], object)

    words = words_of(kind, [*text[names.mapped], *(word for word in text[names.reference] if word)])
    mapped = np.array([words.get(folded(word), "") for word in text[names.mapped]], dtype=object)
    status = np.array([_status(word) for word in text[names.reference]], dtype=object)
    seen = np.array(
        [words.get(folded(w), "") if s == READ else "" for w, s in zip(text[names.reference], status, strict=True)],
        dtype=object,
    )
    strata, stratum_faults = _areas(table, text[names.stratum], areas)
    faults = [
        *_unknown_words("mapped", text[names.mapped], mapped == "", ids),
        *_unknown_words("reference", text[names.reference], (status == READ) & (seen == ""), ids),
        *_twice(ids, frame),
        *_nowhere(ids, frame, ground),
        *stratum_faults,
    ]
    if len(table) == 0:
        faults.append("there is no point")
    raise_together(faults, kind=RefusedError, place=source, remedy="correct the file, then run the command again")
    drawn = _constant(table, text[names.stratum], "stratum_points")
    place = _text(table[names.place]) if names.place else np.full(len(table), "", dtype=object)
    return ControlPoints(
        kind=kind,
        years=_years(table),
        table=pd.DataFrame(
            {
                "id": ids,
                "stratum": text[names.stratum],
                "mapped": mapped,
                "reference": seen,
                "status": status,
                "place": place,
            }
        ),
        areas=strata,
        mapped_areas=_constant(table, mapped, "mapped_area_m2"),
        drawn={name: int(count) for name, count in drawn.items()},
        places=_places_of(table, place, text[names.stratum], names.place, places) if names.place else {},
    )


def _require_columns(table: pd.DataFrame, names: Columns, areas: Any, source: str | Path) -> None:
    wanted = [names.stratum, names.mapped, names.reference, *([names.place] if names.place else [])]
    if areas is None:
        wanted.append("stratum_area_m2")
    missing = [name for name in wanted if name not in table.columns]
    if missing:
        raise SchemaError(
            f"has no column {', '.join(missing)}; it has {', '.join(map(str, table.columns))}",
            place=source,
            remedy="name the columns with --reference, --map, --strata, --place; areas of strata with --areas",
        )


def _text(column: Any) -> Any:
    """Words without spaces around them; '' for what is missing."""
    return np.array(["" if pd.isna(value) else str(value).strip() for value in column], dtype=object)


def _status(word: str) -> str:
    if not word:
        return UNREAD
    return UNKNOWN if folded(word) in UNKNOWN_WORDS else READ


def _unknown_words(column: str, words: Any, wrong: Any, ids: Any) -> list[str]:
    rows = np.flatnonzero(wrong)
    if not rows.size:
        return []
    found = sorted({repr(words[row]) for row in rows})
    return [f"{column}: unknown classes {', '.join(found[:_NAMED])}, {_named(ids[rows])}"]


def _named(ids: Sequence[Any]) -> str:
    told = ", ".join(str(item) for item in list(ids)[:_NAMED])
    return f"{len(ids)} points: {told}{' …' if len(ids) > _NAMED else ''}"


def _twice(ids: Any, frame: Any) -> list[str]:
    again = pd.Series(ids, dtype=object).duplicated().to_numpy()
    faults = [f"identifiers that occur twice, {_named(ids[again])}"] if again.any() else []
    if isinstance(frame, geopandas.GeoDataFrame):
        there = ~(frame.geometry.isna() | frame.geometry.is_empty).to_numpy(bool)
        xy = pd.Series(shapely.to_wkb(frame.geometry.to_numpy()))
        same = (xy.duplicated() & there).to_numpy(bool) & ~again
        if same.any():
            faults.append(f"points in the place of another one, {_named(ids[same])}")
    return faults


def _nowhere(ids: Any, frame: Any, ground: geopandas.GeoDataFrame | None) -> list[str]:
    if not isinstance(frame, geopandas.GeoDataFrame):
        return []
    geoms = frame.geometry.to_numpy()
    without = np.asarray(shapely.is_missing(geoms) | shapely.is_empty(geoms))
    faults = [f"points without coordinates, {_named(ids[without])}"] if without.any() else []
    if ground is not None:
        if frame.crs != ground.crs:
            return [*faults, f"points are in {frame.crs.to_string()}, the map in {ground.crs.to_string()}"]
        on_map = np.zeros(len(geoms), dtype=bool)
        on_map[shapely.STRtree(ground.geometry.to_numpy()).query(geoms, predicate="intersects")[0]] = True
        off = ~on_map & ~without
        faults += [f"points outside the map, {_named(ids[off])}"] if off.any() else []
    return faults


def _areas(table: pd.DataFrame, stratum: Any, given: Mapping[str, float] | None) -> tuple[dict[str, float], list[str]]:
    """Area of each stratum, and what contradicts itself."""
    unnamed = int((stratum == "").sum())
    faults = [f"{unnamed} points without a stratum"] if unnamed else []
    if given is not None:
        missing = sorted(set(stratum) - set(given) - {""})
        faults += [f"strata without an area: {', '.join(missing)}"] if missing else []
        faults += [f"stratum {name} has an area of {area:g} m²" for name, area in given.items() if not area >= 0]
        return dict(given) | dict.fromkeys(missing, 0.0), faults
    values = pd.to_numeric(table["stratum_area_m2"], errors="coerce").to_numpy(dtype=np.float64)
    areas: dict[str, float] = {}
    for name in sorted(set(stratum) - {""}):
        here = values[stratum == name]
        areas[name] = float(here[0])
        if np.isnan(here).any() or not (here > 0).all():
            faults.append(f"stratum {name}: areas that are no number above 0")
        elif np.ptp(here) > _TOLERANCE * here[0]:
            faults.append(f"stratum {name} has several areas, from {here.min():.2f} to {here.max():.2f} m²")
    faults += _total_faults(table, areas)
    return areas, faults


def _total_faults(table: pd.DataFrame, areas: Mapping[str, float]) -> list[str]:
    if "total_area_m2" not in table.columns:
        return []
    totals = pd.to_numeric(table["total_area_m2"], errors="coerce").dropna().unique()
    if len(totals) > 1:
        return [f"several total areas, from {totals.min():.2f} to {totals.max():.2f} m²: points of several samples?"]
    told = float(sum(areas.values()))
    # Each area is rounded to the centimetre.
    if len(totals) and abs(told - totals[0]) > max(0.01 * (len(areas) + 1), _TOLERANCE * totals[0]):
        lost = "a stratum has lost all its points, and nothing can be said of its ground"
        return [f"the strata add up to {told:.2f} m² of {totals[0]:.2f}: {lost}"]
    return []


def _constant(table: pd.DataFrame, by: Any, column: str) -> dict[str, float]:
    """Value of a column for each stratum or class, where it has one."""
    if column not in table.columns:
        return {}
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(dtype=np.float64)
    return {
        name: float(values[by == name][0]) for name in sorted(set(by) - {""}) if not np.isnan(values[by == name][0])
    }


def _places_of(
    table: pd.DataFrame, place: Any, stratum: Any, column: str, wanted: Mapping[str, Place] | None
) -> dict[str, Place]:
    """The places wanted, or those that points lie in, with the areas that the file tells."""
    area = _constant(table, place, f"{column}_area_m2")
    found = dict(wanted or {name: Place(name, area.get(name, float("nan"))) for name in sorted(set(place) - {""})})
    for name, told in found.items():
        here = place == name
        strata = _constant(table[here], stratum[here], f"{column}_stratum_area_m2")
        found[name] = replace(told, strata=strata)
    return found


def _years(table: pd.DataFrame) -> tuple[int, ...]:
    found = []
    for name in ("year_from", "year_to"):
        values = pd.to_numeric(table[name], errors="coerce").dropna().unique() if name in table.columns else []
        found += [int(values[0])] if len(values) == 1 else []
    return tuple(dict.fromkeys(found))
