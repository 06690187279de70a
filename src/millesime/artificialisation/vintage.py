"""The artificialisation of a vintage from its OCCUPATION_SOL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.artificialisation.margin import margin_of
from millesime.artificialisation.parameters import Parameters
from millesime.artificialisation.partition import Flags, partition_of
from millesime.artificialisation.product import ARTIFICIAL, NOT_ARTIFICIAL, Artificialisation
from millesime.artificialisation.status import decide
from millesime.errors import ConfigError, InternalError
from millesime.nomenclature import ARTIFICIALISATION, CS, US

BUILT_COVER = "CS1.1.1.1"


def artificialise(
    frame: geopandas.GeoDataFrame,
    *,
    parameters: Parameters | None = None,
    context: Sequence[geopandas.GeoDataFrame] = (),
) -> Artificialisation:
    """Status of every polygon of one vintage: matrix, thresholds, built forcing.

    Args:
        frame: OCCUPATION_SOL, single polygons in metres that make a partition; `code_cs`, `code_us`. Other columns
            are kept, and so are the order and the index of the rows.
        parameters: thresholds and readings; those of the specification by default.
        context: the neighbouring territories, in the same form and CRS. Their polygons within the margin take part in
            the decision and are then left out.

    Raises:
        CodeError: unknown codes, all told together.
        GeometryError: rows that are not single polygons, or that overlap.
        CrsError: a neighbour is in another CRS.
        ConfigError: neighbours in mode `sparte-2024`, which looks at each territory alone.
    """
    parameters = parameters or Parameters()
    if context and parameters.mode == "sparte-2024":
        raise ConfigError(
            "mode sparte-2024 looks at each territory alone", remedy="leave the neighbours out, or use mode millesime"
        )
    n = len(frame)
    margin = margin_of(frame, context, margin_m=parameters.margin_m)
    cells = _cells(*(np.concatenate([frame[name], margin[name]]) for name in ("code_cs", "code_us")))
    touch = parameters.mode == "sparte-2024" or parameters.connectivity == "touch"
    geoms = np.concatenate([frame.geometry.to_numpy(), margin.geometry.to_numpy()])
    partition = partition_of(geoms, corners=touch)
    decision = decide(partition, matrix_status=cells.artificial, built=cells.built, parameters=parameters)
    artificial, matrix_status = decision.artificial[:n], cells.artificial[:n]
    result = frame.assign(
        aire=partition.area_m2[:n],
        artif=np.where(artificial, ARTIFICIAL, NOT_ARTIFICIAL),
        crit_seuil=artificial != matrix_status,
        matrix_status=matrix_status,
        status_step=decision.steps[:n],
        category=cells.category[:n],
        fill_patch_m2=decision.fill_patch_m2[:n],
        remove_patch_m2=decision.remove_patch_m2[:n],
        built_patch_m2=decision.built_patch_m2[:n],
        patch_place=decision.place[:n],
        status_rules=parameters.as_rules(),
    )
    last = [name for name in result.columns if name != result.geometry.name]
    return Artificialisation(result[[*last, result.geometry.name]])


@dataclass(frozen=True)
class _Cells:
    """What the matrix says of n pairs of codes."""

    artificial: Flags
    built: Flags
    category: npt.NDArray[np.int64]


def _cells(covers: npt.NDArray[np.object_], uses: npt.NDArray[np.object_]) -> _Cells:
    """Look each distinct pair up once.

    Raises:
        CodeError: unknown codes, all told together.
    """
    cs, cs_names = pd.factorize(covers.astype(object), use_na_sentinel=False)
    us, us_names = pd.factorize(uses.astype(object), use_na_sentinel=False)
    if CS.unknown(cs_names.tolist()):
        CS.require(covers.tolist())
    if US.unknown(us_names.tolist()):
        US.require(uses.tolist())
    pairs, row = np.unique(cs * max(len(us_names), 1) + us, return_inverse=True)
    found = [ARTIFICIALISATION.cell(*(cs_names[p // len(us_names)], us_names[p % len(us_names)])) for p in pairs]
    category = [cell.category for cell in found]
    if None in category:
        raise InternalError("the matrix holds a pair without a category of the decree")
    return _Cells(
        artificial=np.array([cell.artificial for cell in found], dtype=bool)[row],
        built=np.array([cell.cs == BUILT_COVER for cell in found], dtype=bool)[row],
        category=np.array(category, dtype=np.int64)[row],
    )


def left_at_limit(result: Artificialisation) -> Flags:
    """(n,) True where a patch below the threshold keeps its status only because it lies along the limit of the data.

    What surrounds it there is unknown; the neighbouring territory, given as context, would decide.
    """
    frame = result.frame
    threshold = np.array([Parameters.from_rules(rules).t_other_m2 for rules in frame["status_rules"].unique()])
    known = threshold[pd.factorize(frame["status_rules"])[0]]
    patch = np.where(result.artificial, frame["remove_patch_m2"], frame["fill_patch_m2"])
    return np.asarray((frame["patch_place"] == "limit").to_numpy() & (patch < known), dtype=bool)


def artificial_zones(result: Artificialisation) -> geopandas.GeoDataFrame:
    """The artificial polygons united and taken apart into single parts, with `aire` in square metres.

    This is what the national tool's own computation delivered. Parts are in normal form and in order of place.
    """
    artificial = result.frame.geometry.to_numpy()[result.artificial]
    parts = shapely.get_parts(shapely.coverage_union_all(artificial)) if len(artificial) else artificial
    parts = shapely.normalize(parts)
    bounds = shapely.bounds(parts).reshape(-1, 4)
    parts = parts[np.lexsort([shapely.area(parts), bounds[:, 3], bounds[:, 2], bounds[:, 1], bounds[:, 0]])]
    return geopandas.GeoDataFrame({"aire": shapely.area(parts)}, geometry=parts, crs=result.frame.crs)
