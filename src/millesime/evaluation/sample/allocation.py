"""How many points each stratum gets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

from millesime.errors import ConfigError, raise_together

Allocation = Literal["equal", "proportional", "neyman"]

#: Points that every stratum gets at least: Olofsson et al. (2014) advise 50 to 100 for rare classes.
FLOOR = 50

#: Fewer points give no variance.
_LEAST = 2


def allocate(
    areas: Mapping[str, float],
    n: int,
    *,
    allocation: Allocation = "proportional",
    floor: int = FLOOR,
    expected: Mapping[str, float] | None = None,
) -> dict[str, int]:
    """Points of each stratum, `n` in all.

    Every stratum gets the floor at least, however small it is. A small class cannot be taken whole: points of a ground
    are infinitely many, and only polygons can be looked at one by one.

    Args:
        areas: area of each stratum; those without area get no point and are left out.
        n: points in all.
        allocation: 'equal'; 'proportional' to area; 'neyman', to area times sqrt(U (1 - U)), which makes the overall
            accuracy most precise for n points.
        floor: points of each stratum at least; 2 when less is asked for.
        expected: share U of each stratum expected to be right, from 0 to 1; for 'neyman'.

    Raises:
        ConfigError: too few points for the floor, or expected accuracies that are missing or out of range.
    """
    there = {name: area for name, area in sorted(areas.items()) if area > 0}
    least = max(floor, _LEAST)
    if not there:
        raise ConfigError("no stratum has any area", remedy="check the map")
    if n < least * len(there):
        raise ConfigError(
            f"{n} points cannot give {len(there)} strata {least} each ({', '.join(there)})",
            remedy=f"ask for at least {least * len(there)} points, or for a smaller --floor",
        )
    wanted = _wanted(there, allocation, expected)
    return _shared(wanted, n, least)


def _wanted(
    areas: Mapping[str, float], allocation: Allocation, expected: Mapping[str, float] | None
) -> dict[str, float]:
    if allocation == "equal":
        return dict.fromkeys(areas, 1.0)
    if allocation == "proportional":
        return dict(areas)
    given = require_expected(areas, expected)
    return {name: area * math.sqrt(given[name] * (1 - given[name])) for name, area in areas.items()}


def require_expected(areas: Mapping[str, float], expected: Mapping[str, float] | None) -> dict[str, float]:
    """The expected accuracy of every stratum that has an area.

    Raises:
        ConfigError: missing, unknown, or not strictly between 0 and 1.
    """
    given, names = dict(expected or {}), [name for name, area in sorted(areas.items()) if area > 0]
    faults = [f"no expected accuracy for stratum {name}" for name in names if name not in given]
    faults += [f"no stratum is called {name}" for name in given if name not in names]
    faults += [f"{name}={value:g} is not between 0 and 1" for name, value in given.items() if not 0 < value < 1]
    raise_together(faults, kind=ConfigError, remedy="say --expected STRATUM=0.9 for each of " + ", ".join(names))
    return given


def _shared(wanted: Mapping[str, float], n: int, least: int) -> dict[str, int]:
    """Shares in proportion, those below the floor raised to it, the others sharing what is left."""
    raised: set[str] = set()
    while True:
        rest = {name: weight for name, weight in wanted.items() if name not in raised}
        free, total = n - least * len(raised), sum(rest.values())
        shares = {name: free * weight / total if total > 0 else free / len(rest) for name, weight in rest.items()}
        below = {name for name, share in shares.items() if share < least}
        if not below:
            break
        raised |= below
    points = {name: least if name in raised else math.floor(shares[name]) for name in wanted}
    # The largest remainders get what rounding left; the name breaks ties.
    left = sorted(shares, key=lambda name: (math.floor(shares[name]) - shares[name], name))
    for name in left[: n - sum(points.values())]:
        points[name] += 1
    return points
