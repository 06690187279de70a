"""What every change needs: where land is free, which roads there are, a life to give to what it begins."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import Geometry, Polygon

from millesime.demo.plan.draft import NEVER, Draft, Life
from millesime.demo.plan.network import Network
from millesime.demo.plan.shapes import largest
from millesime.demo.plan.siting import Cell, Lot, Siting

FIELDS = frozenset({"field", "meadow"})


@dataclass
class Works:
    """Everything a change needs to know."""

    draft: Draft
    network: Network
    cells: list[Cell]
    siting: Siting
    ground: Geometry
    """Ground of all roads."""

    rng: np.random.Generator
    count: int = 0

    def life(self, kind: str, year: int) -> Life:
        """Life of what a change begins."""
        return Life(born=year, gone=NEVER, begun_by=self.draft.happen(kind, year))

    def lot(self, area_m2: float, *, close: bool, ratio: float = 1.2) -> Lot | None:
        """Farmland beside a road, close to the village or anywhere."""
        reach = float(self.rng.uniform(0.0, 0.05 if close else 0.4)) * self.draft.size_m
        heading = float(self.rng.uniform(0, 2 * math.pi))
        x0, y0 = self.network.centre

        def cost(x: float, y: float) -> float:
            far = self.network.village.distance(shapely.Point(x, y))
            turn = math.cos(math.atan2(y - y0, x - x0) - heading)
            return abs(far - reach) / self.draft.size_m + 0.08 * (1 - turn)

        for factor in (1.0, 0.7):
            found = self.siting.find(area_m2 * factor, cost, ratio=ratio, vocations=FIELDS)
            if found is not None:
                self.siting.used.append(found.polygon)
                return found
        return None

    def clean(self, lot: Lot) -> Polygon:
        """The lot off the roads."""
        return largest(lot.polygon.difference(self.ground))

    def key(self) -> str:
        """A name for the chance of the next change."""
        self.count += 1
        return f"change{self.count}"


Change = Callable[[Works, float, int], float]
"""Works, square metres still to change, year -> square metres changed (0: no room)."""
