"""What the planner puts down: things with a place, a look and a life time, before any date is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely import Geometry, LineString, Polygon

from millesime.demo.plan.shapes import polygons
from millesime.demo.plan.streams import variety
from millesime.demo.plan.terrain import Pit

#: Life of what was always there and stays.
ALWAYS, NEVER = 0, 9999


@dataclass(frozen=True)
class Event:
    """A true change: what happened and the year from which the new state holds."""

    kind: str
    year: int


@dataclass(frozen=True)
class Life:
    """Years [born, gone) during which a thing stands, and the events that began and ended it (-1: none)."""

    born: int = ALWAYS
    gone: int = NEVER
    begun_by: int = -1
    ended_by: int = -1

    def holds(self, year: int) -> bool:
        """Whether the thing stands in the state of `year`."""
        return self.born <= year < self.gone


STANDING = Life()


@dataclass(frozen=True)
class Land:
    """A piece of the truth, painted over what lies lower (`z`, then order of entry)."""

    geometry: Polygon
    cs: str
    us: str
    kind: str
    z: float
    owner: int
    life: Life


@dataclass(frozen=True)
class Paint:
    """A flat look; `field` >= 0 says that the crop of that field gives the material."""

    geometry: Geometry
    material: str
    z: float
    angle_deg: float
    variety: int
    life: Life
    field: int = -1


@dataclass(frozen=True)
class House:
    """Any building."""

    geometry: Polygon
    height_m: float
    roof: str
    roof_material: str
    ridge_deg: float
    usage: str
    nature: str
    dwellings: int
    premises: int
    life: Life


@dataclass(frozen=True)
class Stem:
    """One tree."""

    x: float
    y: float
    radius_m: float
    height_m: float
    species: str
    life: Life


@dataclass(frozen=True)
class Stand:
    """Ground to fill with crowns when the plan is complete."""

    geometry: Polygon
    stand: str
    spacing_m: float
    radius_m: float
    species: tuple[str, ...]
    shares: tuple[float, ...]
    cover: float
    life: Life
    row_deg: float | None = None


@dataclass(frozen=True)
class Way:
    """Road or railway: centre line and true width."""

    geometry: LineString
    nature: str
    importance: str
    width_m: float
    level: int
    name: str
    private: bool
    life: Life
    tracks: int = 0


@dataclass(frozen=True)
class Area:
    """A named or farmed or wooded place or a parcel: one row of a descriptive frame."""

    geometry: Geometry
    values: Mapping[str, str | int | bool | float]
    life: Life


@dataclass
class Draft:
    """The plan while it grows. Lists keep the order of entry, which is part of the result."""

    seed: int
    extent: tuple[float, float, float, float]
    lands: list[Land] = field(default_factory=list)
    paints: list[Paint] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)
    stems: list[Stem] = field(default_factory=list)
    stands: list[Stand] = field(default_factory=list)
    ways: list[Way] = field(default_factory=list)
    cars: list[tuple[float, float, float, float, Life]] = field(default_factory=list)
    waters: list[Area] = field(default_factory=list)
    zones: list[Area] = field(default_factory=list)
    fields: list[Area] = field(default_factory=list)
    woods: list[Area] = field(default_factory=list)
    parcels: list[Area] = field(default_factory=list)
    taken: list[tuple[Polygon, Life]] = field(default_factory=list)
    clear: list[tuple[Geometry, Life]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    gaps: list[tuple[Polygon, Geometry]] = field(default_factory=list)
    """Gardens of the village where a house may come, each with its street ground."""

    marks: dict[str, list[Polygon]] = field(default_factory=dict)
    """Ground of the sites, by name."""

    pits: list[tuple[Pit, Life]] = field(default_factory=list)
    owners: int = 0

    @property
    def size_m(self) -> float:
        """Side of the territory."""
        return self.extent[2] - self.extent[0]

    def new_owner(self) -> int:
        """Number of a new holder of land: units of two holders never merge."""
        self.owners += 1
        return self.owners

    def happen(self, kind: str, year: int) -> int:
        """Note a change; its number."""
        self.events.append(Event(kind, year))
        return len(self.events) - 1

    def land(
        self,
        geometry: Geometry,
        codes: tuple[str, str],
        kind: str,
        *,
        z: float,
        owner: int = 0,
        life: Life = STANDING,
        material: str | None = None,
        angle_deg: float = 0.0,
    ) -> None:
        """Add land to the truth and, with a material, its look."""
        for part in polygons(shapely.set_precision(geometry, 0.01)):
            self.lands.append(Land(part, codes[0], codes[1], kind, z, owner, life))
        if material is not None:
            self.paint(geometry, material, z=z, life=life, angle_deg=angle_deg)

    def paint(
        self,
        geometry: Geometry,
        material: str,
        *,
        z: float,
        life: Life = STANDING,
        angle_deg: float = 0.0,
        crop_of: int = -1,
    ) -> None:
        """Add a flat look."""
        for part in polygons(geometry, min_area_m2=0.05):
            draw = variety(self.seed, "paint", len(self.paints))
            self.paints.append(Paint(part, material, z, angle_deg % 360.0, draw, life, crop_of))

    def build(
        self,
        geometry: Geometry,
        *,
        height_m: float,
        roof: str,
        roof_material: str,
        ridge_deg: float,
        usage: str,
        codes_us: str,
        nature: str = "Indifférenciée",
        dwellings: int = 0,
        premises: int = 0,
        owner: int = 0,
        life: Life = STANDING,
        z: float = 70.0,
    ) -> None:
        """Add a building, and the built land of the truth when it counts (50 m2 and more)."""
        for part in polygons(shapely.set_precision(geometry, 0.01), min_area_m2=3.0):
            self.houses.append(
                House(part, height_m, roof, roof_material, ridge_deg % 180.0, usage, nature, dwellings, premises, life)
            )
            if part.area >= 50.0:
                self.lands.append(Land(part, "CS1.1.1.1", codes_us, "building", z, owner, life))
            dwellings = premises = 0

    def dig(self, polygon: Polygon, life: Life = STANDING) -> None:
        """Hollow out the ground of a quarry."""
        inside = polygon.representative_point()
        reach = max(6.0, 0.9 * inside.distance(polygon.exterior))
        self.pits.append((Pit(inside.x, inside.y, reach, min(9.0, 0.22 * reach)), life))

    def tree(
        self,
        x: float,
        y: float,
        rng: np.random.Generator,
        *,
        species: str = "broadleaf",
        radius_m: float = 3.0,
        life: Life = STANDING,
    ) -> None:
        """Add one tree of about that crown."""
        radius = radius_m * rng.uniform(0.75, 1.3)
        tall = {"conifer": 3.6, "poplar": 5.0, "fruit": 1.5}.get(species, 2.4)
        self.stems.append(Stem(x, y, radius, radius * tall * rng.uniform(0.85, 1.15), species, life))
