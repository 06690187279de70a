"""The crossing matrix of cover and use: which pairs are artificial, by the decree's annex (art. R.101-1).

The status of the 280 pairs is the ministry's published matrix (confirmed); the decree category of a pair is
read from the annex's wording (inferred).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from millesime.nomenclature.codes import CS, US
from millesime.nomenclature.pairs import PairTable
from millesime.nomenclature.tables import read_table


@dataclass(frozen=True)
class MatrixCell:
    """One pair of cover and use."""

    cs: str
    us: str
    artificial: bool

    category: int | None
    """Category of the annex in force since 2023: 1 to 5 artificial, 6 to 10 not; inferred."""

    threshold_m2: float | None
    """Reference threshold of the category, in square metres."""


@dataclass(frozen=True)
class ArtificialisationMatrix(PairTable[MatrixCell]):
    """The 14 x 20 matrix."""

    title = "the artificialisation matrix"

    def is_artificial(self, cs: str, us: str) -> bool:
        """Whether the pair is artificial, thresholds apart."""
        return self.cell(cs, us).artificial

    def status(self, cs: npt.ArrayLike, us: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Status of each pair of two aligned arrays of codes.

        Raises:
            CodeError: tells all the unknown codes together.
        """
        covers, uses = np.asarray(cs, dtype=object), np.asarray(us, dtype=object)
        CS.require(covers.tolist())
        US.require(uses.tolist())
        pairs = zip(covers.tolist(), uses.tolist(), strict=True)
        return np.fromiter((self._by_pair[pair].artificial for pair in pairs), dtype=bool, count=len(covers))


def _read() -> ArtificialisationMatrix:
    return ArtificialisationMatrix(
        tuple(
            MatrixCell(
                cs=row["cs"],
                us=row["us"],
                artificial=row["artificial"] == "1",
                category=int(row["decret_category_2023"]) if row["decret_category_2023"] else None,
                threshold_m2=float(row["reference_threshold_m2"]) if row["reference_threshold_m2"] else None,
            )
            for row in read_table("artificialisation_matrix")
        )
    )


#: The matrix in force: 280 pairs, 105 of them artificial.
ARTIFICIALISATION = _read()
