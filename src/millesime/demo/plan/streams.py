"""Independent streams of chance, one per purpose, so that a change in one part leaves the others alone."""

from __future__ import annotations

import zlib

import numpy as np


def stream(seed: int, *words: str | int) -> np.random.Generator:
    """Generator of one purpose.

    Args:
        seed: Seed of the territory.
        words: Name of the purpose and, where needed, number of the object.

    Returns:
        A generator that depends on `seed` and `words` alone.
    """
    keys = [word if isinstance(word, int) else zlib.crc32(word.encode()) for word in words]
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *keys])))


def variety(*words: str | int) -> int:
    """Number in [0, 2^32) drawn from words alone: it draws the look of an object at every date."""
    return zlib.crc32("|".join(str(word) for word in words).encode())
