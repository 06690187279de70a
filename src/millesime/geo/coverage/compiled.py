"""The one way in which loops of this folder are compiled."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TextIO

import numba

_NOTE = "millesime: compiling its loops, once after installation; about half a minute\n"


class _FirstCompilation:
    """Tells people at a terminal, once, why an import takes long. In a pipe nothing is said."""

    def __init__(self) -> None:
        self._told = False

    def tell(self, stream: TextIO) -> None:
        """Say it, unless it was said before or nobody would see it."""
        if not self._told and stream is not None and stream.isatty():
            stream.write(_NOTE)
            stream.flush()
        self._told = True


_first_compilation = _FirstCompilation()


def compiled(*signatures: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a loop for the given signatures when its module is imported, and keep the result on disk.

    Signatures are explicit so that nothing is compiled in the middle of a run, nor once per worker. The first time,
    all loops together take about half a minute, which is told on a terminal as soon as one was not found on disk.
    Overflow wraps: sums of areas telescope, so that only the total of a ring has to fit 64 bits.
    """
    compile_loop = numba.njit(list(signatures), cache=True, nogil=True, error_model="numpy")

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        loop: Callable[..., Any] = compile_loop(function)
        if loop.stats.cache_misses:  # type: ignore[attr-defined]
            _first_compilation.tell(sys.stderr)
        return loop

    return decorate
