"""Everything that a sample of control points tells: accuracies, areas, change, by place too, and its doubts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from millesime.errors import RefusedError
from millesime.evaluation.estimators.intervals import NoEstimate
from millesime.evaluation.estimators.stratified_limits import share_limits
from millesime.evaluation.sample.design import (
    ARTIFICIALISED,
    CHANGE_CLASSES,
    DESARTIFICIALISED,
    STABLE_ARTIFICIAL,
)
from millesime.evaluation.sample.figures import Told, area_m2, net_m2, overall, producers, users
from millesime.evaluation.sample.places import MIN_PLACE_POINTS, own_points, own_sample
from millesime.evaluation.sample.points import UNKNOWN, UNREAD, ControlPoints

HECTARE_M2 = 10_000.0

OLOFSSON, STEHMAN = "Olofsson et al. 2014", "Stehman 2014"

COLUMNS = (
    *("place", "figure", "item", "unit", "value", "standard_error", "low_95", "high_95"),
    *("points", "mapped", "reason"),
)


@dataclass(frozen=True)
class Accuracy:
    """What a sample tells."""

    estimator: str
    """OLOFSSON where the strata are the classes of the map, STEHMAN otherwise."""
    table: pd.DataFrame
    """One row per figure, columns of COLUMNS. `place` '' is the whole ground. `value` and its limits are in `unit`,
    % or ha; null where `reason` says why there is none. `mapped` is the map's own figure, where the file has it."""
    confusion: pd.DataFrame
    """Points read, row: class of the map, column: class of the reference."""
    strata: pd.DataFrame
    """`stratum`, `area_ha`, `drawn`, `read`, `unknown`, `unread`, `rows` of the file."""
    told: tuple[str, ...]
    """What a person must know, in sentences."""


def accuracy(points: ControlPoints, *, min_points: int = MIN_PLACE_POINTS) -> Accuracy:
    """Estimate all that can be from a sample; what cannot has its reason.

    Args:
        points: the readings.
        min_points: points of its own that a place needs.

    Raises:
        RefusedError: nothing at all can be estimated: no point is read, or strata without points leave nothing.
    """
    rows = [*_of_all(points), *_of_places(points, min_points)]
    table = pd.DataFrame.from_records(rows, columns=list(COLUMNS)).astype({"points": "Int64"})
    strata = _strata(points)
    if table["value"].isna().all():
        raise RefusedError(
            f"no figure can be estimated: {table['reason'].iloc[0]}" if len(points.read) else "no point has a reading",
            remedy="fill the column of references, and read two points at least in each stratum",
        )
    return Accuracy(
        estimator=OLOFSSON if points.strata_are_classes else STEHMAN,
        table=table,
        confusion=_confusion(points),
        strata=strata,
        told=tuple(_told(points, strata, min_points)),
    )


def _of_all(points: ControlPoints) -> Iterator[tuple[Any, ...]]:
    yield _row("", "overall_accuracy", "", "%", overall(points))
    for name in points.classes:
        yield _row("", "users_accuracy", name, "%", users(points, name))
    for name in points.classes:
        yield _row("", "producers_accuracy", name, "%", producers(points, name))
    yield from _areas(points, "")


def _of_places(points: ControlPoints, min_points: int) -> Iterator[tuple[Any, ...]]:
    for place in sorted(points.places):
        own = own_sample(points, place, min_points=min_points)
        if isinstance(own, NoEstimate):
            yield _row(place, "area", "", "ha", own, count=own_points(points, place))
        else:
            yield from _areas(own, place)


def _areas(points: ControlPoints, place: str) -> Iterator[tuple[Any, ...]]:
    """Areas of the classes and, for change, what follows from them."""
    mapped = points.mapped_areas
    for name in points.classes:
        yield _row(place, "area", name, "ha", area_m2(points, name), mapped=mapped.get(name))
    if points.kind == "change":
        both = [mapped.get(name, 0.0) for name in CHANGE_CLASSES]
        gain, loss, stable, _ = both
        known = bool(mapped)
        net = net_m2(points, ARTIFICIALISED, DESARTIFICIALISED)
        yield _row(place, "net", "", "ha", net, mapped=gain - loss if known else None)
        for year, name, area in zip(
            points.years or ("first", "second"),
            (DESARTIFICIALISED, ARTIFICIALISED),
            (stable + loss, stable + gain),
            strict=False,
        ):
            found = area_m2(points, STABLE_ARTIFICIAL, name)
            yield _row(place, "artificial_area", str(year), "ha", found, mapped=area if known else None)


def _row(
    place: str,
    figure: str,
    item: str,
    unit: str,
    found: Told,
    *,
    mapped: float | None = None,
    count: int | None = None,
) -> tuple[Any, ...]:
    there = None if mapped is None else round(mapped / HECTARE_M2, 4)
    if isinstance(found, NoEstimate):
        return (place, figure, item, unit, None, None, None, None, count, there, found.reason)
    shown = found.times(100.0 if unit == "%" else 1 / HECTARE_M2)
    numbers = (round(value, 4) for value in (shown.value, shown.standard_error, shown.low, shown.high))
    return (place, figure, item, unit, *numbers, shown.points, there, "")


def _confusion(points: ControlPoints) -> pd.DataFrame:
    table = pd.crosstab(points.read["mapped"], points.read["reference"])
    return table.reindex(index=list(points.classes), columns=list(points.classes), fill_value=0)


def _strata(points: ControlPoints) -> pd.DataFrame:
    rows = []
    for name, area in sorted(points.areas.items()):
        status = points.table["status"][points.table["stratum"] == name]
        counts = [int((status == word).sum()) for word in (UNKNOWN, UNREAD)]
        drawn = points.drawn.get(name, len(status))
        rows.append((name, round(area / HECTARE_M2, 4), drawn, points.sizes.get(name, 0), *counts, len(status)))
    return pd.DataFrame(rows, columns=["stratum", "area_ha", "drawn", "read", "unknown", "unread", "rows"])


def _told(points: ControlPoints, strata: pd.DataFrame, min_points: int) -> Iterator[str]:
    for column, what in (("unknown", "cannot be interpreted"), ("unread", "have no reading yet")):
        some = strata[strata[column] > 0]
        if len(some):
            where = ", ".join(f"{name} {count}" for name, count in zip(some["stratum"], some[column], strict=True))
            yield (
                f"{some[column].sum()} of {len(points.table)} points {what} ({where}): they are left out, as if they "
                "were like the others of their stratum"
            )
    for name, drawn, rows in zip(strata["stratum"], strata["drawn"], strata["rows"], strict=True):
        if rows != drawn:
            yield (
                f"stratum {name}: {drawn} points were drawn and the file has {rows}; a sample that points were taken "
                "from or added to by hand is not random any more"
            )
    for name in points.thin:
        yield (
            f"stratum {name}: {points.sizes[name]} points read, two at least are needed; "
            "figures of the whole ground are refused"
        )
    yield from _unseen(points)
    lacking = [
        place
        for place in sorted(points.places)
        if isinstance(own_sample(points, place, min_points=min_points), NoEstimate)
    ]
    if lacking:
        yield f"{len(lacking)} places without an own sample ({min_points} points at least): {', '.join(lacking)}"


def _unseen(points: ControlPoints) -> Iterator[str]:
    """Strata that hold no observed change, and how much they may hold all the same."""
    if points.kind != "change":
        return
    for name, count in points.sizes.items():
        seen = points.read["reference"][points.read["stratum"] == name]
        if count >= 2 and name not in (ARTIFICIALISED, DESARTIFICIALISED) and not (seen == ARTIFICIALISED).any():
            most = share_limits([points.areas[name] / HECTARE_M2], [count], [0])[1]
            yield (
                f"stratum {name}: none of {count} points is artificialised; this does not exclude that up to "
                f"{most:.2f} ha are (95 %), and the intervals count it"
            )
