"""Places of cars, and of road and rail axes, in a tile: which one, how far from its line, how far along it."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from millesime.demo.imagery import columns as c
from millesime.demo.imagery.kernels import kernel

Plane = npt.NDArray[np.float32]
FAR_M = 99.0


@kernel
def stamp_vehicles(vehicles: Plane, row0: int, col0: int, h: int, w: int, pixel_m: float) -> npt.NDArray[np.int32]:
    """Row of the vehicle over each pixel, or -1."""
    out = np.full((h, w), -1, dtype=np.int32)
    for k in range(vehicles.shape[0]):
        p = vehicles[k]
        reach = p[c.V_HALF_LENGTH] + p[c.V_HALF_WIDTH]
        q0 = max(math.floor((p[c.V_X] - reach) / pixel_m) - col0, 0)
        q1 = min(math.ceil((p[c.V_X] + reach) / pixel_m) - col0, w)
        r0 = max(math.floor((-p[c.V_Y] - reach) / pixel_m) - row0, 0)
        r1 = min(math.ceil((-p[c.V_Y] + reach) / pixel_m) - row0, h)
        for r in range(r0, r1):
            for q in range(q0, q1):
                dx = (col0 + q + 0.5) * pixel_m - p[c.V_X]
                dy = -(row0 + r + 0.5) * pixel_m - p[c.V_Y]
                a = abs(dx * p[c.V_COS] + dy * p[c.V_SIN]) / p[c.V_HALF_LENGTH]
                v = abs(dy * p[c.V_COS] - dx * p[c.V_SIN]) / p[c.V_HALF_WIDTH]
                # Rounded corners.
                if a < 1.0 and v < 1.0 and a**4 + v**4 < 1.35:
                    out[r, q] = k
    return out


@kernel
def stamp_axes(
    axes: Plane, row0: int, col0: int, h: int, w: int, pixel_m: float
) -> tuple[npt.NDArray[np.int32], Plane, Plane]:
    """Nearest axis of each pixel (row or -1), signed distance to it and place along it, in metres."""
    index = np.full((h, w), -1, dtype=np.int32)
    across = np.full((h, w), FAR_M, dtype=np.float32)
    along = np.zeros((h, w), dtype=np.float32)
    for k in range(axes.shape[0]):
        p = axes[k]
        ex = p[c.A_X1] - p[c.A_X0]
        ey = p[c.A_Y1] - p[c.A_Y0]
        length = math.sqrt(ex * ex + ey * ey)
        if length < 0.01:
            continue
        reach = p[c.A_HALF_WIDTH] + 0.5
        q0 = max(math.floor((min(p[c.A_X0], p[c.A_X1]) - reach) / pixel_m) - col0, 0)
        q1 = min(math.ceil((max(p[c.A_X0], p[c.A_X1]) + reach) / pixel_m) - col0, w)
        r0 = max(math.floor((-max(p[c.A_Y0], p[c.A_Y1]) - reach) / pixel_m) - row0, 0)
        r1 = min(math.ceil((-min(p[c.A_Y0], p[c.A_Y1]) + reach) / pixel_m) - row0, h)
        for r in range(r0, r1):
            for q in range(q0, q1):
                dx = (col0 + q + 0.5) * pixel_m - p[c.A_X0]
                dy = -(row0 + r + 0.5) * pixel_m - p[c.A_Y0]
                t = min(max((dx * ex + dy * ey) / length, 0.0), length)
                ox = dx - t * ex / length
                oy = dy - t * ey / length
                d = math.sqrt(ox * ox + oy * oy)
                if d < reach and d < abs(across[r, q]):
                    index[r, q] = k
                    across[r, q] = d if ex * oy - ey * ox >= 0.0 else -d
                    along[r, q] = p[c.A_START] + t
    return index, across, along
