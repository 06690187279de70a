"""Radiometric augmentation: the same ground under another sensor, season of processing and light."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: Number of colour bands, before the height.
_COLOURS = 4


def jitter(bands: npt.NDArray[np.uint8], random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Change gain, contrast curve and offset of the colours of each crop, and the scale of its height a little.

    Args:
        bands: (batch, 5, height, width) digital numbers, height last.
        random: draws of this batch.

    Returns:
        the same shape; every change is a table of 256 numbers per band, so that it costs next to nothing.
    """
    changed = np.empty_like(bands)
    numbers = np.arange(256.0) / 255.0
    for sample, crop in enumerate(bands):
        gain = random.uniform(0.85, 1.18)
        gamma = np.exp(random.uniform(-0.25, 0.25))
        offset = random.uniform(-0.04, 0.04)
        for band in range(_COLOURS):
            own_gain = gain * random.uniform(0.93, 1.07)
            own_offset = offset + random.uniform(-0.015, 0.015)
            table = own_gain * numbers ** (gamma * random.uniform(0.95, 1.05)) + own_offset
            changed[sample, band] = _bytes(table)[crop[band]]
        scale = random.uniform(0.92, 1.08)
        changed[sample, _COLOURS:] = _bytes(scale * numbers)[crop[_COLOURS:]]
    return changed


def _bytes(table: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    return np.clip(np.rint(table * 255.0), 0, 255).astype(np.uint8)
