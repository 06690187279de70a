"""The one way in which loops of this folder are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba


def compiled(*signatures: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a loop for the given signatures when its module is imported, and keep the result on disk.

    Signatures are explicit so that nothing is compiled in the middle of a run, nor once per worker.
    Overflow wraps: sums of areas telescope, so that only the total of a ring has to fit 64 bits.
    """
    return numba.njit(list(signatures), cache=True, nogil=True, error_model="numpy")
