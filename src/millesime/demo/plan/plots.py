"""A plot to furnish: rectangles find their place in it one after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Geometry, Polygon

from millesime.demo.plan.draft import STANDING, Draft, Life
from millesime.demo.plan.houses import Front, front_of
from millesime.demo.plan.network import Z_DETAIL, Z_SITE
from millesime.demo.plan.shapes import frame_of, largest

Floats = npt.NDArray[np.float64]

HALL_ROOFS = ("metal_light", "metal_blue", "membrane", "gravel", "fibre_cement")


@dataclass
class Plot:
    """A piece of land with one holder and one use."""

    draft: Draft
    polygon: Polygon
    street: Geometry
    us: str
    rng: np.random.Generator
    life: Life = STANDING
    owner: int = 0
    reach: Polygon | None = None
    """The plot up to the middle of its road, where that is the land of the truth."""

    front: Front = field(init=False)
    free: Geometry = field(init=False)
    """Ground on which nothing stands yet."""

    def __post_init__(self) -> None:
        found = front_of(self.polygon, self.street)
        if found is None:
            axes = frame_of(self.polygon)
            x, y = axes.at(0, -axes.width / 2)
            found = Front(x, y, axes.angle, axes.angle + math.pi / 2, axes.length)
        self.front = found
        self.free = self.polygon.buffer(-2.5)
        self.owner = self.owner or self.draft.new_owner()

    def ground(self, cs: str, kind: str, material: str, *, us: str | None = None) -> None:
        """Cover the whole plot."""
        reach = self.polygon if self.reach is None else self.reach
        turn = math.degrees(self.front.along)
        self.draft.land(reach, (cs, us or self.us), kind, z=Z_SITE, owner=self.owner, life=self.life)
        self.draft.paint(self.polygon, material, z=Z_SITE, life=self.life, angle_deg=turn)

    def place(
        self, length: float, depth: float, *, at: str = "any", gap_m: float = 3.0, least: float = 0.45
    ) -> Polygon | None:
        """Rectangle of that size (or smaller, down to `least`) on free ground, None when there is no room.

        Args:
            length: Metres along the street.
            depth: Metres away from it.
            at: 'front', 'back', 'middle' or 'any': where to look first.
            gap_m: Ground kept free around it.
            least: Smallest accepted factor on both sides.
        """
        room = largest(self.free)
        if room.is_empty:
            return None
        factor = 1.0
        axes = frame_of(room, angle=self.front.along)
        while factor >= least:
            boxes, cost = self._candidates(axes.length, length * factor, depth * factor, at)
            shapely.prepare(self.free)
            fits = shapely.contains(self.free, boxes)
            if fits.any():
                good = np.flatnonzero(fits)
                chosen: Polygon = boxes[good[np.argmin(cost[good])]]
                self.free = self.free.difference(chosen.buffer(gap_m, join_style="mitre"))
                return chosen
            factor *= 0.88
        return None

    def _candidates(self, width: float, length: float, depth: float, at: str) -> tuple[npt.NDArray[np.object_], Floats]:
        """Rectangles on a lattice along and away from the street, and the cost of each."""
        points = shapely.get_coordinates(self.polygon) - (self.front.x, self.front.y)
        ahead = np.array([math.cos(self.front.along), math.sin(self.front.along)])
        inward = np.array([math.cos(self.front.inward), math.sin(self.front.inward)])
        low, high, deep = (points @ ahead).min(), (points @ ahead).max(), float((points @ inward).max())
        i, a = (
            grid.ravel()
            for grid in np.meshgrid(
                np.linspace(depth / 2 + 3, max(deep - depth / 2 - 2, depth / 2 + 3), 14),
                np.linspace(low + length / 2, max(high - length / 2, low + length / 2), 14),
                indexing="ij",
            )
        )
        centre = (self.front.x, self.front.y) + a[:, None] * ahead + i[:, None] * inward
        turn = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]]) / 2
        corners = turn[:, :1] * length * ahead + turn[:, 1:] * depth * inward
        boxes = shapely.polygons(centre[:, None, :] + corners[None])
        middle = np.abs(a - (low + high) / 2) / max(width, 1.0)
        nearness = {"front": i / deep, "back": -i / deep, "middle": np.abs(i / deep - 0.5), "any": 0.0 * i}[at]
        chance = self.rng.uniform(0, 0.25 if at != "any" else 1.0, len(a))
        return boxes, nearness + 0.3 * middle + chance

    def hall(
        self,
        length: float,
        depth: float,
        *,
        at: str = "middle",
        usage: str,
        nature: str = "Industriel, agricole ou commercial",
        height_m: float | None = None,
        roof: str | None = None,
        roof_material: str | None = None,
        dwellings: int = 0,
        premises: int = 1,
        us: str | None = None,
        gap_m: float = 4.0,
        least: float = 0.4,
    ) -> Polygon | None:
        """A building of the plot."""
        body = self.place(length, depth, at=at, gap_m=gap_m, least=least)
        if body is None:
            return None
        rng = self.rng
        ridge = self.front.along if length >= depth else self.front.inward
        self.draft.build(
            body,
            height_m=height_m if height_m is not None else float(rng.uniform(5.5, 9.5)),
            roof=roof or str(rng.choice(["flat", "gable", "shed"], p=[0.6, 0.3, 0.1])),
            roof_material=roof_material or str(rng.choice(HALL_ROOFS, p=[0.4, 0.16, 0.2, 0.14, 0.1])),
            ridge_deg=math.degrees(ridge),
            usage=usage,
            nature=nature,
            codes_us=us or self.us,
            dwellings=dwellings,
            premises=premises,
            owner=self.owner,
            life=self.life,
        )
        return body

    def pad(
        self, length: float, depth: float, material: str, *, at: str = "any", cs: str | None = None, kind: str = "pad",
        us: str | None = None, gap_m: float = 2.0, least: float = 0.45, z: float = Z_DETAIL,
    ) -> Polygon | None:  # fmt: skip
        """A rectangle of another ground; a unit of its own when it has a cover code."""
        body = self.place(length, depth, at=at, gap_m=gap_m, least=least)
        if body is None:
            return None
        self.lay(body, material, cs=cs, kind=kind, us=us, z=z)
        return body

    def lay(
        self, body: Geometry, material: str, *, cs: str | None = None, kind: str = "pad", us: str | None = None,
        z: float = Z_DETAIL,
    ) -> None:  # fmt: skip
        """Cover part of the plot."""
        shape = body.intersection(self.polygon)
        turn = math.degrees(self.front.along)
        if cs is not None:
            self.draft.land(shape, (cs, us or self.us), kind, z=z, owner=self.owner, life=self.life)
        self.draft.paint(shape, material, z=z, life=self.life, angle_deg=turn)

    def car_park(self, length: float, depth: float, *, at: str = "front", cs: str | None = None) -> Polygon | None:
        """A car park with its cars."""
        body = self.pad(length, depth, "car_park", at=at, cs=cs, kind="car_park")
        if body is not None:
            park_cars(self.draft, body, self.front.along, self.life)
        return body

    def drive(self, target: Geometry | None, width_m: float = 6.0, material: str = "asphalt") -> None:
        """A way in, from the street to a thing."""
        if target is None or target.is_empty:
            return
        near = shapely.shortest_line(self.street, target)
        self.draft.paint(
            near.buffer(width_m / 2, cap_style="square").intersection(self.polygon.buffer(1.5)),
            material,
            z=Z_DETAIL + 0.5,
            life=self.life,
        )

    def trees(self, count: int, *, species: str = "broadleaf", radius_m: float = 3.0) -> None:
        """Trees on what is still free."""
        if self.free.is_empty:
            return
        west, south, east, north = self.free.bounds
        done = 0
        for _ in range(count * 6):
            x, y = float(self.rng.uniform(west, east)), float(self.rng.uniform(south, north))
            if done < count and shapely.contains_xy(self.free, x, y):
                self.draft.tree(x, y, self.rng, species=species, radius_m=radius_m, life=self.life)
                done += 1

    def border(self, material: str, width_m: float, *, open_front: bool = True) -> None:
        """A strip along the limits: hedge, lawn."""
        band = self.polygon.difference(self.polygon.buffer(-width_m, join_style="mitre"))
        if open_front:
            band = band.difference(shapely.Point(self.front.x, self.front.y).buffer(8.0))
        self.draft.paint(band, material, z=Z_DETAIL - 1, life=self.life)


def park_cars(draft: Draft, body: Polygon, along: float, life: Life) -> None:
    """Parking places in double rows."""
    axes = frame_of(body, angle=along)
    across = -axes.width / 2 + 3.0
    row = 0
    while across < axes.width / 2 - 2.0:
        for place in np.arange(-axes.length / 2 + 2.0, axes.length / 2 - 1.5, 2.5):
            x, y = axes.at(float(place), across)
            draft.cars.append((x, y, math.degrees(along) + 90.0, 4.4, life))
        across += 5.0 if row % 2 else 11.0
        row += 1
