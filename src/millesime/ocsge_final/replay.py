"""Replay the operations on a map: a pure function, so that undo and recomputation are other replays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import geopandas
import numpy as np
import shapely

from millesime.ocsge_auto.product import MANUAL_RULE
from millesime.ocsge_final.operations import Reclass

Status = Literal["applied", "already so", "conflict", "outside"]


@dataclass(frozen=True)
class Outcome:
    """What became of one operation."""

    operation: Reclass
    status: Status
    """`applied`; `already so` (the object has the codes already); `conflict` (other codes or another object
    than expected stand there: not applied); `outside` (no object at the point: not applied)."""

    found: tuple[str, str] | None
    """Cover and use found at the point."""

    found_m2: float = 0.0
    """Area of the object at the point."""

    def told(self) -> str:
        """One line for people."""
        x, y = self.operation.at
        expected = " ".join(self.operation.before)
        if self.operation.area_m2 is not None:
            expected += f" of {self.operation.area_m2:.0f} m²"
        found = f"{' '.join(self.found)} of {self.found_m2:.0f} m²" if self.found else "no object"
        return f"line {self.operation.line}: {self.status} at {x:.2f}, {y:.2f}: expected {expected}, found {found}"


@dataclass(frozen=True)
class Replayed:
    """The map after the operations, and what became of each."""

    frame: geopandas.GeoDataFrame
    outcomes: tuple[Outcome, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Operations by status; every status is there."""
        found = Counter(outcome.status for outcome in self.outcomes)
        names: tuple[Status, ...] = ("applied", "already so", "conflict", "outside")
        return {f"operations {name}": found.get(name, 0) for name in names}

    @property
    def refused(self) -> tuple[Outcome, ...]:
        """The operations that were not applied although the object does not have their codes."""
        return tuple(outcome for outcome in self.outcomes if outcome.status in ("conflict", "outside"))


def replay(objects: geopandas.GeoDataFrame, operations: Sequence[Reclass]) -> Replayed:
    """Apply operations in order; objects keep their geometry and id, and are not united afterwards.

    Replaying twice gives the same as replaying once: an operation whose result stands there is `already so`.

    Args:
        objects: objects of OCS GE, with `code_cs`, `code_us`, `cs_rule`, `us_rule`.
        operations: in the order in which they were made.
    """
    targets = _targets(objects, operations)
    cs, us = objects["code_cs"].to_numpy(object).copy(), objects["code_us"].to_numpy(object).copy()
    cs_rule, us_rule = objects["cs_rule"].to_numpy(object).copy(), objects["us_rule"].to_numpy(object).copy()
    area_m2 = shapely.area(objects.geometry.to_numpy())
    outcomes = []
    for operation, target in zip(operations, targets.tolist(), strict=True):
        if target < 0:
            outcomes.append(Outcome(operation, "outside", None))
            continue
        found, area = (cs[target], us[target]), float(area_m2[target])
        wanted = operation.result(*found)
        if wanted == found:
            outcomes.append(Outcome(operation, "already so", found, area))
        elif operation.expects(*found, area):
            cs_rule[target] = _with(cs_rule[target]) if wanted[0] != found[0] else cs_rule[target]
            us_rule[target] = _with(us_rule[target]) if wanted[1] != found[1] else us_rule[target]
            cs[target], us[target] = wanted
            outcomes.append(Outcome(operation, "applied", found, area))
        else:
            outcomes.append(Outcome(operation, "conflict", found, area))
    frame = objects.assign(code_cs=cs, code_us=us, cs_rule=cs_rule, us_rule=us_rule)
    return Replayed(frame, tuple(outcomes))


def _with(rules: str) -> str:
    return f"{rules};{MANUAL_RULE}" if rules else MANUAL_RULE


def _targets(
    objects: geopandas.GeoDataFrame, operations: Sequence[Reclass]
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Position of the object at each operation's point, -1 where none; on a border, the smallest id."""
    targets = np.full(len(operations), -1, dtype=np.int64)
    points = shapely.points(np.array([operation.at for operation in operations], dtype=float).reshape(-1, 2))
    point, found = shapely.STRtree(objects.geometry.to_numpy()).query(points, predicate="intersects")
    names = objects["id"].to_numpy(str)[found]
    order = np.lexsort((names, point))[::-1]
    targets[point[order]] = found[order]  # the last of equal indices stays: the smallest id
    return targets
