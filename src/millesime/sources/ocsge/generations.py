"""The two generations of OCS GE: before and after mixed use US235 was detailed into US2, US3 and US5.

The two are not statistically comparable (secondary source): a flux between them measures the change of method.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from millesime.errors import RefusedError

Generation = Literal["old", "new", "unknown"]

_DETAILED = frozenset({"US2", "US3", "US5"})
_MIXED = "US235"

_UNKNOWN = (
    "the generation of a vintage is not known (it has neither US235 nor US2, US3 or US5): "
    "make sure that both are of the same one before reading any flux"
)


def generation_of(uses: Iterable[str], *, edition: tuple[int, int] | None = None) -> Generation:
    """The generation of a vintage.

    Args:
        uses: the use codes that occur in it.
        edition: of the delivery, (2, 0) for OCS-GE_2-0; used when neither mixed nor detailed use occurs. That editions
            before 2.0 are of the old generation is inferred.
    """
    found = set(uses)
    if found & _DETAILED:
        return "new"
    if _MIXED in found:
        return "old"
    if edition is None:
        return "unknown"
    return "new" if edition >= (2, 0) else "old"


def require_comparable(first: Generation, second: Generation, *, force: bool = False) -> tuple[str, ...]:
    """Refuse a flux between two generations.

    Args:
        first: generation of the older vintage.
        second: generation of the newer one.
        force: compute it all the same.

    Returns:
        What a report of the flux must say: nothing when both are of one known generation.

    Raises:
        RefusedError: the generations differ, and it is not forced.
    """
    if "unknown" in (first, second):
        return (_UNKNOWN,)
    if first == second:
        return ()
    message = (
        f"the older vintage is of the {first} generation, the newer of the {second} one: "
        "they are not statistically comparable, a flux between them measures the change of method"
    )
    if not force:
        raise RefusedError(message, remedy="take two vintages of the new generation, or force it and say so")
    return (f"forced: {message}",)
