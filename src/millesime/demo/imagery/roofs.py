"""Roofs: their height, their slope and what stands on them."""

from __future__ import annotations

import math

import numpy as np

from millesime.demo.imagery import columns as c
from millesime.demo.imagery.kernels import piece
from millesime.demo.imagery.noise import lattice

PLAIN, CHIMNEY, WINDOW, PHOTOVOLTAIC, MACHINE, SKYLIGHT, PARAPET, RIDGE = range(8)
"""What is found at a place of a roof."""

RoofPoint = tuple[float, float, float, float, float, float]
Fixture = tuple[int, float]


@piece
def nearest_edge(b: np.ndarray, edges: np.ndarray, x: float, y: float) -> tuple[float, float, float, float]:
    """Distance to the footprint's nearest side, unit vector away from it, and place along it."""
    first = int(b[c.B_FIRST])
    best = 1e9
    away_x, away_y, along = 0.0, 0.0, 0.0
    for i in range(first, first + int(b[c.B_COUNT])):
        ex = edges[i, 2] - edges[i, 0]
        ey = edges[i, 3] - edges[i, 1]
        length2 = max(ex * ex + ey * ey, 1e-9)
        t = ((x - edges[i, 0]) * ex + (y - edges[i, 1]) * ey) / length2
        t = min(max(t, 0.0), 1.0)
        dx = x - edges[i, 0] - t * ex
        dy = y - edges[i, 1] - t * ey
        d2 = dx * dx + dy * dy
        if d2 < best:
            best = d2
            d = math.sqrt(d2) + 1e-9
            away_x, away_y, along = dx / d, dy / d, t * math.sqrt(length2)
    return math.sqrt(best), away_x, away_y, along


@piece
def roof_at(b: np.ndarray, edges: np.ndarray, x: float, y: float) -> RoofPoint:
    """Roof of a building at (x, y): (height, slope east, slope north, along the eaves, up the slope, to the rim)."""
    rx = x - b[c.B_X]
    ry = y - b[c.B_Y]
    a = rx * b[c.B_COS] + ry * b[c.B_SIN]
    v = ry * b[c.B_COS] - rx * b[c.B_SIN]
    eaves = b[c.B_EAVES]
    roof = int(b[c.B_ROOF])
    slope = b[c.B_SLOPE]
    rim, away_x, away_y, along = nearest_edge(b, edges, x, y)
    if roof == c.GABLE and b[c.B_BOX] < 0.86:
        roof = c.HIP
    if roof == c.GABLE:
        up = max(b[c.B_HALF_WIDTH] - abs(v), 0.0)
        side = slope if v < 0.0 else -slope
        return eaves + slope * up, -side * b[c.B_SIN], side * b[c.B_COS], a, up, rim
    if roof == c.HIP:
        slope = max(slope, 0.12)
        return eaves + slope * rim, slope * away_x, slope * away_y, along, rim, rim
    if roof == c.SHED:
        slope = max(slope, 0.08) * 0.6
        up = v + b[c.B_HALF_WIDTH]
        return eaves + slope * up, -slope * b[c.B_SIN], slope * b[c.B_COS], a, up, rim
    if roof == c.ROUND:
        radius = max(min(b[c.B_HALF_LENGTH], b[c.B_HALF_WIDTH]), 0.5)
        r = min(math.sqrt(rx * rx + ry * ry) / radius, 1.0)
        steep = -0.45 / max(r * radius, 0.3)
        return (
            eaves + 0.45 * radius * (1.0 - r),
            rx * steep,
            ry * steep,
            math.atan2(ry, rx) * radius,
            radius * (1.0 - r),
            rim,
        )
    if roof == c.GREENHOUSE:
        # One arch for a tunnel, several spans side by side for a glasshouse.
        spans = max(1.0, math.floor(b[c.B_HALF_WIDTH] / 4.2))
        span = 2.0 * b[c.B_HALF_WIDTH] / spans
        t = (v + b[c.B_HALF_WIDTH]) / span
        t -= math.floor(t)
        rise = 0.24 * span
        side = 4.0 * 0.24 * (1.0 - 2.0 * t)
        return eaves + rise * 4.0 * t * (1.0 - t), -side * b[c.B_SIN], side * b[c.B_COS], a, t * span, rim
    return eaves, 0.0, 0.0, a, v, rim


@piece
def _on_slope(b: np.ndarray, a: float, v: float, up: float, rim: float) -> Fixture:
    seed = int(b[c.B_SEED])
    half_length, half_width = b[c.B_HALF_LENGTH], b[c.B_HALF_WIDTH]
    if b[c.B_MATERIAL] == c.METAL or b[c.B_MATERIAL] == c.FIBRE:
        # Translucent sheets in line, on some halls only.
        if lattice(1, 7, seed) < 0.5 and rim > 1.2:
            pace = 5.0 + 4.0 * lattice(2, 7, seed)
            t = a / pace - math.floor(a / pace)
            if t * pace < 1.05 and up > 1.5 and lattice(math.floor(a / pace), 8, seed) < 0.8:
                return SKYLIGHT, 0.0
        return PLAIN, 0.0
    for i in range(2 if half_length > 6.0 else 1):
        ca = (lattice(i, 1, seed) * 1.5 - 0.75) * half_length
        cv = (lattice(i, 2, seed) * 0.7 - 0.35) * half_width
        if abs(a - ca) < 0.45 and abs(v - cv) < 0.32 and lattice(i, 3, seed) < 0.85:
            return CHIMNEY, 1.1
    panels = lattice(9, 9, seed) < 0.14 and half_length > 4.0 and half_width > 3.0
    if panels and 1.0 < up < 4.4 and v * b[c.B_COS] < 0.0 and abs(a) < 0.62 * half_length:
        return PHOTOVOLTAIC, 0.15
    for i in range(3):
        wa = (lattice(i, 4, seed) * 1.7 - 0.85) * half_length
        wv = (lattice(i, 5, seed) * 1.5 - 0.75) * half_width
        if abs(a - wa) < 0.45 and abs(v - wv) < 0.6 and rim > 1.0 and lattice(i, 6, seed) < 0.35:
            return WINDOW, 0.05
    return PLAIN, 0.0


@piece
def _on_flat(b: np.ndarray, a: float, v: float, rim: float) -> Fixture:
    seed = int(b[c.B_SEED])
    if rim < 0.35:
        return PARAPET, 0.4
    if b[c.B_MATERIAL] == c.SOLAR and rim > 1.5:
        return PHOTOVOLTAIC, 0.3
    i = math.floor(a / 7.0)
    j = math.floor(v / 7.0)
    if rim > 1.5 and lattice(i, j, seed) < 0.4 and b[c.B_HALF_WIDTH] > 4.0:
        ca = (i + 0.3 + 0.4 * lattice(i, j, seed + 1)) * 7.0
        cv = (j + 0.3 + 0.4 * lattice(i, j, seed + 2)) * 7.0
        half_a = 0.5 + 0.9 * lattice(i, j, seed + 3)
        half_v = 0.5 + 0.7 * lattice(i, j, seed + 4)
        if abs(a - ca) < half_a and abs(v - cv) < half_v:
            if lattice(i, j, seed + 5) < 0.45:
                return SKYLIGHT, 0.3
            return MACHINE, 0.9 + lattice(i, j, seed + 6)
    return PLAIN, 0.0


@piece
def fixture_at(b: np.ndarray, x: float, y: float, up: float, rim: float) -> Fixture:
    """What stands on a roof at (x, y): (kind, height above the roof in metres)."""
    roof = int(b[c.B_ROOF])
    if roof == c.GREENHOUSE or roof == c.ROUND:
        return PLAIN, 0.0
    rx = x - b[c.B_X]
    ry = y - b[c.B_Y]
    a = rx * b[c.B_COS] + ry * b[c.B_SIN]
    v = ry * b[c.B_COS] - rx * b[c.B_SIN]
    if roof == c.FLAT:
        return _on_flat(b, a, v, rim)
    if roof == c.GABLE and b[c.B_BOX] >= 0.86 and abs(v) < 0.14:
        return RIDGE, 0.08
    return _on_slope(b, a, v, up, rim)
