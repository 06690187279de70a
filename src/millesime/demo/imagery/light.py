"""Light of one sun: cast shadows, open sky, and the tilt of what is lit."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from millesime.demo.imagery.kernels import kernel

Plane = npt.NDArray[np.float32]


def shadow_reach_m(height_m: float, sun: tuple[float, float, float]) -> float:
    """How far something of this height throws its shadow, terrain included."""
    level = math.hypot(sun[0], sun[1])
    # Ground that rises towards the sun lengthens shadows: half a metre in ten is the steepest country here.
    return (height_m + 4.0) / max(sun[2] / level - 0.05, 0.15)


@kernel
def shadow_depth(
    height: Plane, row0: int, col0: int, sun_x: float, sun_y: float, sun_z: float, pixel_m: float
) -> Plane:
    """Height of the shadow above each pixel (m); 0 in the sun.

    The surface is swept once along lines that lead away from the sun; lines are placed by the absolute row and
    column, so that a pixel lies on the same line in every tile.
    """
    h, w = height.shape
    out = np.zeros((h, w), dtype=np.float32)
    steep = abs(sun_y) >= abs(sun_x)
    outer = h if steep else w
    inner = w if steep else h
    first = row0 if steep else col0
    # From the sun's side: rows grow southwards, columns eastwards.
    towards = -sun_y if steep else sun_x
    shift = (-sun_x / sun_y if steep else -sun_y / sun_x) if towards != 0.0 else 0.0
    major = abs(sun_y) if steep else abs(sun_x)
    drop = pixel_m * sun_z / major
    # ceiling[j]: height of the shadow on the line that crosses position j of the present row.
    ceiling = np.full(inner, -1e6, dtype=np.float64)
    moved = np.full(inner, -1e6, dtype=np.float64)
    backwards = towards > 0.0
    for i in range(outer):
        k = outer - 1 - i if backwards else i
        k_before = k + 1 if backwards else k - 1
        now = math.floor((first + k) * shift + 0.5)
        before = math.floor((first + k_before) * shift + 0.5)
        jump = now - before
        for j in range(inner):
            source = j - jump
            moved[j] = ceiling[source] - drop if 0 <= source < inner else -1e6
        for j in range(inner):
            z = height[k, j] if steep else height[j, k]
            if moved[j] > z:
                if steep:
                    out[k, j] = moved[j] - z
                else:
                    out[j, k] = moved[j] - z
                ceiling[j] = moved[j]
            else:
                ceiling[j] = z
    return out


@kernel
def box_mean(height: Plane, radius: int) -> Plane:
    """Mean over a square of `2 radius + 1` pixels, cut at the array's border.

    Sums are whole centimetres: they do not depend on where a running sum began.
    """
    h, w = height.shape
    rows = np.zeros((h, w), dtype=np.int64)
    for r in range(h):
        total = 0
        for q in range(-radius, w):
            if q + radius < w:
                total += math.floor(height[r, q + radius] * 100.0)
            if q - radius - 1 >= 0:
                total -= math.floor(height[r, q - radius - 1] * 100.0)
            if q >= 0:
                rows[r, q] = total
    out = np.empty((h, w), dtype=np.float32)
    sums = np.zeros(w, dtype=np.int64)
    for r in range(-radius, h):
        n_rows = min(r + radius, h - 1) - max(r - radius, 0) + 1
        for q in range(w):
            if r + radius < h:
                sums[q] += rows[r + radius, q]
            if r - radius - 1 >= 0:
                sums[q] -= rows[r - radius - 1, q]
            if r >= 0:
                n = n_rows * (min(q + radius, w - 1) - max(q - radius, 0) + 1)
                out[r, q] = sums[q] / (100.0 * n)
    return out
