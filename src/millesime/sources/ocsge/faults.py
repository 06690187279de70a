"""What can be wrong with the rows of a delivered layer, and when it refuses the layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from millesime.errors import RefusedError, raise_together

Rows = npt.NDArray[np.intp]

#: Rows of a difference without a code: up to this many are set aside with a warning, more refuse the layer.
MAX_NULL_CODES = 100

#: Rows of the zone construite that repeat a polygon: up to this many are set aside with a warning.
MAX_DUPLICATE_ZONES = 5

_EXAMPLES = 3


@dataclass(frozen=True)
class Fault:
    """Rows of one layer that cannot be used, for one reason."""

    reason: str
    """'unknown cover code', 'duplicate id' ...: the same words in counts, sentences and the rows set aside."""
    severity: Literal["error", "warning"]
    """Whether the layer is refused for it."""
    rows: Rows = field(repr=False)
    """Positions in the layer as read."""
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = f": {', '.join(self.examples)}" if self.examples else ""
        more = " ..." if len(self.rows) > len(self.examples) and self.examples else ""
        return f"{len(self.rows)} rows, {self.reason}{shown}{more}"


def fault(
    reason: str, rows: Rows | npt.NDArray[np.bool_], *, severity: Literal["error", "warning"], texts: object = None
) -> Fault:
    """A fault of the rows chosen by position or mask, with the first distinct `texts` of them as examples."""
    chosen = np.flatnonzero(rows) if rows.dtype == bool else np.asarray(rows, np.intp)
    values = [] if texts is None else np.asarray(texts, dtype=object)[chosen].tolist()
    return Fault(reason, severity, chosen, tuple(dict.fromkeys(map(str, values)))[:_EXAMPLES])


def require_usable(faults: Sequence[Fault], *, place: str) -> None:
    """Refuse a layer that has faults of severity error.

    Raises:
        RefusedError: tells them all together.
    """
    raise_together(
        [str(found) for found in faults if found.severity == "error"],
        kind=RefusedError,
        place=place,
        remedy="millesime check locates them; in Python, tolerant=True sets these rows aside and tells them",
    )


def reasons(faults: Sequence[Fault], count: int) -> npt.NDArray[np.object_]:
    """(count,) why each row is set aside, '' when it is used; the first fault of a row is the one told."""
    found = np.full(count, "", dtype=object)
    for item in reversed(faults):
        found[item.rows] = item.reason
    return found
