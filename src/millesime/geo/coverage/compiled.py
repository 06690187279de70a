"""The one way in which loops of this folder are compiled."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TextIO

import numba
from numba.extending import typeof_impl

_NOTE = "millesime: compiling its loops, once after installation; about half a minute in all\n"

#: Threads that call loops for the first time together load them one after the other.
_LOADING = threading.RLock()


class _FirstCompilation:
    """Tells people at a terminal, once, why the first run takes long. In a pipe nothing is said."""

    def __init__(self) -> None:
        self._told = False

    def tell(self, stream: TextIO) -> None:
        """Say it, unless it was said before or nobody would see it."""
        if not self._told and stream is not None and stream.isatty():
            stream.write(_NOTE)
            stream.flush()
        self._told = True


_first_compilation = _FirstCompilation()


class Loop:
    """A compiled loop, loaded from disk when it is first called: a command pays for the loops that it runs alone."""

    def __init__(self, function: Callable[..., Any], signatures: tuple[str, ...]) -> None:
        update_wrapper(self, function)
        self._function = function
        self._signatures = list(signatures)
        self._dispatcher: Any = None

    def __call__(self, *arguments: Any) -> Any:
        """The function of the same words, compiled."""
        dispatcher = self._dispatcher
        return (self.dispatcher if dispatcher is None else dispatcher)(*arguments)

    @property
    def dispatcher(self) -> Any:
        """Numba's own object, with the machine code of every signature."""
        with _LOADING:
            if self._dispatcher is None:
                compile_loop = numba.njit(self._signatures, cache=True, nogil=True, error_model="numpy")
                loaded = compile_loop(self._function)
                if loaded.stats.cache_misses:
                    _first_compilation.tell(sys.stderr)
                self._dispatcher = loaded
        return self._dispatcher


@typeof_impl.register(Loop)
def _type_of_loop(loop: Loop, _: Any) -> Any:
    # A loop that is compiled may call others, which it finds under their names.
    return numba.types.Dispatcher(loop.dispatcher)


def compiled(*signatures: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Compile a loop for the given signatures when it is first called, and keep the result on disk.

    Signatures are explicit so that arguments of other types are an error and no second version is ever compiled. The
    first time, all loops together take about half a minute, which is told on a terminal as soon as one was not
    found on disk. Overflow wraps: sums of areas telescope, so that only the total of a ring has to fit 64 bits.
    """

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        return Loop(function, signatures)

    return decorate
