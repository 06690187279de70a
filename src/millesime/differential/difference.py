"""The differential from the artificialisation of two vintages."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely

from millesime.artificialisation import ARTIFICIAL, Artificialisation
from millesime.differential.alignment import is_thin
from millesime.differential.near_thresholds import near_threshold
from millesime.differential.overlay import Overlay, overlay
from millesime.differential.parameters import Parameters
from millesime.differential.product import Differential
from millesime.errors import CrsError
from millesime.geo.identity import object_ids


def difference(
    first: Artificialisation,
    second: Artificialisation,
    *,
    years: tuple[int, int],
    territory: str,
    parameters: Parameters | None = None,
) -> tuple[Differential, Overlay]:
    """Compare two vintages piece by piece.

    Thresholds flip polygons whose codes did not change, so the artificial flux is that of the statuses of both
    vintages, never derived from the codes of the differential. Displaced borders within the tolerance are put on the
    first vintage's: there, codes and status are those of the polygon that the border moves with.

    Args:
        first: artificialisation of the earlier vintage.
        second: of the later one, in the same CRS, over the same ground.
        years: the two vintages, earlier first.
        territory: code of the territory, part of the identifiers.
        parameters: what a sliver and a displaced border are.

    Returns:
        the differential, and the overlay that it was made from.

    Raises:
        CrsError: the vintages are in different CRS.
    """
    if first.frame.crs != second.frame.crs:
        raise CrsError(f"vintages are in different CRS: {first.frame.crs} and {second.frame.crs}")
    parameters = parameters or Parameters()
    over = overlay(
        first.frame.geometry.to_numpy(), second.frame.geometry.to_numpy(), tolerance_m=parameters.tolerance_m
    )
    columns: dict[str, Any] = {}
    sides = [(years[0], first.frame, over.first), (years[1], second.frame, over.second)]
    for name, source in (("cs", "code_cs"), ("us", "code_us"), ("artif", "artif")):
        for year, frame, rows in sides:
            columns[f"{name}_{year}"] = frame[source].to_numpy()[rows]
    before, after = (columns[f"artif_{year}"] == ARTIFICIAL for year in years)
    columns["artificialisation"] = after.astype(np.int64) - before.astype(np.int64)
    columns["area_m2"] = shapely.area(over.pieces)
    for year, frame, rows in sides:
        columns[f"id_{year}"] = frame["id"].to_numpy()[rows]
    columns["changed"] = _changed(columns, years)
    columns["border_noise"] = columns["changed"] & over.displaced
    changed = np.flatnonzero(columns["changed"])
    columns["sliver"] = columns["changed"] & over.displaced
    columns["sliver"][changed] |= slivers(over.pieces[changed], parameters=parameters)
    columns["near_threshold"] = _flips_near(first, second, over, columns, share=parameters.near_threshold_share)
    # Changes are delivered, the rest of the ground is not: it needs no name, and there is a hundred times more of it.
    ids = np.full(len(over.pieces), "", dtype=object)
    ids[changed] = object_ids(
        over.pieces[changed], prefix="DIFF", territory=territory, vintage=f"{years[0]}-{years[1]}"
    )
    result = geopandas.GeoDataFrame({"id": ids, **columns}, geometry=over.pieces, crs=first.frame.crs)
    return Differential(years=years, frame=result), over


def _changed(columns: dict[str, Any], years: tuple[int, int]) -> npt.NDArray[np.bool_]:
    pairs = [(columns[f"{name}_{years[0]}"], columns[f"{name}_{years[1]}"]) for name in ("cs", "us", "artif")]
    return np.asarray(np.logical_or.reduce([before != after for before, after in pairs]), dtype=bool)


def _flips_near(
    first: Artificialisation, second: Artificialisation, over: Overlay, columns: dict[str, Any], *, share: float
) -> npt.NDArray[np.bool_]:
    """(k,) True where the status differs, that of the matrix does not, and a patch is about as large as a threshold."""
    near = near_threshold(first, share=share)[over.first] | near_threshold(second, share=share)[over.second]
    matrix = [
        side.frame["matrix_status"].to_numpy(dtype=bool)[rows]
        for side, rows in ((first, over.first), (second, over.second))
    ]
    return np.asarray((columns["artificialisation"] != 0) & (matrix[0] == matrix[1]) & near, dtype=bool)


def slivers(pieces: npt.NDArray[Any], *, parameters: Parameters) -> npt.NDArray[np.bool_]:
    """(k,) True for pieces too thin or too small to be told from a displaced border.

    A tail does not make a sliver of a piece: it is one when nothing of it is as wide as `sliver_width_m`, nor as twice
    the tolerance.
    """
    area, perimeter = shapely.area(pieces), shapely.length(pieces)
    inwards = max(parameters.sliver_width_m / 2, parameters.tolerance_m)
    thin = np.zeros(len(pieces), dtype=bool)
    # A piece without a disc of radius r has at most r times its outline for an area: the others need no offset.
    asked = np.flatnonzero(area <= inwards * perimeter)
    if inwards:
        thin[asked] = is_thin(pieces[asked], inwards)
    return np.asarray(thin | (area < parameters.sliver_area_m2), dtype=bool)
