"""Noise on a hashed lattice: the same place gives the same value, whatever the tile it is computed in.

Every function takes metres (or pixel numbers) and a seed, and depends on nothing else: no generator state, no
array origin. Plain IEEE arithmetic without fast-math keeps a pixel's bits independent of the loop around it.
"""

from __future__ import annotations

import math

import numpy as np

from millesime.demo.imagery.kernels import piece

#: Cell of each octave, in metres: grain, tufts, clods, patches, soil moisture, terrain.
OCTAVES_M = (0.32, 0.8, 2.1, 5.5, 17.0, 62.0)
_TURNS = np.array([0.35, 1.13, 2.02, 0.71, 1.57, 2.6])
OCTAVE_COS = np.cos(_TURNS) / np.array(OCTAVES_M)
OCTAVE_SIN = np.sin(_TURNS) / np.array(OCTAVES_M)


@piece
def lattice(ix: int, iy: int, seed: int) -> float:
    """A number in [0, 1) for a lattice point."""
    h = ix * 374761393 + iy * 668265263 + seed * 2246822519 + 1013904223
    h = (h ^ (h >> 15)) * 2654435761
    h = (h ^ (h >> 13)) * 1274126177
    h = h ^ (h >> 16)
    return float((h >> 4) & 0xFFFFFF) * (1.0 / 16777216.0)


@piece
def value_noise(x: float, y: float, seed: int) -> float:
    """Smooth noise in [-1, 1] of one cell per unit."""
    fx = math.floor(x)
    fy = math.floor(y)
    ix = int(fx)
    iy = int(fy)
    tx = x - fx
    ty = y - fy
    tx = tx * tx * (3.0 - 2.0 * tx)
    ty = ty * ty * (3.0 - 2.0 * ty)
    low = lattice(ix, iy, seed) * (1.0 - tx) + lattice(ix + 1, iy, seed) * tx
    high = lattice(ix, iy + 1, seed) * (1.0 - tx) + lattice(ix + 1, iy + 1, seed) * tx
    return 2.0 * (low * (1.0 - ty) + high * ty) - 1.0


@piece
def octave(x: float, y: float, k: int, seed: int) -> float:
    """Value noise of octave `k`, whose lattice is turned by an angle of its own so that no axis shows."""
    c = OCTAVE_COS[k]
    s = OCTAVE_SIN[k]
    return value_noise(x * c - y * s, x * s + y * c, seed + 7919 * k)


@piece
def clump(x: float, y: float, seed: int) -> tuple[float, float]:
    """Rounded clumps, about one per unit cell: (height of the dome 0..1, a number in [0, 1) per clump)."""
    ix = math.floor(x)
    iy = math.floor(y)
    best = 0.0
    tint = 0.5
    for j in range(iy - 1, iy + 2):
        for i in range(ix - 1, ix + 2):
            px = i + lattice(i, j, seed)
            py = j + lattice(i, j, seed + 101)
            size = lattice(i, j, seed + 202)
            radius = 0.55 + 0.45 * size
            d2 = ((x - px) ** 2 + (y - py) ** 2) / (radius * radius)
            if d2 < 1.0:
                dome = (1.0 - d2 * d2) * (0.45 + 0.55 * size)
                if dome > best:
                    best = dome
                    tint = lattice(i, j, seed + 303)
    return best, tint
