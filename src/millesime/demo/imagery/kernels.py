"""Compilation of the loops: `piece` for a function that loops call, `kernel` for a loop that Python calls.

Compiled kernels are kept on disk between runs. numba alone would keep one as long as its own file is unchanged, though
the pieces compiled into it live in other files; so the stamp of a kernel here is a digest of all files of the room.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from numba import njit

#: A function that kernels call; compiled into each of them.
piece = njit(nogil=True)


@cache
def _sources_digest() -> str:
    digest = hashlib.sha256()
    for file in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def kernel(function: Callable[..., Any]) -> Callable[..., Any]:
    """Compile a loop on its first call, or take it from disk when no file of the room has changed."""
    compiled: Any = njit(cache=True, nogil=True)(function)
    compiled._cache._cache_file._source_stamp = _sources_digest()
    return compiled
