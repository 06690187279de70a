"""Colour of each pixel: what it is made of, then how it is lit."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from millesime.demo.imagery import columns as c
from millesime.demo.imagery import roofs
from millesime.demo.imagery.kernels import kernel, piece
from millesime.demo.imagery.noise import lattice, octave, value_noise
from millesime.demo.imagery.patterns import WHITE, Colour, fraction, line_cover, mixed, patterned, scaled
from millesime.demo.imagery.relief import CROWN, GROUND, ROOF

Indices = npt.NDArray[np.int32]
Plane = npt.NDArray[np.float32]
SKY = (0.31, 0.35, 0.43, 0.25)
"""Share of the light on a flat open surface that comes from the sky, per band: shadows are bluish."""


BUSH: Colour = (80.0, 100.0, 62.0, 164.0)


@piece
def crown_colour(tree: np.ndarray, light: float) -> Colour:
    """Leaves of a tree; lit clumps turn yellower."""
    k = c.T_COLOUR
    warm = 0.35 * (light - 1.0)
    return (
        tree[k] * light * (1.0 + warm),
        tree[k + 1] * light * (1.0 + 0.5 * warm),
        tree[k + 2] * light,
        tree[k + 3] * (0.35 + 0.65 * light),
    )


@piece
def vehicle_colour(v: np.ndarray, x: float, y: float) -> Colour:
    """Body, windscreens, roof of a car; trailers of lorries are plain."""
    dx = x - v[c.V_X]
    dy = y - v[c.V_Y]
    a = (dx * v[c.V_COS] + dy * v[c.V_SIN]) / v[c.V_HALF_LENGTH]
    side = abs(dy * v[c.V_COS] - dx * v[c.V_SIN]) / v[c.V_HALF_WIDTH]
    k = c.V_COLOUR
    body = (v[k], v[k + 1], v[k + 2], v[k + 3])
    if v[c.V_HALF_LENGTH] > 3.0:
        return mixed(body, WHITE, 0.6) if a < 0.55 else scaled(body, 0.8)
    glass = (48.0, 54.0, 62.0, 44.0)
    if 0.18 < a < 0.45 or -0.78 < a < -0.58:
        return mixed(body, glass, 0.85 if side < 0.85 else 0.4)
    if side > 0.8 and -0.6 < a < 0.2:
        return mixed(body, glass, 0.5)
    return scaled(body, 1.05 if a < 0.2 else 0.96)


@piece
def _covering(b: np.ndarray, colour: Colour, along: float, up: float, x: float, y: float) -> Colour:
    """Texture of the roof's material."""
    seed = int(b[c.B_SEED])
    material = int(b[c.B_MATERIAL])
    grain = octave(x, y, 0, 111)
    n1 = octave(x, y, 1, seed & 511)
    n2 = octave(x, y, 2, seed & 511)
    n3 = octave(x, y, 3, seed & 511)
    pixel = lattice(math.floor(x * 5.0), math.floor(y * 5.0), 113) - 0.5
    if material == c.TILE:
        column = value_noise(along / 0.45, up / 3.0, seed)
        course = value_noise(along / 4.0, up / 0.5, seed + 1)
        colour = scaled(
            colour, 1.0 + 0.07 * grain + 0.08 * pixel + 0.05 * column + 0.045 * course + 0.05 * n2 + 0.05 * n3
        )
        moss = min(max(n3 + 0.6 * n1 - 0.55 + 0.5 * lattice(3, 1, seed), 0.0), 0.5)
        return mixed(colour, (112.0, 104.0, 80.0, 120.0), moss * 0.6)
    if material == c.SLATE:
        return scaled(
            colour, 1.0 + 0.06 * grain + 0.06 * pixel + 0.05 * value_noise(along / 3.0, up / 0.4, seed) + 0.06 * n3
        )
    if material == c.METAL:
        rib = math.cos(6.2831853 * along / 1.05)
        sheet = lattice(math.floor(along / 6.3), 1, seed) - 0.5
        return scaled(colour, 1.0 + 0.035 * rib + 0.05 * sheet + 0.03 * grain + 0.03 * pixel + 0.05 * n3)
    if material == c.FIBRE:
        colour = scaled(
            colour, 1.0 + 0.04 * math.cos(6.2831853 * along / 0.9) + 0.06 * grain + 0.05 * pixel + 0.06 * n2 + 0.06 * n3
        )
        sheet = fraction(up / 2.4) < 0.06
        colour = scaled(colour, 0.9) if sheet else colour
        return mixed(colour, (104.0, 100.0, 84.0, 116.0), min(max(0.7 * n3 + 0.4 * n1, 0.0), 0.4))
    if material == c.GRAVEL:
        return scaled(colour, 1.0 + 0.09 * grain + 0.10 * pixel + 0.05 * n1 + 0.06 * n3)
    if material == c.GLASS:
        bar = line_cover(abs(fraction(along / 3.0 + 0.5) - 0.5) * 3.0, 0.08)
        inside = (104.0, 128.0, 96.0, 150.0)
        colour = mixed(colour, inside, 0.25 + 0.35 * lattice(4, 4, seed) + 0.2 * n2 + 0.1 * n1)
        return mixed(colour, (222.0, 224.0, 220.0, 214.0), 0.6 * bar)
    if material == c.SOLAR:
        frame = min(abs(fraction(along / 1.05 + 0.5) - 0.5) * 1.05, abs(fraction(up / 1.7 + 0.5) - 0.5) * 1.7)
        return mixed(colour, (150.0, 154.0, 164.0, 140.0), 0.4 * line_cover(frame, 0.03))
    weld = line_cover(abs(fraction(up / 1.9 + 0.5) - 0.5) * 1.9, 0.04)
    pond = max(n3 - 0.35, 0.0)
    return scaled(colour, 1.0 + 0.03 * grain + 0.04 * pixel + 0.05 * n2 - 0.10 * weld - 0.25 * pond)


@piece
def roof_colour(
    b: np.ndarray, edges: np.ndarray, x: float, y: float
) -> tuple[float, float, float, float, float, float]:
    """Colour of a roof and its slope (east, north) at (x, y)."""
    _, gx, gy, along, up, rim = roofs.roof_at(b, edges, x, y)
    kind, _ = roofs.fixture_at(b, x, y, up, rim)
    k = c.B_COLOUR
    colour = (b[k], b[k + 1], b[k + 2], b[k + 3])
    if kind == roofs.CHIMNEY:
        colour = mixed(colour, (120.0, 96.0, 82.0, 110.0), 0.7)
        gx = gy = 0.0
    elif kind == roofs.WINDOW or kind == roofs.PHOTOVOLTAIC:
        colour = (60.0, 68.0, 86.0, 58.0)
        frame = min(abs(fraction(along / 1.05 + 0.5) - 0.5) * 1.05, abs(fraction(up / 1.7 + 0.5) - 0.5) * 1.7)
        colour = mixed(colour, (140.0, 144.0, 152.0, 130.0), 0.35 * line_cover(frame, 0.03))
    elif kind == roofs.MACHINE:
        colour = (178.0, 178.0, 176.0, 170.0)
        gx = gy = 0.0
    elif kind == roofs.SKYLIGHT:
        colour = mixed(colour, (216.0, 220.0, 222.0, 204.0), 0.65)
    elif kind == roofs.PARAPET:
        colour = mixed(colour, (196.0, 192.0, 184.0, 188.0), 0.55)
        gx = gy = 0.0
    else:
        colour = _covering(b, colour, along, up, x, y)
        if kind == roofs.RIDGE:
            colour = scaled(colour, 1.10)
        if rim < 0.22 and b[c.B_ROOF] != c.FLAT:
            colour = mixed(colour, (150.0, 146.0, 140.0, 144.0), 0.35)
    return colour[0], colour[1], colour[2], colour[3], gx, gy


@kernel
def paint(
    surface: Indices,
    building: Indices,
    tree: Indices,
    vehicle: Indices,
    edge: npt.NDArray[np.int16],
    top: npt.NDArray[np.uint8],
    share: Plane,
    light: Plane,
    height: Plane,
    terrain: Plane,
    shadow: Plane,
    around: Plane,
    axis: Indices,
    across: Plane,
    along: Plane,
    surfaces: Plane,
    buildings: Plane,
    edges: Plane,
    trees: Plane,
    vehicles: Plane,
    axes: Plane,
    sun_x: float,
    sun_y: float,
    sun_z: float,
    row0: int,
    col0: int,
    pixel_m: float,
) -> Plane:
    """Light that leaves each pixel, shape (4, h, w): R, G, B, NIR in digital numbers before the air and the camera."""
    h, w = surface.shape
    out = np.zeros((4, h, w), dtype=np.float32)
    for r in range(h):
        y = -(row0 + r + 0.5) * pixel_m
        ru = max(r - 1, 0)
        rd = min(r + 1, h - 1)
        for q in range(w):
            x = (col0 + q + 0.5) * pixel_m
            ql = max(q - 1, 0)
            qr = min(q + 1, w - 1)
            kind = top[r, q]
            gx = (terrain[r, qr] - terrain[r, ql]) / (2.0 * pixel_m)
            gy = (terrain[ru, q] - terrain[rd, q]) / (2.0 * pixel_m)
            softness = 0.30
            if kind == ROOF:
                cr, cg, cb, cn, gx, gy = roof_colour(buildings[building[r, q]], edges, x, y)
            elif kind == CROWN:
                cr, cg, cb, cn = crown_colour(trees[tree[r, q]], light[r, q])
                gx = min(max((height[r, qr] - height[r, ql]) / (2.0 * pixel_m), -1.6), 1.6)
                gy = min(max((height[ru, q] - height[rd, q]) / (2.0 * pixel_m), -1.6), 1.6)
                softness = 0.9
            elif kind == GROUND:
                s = surface[r, q]
                p = surfaces[s]
                k = axis[r, q]
                line = axes[k] if k >= 0 else axes[0]
                m = share[r, q]
                plant = (p[c.PLANT], p[c.PLANT + 1], p[c.PLANT + 2], p[c.PLANT + 3])
                colour = mixed((p[0], p[1], p[2], p[3]), plant, min(m, 1.0))
                if m > 1.0:
                    colour = mixed(colour, BUSH, 0.9 * (m - 1.0))
                pattern = int(p[c.PATTERN])
                if pattern > 0:
                    kind_of_axis = int(line[c.A_KIND]) if k >= 0 else 0
                    colour = patterned(
                        colour,
                        pattern,
                        p,
                        line,
                        kind_of_axis,
                        across[r, q],
                        along[r, q],
                        x,
                        y,
                        edge[r, q] * (pixel_m / 5.0),
                    )
                cr, cg, cb, cn = scaled(colour, light[r, q])
                if p[c.HEIGHT_SHARE] + p[c.CLUMP_HEIGHT] > 0.5:
                    if top[r, ql] == GROUND and top[r, qr] == GROUND:
                        gx += min(max((height[r, qr] - height[r, ql]) / (2.0 * pixel_m), -1.1), 1.1) * 0.6
                    if top[ru, q] == GROUND and top[rd, q] == GROUND:
                        gy += min(max((height[ru, q] - height[rd, q]) / (2.0 * pixel_m), -1.1), 1.1) * 0.6
                    softness = 0.6
            else:
                cr, cg, cb, cn = vehicle_colour(vehicles[vehicle[r, q]], x, y)
                gx = gy = 0.0
            facing = (sun_z - gx * sun_x - gy * sun_y) / math.sqrt(1.0 + gx * gx + gy * gy) / sun_z
            lit = min(max(facing, 0.0), 1.55)
            if kind == CROWN:
                lit = 0.30 + 0.70 * lit
            shade = min(shadow[r, q] / softness, 1.0)
            if kind == CROWN:
                shade *= 0.80
            sun = lit * (1.0 - shade)
            open_sky = 1.0 / (1.0 + 0.16 * max(around[r, q] - height[r, q], 0.0))
            out[0, r, q] = cr * (SKY[0] * open_sky + (1.0 - SKY[0]) * sun)
            out[1, r, q] = cg * (SKY[1] * open_sky + (1.0 - SKY[1]) * sun)
            out[2, r, q] = cb * (SKY[2] * open_sky + (1.0 - SKY[2]) * sun)
            out[3, r, q] = cn * (SKY[3] * open_sky + (1.0 - SKY[3]) * sun)
    return out
