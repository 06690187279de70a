"""The artificialisation of a vintage from its OCCUPATION_SOL."""

from __future__ import annotations

import geopandas
import numpy as np

from millesime.artificialisation.parameters import Parameters
from millesime.artificialisation.partition import partition_of
from millesime.artificialisation.product import ARTIFICIAL, NOT_ARTIFICIAL, Artificialisation
from millesime.artificialisation.status import decide
from millesime.nomenclature import ARTIFICIALISATION

BUILT_COVER = "CS1.1.1.1"


def artificialise(frame: geopandas.GeoDataFrame, *, parameters: Parameters | None = None) -> Artificialisation:
    """Status of every polygon of one vintage: matrix, thresholds, built forcing.

    Args:
        frame: OCCUPATION_SOL, single polygons in metres that make a partition; `code_cs`, `code_us`. Other columns
            are kept, and so are the order and the index of the rows.
        parameters: thresholds and readings; those of the specification by default.

    Raises:
        CodeError: unknown codes, all told together.
        GeometryError: rows that are not single polygons, or that overlap.
    """
    parameters = parameters or Parameters()
    matrix_status = ARTIFICIALISATION.status(frame["code_cs"], frame["code_us"])
    partition = partition_of(frame.geometry.to_numpy())
    built = np.asarray(frame["code_cs"] == BUILT_COVER, dtype=bool)
    decision = decide(partition, matrix_status=matrix_status, built=built, parameters=parameters)
    result = frame.assign(
        aire=partition.area_m2,
        artif=np.where(decision.artificial, ARTIFICIAL, NOT_ARTIFICIAL),
        crit_seuil=decision.artificial != matrix_status,
        matrix_status=matrix_status,
        status_step=list(decision.steps),
    )
    last = [name for name in result.columns if name != result.geometry.name]
    return Artificialisation(result[[*last, result.geometry.name]])
