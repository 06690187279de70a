"""How plausible each pair of cover and use is: usual, rare or suspect.

No list of legal pairs is published: the whole table is inferred from the definitions of the codes and from the errors
that users reported. A suspect pair is worth a look; it proves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from millesime.nomenclature.pairs import PairTable
from millesime.nomenclature.tables import read_table

Plausibility = Literal["usual", "rare", "suspect"]


@dataclass(frozen=True)
class PlausibilityCell:
    """One pair of cover and use."""

    cs: str
    us: str
    plausibility: Plausibility
    certainty: str
    """What the judgement rests on; 'inferred' wherever no text says it."""

    reason: str
    """Why the pair is suspect, in one sentence; '' for the others."""


@dataclass(frozen=True)
class PlausibilityTable(PairTable[PlausibilityCell]):
    """The 14 x 20 pairs."""

    title = "the plausibility table"

    def of(self, cs: npt.ArrayLike, us: npt.ArrayLike) -> npt.NDArray[np.object_]:
        """(n,) plausibility of each pair of two aligned arrays of codes; '' where a code is not delivered."""
        pairs = zip(np.asarray(cs, dtype=object).tolist(), np.asarray(us, dtype=object).tolist(), strict=True)
        known = {pair: cell.plausibility for pair, cell in self._by_pair.items()}
        return np.array([known.get(pair, "") for pair in pairs], dtype=object)


PLAUSIBILITY = PlausibilityTable(
    tuple(
        PlausibilityCell(
            cs=row["cs"],
            us=row["us"],
            plausibility=cast(Plausibility, row["plausibility"]),
            certainty=row["certainty"],
            reason=row["reason"],
        )
        for row in read_table("plausibility")
    )
)
