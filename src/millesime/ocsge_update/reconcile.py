"""The reference map with the changes that were accepted: everything else keeps its geometry and its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas
import shapely

from millesime.geo.coverage import Coverage, dissolve_faces, overlay_polygons
from millesime.geo.coverage.assembly import regroup
from millesime.geo.grid import Grid
from millesime.geo.identity import inside_points, object_ids
from millesime.ocsge_auto.make import largest_member
from millesime.ocsge_auto.minimum_units import MinimumUnits, merge_inside_cells
from millesime.ocsge_auto.product import COLUMNS, OcsgeMap
from millesime.ocsge_update.decide import ChangeRules, decide
from millesime.ocsge_update.support import change_support

Labels = npt.NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class Image:
    """A class raster of one vintage."""

    labels: Labels
    """CoSIA numbers, shape (h, w)."""

    grid: Grid


@dataclass(frozen=True)
class Reconciled:
    """The updated map and what was done."""

    frame: geopandas.GeoDataFrame
    """Columns of `product.COLUMNS`."""

    counts: dict[str, int]
    areas_m2: dict[str, float]


def reconcile(
    reference: OcsgeMap,
    automatic: OcsgeMap,
    images: tuple[Image, Image],
    *,
    rules: ChangeRules,
    units: MinimumUnits,
    territory: str,
    vintage: str,
) -> Reconciled:
    """Bring the reference map up to date with the automatic map of another vintage.

    Args:
        reference: final map of the reference vintage.
        automatic: automatic map of the vintage to make.
        images: class rasters of the reference and of the vintage to make.
        rules: what counts as a change.
        units: minimum units of what is left of changed objects.
        territory: code of the territory, for new ids.
        vintage: year of the vintage to make.
    """
    pieces = overlay_polygons([reference.polygons, automatic.polygons], extent=reference.extent, crs=reference.crs)
    table = _compared(pieces.lineage, reference.frame, automatic.frame)
    before, after = (pieces.coverage.composition(image.labels, image.grid) for image in images)
    table["support"] = change_support(before, after, table["cs_1"].to_numpy(object), table["cs_2"].to_numpy(object))
    decided = decide(pieces.coverage, table, rules=rules)
    regions = changed_regions(pieces.coverage, table, decided, automatic.frame)
    frame = insert_changes(reference, regions, units=units, territory=territory, vintage=vintage)
    differs = ((table["cs_1"] != table["cs_2"]) | (table["us_1"] != table["us_2"])).to_numpy(bool)
    area = pieces.coverage.area_m2
    kept = frame["id"].isin(reference.frame["id"]).to_numpy(bool)
    return Reconciled(
        frame,
        {
            "objects": len(frame),
            "objects of the reference kept with their id": int(kept.sum()),
            "new objects": int((~kept).sum()),
            "changes accepted": len(regions),
        },
        {
            "differences of the automatic map": float(area[differs].sum()),
            "changes accepted": float(regions.geometry.area.sum()),
        },
    )


def _compared(
    lineage: npt.NDArray[np.int32], reference: geopandas.GeoDataFrame, automatic: geopandas.GeoDataFrame
) -> pandas.DataFrame:
    """Codes of both maps for each piece."""
    columns: dict[str, Any] = {}
    for number, (frame, rows) in enumerate(((reference, lineage[:, 0]), (automatic, lineage[:, 1])), start=1):
        columns[f"row_{number}"] = rows
        columns[f"cs_{number}"] = frame["code_cs"].to_numpy(object)[rows]
        columns[f"us_{number}"] = frame["code_us"].to_numpy(object)[rows]
        columns[f"oss_{number}"] = frame["ossature"].to_numpy(int)[rows] == 1
        columns[f"us_rule_{number}"] = frame["us_rule"].to_numpy(object)[rows]
    return pandas.DataFrame(columns)


def changed_regions(
    coverage: Coverage, pieces: pandas.DataFrame, decided: pandas.DataFrame, automatic: geopandas.GeoDataFrame
) -> geopandas.GeoDataFrame:
    """Accepted changes as polygons: pieces of the same new codes united, with the attributes of the largest one."""
    label = decided["code_cs"] + " " + decided["code_us"] + " " + decided["is_ossature"].astype(str)
    label = np.where(decided["is_changed"], label, "")
    united = dissolve_faces(coverage, np.unique(label.astype(str), return_inverse=True)[1])
    speaker = largest_member(united.group.astype(np.int64), coverage.area_m2, len(united.receiver))
    rows = np.flatnonzero(decided["is_changed"].to_numpy(bool)[speaker])
    speaker = speaker[rows]
    source = automatic.iloc[pieces["row_2"].to_numpy()[speaker]]
    return geopandas.GeoDataFrame(
        {
            "code_cs": decided["code_cs"].to_numpy(object)[speaker],
            "code_us": decided["code_us"].to_numpy(object)[speaker],
            "ossature": decided["is_ossature"].to_numpy(bool)[speaker].astype(np.int64),
            **{name: source[name].to_numpy(object) for name in ("source", "code_or", "cs_rule", "us_rule")},
        },
        geometry=united.coverage.to_polygons()[rows],
        crs=automatic.crs,
    )


def insert_changes(
    reference: OcsgeMap, regions: geopandas.GeoDataFrame, *, units: MinimumUnits, territory: str, vintage: str
) -> geopandas.GeoDataFrame:
    """Cut the changes into the reference map.

    A change joins the object beside it that has its codes; what is left of a cut object below its minimum unit, and
    changes that are, join their best neighbour. Objects that no change touches stay as they are.
    """
    if not len(regions):
        return reference.frame.assign(millesime=vintage)[list(COLUMNS)]
    overlay = overlay_polygons(
        [regions.geometry.to_numpy(), reference.polygons], extent=reference.extent, crs=reference.crs
    )
    region, row = overlay.lineage[:, 0].astype(np.int64), overlay.lineage[:, 1].astype(np.int64)
    is_new = region >= 0
    united = dissolve_faces(overlay.coverage, np.where(is_new, len(reference) + region, row))
    head = united.receiver
    is_new, region, row = is_new[head], region[head], row[head]
    table = _attributes(reference.frame, regions, is_new, region, row)
    group = _joined_to_equals(united.coverage, table, is_new)
    coverage = regroup(united.coverage, group, np.arange(int(group.max()) + 1))
    member = _representatives(group, is_new, united.coverage.area_m2)
    table, is_new, row = table.iloc[member].reset_index(drop=True), is_new[member], row[member]
    whole = np.abs(coverage.area_m2 - reference.area_m2[row]) < 0.5
    minimum = units.of(table["code_cs"].to_numpy(object), np.ones(len(table), dtype=bool))
    table["is_ossature"] = table["ossature"] == 1
    table["is_kept"] = whole & ~is_new
    done = merge_inside_cells(coverage, table, min_area_m2=minimum, unite_equal=False)
    table = table.iloc[done.receiver].reset_index(drop=True)
    polygons = done.coverage.to_polygons()
    frame = geopandas.GeoDataFrame(table.assign(millesime=vintage), geometry=polygons, crs=reference.crs)
    return _named(frame, reference, is_new[done.receiver], row[done.receiver], territory, vintage)


def _attributes(
    reference: geopandas.GeoDataFrame,
    regions: geopandas.GeoDataFrame,
    is_new: npt.NDArray[np.bool_],
    region: npt.NDArray[np.int64],
    row: npt.NDArray[np.int64],
) -> pandas.DataFrame:
    names = ("code_cs", "code_us", "source", "ossature", "code_or", "cs_rule", "us_rule")
    columns = {}
    for name in names:
        old = reference[name].to_numpy(object)[row]
        columns[name] = np.where(is_new, regions[name].to_numpy(object)[np.maximum(region, 0)], old)
    table = pandas.DataFrame(columns)
    table["ossature"] = table["ossature"].astype(np.int64)
    return table


def _joined_to_equals(
    coverage: Coverage, table: pandas.DataFrame, is_new: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int32]:
    """Group of each face: a new face joins the old neighbour of its codes with the longest border, if any."""
    label = (table["code_cs"] + " " + table["code_us"] + " " + table["ossature"].astype(str)).to_numpy(str)
    pairs, shared = coverage.neighbours()
    both, length = np.concatenate([pairs, pairs[:, ::-1]]), np.concatenate([shared, shared])
    fits = is_new[both[:, 0]] & ~is_new[both[:, 1]] & (label[both[:, 0]] == label[both[:, 1]])
    both, length = both[fits], length[fits]
    order = np.lexsort((-both[:, 1], np.round(length, 2), both[:, 0]))
    target = np.arange(len(label))
    target[both[order, 0]] = both[order, 1]  # the last of equal indices stays: the longest border
    return np.unique(target, return_inverse=True)[1].astype(np.int32)


def _representatives(
    group: npt.NDArray[np.int32], is_new: npt.NDArray[np.bool_], area: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """Face that speaks for each group: the old one when there is one, else the largest."""
    return largest_member(group.astype(np.int64), area + np.where(is_new, 0.0, 1e12), int(group.max()) + 1)


def _named(
    frame: geopandas.GeoDataFrame,
    reference: OcsgeMap,
    is_new: npt.NDArray[np.bool_],
    row: npt.NDArray[np.int64],
    territory: str,
    vintage: str,
) -> geopandas.GeoDataFrame:
    """Ids: an object of the reference keeps its id in the part that holds its point; the others get new ones."""
    polygons = frame.geometry.to_numpy()
    old_id = reference.frame["id"].to_numpy(object)
    old_codes = reference.frame["code_cs"].to_numpy(object) + " " + reference.frame["code_us"].to_numpy(object)
    points = shapely.points(inside_points(reference.polygons))[row]
    keeps = ~is_new & shapely.intersects(polygons, points)
    # A point on the new border, or swallowed by a change, leaves no part with the id: the largest keeps it.
    lost = np.setdiff1d(row[~is_new], row[keeps])
    area = shapely.area(polygons)
    for number in lost.tolist():
        parts = np.flatnonzero(~is_new & (row == number))
        keeps[parts[np.argmax(area[parts])]] = True
    ids = np.array(
        object_ids(
            polygons,
            prefix="OCSGE",
            territory=territory,
            vintage=vintage,
            codes=(frame["code_cs"].tolist(), frame["code_us"].tolist()),
        ),
        dtype=object,
    )
    origin = np.where(keeps, reference.frame["id_origine"].to_numpy(object)[row], old_id[row])
    former = np.where(keeps, frame["code_or"].to_numpy(object), old_codes[row])
    named = frame.assign(id=np.where(keeps, old_id[row], ids), id_origine=origin, code_or=former)
    order = np.lexsort((named["id"].to_numpy(str),))
    return named.iloc[order].reset_index(drop=True)[list(COLUMNS)]
