"""Form of everything above the ground, pixel by pixel: crops, bushes, roofs, crowns, cars."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from millesime.demo.imagery import columns as c
from millesime.demo.imagery.kernels import kernel
from millesime.demo.imagery.noise import octave
from millesime.demo.imagery.roofs import fixture_at, roof_at
from millesime.demo.imagery.vegetation import cover_at, crown_at

GROUND, ROOF, CROWN, VEHICLE = range(4)
EDGE_CAP_M = 16.0
"""Distances to a border are told up to this many metres."""
_STEP = 5
_DIAGONAL = 7

Indices = npt.NDArray[np.int32]
Plane = npt.NDArray[np.float32]


@kernel
def waver(surface: Indices, table: Plane, row0: int, col0: int, pixel_m: float) -> Indices:
    """Let limits between natural covers waver by about a pixel, as no plant stops on a line."""
    h, w = surface.shape
    out = surface.copy()
    for r in range(h):
        y = -(row0 + r + 0.5) * pixel_m
        for q in range(w):
            s = surface[r, q]
            if s < 0 or table[s, c.NATURAL] == 0.0:
                continue
            x = (col0 + q + 0.5) * pixel_m
            dr = math.floor(1.6 * octave(x, y, 1, 71) + 0.9 * octave(x, y, 2, 73) + 0.5)
            dq = math.floor(1.6 * octave(x, y, 1, 79) + 0.9 * octave(x, y, 2, 83) + 0.5)
            rr = r + dr
            qq = q + dq
            if 0 <= rr < h and 0 <= qq < w:
                t = surface[rr, qq]
                if t >= 0 and table[t, c.NATURAL] > 0.0:
                    out[r, q] = t
    return out


@kernel
def edge_distance(surface: Indices, cap: int) -> npt.NDArray[np.int16]:
    """Chamfer distance to the nearest pixel of another surface, in fifths of a pixel, up to `cap`.

    Whole numbers: equal in any tile whose halo exceeds the cap.
    """
    h, w = surface.shape
    out = np.full((h, w), cap, dtype=np.int16)
    for r in range(h):
        for q in range(w):
            s = surface[r, q]
            if (
                (r > 0 and surface[r - 1, q] != s)
                or (q > 0 and surface[r, q - 1] != s)
                or (r + 1 < h and surface[r + 1, q] != s)
                or (q + 1 < w and surface[r, q + 1] != s)
            ):
                out[r, q] = 0
    for r in range(h):
        for q in range(w):
            d = out[r, q]
            if r > 0:
                d = min(d, out[r - 1, q] + _STEP)
                if q > 0:
                    d = min(d, out[r - 1, q - 1] + _DIAGONAL)
                if q + 1 < w:
                    d = min(d, out[r - 1, q + 1] + _DIAGONAL)
            if q > 0:
                d = min(d, out[r, q - 1] + _STEP)
            out[r, q] = d
    for r in range(h - 1, -1, -1):
        for q in range(w - 1, -1, -1):
            d = out[r, q]
            if r + 1 < h:
                d = min(d, out[r + 1, q] + _STEP)
                if q > 0:
                    d = min(d, out[r + 1, q - 1] + _DIAGONAL)
                if q + 1 < w:
                    d = min(d, out[r + 1, q + 1] + _DIAGONAL)
            if q + 1 < w:
                d = min(d, out[r, q + 1] + _STEP)
            out[r, q] = d
    return out


@kernel
def forms(
    surface: Indices,
    building: Indices,
    tree: Indices,
    vehicle: Indices,
    edge: npt.NDArray[np.int16],
    surfaces: Plane,
    buildings: Plane,
    edges: Plane,
    trees: Plane,
    vehicles: Plane,
    row0: int,
    col0: int,
    pixel_m: float,
) -> tuple[Plane, Plane, Plane, Plane, npt.NDArray[np.uint8]]:
    """Height above ground (m), share, light and tint of each pixel, and what is on top (GROUND, ROOF ...)."""
    h, w = surface.shape
    height = np.zeros((h, w), dtype=np.float32)
    share = np.zeros((h, w), dtype=np.float32)
    light = np.ones((h, w), dtype=np.float32)
    tint = np.full((h, w), 0.5, dtype=np.float32)
    top = np.zeros((h, w), dtype=np.uint8)
    for r in range(h):
        y = -(row0 + r + 0.5) * pixel_m
        for q in range(w):
            x = (col0 + q + 0.5) * pixel_m
            t = tree[r, q]
            if t >= 0:
                crown, leaf = crown_at(trees[t], x, y)
                if crown >= 0.0:
                    height[r, q] = crown
                    light[r, q] = leaf
                    top[r, q] = CROWN
                    continue
            b = building[r, q]
            if b >= 0:
                z, _, _, _, up, rim = roof_at(buildings[b], edges, x, y)
                _, above = fixture_at(buildings[b], x, y, up, rim)
                height[r, q] = z + above
                top[r, q] = ROOF
                continue
            k = vehicle[r, q]
            if k >= 0:
                height[r, q] = vehicles[k, c.V_HEIGHT]
                top[r, q] = VEHICLE
                continue
            s = surface[r, q]
            if s >= 0:
                share[r, q], light[r, q], height[r, q], tint[r, q] = cover_at(
                    surfaces, s, x, y, edge[r, q] * (pixel_m / _STEP)
                )
    return height, share, light, tint, top
