"""What grows or lies at a place: share of the second end member, brightness, height above ground."""

from __future__ import annotations

import math

import numpy as np

from millesime.demo.imagery import columns as c
from millesime.demo.imagery.kernels import piece
from millesime.demo.imagery.noise import clump, lattice, octave, value_noise

TAU = 2.0 * math.pi
Scalars = tuple[float, float, float, float]


@piece
def clamp(value: float, low: float, high: float) -> float:
    """Keep a value within limits."""
    return min(max(value, low), high)


@piece
def cover_at(table: np.ndarray, s: int, x: float, y: float, edge_m: float) -> Scalars:
    """Ground cover of surface `s` at (x, y), `edge_m` from its border: (share, light, height in metres, tint).

    A share between 1 and 2 is a scattered bush, its leaves the denser the higher.
    """
    p = table[s]
    seed = int(p[c.SEED])
    n2 = octave(x, y, 2, 11)
    n4 = octave(x, y, 4, 11)
    share = p[c.SHARE] + p[c.MIX + 2] * n2 + p[c.MIX + 4] * n4
    light = 1.0 + p[c.LIGHT + 2] * n2 + p[c.LIGHT + 4] * n4
    for k in (0, 1, 3, 5):
        n = octave(x, y, k, 11)
        share += p[c.MIX + k] * n
        light += p[c.LIGHT + k] * octave(x, y, k, 23) if k > 0 else p[c.LIGHT] * n
    light += 0.5 * p[c.LIGHT] * (lattice(math.floor(x * 5.0), math.floor(y * 5.0), 31) - 0.5)
    headland = edge_m < p[c.HEADLAND_M] + 1.5 * n4
    u = x * p[c.COS] + y * p[c.SIN]
    v = y * p[c.COS] - x * p[c.SIN] + 0.25 * n4
    if headland:
        u = 0.8 * (x + y)
        v = edge_m
    if p[c.STREAK] > 0.0 or p[c.STREAK_LIGHT] > 0.0:
        streak = 0.6 * value_noise(u / 11.0, v / 0.42, seed) + 0.4 * value_noise(u / 31.0, v / 1.3, seed + 1)
        share += p[c.STREAK] * streak
        light += p[c.STREAK_LIGHT] * streak
    if p[c.ROW_M] > 0.0:
        phase = v / p[c.ROW_M]
        wave = math.cos(TAU * phase)
        gaps = value_noise(u / 0.9, math.floor(phase + 0.5) * 3.7, seed + 2)
        share += p[c.ROW] * clamp(1.7 * wave, -1.0, 1.0) * (0.8 + 0.45 * gaps)
        light += p[c.ROW_LIGHT] * wave
    if p[c.TRAM_M] > 0.0 and not headland:
        across = v / p[c.TRAM_M] + 0.001 * seed
        wheel = abs(abs((across - math.floor(across) - 0.5) * p[c.TRAM_M]) - 0.95)
        if wheel < 0.38:
            share -= 0.6 * (1.0 - wheel / 0.38)
            light -= 0.05
    if p[c.STRIP_M] > 0.0:
        light += p[c.STRIP] * clamp(3.0 * math.sin(TAU * 0.5 * v / p[c.STRIP_M]), -1.0, 1.0)
    share = clamp(share, 0.0, 1.0)
    height = p[c.HEIGHT] + p[c.HEIGHT_SHARE] * share * (1.0 + 0.12 * n2)
    tint = 0.5
    if p[c.CLUMP_M] > 0.0:
        wx = x + 0.3 * n2 + 0.25 * octave(x, y, 1, 41)
        wy = y + 0.3 * octave(x, y, 2, 43) + 0.25 * octave(x, y, 1, 47)
        dome, tint = clump(wx / p[c.CLUMP_M], wy / p[c.CLUMP_M], 5)
        # Where clumps are few they stand in groups: a slow noise moves the threshold.
        if dome > 0.08 and tint < p[c.CLUMP_SHARE] + 0.35 * n4 * (1.0 - p[c.CLUMP_SHARE]):
            tint /= max(p[c.CLUMP_SHARE], 0.05)
            tint = tint - math.floor(tint)
            leafy = clamp(0.45 + 0.8 * dome + 0.35 * octave(x, y, 0, 53), 0.0, 1.0)
            # Scattered bushes keep their leaves whatever the grass does: a share above 1 tells the painter.
            share = 1.0 + leafy if p[c.CLUMP_SHARE] < 0.5 else max(share, leafy)
            height += dome * p[c.CLUMP_HEIGHT] * (0.65 + 0.6 * tint) + 0.12 * octave(x, y, 0, 59)
            light *= 0.86 + 0.28 * tint
        else:
            tint = 0.5
    return share, light, max(height, 0.0), tint


@piece
def crown_at(tree: np.ndarray, x: float, y: float) -> tuple[float, float]:
    """Crown of a tree at (x, y): (height in metres or -1 in its gaps, light)."""
    seed = int(tree[c.T_SEED])
    dx = x - tree[c.T_X]
    dy = y - tree[c.T_Y]
    radius = tree[c.T_RADIUS]
    n1 = octave(x, y, 1, 61)
    turn = math.atan2(-dy, dx)
    outline = 1.0 + 0.12 * math.sin(3.0 * turn + tree[c.T_LOBE_3]) + 0.08 * math.sin(5.0 * turn + tree[c.T_LOBE_5])
    reach = math.sqrt(dx * dx + dy * dy) / (radius * outline)
    reach *= 1.0 + 0.07 * n1 + 0.07 * octave(x, y, 2, seed & 1023)
    if reach > 1.05:
        return -1.0, 1.0
    grain = octave(x, y, 0, 67)
    kind = int(tree[c.T_KIND])
    top = tree[c.T_HEIGHT]
    inside = math.sqrt(max(0.0, 1.0 - min(reach, 1.0) ** 2))
    if kind == c.CONIFER:
        whorl = 0.5 + 0.5 * math.cos(7.0 * turn + 3.0 * n1 + seed)
        depth = min(0.72 * top, 1.9 * radius + 1.5)
        height = top - depth * reach * (0.85 + 0.22 * whorl) + 0.35 * grain
        light = 1.04 + 0.22 * grain + 0.10 * n1 - 0.30 * reach * (1.1 - whorl)
        return max(height, 0.6), light
    size = 0.75 + 0.09 * radius
    lump, tint = clump((x + 0.3 * n1) / size, (y + 0.3 * grain) / size, seed)
    depth = min(0.6 * top, 0.95 * radius + 0.4)
    height = top - depth * (1.0 - inside) + (lump - 0.5) * min(0.22 * radius + 0.3, 1.3) + 0.34 * grain
    # Leaves: lit clumps over dark hollows, the rim in the shade of its neighbours.
    light = 0.80 + 0.24 * inside + 0.20 * grain + 0.08 * n1 + 0.22 * (lump - 0.5) + 0.12 * (tint - 0.5)
    return max(height, 0.5), light
