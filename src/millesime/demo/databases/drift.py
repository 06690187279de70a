"""Geometries as a producer draws them: a little beside the ground, without tearing what hangs together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]

#: Longest stretch of a line between two vertices that the drift bends, in metres.
_STRETCH_M = 20.0
_WAVE_LENGTHS_M = (90.0, 170.0, 410.0)


@dataclass(frozen=True)
class Drift:
    """A smooth field of displacements, never longer than `max_m` metres; the same place always moves alike."""

    seed: int
    max_m: float

    def __call__(self, coordinates: Floats) -> Floats:
        """Moved coordinates, (n, 2) metres."""
        if self.max_m == 0.0:
            return coordinates
        rng = np.random.Generator(np.random.PCG64([self.seed, 7]))
        moved = np.zeros_like(coordinates)
        for length in _WAVE_LENGTHS_M:
            for axis in range(2):
                angle, phase = rng.random(2) * 2 * np.pi
                along = coordinates @ np.array([np.cos(angle), np.sin(angle)])
                moved[:, axis] += np.sin(along * 2 * np.pi / length + phase)
        # each axis sums as many sines as there are wave lengths: no displacement exceeds max_m
        return np.asarray(coordinates + moved * (self.max_m / (len(_WAVE_LENGTHS_M) * np.sqrt(2.0))))


def drifted(geometries: Any, drift: Drift, *, grid_m: float) -> Any:
    """Geometries moved by a drift, on the producer's grid; what collapses becomes empty."""
    if drift.max_m > 0.0:
        geometries = shapely.transform(shapely.segmentize(geometries, _STRETCH_M), drift)
    return on_grid(geometries, grid_m=grid_m)


def shifted(geometries: Any, shift_m: Floats, *, grid_m: float) -> Any:
    """Each geometry moved whole.

    Args:
        geometries: (n,) geometries.
        shift_m: (n, 2) displacement of each, metres.
        grid_m: step of the producer's coordinates.
    """
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    moved = shapely.set_coordinates(np.array(geometries, dtype=object, copy=True), coordinates + shift_m[owner])
    return on_grid(moved, grid_m=grid_m)


def on_grid(geometries: Any, *, grid_m: float) -> Any:
    """Geometries rounded to the producer's grid and valid; lines keep their ends and their direction."""
    array = np.asarray(geometries, dtype=object)
    lines = shapely.get_dimensions(array) == 1
    rounded = shapely.set_precision(array, grid_m)
    # set_precision nodes and turns lines; a section must stay one line from its first node to its last
    rounded[lines] = shapely.transform(array[lines], lambda xy: np.round(xy / grid_m) * grid_m)
    return rounded
