"""The artificial status that came with a file, taken as it is."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas
import numpy as np
import shapely

from millesime.artificialisation.product import ARTIFICIAL, FACT_COLUMNS, Artificialisation
from millesime.nomenclature import ARTIFICIALISATION

#: What `status_step` says of a status that came with the file.
DELIVERED = "delivered"


@dataclass(frozen=True)
class DeliveredStatus:
    """A status that nobody here decided."""

    result: Artificialisation
    """`status_step` is 'delivered' where the file does not tell it; the facts of the decision are there when the file
    holds them."""

    other_flags: int
    """Polygons whose delivered `crit_seuil` is not (artif differs from the matrix)."""


def delivered_status(frame: geopandas.GeoDataFrame) -> DeliveredStatus:
    """The status as it was delivered. The matrix is looked up, thresholds are not; areas are measured again.

    Args:
        frame: a layer ARTIF as read, single polygons in metres: `code_cs`, `code_us`, `artif`, and `crit_seuil`,
            `status_step` and the facts of the decision when it has them. Other columns are kept.

    Raises:
        CodeError: unknown codes.
        SchemaError: `artif` holds other values than 'artif' and 'non artif'.
    """
    matrix = ARTIFICIALISATION.status(frame["code_cs"], frame["code_us"])
    changed = (frame["artif"] == ARTIFICIAL).to_numpy(bool) != matrix
    other_flags = 0
    if "crit_seuil" in frame.columns:
        told = frame["crit_seuil"]
        other_flags = int((told.notna() & (told.eq(True).fillna(False).to_numpy(bool) != changed)).sum())
    statuses = {
        "aire": shapely.area(frame.geometry.to_numpy()),
        "artif": frame["artif"].to_numpy(dtype=object),
        "crit_seuil": changed,
        "matrix_status": matrix,
        "status_step": frame["status_step"].to_numpy(object)
        if "status_step" in frame.columns
        else np.full(len(frame), DELIVERED, dtype=object),
    }
    facts = {name: frame[name] for name in FACT_COLUMNS if name in frame.columns}
    rest = frame.drop(columns=[name for name in (*statuses, *facts) if name in frame.columns])
    result = rest.assign(**statuses, **facts)
    last = [name for name in result.columns if name != result.geometry.name]
    return DeliveredStatus(Artificialisation(result[[*last, result.geometry.name]]), other_flags)
