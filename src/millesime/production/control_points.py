"""Control points that were read, from the files of `millesime sample` and the interpreter's answers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas

from millesime.errors import ConfigError, InputError, RefusedError, SchemaError, raise_together
from millesime.evaluation.sample import Columns, ControlPoints, Place, control_points
from millesime.io.files import local_file
from millesime.io.points import read_points, read_table
from millesime.io.tables import read_rows
from millesime.publication.control import Control
from millesime.sources.ocsge import read_delivery

#: Column of the communes, as `millesime sample --communes` writes it.
_COMMUNE = "commune"


@dataclass(frozen=True)
class ControlRequest:
    """Control points of the change, for a portrait or a report."""

    points: Path

    readings: Path | None = None
    """The blind copy that was filled; the points' own readings without one."""


def read_control(request: ControlRequest, *, years: Sequence[int], crs: str, given_crs: str | None = None) -> Control:
    """The control points that go with two vintages.

    Args:
        request: the files.
        years: vintages of the maps.
        crs: that of the maps.
        given_crs: CRS of files that have none.

    Raises:
        ConfigError: the maps are of one vintage, or the points of something else than their change.
        InputError: a file that cannot be read; its columns and readings as `read_sample`.
    """
    if len(years) != 2:
        raise ConfigError(
            "control points tell the change between two vintages, the map is of one",
            place=request.points,
            remedy="give both vintages, or leave --control-points out",
        )
    frame = _rows(request.points, request.readings, "reference", given_crs)
    place = _COMMUNE if _COMMUNE in frame.columns else None
    points = control_points(
        frame,
        columns=Columns(place=place),
        places=None if place is None else places_of(request.points, place),
        source=request.points,
    )
    if points.kind != "change":
        raise ConfigError(
            f"are points of {points.kind}, not of the change",
            place=request.points,
            remedy="draw them from both vintages: millesime sample FIRST SECOND -o POINTS",
        )
    if points.years and tuple(points.years) != tuple(sorted(years)):
        raise ConfigError(
            f"are of the change from {' to '.join(map(str, points.years))}, the maps are of "
            f"{' and '.join(map(str, sorted(years)))}",
            place=request.points,
            remedy="give the points drawn from these vintages",
        )
    return Control(
        points=points,
        where=frame.geometry.to_crs(crs),
        file=request.points.name,
        fingerprint=_fingerprint(request),
    )


def _fingerprint(request: ControlRequest) -> str:
    """SHA-256 of the points, and of the readings where they lie apart."""
    sums = [
        hashlib.sha256(local_file(path).read_bytes()).hexdigest()
        for path in (request.points, request.readings)
        if path is not None
    ]
    return sums[0] if len(sums) == 1 else hashlib.sha256("\n".join(sums).encode()).hexdigest()


def read_sample(
    points: Path,
    *,
    reference: str = "reference",
    mapped: str = "mapped",
    strata: str = "stratum",
    readings: Path | None = None,
    areas: Path | None = None,
    place: str | None = None,
    on: Path | None = None,
    crs: str | None = None,
) -> ControlPoints:
    """The control points of a file, checked: what a portrait or a report hands to `change_interval`."""
    frame = _rows(points, readings, reference, crs)
    ground = None if on is None else read_delivery(on, kind="OCCUPATION_SOL", crs=crs).layer("OCCUPATION_SOL").frame
    return control_points(
        frame,
        columns=Columns(reference, mapped, strata, place),
        areas=None if areas is None else _areas(areas),
        places=None if place is None else places_of(points, place),
        ground=ground,
        source=points,
    )


def _rows(points: Path, readings: Path | None, reference: str, crs: str | None) -> geopandas.GeoDataFrame:
    frame = read_points(points, crs=crs)
    return frame if readings is None else _with_readings(frame, readings, reference, crs)


def _with_readings(
    frame: geopandas.GeoDataFrame, readings: Path, reference: str, crs: str | None
) -> geopandas.GeoDataFrame:
    """The points with the readings of the blind copy, by id; faults told together."""
    answers = read_points(readings, crs=crs)
    for table, path in ((frame, "the points"), (answers, readings)):
        if "id" not in table.columns or (table is answers and reference not in table.columns):
            raise SchemaError(f"needs the columns id and {reference}", place=path)
    strangers = sorted(set(answers["id"]) - set(frame["id"]))
    faults = [f"{len(strangers)} ids are not those of the points: {', '.join(strangers[:5])}"] if strangers else []
    again = sorted(set(answers["id"][answers["id"].duplicated()]))
    faults += [f"ids that occur twice: {', '.join(again[:5])}"] if again else []
    raise_together(faults, kind=RefusedError, place=readings, remedy="give the blind copy of these points")
    return frame.assign(**{reference: frame["id"].map(answers.set_index("id")[reference])})


def _areas(path: Path) -> dict[str, float]:

    found = {}
    for row in read_rows(path, columns={"stratum": (), "area_m2": ()}):
        if len(row) < 2:
            raise SchemaError("needs the columns stratum and area_m2", place=path)
        try:
            found[row["stratum"]] = float(row["area_m2"].replace(",", "."))
        except ValueError:
            raise InputError(f"area {row['area_m2']!r} of stratum {row['stratum']} is no number", place=path) from None
    return found


def places_of(points: Path, column: str) -> dict[str, Place] | None:
    """Every place of the sample, those without a point too, where the file lists them."""
    table = read_table(points, "PLACES") if column == "commune" else None
    if table is None:
        return None
    rows = zip(table["code"], table["name"], table["area_m2"], strict=True)
    return {str(code): Place(str(name), float(area)) for code, name, area in rows}
