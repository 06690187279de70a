"""From the files of communes, SCoT, perimeters and plans given to `millesime indicators` to places."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import geopandas

    from millesime.indicators import Ground, Places, Union

#: Levels that only the file of communes can tell.
ADMINISTRATIVE = ("commune", "epci", "departement", "region")


def read_places(
    grounds: Sequence[Ground],
    *,
    levels: Sequence[str],
    communes: Path | None,
    perimeter: Path | None,
    scot: Path | None,
    crs: str | None,
) -> Places:
    """Communes, what they make up and perimeters, in the CRS of the maps.

    Raises:
        ConfigError: a level whose file is not given.
    """
    from millesime.errors import ConfigError
    from millesime.indicators import Places, communes_frame, perimeters_of
    from millesime.io.vector import read_vector

    target = grounds[0].pieces.crs
    asked = set(levels) or _implied(communes, perimeter, scot)
    needs = {**dict.fromkeys(ADMINISTRATIVE, ("--communes", communes)), "perimeter": ("--perimeter", perimeter)}
    lacking = {level: needs[level][0] for level in sorted(asked & set(needs)) if needs[level][1] is None}
    if "scot" in asked and (scot is None or communes is None):
        lacking["scot"] = "--scot" if scot is None else "--communes"
    if lacking:
        raise ConfigError(
            "; ".join(f"level {level} needs {option}" for level, option in lacking.items()),
            remedy="communes and what they make up come from Admin Express, SCoT from a table of communes",
        )
    told: list[str] = []
    frame = communes_frame([], [], [], crs=target)
    unions: tuple[Union, ...] = ()
    if communes is not None:
        frame, unions = _administrative(communes, asked, _bounds(grounds), target, crs, scot, told)
    drawn = None
    if perimeter is not None:
        drawn, sentences = perimeters_of(read_vector(perimeter, crs=crs), name=perimeter.stem, crs=target)
        told += sentences
    return Places(frame, unions, drawn, tuple(sorted({"territory", *asked})), tuple(told))


def _implied(communes: Path | None, perimeter: Path | None, scot: Path | None) -> set[str]:
    given = {"commune": communes, "perimeter": perimeter, "scot": scot}
    return {level for level, path in given.items() if path is not None}


def _bounds(grounds: Sequence[Ground]) -> tuple[float, float, float, float]:
    import numpy as np

    every = np.array([ground.pieces.total_bounds for ground in grounds])
    (west, south), (east, north) = every[:, :2].min(axis=0).tolist(), every[:, 2:].max(axis=0).tolist()
    return west, south, east, north


def _administrative(
    path: Path,
    asked: set[str],
    bounds: tuple[float, float, float, float],
    target: Any,
    crs: str | None,
    scot: Path | None,
    told: list[str],
) -> tuple[geopandas.GeoDataFrame, tuple[Union, ...]]:
    """Communes and unions from Admin Express. Places above the commune reach out of the maps: all is read for them."""
    import shapely

    from millesime.errors import InputError
    from millesime.indicators import communes_of, unions_of
    from millesime.sources.loading import load

    above = asked & {"epci", "departement", "region", "scot"}
    named = [level for level in ("epci", "departement") if level in asked]
    database = load(
        "admin_express",
        path,
        None if above else bounds,
        layers=("commune", *named),
        read=_reader(target, crs, told),
    )
    told += [f"{path.name}: {sentence}" for sentence in database.told()]
    layer = database.layer("commune")
    merged = communes_of(layer)
    near = shapely.intersects(merged.geometry.to_numpy(), shapely.box(*bounds))
    if not near.any():
        raise InputError("none of its communes lies on the maps", place=path, remedy="give the communes of the maps")
    unions: list[Union] = []
    keys = {"epci": "code_siren", "departement": "insee_dep"}
    for level in ("epci", "departement", "region"):
        if level in asked:
            known = database.layer(level) if level in keys else None
            names = {} if known is None else dict(zip(known[keys[level]], known["nom"], strict=True))
            unions += unions_of(layer, level, names=names)
    if "scot" in asked and scot is not None:
        unions += _scots(scot, set(merged["insee"]), told)
    here = set(merged.loc[near, "insee"])
    kept = tuple(union for union in unions if here & set(union.communes))
    absent = [union.place.name for union in unions if union.place.level == "scot" and union not in kept]
    if absent:
        told.append(f"SCoT without a commune on the maps: {', '.join(absent)}")
    members = here.union(*(union.communes for union in kept))
    return merged[merged["insee"].isin(members)].reset_index(drop=True), kept


def _reader(target: Any, crs: str | None, told: list[str]) -> Any:
    """Reads a layer into the CRS of the maps, telling when it was in another one."""
    from millesime.io.vector import read_vector

    def read(path: Path, *, layer: str, bounds: tuple[float, float, float, float] | None) -> geopandas.GeoDataFrame:
        if bounds is not None and _is_in(path, layer, target):
            return read_vector(path, layer=layer, bounds=bounds)
        frame = read_vector(path, layer=layer, crs=crs)
        if frame.crs != target:
            told.append(f"{path.name}, layer {layer}: reprojected from {frame.crs.to_string()} to {target.to_string()}")
            frame = frame.to_crs(target)
        if bounds is None:
            return frame
        west, south, east, north = bounds
        return frame.cx[west:east, south:north].reset_index(drop=True)

    return read


def _is_in(path: Path, layer: str, target: Any) -> bool:
    """Whether a layer is in a CRS for certain: then only what lies in the bounds needs to be read."""
    import pyogrio

    return path.suffix.lower() in (".gpkg", ".shp") and pyogrio.read_info(path, layer=layer)["crs"] == str(target)


def _scots(path: Path, known: set[str], told: list[str]) -> tuple[Union, ...]:
    """SCoT from a table or from the attributes of a layer."""
    from millesime.indicators import scots_of
    from millesime.io.tables import read_rows
    from millesime.io.vector import read_vector

    names = {
        "insee": ("insee_com", "code_insee", "com", "codgeo"),
        "code": ("scot", "code_scot", "id_scot"),
        "name": ("nom", "nom_scot", "lib_scot", "libelle"),
    }
    if path.suffix.lower() in (".csv", ".txt", ".tsv"):
        rows = read_rows(path, columns=names)
    else:
        frame = read_vector(path)
        lower = {str(column).lower(): column for column in frame.columns}
        columns = {w: next((lower[a] for a in (w, *aliases) if a in lower), None) for w, aliases in names.items()}
        kept = {wanted: frame[column].fillna("").astype(str) for wanted, column in columns.items() if column}
        rows = [dict(zip(kept, values, strict=True)) for values in zip(*kept.values(), strict=True)]
    unions = scots_of(rows)
    unknown = sorted({insee for union in unions for insee in union.communes} - known)
    if unknown:
        told.append(
            f"{path.name}: {len(unknown)} communes are not in Admin Express ({', '.join(unknown[:5])}"
            f"{' ...' if len(unknown) > 5 else ''}): their SCoT are told as PARTIAL"
        )
    return unions
