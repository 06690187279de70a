"""The artificialisation of one vintage: every polygon of OCCUPATION_SOL with its status and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas
import numpy as np

from millesime.errors import SchemaError
from millesime.nomenclature import ARTIFICIALISATION

ARTIFICIAL = "artif"
NOT_ARTIFICIAL = "non artif"

#: Attributes added to those of OCCUPATION_SOL: the first three as IGN delivers them, the others our own.
ADDED_COLUMNS = ("aire", "artif", "crit_seuil", "matrix_status", "status_step")

#: What the decision saw, from which a status is explained; a product read from an older file may lack them.
FACT_COLUMNS = ("category", "fill_patch_m2", "remove_patch_m2", "built_patch_m2", "patch_place", "status_rules")

#: What each step name means, in the words of a reader.
STEP_LABELS: Mapping[str, str] = {
    "matrix": "statut de la matrice couverture x usage",
    "fill": "enclave non artificielle sous le seuil, devenue artificielle",
    "remove": "îlot artificiel sous le seuil, devenu non artificiel",
    "fill+remove": "enclave comblée, puis retirée avec l'îlot qui l'entoure",
    "remove+fill": "îlot retiré, puis comblé avec l'enclave qui l'entoure",
    "built": "bâti d'au moins le seuil du bâti (ou attenant, selon le réglage), maintenu artificiel",
    "delivered": "statut livré avec le fichier, sans l'étape qui l'a donné",
}


@dataclass(frozen=True)
class Artificialisation:
    """Status of every polygon of a vintage. It checks itself when made."""

    frame: geopandas.GeoDataFrame
    """Attributes of OCCUPATION_SOL and, per polygon: `aire` float, square metres; `artif` 'artif' or 'non artif';
    `crit_seuil` bool, True where the thresholds changed the status of the matrix; `matrix_status` bool, True where the
    matrix says artificial; `status_step` str, a key of STEP_LABELS. Geometry in the metric CRS of the territory.

    And the facts of the decision: `category` int, category of the decree's annex that the pair of codes falls in (our
    reading of its wording); `fill_patch_m2`, `remove_patch_m2` float, area of the patch that each pass looked at, NaN
    where it did not look; `built_patch_m2` float, area of the built patch, NaN for other covers; `patch_place` str, how
    the patch lay (`status.PLACES`); `status_rules` str, the parameters (`Parameters.from_rules`)."""

    def __post_init__(self) -> None:
        missing = [name for name in ("code_cs", "code_us", *ADDED_COLUMNS) if name not in self.frame.columns]
        if missing:
            raise SchemaError(f"artificialisation lacks the attributes {', '.join(missing)}")
        unknown = sorted(set(self.frame["status_step"].unique()) - set(STEP_LABELS))
        if unknown:
            raise SchemaError(f"unknown steps {unknown} in status_step")
        artificial = self.artificial
        if not np.isin(self.frame["artif"], (ARTIFICIAL, NOT_ARTIFICIAL)).all():
            raise SchemaError(f"artif holds other values than {ARTIFICIAL!r} and {NOT_ARTIFICIAL!r}")
        matrix = self.frame["matrix_status"].to_numpy(bool)
        if not np.array_equal(matrix, ARTIFICIALISATION.status(self.frame["code_cs"], self.frame["code_us"])):
            raise SchemaError("matrix_status is not the status that the matrix gives to the codes")
        if not np.array_equal(self.frame["crit_seuil"].to_numpy(bool), artificial != matrix):
            raise SchemaError("crit_seuil must be True exactly where artif differs from the matrix")

    @property
    def artificial(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """(n,) True where the final status is artificial."""
        return np.asarray(self.frame["artif"] == ARTIFICIAL, dtype=bool)

    def area_m2(self) -> float:
        """Artificial area of the whole vintage, in square metres."""
        return float(self.frame["aire"].to_numpy()[self.artificial].sum())
