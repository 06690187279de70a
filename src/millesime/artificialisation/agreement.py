"""How far a status agrees with an official artificialisation layer of the same vintage.

Rows are paired by id where ids are unique on both sides, else by equal geometry on the centimetre grid, else by the
official polygon that a point of ours lies in. What finds no counterpart is counted, on both sides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.artificialisation.partition import CM_PER_M
from millesime.artificialisation.product import Artificialisation
from millesime.errors import CodeError, CrsError, SchemaError

Rows = npt.NDArray[np.int64]

_ARTIFICIAL = {"artif", "artificialise", "artificialisé", "1", "true", "oui"}
_NOT_ARTIFICIAL = {"non artif", "non artificialise", "non artificialisé", "0", "false", "non"}


@dataclass(frozen=True)
class AgreementRow:
    """Agreement over some polygons. Areas in square metres."""

    by: str
    """'all', 'cell' (cover x use) or 'step'."""

    key: str
    """'' for all, 'CS2.2.1 x US5' for a cell, the step's name."""

    polygons: int
    agree: int
    """Polygons of the same status."""

    area_m2: float
    agree_m2: float
    only_ours_m2: float
    """Artificial here, not in the official layer."""

    only_official_m2: float
    """Artificial in the official layer, not here."""

    crit_seuil_agree: int | None
    """Polygons of the same `crit_seuil`; None when the official layer has none."""


@dataclass(frozen=True)
class Agreement:
    """Agreement with an official layer."""

    paired: Mapping[str, int]
    """Polygons paired by 'id', by 'geometry', by a 'point'."""

    unpaired: int
    unpaired_m2: float
    """Our polygons without a counterpart."""

    official_unpaired: int
    official_unpaired_m2: float
    """Official polygons that are nobody's counterpart."""

    other_codes: int | None
    """Pairs whose cover or use differ: they are not the same object; None when the official layer has no codes."""

    rows: tuple[AgreementRow, ...]
    official: npt.NDArray[np.object_]
    """(n,) official status of each of our polygons, True, False, or None without a counterpart."""

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        told = {
            field.name: getattr(self, field.name) for field in fields(self) if field.name not in ("rows", "official")
        }
        return {**told, "paired": dict(self.paired), "rows": [asdict(row) for row in self.rows]}


def agreement(result: Artificialisation, official: geopandas.GeoDataFrame) -> Agreement:
    """Compare with an official layer.

    Args:
        result: our statuses.
        official: polygons with `artif`, attributes in lower case; `id`, `code_cs`, `code_us`, `crit_seuil` when it has
            them. In the CRS of the result.

    Raises:
        SchemaError: the official layer has no attribute `artif`.
        CodeError: values of `artif` that are not statuses.
        CrsError: it is in another CRS.
    """
    frame = result.frame
    if official.crs != frame.crs:
        raise CrsError(
            f"the official layer is in {official.crs}, the map in {frame.crs}", remedy="reproject one of them"
        )
    if "artif" not in official.columns:
        raise SchemaError("the official layer has no attribute artif", remedy="give a layer artif_2022_32 or the like")
    theirs = status_of(official["artif"], name="artif")
    row, how = _pairs(frame, official)
    found = np.flatnonzero(row >= 0)
    at = row[found]
    missed = np.setdiff1d(np.arange(len(official)), at)
    table = pd.DataFrame(
        {
            "cell": frame["code_cs"].to_numpy()[found] + " x " + frame["code_us"].to_numpy()[found],
            "step": frame["status_step"].to_numpy()[found],
            "area": frame["aire"].to_numpy()[found],
            "ours": result.artificial[found],
            "official": theirs[at],
        }
    )
    if "crit_seuil" in official.columns:
        same = status_of(official["crit_seuil"], name="crit_seuil")[at] == frame["crit_seuil"].to_numpy(bool)[found]
        table["crit_seuil"] = same
    told = np.full(len(frame), None, dtype=object)
    told[found] = theirs[at]
    return Agreement(
        paired={name: int((how[found] == name).sum()) for name in ("id", "geometry", "point")},
        unpaired=len(frame) - len(found),
        unpaired_m2=float(frame["aire"].to_numpy()[row < 0].sum()),
        official_unpaired=len(missed),
        official_unpaired_m2=float(shapely.area(official.geometry.to_numpy()[missed]).sum()),
        other_codes=_other_codes(frame.iloc[found], official.iloc[at]),
        rows=tuple(_rows(table)),
        official=told,
    )


def status_of(values: pd.Series, *, name: str) -> npt.NDArray[np.bool_]:
    """(n,) True for artificial, from texts, numbers or booleans.

    Raises:
        CodeError: values that are neither, all told together.
    """
    words = {value: str(value).strip().lower().removesuffix(".0") for value in values.unique()}
    unknown = sorted(repr(value) for value, word in words.items() if word not in _ARTIFICIAL | _NOT_ARTIFICIAL)
    if unknown:
        raise CodeError(f"{name} holds {', '.join(unknown)}", remedy="its values are 'artif' and 'non artif'")
    return np.array([words[value] in _ARTIFICIAL for value in values], dtype=bool)


def _pairs(frame: geopandas.GeoDataFrame, official: geopandas.GeoDataFrame) -> tuple[Rows, npt.NDArray[np.object_]]:
    """(n,) row of the official layer, -1 without; (n,) how it was found."""
    row = np.full(len(frame), -1, dtype=np.int64)
    how = np.full(len(frame), "", dtype=object)

    def take(name: str, places: Rows) -> None:
        new = (row < 0) & (places >= 0)
        row[new], how[new] = places[new], name

    if "id" in frame.columns and "id" in official.columns:
        take("id", _by_key(frame["id"].to_numpy(), official["id"].to_numpy()))
    left = np.flatnonzero(row < 0)
    free = np.setdiff1d(np.arange(len(official)), row)
    if len(left) and len(free):
        ours, theirs = frame.geometry.to_numpy()[left], official.geometry.to_numpy()
        by_shape = _by_key(_shape_keys(ours), _shape_keys(theirs[free]))
        take("geometry", _spread(len(frame), left, np.where(by_shape >= 0, free[by_shape], -1)))
    left = np.flatnonzero(row < 0)
    if len(left) and len(official):
        points = shapely.point_on_surface(frame.geometry.to_numpy()[left])
        which, at = shapely.STRtree(official.geometry.to_numpy()).query(points, predicate="within")
        by_point = np.full(len(left), -1, dtype=np.int64)
        order = np.lexsort([-at, which])
        by_point[which[order]] = at[order]  # in two polygons: the first row is taken
        take("point", _spread(len(frame), left, by_point))
    return row, how


def _spread(n: int, where: Rows, values: Rows) -> Rows:
    spread = np.full(n, -1, dtype=np.int64)
    spread[where] = values
    return spread


def _by_key(ours: npt.NDArray[Any], theirs: npt.NDArray[Any]) -> Rows:
    """(n,) place of each key on the other side; -1 where it is missing or not unique on either side."""
    mine, other = pd.Series(ours, dtype=object), pd.Series(theirs, dtype=object)
    single = other[~other.duplicated(keep=False) & other.notna()]
    places = mine.map(pd.Series(single.index, index=single.to_numpy(), dtype="int64"))
    places[mine.duplicated(keep=False)] = np.nan
    return places.astype("float64").fillna(-1).to_numpy().astype(np.int64)


def _shape_keys(geometries: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
    """The same bytes for the same polygon, wherever its rings start and whether or not it is called multi."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    single = geometries.copy()
    alone = np.bincount(owner, minlength=len(geometries))[owner] == 1
    single[owner[alone]] = parts[alone]
    whole = shapely.transform(single, lambda xy: np.rint(xy * CM_PER_M))
    return np.asarray(shapely.to_wkb(shapely.normalize(whole)), dtype=object)


def _other_codes(ours: geopandas.GeoDataFrame, official: geopandas.GeoDataFrame) -> int | None:
    if not {"code_cs", "code_us"} <= set(official.columns):
        return None
    same = [ours[name].to_numpy() == official[name].to_numpy() for name in ("code_cs", "code_us")]
    return int((~(same[0] & same[1])).sum())


def _rows(table: pd.DataFrame) -> Iterator[AgreementRow]:
    yield _row("all", "", table)
    for by in ("cell", "step"):
        for key, part in table.groupby(by, sort=True):
            yield _row(by, str(key), part)


def _row(by: str, key: str, part: pd.DataFrame) -> AgreementRow:
    ours, official, area = (part[name].to_numpy() for name in ("ours", "official", "area"))
    same = ours == official
    return AgreementRow(
        by=by,
        key=key,
        polygons=len(part),
        agree=int(same.sum()),
        area_m2=float(area.sum()),
        agree_m2=float(area[same].sum()),
        only_ours_m2=float(area[ours & ~same].sum()),
        only_official_m2=float(area[official & ~same].sum()),
        crit_seuil_agree=int(part["crit_seuil"].sum()) if "crit_seuil" in part else None,
    )
