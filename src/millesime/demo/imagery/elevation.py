"""Height models at 0.5 m: the surface as image matching or lidar would give it, and the bare terrain."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from millesime.demo.imagery.kernels import kernel
from millesime.demo.imagery.noise import lattice, octave, value_noise
from millesime.demo.imagery.relief import CROWN, ROOF

Plane = npt.NDArray[np.float32]
MODEL_PIXEL_M = 0.5
_REACH_PX = 3
_SPREAD_PX = 1.5


@kernel
def terrain_plane(nodes: npt.NDArray[np.float64], fine: int, offset_r: int, offset_q: int, h: int, w: int) -> Plane:
    """Terrain heights of pixels between nodes `fine` pixels apart; the first pixel lies at the offset."""
    out = np.empty((h, w), dtype=np.float32)
    for r in range(h):
        fr = (offset_r + r + 0.5) / fine
        i = math.floor(fr)
        tr = fr - i
        for q in range(w):
            fq = (offset_q + q + 0.5) / fine
            j = math.floor(fq)
            tq = fq - j
            low = nodes[i, j] * (1.0 - tq) + nodes[i, j + 1] * tq
            high = nodes[i + 1, j] * (1.0 - tq) + nodes[i + 1, j + 1] * tq
            out[r, q] = low * (1.0 - tr) + high * tr
    return out


@kernel
def height_models(
    height: Plane, terrain: Plane, top: npt.NDArray[np.uint8], wet: npt.NDArray[np.uint8], row0: int, col0: int,
    first_r: int, first_q: int, h: int, w: int, pixel_m: float, noise_m: float, seed: int,
) -> tuple[Plane, Plane]:  # fmt: skip
    """Surface and terrain models of `h` x `w` pixels of 0.5 m from row `first_r`, column `first_q` of the territory.

    Args:
        height: metres above the ground of a window of image pixels that starts at `row0`, `col0`.
        terrain: metres, same window.
        top: what is on top, same window.
        wet: 1 on water, where matching is at a loss; same window.
        row0: first row of the window.
        col0: first column of the window.
        first_r: first row of the models.
        first_q: first column of the models.
        h: rows of the models.
        w: columns of the models.
        pixel_m: size of an image pixel.
        noise_m: standard deviation of the surface model's noise.
        seed: draws the noise.
    """
    surface = np.empty((h, w), dtype=np.float32)
    ground = np.empty((h, w), dtype=np.float32)
    fine_h, fine_w = height.shape
    for i in range(h):
        y = -(first_r + i + 0.5) * 0.5
        for j in range(w):
            x = (first_q + j + 0.5) * 0.5
            pr = -y / pixel_m - 0.5 - row0
            pq = x / pixel_m - 0.5 - col0
            cr = min(max(math.floor(pr + 0.5), 0), fine_h - 1)
            cq = min(max(math.floor(pq + 0.5), 0), fine_w - 1)
            total, weights, covered, water = 0.0, 0.0, 0.0, 0.0
            for r in range(max(cr - _REACH_PX, 0), min(cr + _REACH_PX, fine_h - 1) + 1):
                for q in range(max(cq - _REACH_PX, 0), min(cq + _REACH_PX, fine_w - 1) + 1):
                    d2 = (r - pr) ** 2 + (q - pq) ** 2
                    k = math.exp(-0.5 * d2 / (_SPREAD_PX * _SPREAD_PX))
                    weights += k
                    total += k * height[r, q]
                    if top[r, q] == ROOF or top[r, q] == CROWN:
                        covered += k
                    water += k * wet[r, q]
            covered /= weights
            water /= weights
            base = terrain[cr, cq]
            rough = 0.9 * value_noise(x / 1.3, y / 1.3, seed) + 0.8 * value_noise(x / 4.0, y / 4.0, seed + 1)
            grain = lattice(first_r + i, first_q + j, seed + 2) + lattice(first_r + i, first_q + j, seed + 3) - 1.0
            error = noise_m * (1.25 * rough + 1.5 * grain) * (1.0 + 2.5 * water)
            surface[i, j] = base + total / weights + error
            residual = 0.05 * octave(x, y, 4, seed & 255) + 0.02 * octave(x, y, 3, seed & 255)
            ground[i, j] = base + residual + covered * (0.10 + 0.16 * octave(x, y, 4, 201))
    return surface, ground
