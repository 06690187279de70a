"""Radiometric augmentation: the same ground under another sensor, season of processing and light."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

#: Number of colour bands, before the height.
_COLOURS = 4


def jitter(
    bands: npt.NDArray[np.uint8], random: np.random.Generator, *, strength: float = 1.0
) -> npt.NDArray[np.uint8]:
    """Change gain, contrast curve and offset of the colours of each crop, and the scale of its height a little.

    Args:
        bands: (batch, 5, height, width) digital numbers, height last.
        random: draws of this batch.
        strength: 0 changes nothing; 1 is as far as two surveys of one place lie apart.

    Returns:
        the same shape; every change is a table of 256 numbers per band, so that it costs next to nothing.
    """
    changed = np.empty_like(bands)
    numbers = np.arange(256.0) / 255.0
    for sample, crop in enumerate(bands):
        gain, gamma, offset = _around(0.16, random), _around(0.25, random), random.uniform(-0.04, 0.04)
        for band in range(_COLOURS):
            own_gain = (gain * _around(0.07, random)) ** strength
            own_gamma = (gamma * _around(0.05, random)) ** strength
            own_offset = strength * (offset + random.uniform(-0.015, 0.015))
            changed[sample, band] = _bytes(own_gain * numbers**own_gamma + own_offset)[crop[band]]
        scale = _around(0.08, random) ** strength
        changed[sample, _COLOURS:] = _bytes(scale * numbers)[crop[_COLOURS:]]
    return changed


def _around(spread: float, random: np.random.Generator) -> float:
    """A factor around 1, as likely to divide as to multiply."""
    return float(np.exp(random.uniform(-spread, spread)))


def _bytes(table: npt.NDArray[np.float64]) -> npt.NDArray[np.uint8]:
    return np.clip(np.rint(table * 255.0), 0, 255).astype(np.uint8)
