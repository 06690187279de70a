"""From light to digital numbers: air, optics, registration, noise, tone curve."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from millesime.demo.imagery.kernels import kernel
from millesime.demo.imagery.look import Look
from millesime.demo.imagery.noise import lattice

Plane = npt.NDArray[np.float32]
AIRLIGHT = (138.0, 152.0, 178.0, 112.0)
BLUR_RADIUS_PX = 3


def blur_kernel(sigma_px: float, shift_px: float) -> npt.NDArray[np.float64]:
    """Gaussian of the optics, its centre moved by a part of a pixel: blur and registration in one pass."""
    places = np.arange(-BLUR_RADIUS_PX, BLUR_RADIUS_PX + 1, dtype=np.float64)
    weights = np.exp(-0.5 * ((places - shift_px) / sigma_px) ** 2)
    return weights / weights.sum()


@kernel
def blurred(
    bands: Plane, down: npt.NDArray[np.float64], right: npt.NDArray[np.float64], pad: npt.NDArray[np.int64]
) -> Plane:
    """Correlate rows and columns with the kernels, then drop the `pad` (top, bottom, left, right) pixels.

    Places outside the array repeat its border: that happens at the territory's limit only.
    """
    n, h, w = bands.shape
    radius = len(down) // 2
    out = np.empty((n, h - pad[0] - pad[1], w - pad[2] - pad[3]), dtype=np.float32)
    line = np.empty(w, dtype=np.float64)
    for b in range(n):
        for r in range(pad[0], h - pad[1]):
            for q in range(w):
                total = 0.0
                for k in range(-radius, radius + 1):
                    total += down[k + radius] * bands[b, min(max(r + k, 0), h - 1), q]
                line[q] = total
            for q in range(pad[2], w - pad[3]):
                total = 0.0
                for k in range(-radius, radius + 1):
                    total += right[k + radius] * line[min(max(q + k, 0), w - 1)]
                out[b, r - pad[0], q - pad[2]] = total
    return out


@kernel
def exposed(
    bands: Plane,
    gain: npt.NDArray[np.float64],
    airlight: npt.NDArray[np.float64],
    haze: float,
    gamma: float,
    noise_dn: float,
    row0: int,
    col0: int,
    seed: int,
) -> npt.NDArray[np.uint8]:
    """Digital numbers 1 to 255 of each band; noise is drawn by absolute row and column."""
    n, h, w = bands.shape
    out = np.empty((n, h, w), dtype=np.uint8)
    for b in range(n):
        for r in range(h):
            for q in range(w):
                value = bands[b, r, q] * gain[b] * (1.0 - haze) + airlight[b] * haze
                # Whites roll off softly instead of clipping.
                if value > 205.0:
                    value = 205.0 + 50.0 * math.tanh((value - 205.0) / 62.0)
                tone = 255.0 * (max(value, 0.0) / 255.0) ** gamma
                draw = (
                    lattice(row0 + r, col0 + q, seed + 10 * b)
                    + lattice(row0 + r, col0 + q, seed + 10 * b + 1)
                    + lattice(row0 + r, col0 + q, seed + 10 * b + 2)
                    - 1.5
                )
                tone += draw * 2.0 * noise_dn * math.sqrt(0.35 + tone / 196.0)
                out[b, r, q] = int(min(max(tone + 0.5, 1.0), 255.0))
    return out


def develop(
    light: Plane, look: Look, *, pad: tuple[int, int, int, int], row0: int, col0: int, pixel_m: float, seed: int
) -> npt.NDArray[np.uint8]:
    """The survey's picture of a tile.

    Args:
        light: (4, h, w) light of R, G, B, NIR.
        look: the survey.
        pad: pixels of `light` beyond the tile: top, bottom, left, right.
        row0: row of the tile's first pixel in the territory.
        col0: column of the tile's first pixel in the territory.
        pixel_m: size of a pixel.
        seed: draws the noise.

    Returns:
        (4, tile height, tile width) uint8.
    """
    # An image shifted east shows at each pixel what stands further west.
    right = blur_kernel(look.blur_px, -look.offset_m[0] / pixel_m)
    down = blur_kernel(look.blur_px, look.offset_m[1] / pixel_m)
    soft = blurred(light, down, right, np.array(pad, dtype=np.int64))
    return exposed(
        soft, np.array(look.gain), np.array(AIRLIGHT), look.haze, look.gamma, look.noise_dn, row0, col0, seed
    )
