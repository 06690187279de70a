"""The land of the synthetic département: pairs of cover and use on 4 m pixels, the same whatever the window.

Fields and stands are the cells of a bent quadtree; towns have streets, gardens and buildings; roads cross it all, in
sections. Every pixel is a function of its row, its column and the vintage: the second one differs from the first where
a cell, a building or a border changed, and nowhere else.
"""

import numba
import numpy as np

from benchmarks._raster import _add_octave, _hash, _uniform

PIXEL_M = 4.0

#: Pair of codes, whether it is of the ossature, by label; label 0 is nothing.
LABELS = (
    ("", "", 0),
    ("CS2.2.1", "US1.1", 0), ("CS2.1.1.1", "US1.2", 0), ("CS2.1.1.2", "US1.2", 0), ("CS2.1.1.3", "US1.2", 0),
    ("CS2.1.2", "US6.3", 0), ("CS2.1.3", "US1.1", 0), ("CS2.1.1.1", "US1.1", 0), ("CS1.2.2", "US6.3", 0),
    ("CS1.1.2.1", "US1.3", 0), ("CS1.2.1", "US1.1", 0), ("CS2.1.1.1", "US6.3", 0), ("CS2.2.1", "US6.3", 0),
    ("CS2.2.1", "US5", 0), ("CS1.1.2.1", "US5", 0), ("CS2.1.1.1", "US5", 0), ("CS1.1.1.2", "US5", 0),
    ("CS1.1.1.2", "US2", 0), ("CS1.1.1.2", "US3", 0), ("CS2.2.1", "US3", 0), ("CS1.1.2.1", "US2", 0),
    ("CS2.1.2", "US5", 0), ("CS1.1.2.1", "US6.1", 0), ("CS1.1.1.1", "US5", 0), ("CS1.1.1.1", "US2", 0),
    ("CS1.1.1.1", "US3", 0), ("CS1.1.1.1", "US1.1", 0), ("CS1.1.1.2", "US4.1.1", 1), ("CS1.1.1.2", "US4.1.1", 1),
    ("CS1.1.2.1", "US4.1.2", 1), ("CS1.1.1.2", "US4.1.1", 0), ("CS1.1.2.1", "US1.1", 0), ("CS2.1.2", "US1.2", 0),
)  # fmt: skip
_SITE, _ROAD, _RAIL, _STREET = 22, 27, 29, 30

# Labels of the cells and their cumulated shares: in open country, in woodland, in towns.
_OPEN = np.array([1, 11, 6, 5, 7, 31, 8, 12, 9, 10, 2], np.uint8)
_OPEN_SHARE = np.cumsum(np.array([0.60, 0.12, 0.05, 0.06, 0.04, 0.01, 0.02, 0.03, 0.003, 0.005, 0.062]))
_WOOD = np.array([2, 3, 4, 32, 1, 8, 5], np.uint8)
_WOOD_SHARE = np.cumsum(np.array([0.45, 0.17, 0.15, 0.04, 0.14, 0.01, 0.04]))
_TOWN = np.array([13, 15, 14, 16, 17, 18, 19, 20, 11, 12, 21, 22, 1], np.uint8)
_TOWN_SHARE = np.cumsum(np.array([0.42, 0.10, 0.07, 0.05, 0.04, 0.05, 0.05, 0.03, 0.05, 0.05, 0.03, 0.01, 0.05]))
_ROOT = 128  # side of the largest cells, in pixels
_TOWNS = 600  # a town in each square of this side, in pixels
_PLOT = 9  # a building at most in each square of this side
_STRETCH = 200  # a road is cut into sections of this length


@numba.njit(cache=True)
def _density(y, x, seed):
    """0 outside of towns, 1 in the middle of one."""
    best = 0.0
    for cy in range(y // _TOWNS - 1, y // _TOWNS + 2):
        for cx in range(x // _TOWNS - 1, x // _TOWNS + 2):
            size = _uniform(seed, 40, cy, cx)
            radius = 45.0 + 170.0 * size**4 + (180.0 if size > 0.985 else 0.0)
            my = cy * _TOWNS + _TOWNS * _uniform(seed, 41, cy, cx)
            mx = cx * _TOWNS + _TOWNS * _uniform(seed, 42, cy, cx)
            best = max(best, 1.0 - np.sqrt((y - my) ** 2 + (x - mx) ** 2) / radius)
    return best


@numba.njit(cache=True)
def _drawn(labels, share, r):
    return labels[min(np.searchsorted(share, r * share[-1], side="right"), labels.size - 1)]


@numba.njit(cache=True)
def _cell(v, u, seed, vintage):
    """Label of the cell of the quadtree at a bent place, and the density of the town there."""
    side = _ROOT
    cy, cx = v // side, u // side
    town = _density(cy * side + side // 2, cx * side + side // 2, seed)
    while side > 16:
        level = side
        split = 0.9 if town > 0.0 else (0.85, 0.55, 0.35)[0 if level == 128 else (1 if level == 64 else 2)]
        if _uniform(seed, 50 + level, cy, cx) > split:
            break
        side //= 2
        cy, cx = v // side, u // side
        town = _density(cy * side + side // 2, cx * side + side // 2, seed)
    r = _uniform(seed, 60 + side, cy, cx)
    wood = _uniform(seed, 61, cy * side // 512, cx * side // 512)
    is_town = town > 0.35 * _uniform(seed, 62 + side, cy, cx) + 0.02
    if vintage > 0:
        turn = _uniform(seed + 100, 63 + side, cy, cx)
        if turn < (0.006 if town > -0.6 else 0.001):  # a plot that is built, a field that is left
            is_town = town > -0.6
            r = _uniform(seed + 100, 64 + side, cy, cx)
            if is_town and r < 0.3:
                return _SITE, town
    if is_town:
        return _drawn(_TOWN, _TOWN_SHARE, r), town
    if _uniform(seed, 65 + side, cy, cx) < 0.05 + 0.8 * wood * wood:
        return _drawn(_WOOD, _WOOD_SHARE, r), town
    return _drawn(_OPEN, _OPEN_SHARE, r), town


@numba.njit(cache=True)
def _roads(out, bend, row0, col0):
    height, width = out.shape
    for row in range(height):
        for col in range(width):
            y, x = row0 + row, col0 + col
            for family in range(4):
                turn = 0.35 + 0.8 * family
                across = x * np.cos(turn) + y * np.sin(turn) + bend[row, col]
                spacing = (260.0, 340.0, 520.0, 2900.0)[family]
                if across - np.floor(across / spacing) * spacing < (2.2, 2.2, 3.2, 4.0)[family]:
                    along = y * np.cos(turn) - x * np.sin(turn)
                    section = int(np.floor(along / _STRETCH)) + int(np.floor(across / spacing))
                    out[row, col] = _RAIL if family == 3 else _ROAD + section % 2


@numba.njit(cache=True)
def _buildings(out, row0, col0, seed, vintage):
    height, width = out.shape
    for cy in range(row0 // _PLOT, (row0 + height - 1) // _PLOT + 1):
        for cx in range(col0 // _PLOT, (col0 + width - 1) // _PLOT + 1):
            town = _density(cy * _PLOT, cx * _PLOT, seed)
            chance = 0.007 if town <= 0 else 0.2 + 0.3 * town
            is_new = _uniform(seed, 43, cy, cx) > chance
            if is_new and (vintage == 0 or _uniform(seed + 100, 43, cy, cx) > 0.006 * chance):
                continue
            turn = 1.5708 * _uniform(seed, 44, cy // 3, cx // 3)
            c, s = np.cos(turn), np.sin(turn)
            long, wide = 2.0 + 2.2 * _uniform(seed, 45, cy, cx), 1.7 + 1.4 * _uniform(seed, 46, cy, cx)
            my = cy * _PLOT + 4.0 + 1.5 * _uniform(seed, 47, cy, cx)
            mx = cx * _PLOT + 4.0 + 1.5 * _uniform(seed, 48, cy, cx)
            use = _uniform(seed, 49, cy // 8, cx // 8)
            label = 26 if town <= 0 and use < 0.6 else (23 if use < 0.78 else (24 if use < 0.87 else 25))
            for y in range(max(row0, cy * _PLOT), min(row0 + height, (cy + 1) * _PLOT)):
                for x in range(max(col0, cx * _PLOT), min(col0 + width, (cx + 1) * _PLOT)):
                    u, v = (x + 0.5 - mx) * c + (y + 0.5 - my) * s, (y + 0.5 - my) * c - (x + 0.5 - mx) * s
                    here = out[y - row0, x - col0]
                    if abs(u) < long and abs(v) < wide and not _ROAD <= here <= _STREET:
                        out[y - row0, x - col0] = label


@numba.njit(cache=True, nogil=True)
def land(row0, col0, height, width, seed, vintage):
    """Labels of a window; rows and columns from 0, without end. `vintage` is 0 or 1."""
    row0, col0 = row0 + (1 << 20), col0 + (1 << 20)
    out = np.empty((height, width), np.uint8)
    wave = np.zeros((2, height, width), np.float32)
    for k in range(2):
        _add_octave(wave[k], row0, col0, 128, np.float32(60.0), seed, 10 + k)
        _add_octave(wave[k], row0, col0, 32, np.float32(9.0), seed, 12 + k)
    bend = np.zeros((height, width), np.float32)
    _add_octave(bend, row0, col0, 512, np.float32(260.0), seed, 1)
    last_v, last_u, label, town = -1, -1, np.uint8(0), 0.0
    for row in range(height):
        for col in range(width):
            y, x = row0 + row, col0 + col
            moved = 1.0 if vintage > 0 and _hash(seed + 100, 30, y // 64, x // 64) % 500 == 0 else 0.0
            v, u = int(y + wave[0, row, col] + moved), int(x + wave[1, row, col] + moved)
            if v // 16 != last_v or u // 16 != last_u:  # no cell is smaller
                last_v, last_u = v // 16, u // 16
                label, town = _cell(v, u, seed, vintage)
            out[row, col] = label
            if town > 0.02 and (v % 32 < 2 or u % 32 < 2):
                out[row, col] = _STREET
    _roads(out, bend, row0, col0)
    _buildings(out, row0, col0, seed, vintage)
    return out


@numba.njit(cache=True)
def towns(side, step, seed):
    """(side / step, side / step) 1 within towns, 0 elsewhere, looked at every `step` pixels."""
    n = side // step
    out = np.zeros((n, n), np.uint8)
    for row in range(n):
        for col in range(n):
            y, x = row * step + step // 2 + (1 << 20), col * step + step // 2 + (1 << 20)
            out[row, col] = _density(y, x, seed) > 0.02
    return out
