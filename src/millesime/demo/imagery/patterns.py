"""Man-made patterns of the ground: markings, bays, joints, graves, panels, ruts, rails, water."""

from __future__ import annotations

import math

import numpy as np

from millesime.demo.imagery import columns as c
from millesime.demo.imagery import palette
from millesime.demo.imagery.kernels import piece
from millesime.demo.imagery.noise import lattice, octave, value_noise

Colour = tuple[float, float, float, float]
WHITE: Colour = (224.0, 222.0, 216.0, 206.0)
WEED: Colour = (112.0, 122.0, 74.0, 164.0)
_ROAD, _CAR_PARK, _PAVING, _GRAVES = palette.ROAD, palette.CAR_PARK, palette.PAVING, palette.GRAVES
_PANELS, _TRACK, _BALLAST, _WATER = palette.PANELS, palette.TRACK, palette.BALLAST, palette.WATER
_TURF, _STRATA, _POOL, _GARDEN = palette.TURF, palette.STRATA, palette.POOL, palette.GARDEN


@piece
def mixed(a: Colour, b: Colour, share: float) -> Colour:
    """A colour between two."""
    k = 1.0 - share
    return a[0] * k + b[0] * share, a[1] * k + b[1] * share, a[2] * k + b[2] * share, a[3] * k + b[3] * share


@piece
def scaled(a: Colour, light: float) -> Colour:
    """A colour, brighter or darker."""
    return a[0] * light, a[1] * light, a[2] * light, a[3] * light


@piece
def fraction(value: float) -> float:
    """What is left of a number beyond its floor."""
    return value - math.floor(value)


@piece
def line_cover(distance: float, half_width: float) -> float:
    """Share of a pixel of 0.20 m that a line covers, its axis at `distance`."""
    return min(max((half_width + 0.1 - abs(distance)) / 0.2, 0.0), min(1.0, half_width / 0.1))


@piece
def road(colour: Colour, axis: np.ndarray, kind: int, across: float, along: float, seed: int) -> Colour:
    """Wheel lanes, mended patches, cracks are the caller's; here the axis' own: lanes and paint."""
    if kind == 0:
        return colour
    half = axis[c.A_HALF_WIDTH]
    side = abs(across)
    lane = half / 2.0
    wheel = min(abs(side - lane + 0.75), abs(side - lane - 0.75))
    colour = scaled(colour, 1.03 - 0.05 * math.exp(-((wheel / 0.35) ** 2)))
    worn = 0.8 + 0.25 * value_noise(along / 7.0, across / 3.0, seed)
    if kind == c.MARKED_ROAD and half >= 2.4:
        if fraction(along / 13.0) < 3.0 / 13.0:
            colour = mixed(colour, WHITE, worn * line_cover(across, 0.09))
        if half >= 2.7 and fraction(along / 6.0) < 0.5:
            colour = mixed(colour, WHITE, worn * line_cover(side - half + 0.35, 0.09))
    if half >= 2.2:
        block = math.floor(along / 70.0)
        place = along - 70.0 * (block + 0.25 + 0.5 * lattice(block, 3, seed & 255))
        if abs(place) < 1.4 and lattice(block, 4, seed & 255) < 0.18 and fraction(across) < 0.5 and side < half - 0.3:
            colour = mixed(colour, WHITE, min(0.95 * worn, 0.9))
    return colour


@piece
def asphalt(colour: Colour, x: float, y: float, u: float, v: float, seed: int) -> Colour:
    """Mended patches, joints and cracks of any asphalt."""
    i = math.floor(u / 7.3)
    j = math.floor(v / 2.1)
    if lattice(i, j, seed) < 0.07:
        colour = scaled(colour, 0.84 + 0.34 * lattice(i, j, seed + 1))
    crack = abs(octave(x, y, 3, 91) + 0.3 * octave(x, y, 1, 92))
    if crack < 0.018:
        colour = scaled(colour, 0.86)
    return colour


@piece
def bays(colour: Colour, u: float, v: float) -> Colour:
    """Parking bays on both sides of an alley: 5 m + 6 m + 5 m, 2.5 m a car."""
    t = fraction(v / 16.0) * 16.0
    if t < 5.0 or t > 11.0:
        place = (fraction(u / 2.5) - 0.5) * 2.5
        colour = mixed(colour, WHITE, 0.62 * line_cover(place, 0.06))
    return colour


@piece
def joints(colour: Colour, u: float, v: float, seed: int) -> Colour:
    """Slabs with darker joints and tones of their own."""
    pace = 1.6 + 3.0 * lattice(1, 2, seed)
    i, j = math.floor(u / pace), math.floor(v / pace)
    colour = scaled(colour, 0.96 + 0.08 * lattice(i, j, seed))
    near = min(abs(fraction(u / pace + 0.5) - 0.5), abs(fraction(v / pace + 0.5) - 0.5)) * pace
    return scaled(colour, 1.0 - 0.10 * line_cover(near, 0.05))


@piece
def graves(colour: Colour, u: float, v: float, seed: int) -> Colour:
    """Rows of slabs of granite and marble, head to head, with gravel between."""
    i = math.floor(u / 1.5)
    t = fraction(v / 7.0) * 7.0
    j = math.floor(v / 7.0) * 2 + (1 if t > 2.7 else 0)
    if t > 5.4 or lattice(i, j, seed) < 0.12:
        return colour
    depth = abs(t - 1.35) if t <= 2.7 else abs(t - 4.05)
    side = abs(fraction(u / 1.5) - 0.5) * 1.5
    if depth < 0.9 + 0.25 * lattice(i, j, seed + 1) and side < 0.4 + 0.2 * lattice(i, j, seed + 2):
        tone = lattice(i, j, seed + 3)
        grey = 70.0 + 150.0 * tone
        colour = grey * 1.02, grey * (0.96 + 0.05 * tone), grey * (0.95 + 0.05 * tone), grey * 0.98
    elif depth < 1.25 and side < 0.68:
        colour = scaled(colour, 0.82)
    return colour


@piece
def panels(colour: Colour, u: float, v: float) -> Colour:
    """Modules of 1.05 m by 1.7 m with pale frames."""
    frame = min(abs(fraction(u / 1.05 + 0.5) - 0.5) * 1.05, abs(fraction(v / 1.7 + 0.5) - 0.5) * 1.7)
    return mixed(colour, (150.0, 154.0, 164.0, 140.0), 0.45 * line_cover(frame, 0.03))


@piece
def track(colour: Colour, kind: int, half: float, across: float, x: float, y: float) -> Colour:
    """Two ruts, grass in the middle and on the sides."""
    if kind != c.EARTH_ROAD:
        return colour
    side = abs(across) + 0.18 * octave(x, y, 1, 95)
    grass = 0.75 * math.exp(-((side / 0.42) ** 2)) + 0.7 * min(max((side - half + 0.55) / 0.4, 0.0), 1.0)
    grass *= 0.75 + 0.6 * octave(x, y, 3, 96)
    colour = scaled(colour, 1.0 + 0.06 * math.exp(-(((side - 0.85) / 0.3) ** 2)))
    return mixed(colour, WEED, min(max(grass, 0.0), 0.9))


@piece
def rails(colour: Colour, half: float, across: float, along: float) -> Colour:
    """Sleepers and rails of every track."""
    n = int(half / 1.9 + 0.5)
    for i in range(n):
        d = across - (i - 0.5 * (n - 1)) * 3.7
        if abs(d) < 1.3 and fraction(along / 0.6) < 0.45:
            colour = scaled(colour, 1.12)
        if abs(d) < 1.0:
            colour = mixed(colour, (128.0, 96.0, 76.0, 104.0), 0.25)
        colour = mixed(colour, (186.0, 178.0, 172.0, 170.0), 0.8 * line_cover(abs(d) - 0.75, 0.05))
        colour = scaled(colour, 1.0 - 0.3 * line_cover(abs(d) - 0.93, 0.06))
    return colour


@piece
def water(colour: Colour, x: float, y: float, edge_m: float, seed: int) -> Colour:
    """Depth, ripples, a few glints; green along the banks."""
    depth = min(edge_m / 6.0, 1.0)
    colour = scaled(
        colour,
        1.0 + 0.07 * octave(x, y, 1, 97) + 0.06 * octave(x, y, 2, 106) + 0.14 * octave(x, y, 4, 98) - 0.14 * depth,
    )
    colour = mixed(
        colour, (88.0, 98.0, 62.0, 92.0), 0.45 * (1.0 - min(edge_m / (1.2 + 0.8 * octave(x, y, 3, 99)), 1.0))
    )
    algae = octave(x, y, 4, seed & 1023) + 0.5 * octave(x, y, 2, 100)
    colour = mixed(colour, (96.0, 112.0, 64.0, 112.0), min(max(0.9 * (algae - 0.62), 0.0), 0.4))
    if lattice(math.floor(x * 5.0), math.floor(y * 5.0), 101) > 0.9975:
        colour = mixed(colour, WHITE, 0.5)
    return colour


@piece
def pool(colour: Colour, x: float, y: float, edge_m: float) -> Colour:
    """Coping, steps, ripples of light."""
    if edge_m < 0.3:
        return mixed(colour, (206.0, 198.0, 186.0, 196.0), 0.6)
    bright = 1.0 + 0.05 * octave(x, y, 0, 103) + 0.06 * octave(x, y, 2, 104)
    return scaled(colour, bright)


@piece
def patterned(
    colour: Colour, pattern: int, p: np.ndarray, axis: np.ndarray, kind: int, across: float, along: float, x: float,
    y: float, edge_m: float,
) -> Colour:  # fmt: skip
    """Add the pattern of a surface (row `p`) to its colour at (x, y)."""
    u = x * p[c.COS] + y * p[c.SIN]
    v = y * p[c.COS] - x * p[c.SIN]
    seed = int(p[c.SEED])
    if pattern in (_ROAD, _CAR_PARK):
        on_road = pattern == _ROAD and kind > 0
        colour = asphalt(colour, x, y, along if on_road else u, across if on_road else v, seed)
        if pattern == _CAR_PARK:
            return bays(colour, u, v)
        return road(colour, axis, kind, across, along, seed) if kind <= c.MARKED_ROAD else colour
    if pattern == _PAVING:
        return joints(colour, u, v, seed)
    if pattern == _GRAVES:
        return graves(colour, u, v, seed)
    if pattern == _PANELS:
        return panels(colour, u, v)
    if pattern == _TRACK:
        return track(colour, kind, axis[c.A_HALF_WIDTH], across, x, y)
    if pattern == _BALLAST and kind == c.RAILWAY:
        return rails(colour, axis[c.A_HALF_WIDTH], across, along)
    if pattern == _WATER:
        return water(colour, x, y, edge_m, seed)
    if pattern == _TURF:
        return mixed(colour, WHITE, 0.7 * line_cover(edge_m - 1.6, 0.07))
    if pattern == _STRATA:
        bench = fraction(edge_m / 2.6 + 0.25 * octave(x, y, 3, 105))
        return scaled(colour, 0.84 + 0.3 * bench)
    if pattern == _POOL:
        return pool(colour, x, y, edge_m)
    return colour
