"""Geometries of a source made plain: two dimensions, valid, single parts, of one dimension."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from millesime.sources.source import SHAPE_NAMES

Geometries = npt.NDArray[np.object_]

REPAIRED = "invalid geometry repaired"
TRIMMED = "parts of another dimension left out"
MULTIPART = "multipart split"


@dataclass(frozen=True)
class Parts:
    """The single parts of n features, m >= n rows; a feature set aside keeps exactly one row."""

    row: npt.NDArray[np.int64]
    """(m,) position of the feature that each part comes from, ascending."""
    geometry: Geometries
    """(m,) the parts; for a feature set aside its geometry as found, in two dimensions, or None."""
    set_aside: Geometries
    """(m,) why the feature is not used, '' when it is."""
    remarks: Geometries
    """(m,) what was repaired, '; '-separated, '' when nothing."""


def single_parts(geometries: Geometries, *, dimension: int) -> Parts:
    """Cut features into valid two-dimensional single parts of the wanted dimension.

    Args:
        geometries: (n,) geometries or None, coordinates in metres.
        dimension: 2 for polygons, 1 for lines, 0 for points.

    Returns:
        The parts. Nothing disappears: a feature without any usable part keeps one row with the reason.
    """
    count = len(geometries)
    reasons = np.full(count, "", dtype=object)
    remarks = np.full(count, "", dtype=object)
    flat = shapely.force_2d(geometries) if _has_more_dimensions(geometries) else geometries
    reasons[shapely.is_missing(flat) | shapely.is_empty(flat)] = "empty geometry"
    reasons[(reasons == "") & ~_finite(flat)] = "coordinates that are not finite numbers"

    mended = flat.copy()
    faulty = (reasons == "") & ~shapely.is_valid(flat)
    mended[faulty] = shapely.make_valid(flat[faulty], method="structure", keep_collapsed=False)
    remarks[faulty] = REPAIRED
    reasons[faulty & shapely.is_empty(mended)] = "invalid geometry beyond repair"

    part, row = _exploded(mended, np.flatnonzero(reasons == ""))
    wanted = shapely.get_dimensions(part) == dimension
    sized = wanted & (_measure(part, dimension) > 0)
    found = np.isin(np.arange(count), row[wanted])
    kept = np.isin(np.arange(count), row[sized])
    for feature in np.flatnonzero((reasons == "") & ~kept):
        shape = SHAPE_NAMES[dimension]
        reasons[feature] = (
            f"{shape} without extent" if found[feature] else f"expected a {shape}, found {flat[feature].geom_type}"
        )
    _remark(remarks, kept & np.isin(np.arange(count), row[~sized]), TRIMMED)
    _remark(remarks, np.bincount(row[sized], minlength=count) > 1, MULTIPART)

    aside = np.flatnonzero(reasons != "")
    rows = np.concatenate([row[sized], aside])
    order = np.argsort(rows, kind="stable")
    rows = rows[order].astype(np.int64)
    return Parts(
        row=rows,
        geometry=np.concatenate([part[sized], flat[aside]])[order],
        set_aside=reasons[rows],
        remarks=remarks[rows],
    )


def _has_more_dimensions(geometries: Geometries) -> bool:
    return bool((shapely.has_z(geometries) | shapely.has_m(geometries)).any())


def _finite(geometries: Geometries) -> npt.NDArray[np.bool_]:
    coordinates, owner = shapely.get_coordinates(geometries, return_index=True)
    finite = np.ones(len(geometries), dtype=bool)
    finite[owner[~np.isfinite(coordinates).all(axis=1)]] = False
    return finite


def _exploded(geometries: Geometries, rows: npt.NDArray[np.intp]) -> tuple[Geometries, npt.NDArray[np.intp]]:
    """Parts of the chosen rows, collections inside collections included."""
    part, row = geometries[rows], rows
    if (shapely.get_type_id(part) < shapely.GeometryType.MULTIPOINT).all():
        return part, row
    part, owner = shapely.get_parts(part, return_index=True)
    row = rows[owner]
    while (shapely.get_type_id(part) >= shapely.GeometryType.MULTIPOINT).any():
        part, owner = shapely.get_parts(part, return_index=True)
        row = row[owner]
    return part, row


def _measure(geometries: Geometries, dimension: int) -> npt.NDArray[np.float64]:
    """Area of polygons (m2), length of lines (m), 1 for points."""
    if dimension == 2:
        return np.asarray(shapely.area(geometries))
    return np.asarray(shapely.length(geometries)) if dimension == 1 else np.ones(len(geometries))


def _remark(remarks: Geometries, where: npt.NDArray[np.bool_], text: str) -> None:
    for feature in np.flatnonzero(where):
        remarks[feature] = f"{remarks[feature]}; {text}" if remarks[feature] else text
