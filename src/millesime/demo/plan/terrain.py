"""Relief and the river that shapes it: smooth formulas, the same at every date but in the quarry."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from shapely import LineString

from millesime.demo.plan.shapes import curve
from millesime.demo.plan.streams import stream

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Course:
    """A meandering line: sideways offset as a sum of sines of the way along a straight axis."""

    x: float
    y: float
    angle: float
    waves: tuple[tuple[float, float, float], ...]
    """Amplitude in metres, length in metres, phase in radians."""

    def sideways(self, along: Array) -> Array:
        """Offset from the axis at distances along it."""
        total = np.zeros_like(along)
        for amplitude, length, phase in self.waves:
            total = total + amplitude * np.sin(2 * math.pi * along / length + phase)
        return total

    def local(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Distance along the axis, and distance from the line, positive on its left."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        along = (x - self.x) * cos + (y - self.y) * sin
        across = -(x - self.x) * sin + (y - self.y) * cos
        slope = (self.sideways(along + 1.0) - self.sideways(along - 1.0)) / 2
        return along, (across - self.sideways(along)) / np.sqrt(1 + slope**2)

    def line(self, reach_m: float) -> LineString:
        """The line, `reach_m` each way from its origin."""
        along = np.arange(-reach_m, reach_m + 1, 6.0)
        across = self.sideways(along)
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        x = self.x + along * cos - across * sin
        y = self.y + along * sin + across * cos
        return curve([(float(a), float(b)) for a, b in zip(x, y, strict=True)], step_m=6.0)


@dataclass(frozen=True)
class Pit:
    """A hollow with a flat bottom: the quarry."""

    x: float
    y: float
    radius_m: float
    depth_m: float


@dataclass(frozen=True)
class Ground:
    """Terrain height in metres at (x, y)."""

    base_m: float
    waves: tuple[tuple[float, float, float, float], ...]
    """Amplitude, wave numbers along x and y (per metre), phase."""

    river: Course
    valley_depth_m: float
    valley_width_m: float
    bed_depth_m: float
    bed_width_m: float
    pits: tuple[Pit, ...] = ()

    def __call__(self, x: Array, y: Array) -> Array:
        """Heights at coordinates of any common shape."""
        x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
        height = np.full(np.broadcast(x, y).shape, self.base_m)
        _, away = self.river.local(x, y)
        rise = 1 - np.exp(-((away / self.valley_width_m) ** 2))
        for amplitude, kx, ky, phase in self.waves:
            height = height + amplitude * np.sin(kx * x + ky * y + phase) * (0.25 + 0.75 * rise)
        height = height - self.valley_depth_m * (1 - rise)
        bank = 0.5 - 0.5 * np.tanh((np.abs(away) - self.bed_width_m / 2) / 1.6)
        height = height - self.bed_depth_m * bank
        for pit in self.pits:
            far = np.hypot(x - pit.x, y - pit.y) / pit.radius_m
            height = height - pit.depth_m * np.clip((1.0 - far) / 0.35, 0.0, 1.0)
        return height


def make_ground(seed: int, size_m: float, river: Course, river_width_m: float) -> Ground:
    """Gentle hills with a valley along the river."""
    rng = stream(seed, "terrain")
    waves = []
    for scale, amplitude in ((1.6, 14.0), (0.9, 8.0), (0.45, 3.0), (0.2, 0.8)):
        length = max(scale * size_m, 250.0 * scale) * rng.uniform(0.8, 1.2)
        heading = rng.uniform(0, 2 * math.pi)
        number = 2 * math.pi / length
        relief = amplitude * min(1.0, size_m / 1200) * rng.uniform(0.7, 1.2)
        waves.append((relief, number * math.cos(heading), number * math.sin(heading), rng.uniform(0, 2 * math.pi)))
    return Ground(
        base_m=float(rng.uniform(90, 180)),
        waves=tuple(waves),
        river=river,
        valley_depth_m=float(rng.uniform(9, 14)) * min(1.0, size_m / 1000),
        valley_width_m=0.12 * size_m + 40.0,
        bed_depth_m=1.6,
        bed_width_m=river_width_m,
    )
