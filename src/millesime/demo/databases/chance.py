"""Chance that belongs to an object: the same draw for the same object in every vintage and at any size.

A producer who misses a house in 2019 still misses it in 2022, and a footprint that is off stays off by the same.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def draws(seed: int, purpose: str, ids: Iterable[int], *, count: int = 1) -> Floats:
    """Numbers drawn evenly from [0, 1) for each object.

    Args:
        seed: seed of the territory.
        purpose: what the draw decides ('missing', 'width'...), so that decisions are independent.
        ids: stable numbers of the objects.
        count: draws per object.

    Returns:
        (n, count) draws.
    """
    salt = zlib.crc32(purpose.encode())
    rows = [
        np.random.Generator(np.random.PCG64([seed, salt, int(number) & 0xFFFFFFFFFFFFFFFF])).random(count)
        for number in ids
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, count)


def lowest(scores: Floats, share: float) -> npt.NDArray[np.bool_]:
    """The objects of the lowest scores: exactly `share` of them, to the nearest object."""
    chosen = np.zeros(len(scores), dtype=bool)
    chosen[np.argsort(scores, kind="stable")[: round(share * len(scores))]] = True
    return chosen
