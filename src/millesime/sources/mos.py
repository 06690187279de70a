"""A local map (mode d'occupation du sol, MOS) brought to the attributes of OCS GE, and OCS GE to those of the MOS.

What the crosswalk does not lead to is set aside, counted and measured, never guessed and never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from millesime.errors import CrsError, GeometryError, SchemaError
from millesime.geo.identity import object_ids
from millesime.geo.precision import polygons_of
from millesime.nomenclature.local import LocalNomenclature

#: Names that files give to the local code, in lower case.
CODE_COLUMNS = ("code_mos", "mos", "code_local", "code", "code_niv4", "code_niv3")


@dataclass(frozen=True)
class Translated:
    """A map translated: rows read = rows translated + rows set aside."""

    frame: geopandas.GeoDataFrame
    """What was translated, single polygons in the order of the rows."""

    untranslated: geopandas.GeoDataFrame
    """Rows set aside: their codes, `reason` and the geometry as found."""

    rows: int
    """Rows read."""

    rows_used: int

    losses: pd.DataFrame
    """Why rows were set aside: `codes`, `reason`, `rows`, `area_m2`; the largest area first."""

    told: tuple[str, ...]
    """What a person must know of how it was made."""

    @property
    def lost_m2(self) -> float:
        """Area set aside, in square metres."""
        return float(self.losses["area_m2"].sum())


def mos_to_ocsge(
    frame: geopandas.GeoDataFrame,
    nomenclature: LocalNomenclature,
    *,
    column: str | None = None,
    year: int | None = None,
    place: str = "",
) -> Translated:
    """OCCUPATION_SOL from a local map.

    Args:
        frame: polygons with a local code each, CRS in metres.
        nomenclature: the crosswalk.
        column: attribute that holds the local code; found by its name otherwise.
        year: vintage, where it is known.
        place: what to call the file in errors.

    Returns:
        `id`, `code_cs`, `code_us`, `millesime`, `source` 'MOS', `ossature`, `id_origine` the id in the file, `code_or`
        the local code, geometry.

    Raises:
        CrsError: a CRS that is not in metres.
        SchemaError: no column of codes, or one that is not there.
        GeometryError: no row has a surface.
    """
    _require_metres(frame, place)
    named = frame.rename(columns={name: str(name).lower() for name in frame.columns})
    code_column = _code_column(named, column, place)
    codes = _text(named[code_column])
    pairs = {code: nomenclature.pair(code) for code in set(codes)}
    known = np.array([pairs[code] is not None for code in codes], dtype=bool)
    parts, row, empty = _parts(named, place)
    reasons = np.where(known, "", np.where(codes == "", "no code", "the crosswalk does not lead from this code"))
    reasons = np.where(empty, "no surface", reasons)
    row, parts = _kept(row, parts, reasons == "")
    origin = _text(named["id"]) if "id" in named.columns else np.full(len(named), "", dtype=object)
    chosen = codes[row]
    found = [pair for code in chosen if (pair := pairs[code]) is not None]
    result = {
        "id": object_ids(parts, prefix="MOS", territory="", vintage=str(year or "")),
        "code_cs": [pair[0] for pair in found],
        "code_us": [pair[1] for pair in found],
        "millesime": pd.array([year] * len(row), dtype="Int64"),
        "source": "MOS",
        "ossature": pd.array([None] * len(row), dtype="Int64"),
        "id_origine": origin[row],
        "code_or": chosen,
    }
    made = geopandas.GeoDataFrame(result, geometry=parts, crs=frame.crs)
    told = [f"local codes read from attribute {code_column}"]
    silent = [code for code in nomenclature.codes_without_pair if code in set(codes)]
    if silent:
        told.append(f"codes that the crosswalk does not lead from: {', '.join(silent)}")
    return _translated(named, made, reasons, {"code": codes}, len(np.unique(row)), told)


def ocsge_to_mos(
    frame: geopandas.GeoDataFrame,
    nomenclature: LocalNomenclature,
    *,
    dissolve: bool = False,
    use_code_or: bool = True,
    place: str = "",
) -> Translated:
    """A local map from OCCUPATION_SOL.

    Args:
        frame: polygons with `code_cs` and `code_us`, CRS in metres; `code_or` where they come from a local map.
        nomenclature: the crosswalk.
        dissolve: whether touching polygons of one local code become one.
        use_code_or: whether a polygon whose `code_or` is a local code that the crosswalk lets be its pair keeps it.
        place: what to call the file in errors.

    Returns:
        `code_mos`, `libelle`, `area_m2`, and unless dissolved `id`, `code_cs`, `code_us`; geometry.

    Raises:
        CrsError: a CRS that is not in metres.
        SchemaError: no cover or no use.
        GeometryError: no row has a surface.
    """
    _require_metres(frame, place)
    missing = [name for name in ("code_cs", "code_us") if name not in frame.columns]
    if missing:
        raise SchemaError(f"lacks {', '.join(missing)}", place=place, remedy="give OCCUPATION_SOL")
    covers, uses = _text(frame["code_cs"]), _text(frame["code_us"])
    none = np.full(len(frame), "", dtype=object)
    original = _text(frame["code_or"]) if use_code_or and "code_or" in frame.columns else none
    keys = pd.Series(list(zip(covers, uses, original, strict=True)), dtype=object)
    found = {key: nomenclature.code(key[0], key[1], original=key[2]) for key in set(keys)}
    codes = np.array([found[key] or "" for key in keys], dtype=object)
    parts, row, empty = _parts(frame, place)
    reasons = np.where(codes != "", "", "no local code for this cover and use")
    reasons = np.where(empty, "no surface", reasons)
    row, parts = _kept(row, parts, reasons == "")
    told = []
    kept_original = (codes != "") & (codes == original)
    if kept_original.any():
        told.append(f"{int(kept_original.sum())} rows have the local code that they came from (code_or)")
    merged = len({key[:2] for key, code in found.items() if code})
    told.append(f"{merged} pairs of cover and use became {len({code for code in found.values() if code})} local codes")
    if dissolve:
        made = _dissolved(codes[row], parts, frame.crs, nomenclature)
        told.append(f"{len(row)} polygons dissolved into {len(made)}")
    else:
        columns = {name: frame[name].to_numpy()[row] for name in ("id", "code_cs", "code_us") if name in frame.columns}
        made = _local(codes[row], parts, frame.crs, nomenclature, columns)
    pairs = {"code_cs": covers, "code_us": uses}
    return _translated(frame, made, reasons, pairs, len(np.unique(row)), told)


def _require_metres(frame: geopandas.GeoDataFrame, place: str) -> None:
    if frame.crs is None or not frame.crs.is_projected:
        raise CrsError(
            "the layer is not in a CRS in metres", place=place, remedy="reproject it: EPSG:2154 in metropolitan France"
        )


def _code_column(frame: geopandas.GeoDataFrame, column: str | None, place: str) -> str:
    wanted = (column.lower(),) if column else CODE_COLUMNS
    found = next((name for name in wanted if name in frame.columns), None)
    if found is None:
        raise SchemaError(
            f"has no attribute {' or '.join(wanted)}; it has {', '.join(map(str, frame.columns))}",
            place=place,
            remedy="name the attribute of the local code with --column",
        )
    return found


def _text(column: pd.Series) -> npt.NDArray[np.object_]:
    """Codes as text; numbers without a needless decimal part, '' where there is none."""
    missing = column.isna().to_numpy()
    text = column.astype(object).map(lambda v: f"{v:.15g}" if isinstance(v, float) else str(v).strip())
    return np.where(missing, "", text.to_numpy(dtype=object)).astype(object)


def _parts(
    frame: geopandas.GeoDataFrame, place: str
) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Single polygons, the row of each, and which rows have no surface."""
    geoms = shapely.force_2d(frame.geometry.to_numpy())
    broken = ~shapely.is_valid(geoms) & ~shapely.is_missing(geoms)
    if broken.any():
        geoms[broken] = shapely.make_valid(geoms[broken])
    parts, row = polygons_of(geoms)
    if len(frame) and not len(parts):
        raise GeometryError("no row has a surface", place=place, remedy="give a layer of polygons")
    return parts, row, np.bincount(row, minlength=len(frame)) == 0


def _kept(
    row: npt.NDArray[np.intp], parts: npt.NDArray[Any], keep: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[Any]]:
    return row[keep[row]], parts[keep[row]]


def _local(
    codes: npt.NDArray[Any], parts: npt.NDArray[Any], crs: Any, nomenclature: LocalNomenclature, columns: dict[str, Any]
) -> geopandas.GeoDataFrame:
    labels = {code: nomenclature.label(code) for code in set(codes)}
    named = {"code_mos": codes, "libelle": np.array([labels[code] for code in codes], dtype=object)}
    return geopandas.GeoDataFrame({**named, **columns, "area_m2": shapely.area(parts)}, geometry=parts, crs=crs)


def _dissolved(
    codes: npt.NDArray[Any], parts: npt.NDArray[Any], crs: Any, nomenclature: LocalNomenclature
) -> geopandas.GeoDataFrame:
    """Touching polygons of one code united, in order of code and of place."""
    united, names = [], []
    for code in sorted(set(codes)):
        whole = shapely.normalize(shapely.get_parts(shapely.union_all(parts[codes == code])))
        bounds = shapely.bounds(whole).reshape(-1, 4)
        united.append(whole[np.lexsort([*bounds.T[::-1]])])
        names += [code] * len(whole)
    geoms = np.concatenate(united) if united else np.empty(0, dtype=object)
    return _local(np.array(names, dtype=object), geoms, crs, nomenclature, {})


def _translated(
    frame: geopandas.GeoDataFrame,
    made: geopandas.GeoDataFrame,
    reasons: npt.NDArray[Any],
    codes: dict[str, npt.NDArray[Any]],
    used: int,
    told: Sequence[str],
) -> Translated:
    gone = np.flatnonzero(reasons != "")
    geoms = frame.geometry.to_numpy()[gone]
    aside = geopandas.GeoDataFrame(
        {**{name: values[gone] for name, values in codes.items()}, "reason": reasons[gone]},
        geometry=geoms,
        crs=frame.crs,
    )
    together = pd.Series(
        [" x ".join(row) for row in zip(*(v[gone] for v in codes.values()), strict=True)], dtype=object
    )
    area = np.nan_to_num(shapely.area(geoms))
    losses = (
        pd.DataFrame({"codes": together, "reason": reasons[gone], "area_m2": area})
        .groupby(["codes", "reason"], sort=True)["area_m2"]
        .agg(rows="size", area_m2="sum")
        .reset_index()
        .sort_values(["area_m2", "codes"], ascending=[False, True], ignore_index=True)
    )
    losses = losses.astype({"rows": "int64", "area_m2": "float64"})
    return Translated(made, aside, len(frame), used, losses, tuple(told))
