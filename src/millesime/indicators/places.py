"""Places that figures are told of: communes, what is made of communes, and perimeters drawn by hand.

Communes are the only administrative limits that the ground is cut along. An EPCI, a SCoT, a département or a region is
the sum of its communes, so that its figure is theirs, to the last digit. A drawn perimeter is cut by itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import geopandas
import numpy as np
import shapely

from millesime.errors import ConfigError, CrsError, GeometryError, SchemaError

#: From the whole map to a perimeter: the order of the rows of a table.
LEVELS = ("territory", "commune", "epci", "scot", "departement", "region", "perimeter")

#: Levels made of communes -> attribute of Admin Express' communes that tells the member's place.
ATTRIBUTES = {"epci": "siren_epci", "departement": "insee_dep", "region": "insee_reg"}

#: What Admin Express writes for a commune that is in no EPCI.
_NO_PLACE = frozenset({"", "NC", "NR", "ZZZZZZZZZ", "NULL", "NONE", "NAN"})

#: Regions by their INSEE code: no layer of Admin Express that is read here names them.
REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "01": "Guadeloupe",
        "02": "Martinique",
        "03": "Guyane",
        "04": "La Réunion",
        "06": "Mayotte",
        "11": "Île-de-France",
        "24": "Centre-Val de Loire",
        "27": "Bourgogne-Franche-Comté",
        "28": "Normandie",
        "32": "Hauts-de-France",
        "44": "Grand Est",
        "52": "Pays de la Loire",
        "53": "Bretagne",
        "75": "Nouvelle-Aquitaine",
        "76": "Occitanie",
        "84": "Auvergne-Rhône-Alpes",
        "93": "Provence-Alpes-Côte d’Azur",
        "94": "Corse",
    }
)


@dataclass(frozen=True)
class Place:
    """A place that figures are told of."""

    level: str
    """One of LEVELS."""

    code: str
    """INSEE code, SIREN of an EPCI, number of a département ..."""

    name: str


@dataclass(frozen=True)
class Union:
    """A place made of communes."""

    place: Place

    communes: tuple[str, ...]
    """INSEE codes of all its communes, those that nothing else is known of included; ordered."""


@dataclass(frozen=True)
class Places:
    """The places that a table tells of, beside the whole of the map. It checks itself when made."""

    communes: geopandas.GeoDataFrame
    """`insee`, `name` and geometry in the CRS of the maps; one row each."""

    unions: tuple[Union, ...] = ()
    """Places made of communes."""

    perimeters: geopandas.GeoDataFrame | None = None
    """`code`, `name` and geometry, one row each; None for none."""

    levels: tuple[str, ...] = LEVELS
    """Levels that are told. Communes are cut even where only what they make up is asked for."""

    told: tuple[str, ...] = field(default=())
    """What a person must know of how they were made, in sentences."""

    def __post_init__(self) -> None:
        unknown = sorted(set(self.levels) - set(LEVELS))
        if unknown:
            raise ConfigError(f"no level {', '.join(unknown)}", remedy=f"levels are {', '.join(LEVELS)}")
        lacking = [name for name in ("insee", "name") if name not in self.communes.columns]
        if lacking:
            raise SchemaError(f"communes lack {', '.join(lacking)}")
        if self.communes["insee"].duplicated().any():
            raise SchemaError("a commune is given twice", remedy="unite its parts first")
        drawn = self.perimeters
        if drawn is not None and drawn["code"].duplicated().any():
            raise SchemaError("two perimeters have one code")
        if drawn is not None and len(drawn) and drawn.crs != self.communes.crs:
            raise CrsError(f"perimeters are in {drawn.crs}, communes in {self.communes.crs}")

    @property
    def crs(self) -> Any:
        """CRS of the places, that of the maps."""
        return self.communes.crs


def no_places(crs: Any) -> Places:
    """Nothing but the whole of the map."""
    return Places(communes_frame([], [], [], crs=crs))


def communes_frame(insee: Sequence[str], names: Sequence[str], geometry: Any, *, crs: Any) -> geopandas.GeoDataFrame:
    """Communes as `Places` holds them."""
    columns = {key: np.array(list(values), dtype=object) for key, values in (("insee", insee), ("name", names))}
    return geopandas.GeoDataFrame(columns, geometry=np.asarray(geometry, dtype=object), crs=crs)


def communes_of(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """One row per commune from Admin Express' layer, whose communes may come in several parts.

    Args:
        frame: `insee_com`, `nom` and geometry.

    Returns:
        `insee`, `name`, geometry; ordered by code.
    """
    merged = frame[["insee_com", "nom", "geometry"]].dissolve("insee_com", sort=True).reset_index()
    return merged.rename(columns={"insee_com": "insee", "nom": "name"})[["insee", "name", "geometry"]]


def unions_of(
    communes: geopandas.GeoDataFrame, level: str, *, names: Mapping[str, str] | None = None
) -> tuple[Union, ...]:
    """EPCI, départements or regions, from the attribute of their communes.

    Args:
        communes: Admin Express' layer: `insee_com` and the attribute of the level. A commune may be in two EPCI
            (a metropolis and its part): their SIREN are then separated by '/'.
        level: a key of ATTRIBUTES.
        names: code -> name; places without one are called by their code.

    Raises:
        SchemaError: no commune has the attribute.
    """
    attribute = ATTRIBUTES[level]
    members: dict[str, set[str]] = {}
    if attribute in communes.columns:
        pairs = zip(communes["insee_com"].astype(str), communes[attribute].fillna("").astype(str), strict=True)
        for insee, text in pairs:
            for code in re.split(r"[/,; ]+", text.strip()):
                if code.upper() not in _NO_PLACE:
                    members.setdefault(code, set()).add(insee)
    if not members and len(communes):
        raise SchemaError(
            f"no commune tells its {level}: attribute {attribute} is missing or empty",
            remedy="give Admin Express with its attributes, or leave this level out",
        )
    known = {**(REGIONS if level == "region" else {}), **(names or {})}
    return tuple(
        Union(Place(level, code, known.get(code) or code), tuple(sorted(members[code]))) for code in sorted(members)
    )


def scots_of(rows: Sequence[Mapping[str, str]]) -> tuple[Union, ...]:
    """SCoT from a table of communes.

    Args:
        rows: `insee`, `code` of the SCoT, `name`; rows without a SCoT say that the commune is in none.

    Raises:
        SchemaError: columns are missing, or a code has two names; all told together.
    """
    lacking = [name for name in ("insee", "code") if rows and name not in rows[0]]
    if lacking:
        raise SchemaError(
            f"the table of SCoT lacks {' and '.join(lacking)}", remedy="its columns are insee, code and name"
        )
    members: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for row in rows:
        code = row["code"].strip()
        if not code or not row["insee"].strip():
            continue
        members.setdefault(code, set()).add(row["insee"].strip().zfill(5))
        name = row.get("name", "").strip()
        if name and names.setdefault(code, name) != name:
            raise SchemaError(f"SCoT {code} has two names: {names[code]!r} and {name!r}")
    if not members:
        raise SchemaError("the table of SCoT tells of none", remedy="its columns are insee, code and name")
    return tuple(
        Union(Place("scot", code, names.get(code, code)), tuple(sorted(members[code]))) for code in sorted(members)
    )


def perimeters_of(frame: geopandas.GeoDataFrame, *, name: str, crs: Any) -> tuple[geopandas.GeoDataFrame, list[str]]:
    """Drawn perimeters, in the CRS of the maps.

    Args:
        frame: polygons in any CRS. With an attribute `code`, `id`, `nom` or `name`, each value is a perimeter;
            without one, all features are one.
        name: what a perimeter without attributes is called.
        crs: CRS of the maps.

    Returns:
        `code`, `name`, geometry; and what was done, in sentences.

    Raises:
        GeometryError: no polygon is there.
    """
    told = []
    if frame.crs != crs:
        told.append(f"perimeter {name}: reprojected from {frame.crs.to_string()} to {_text(crs)}")
        frame = frame.to_crs(crs)
    geoms = shapely.force_2d(frame.geometry.to_numpy())
    invalid = ~shapely.is_valid(geoms) & ~shapely.is_missing(geoms)
    if invalid.any():
        told.append(f"perimeter {name}: {int(invalid.sum())} polygons were not valid and were repaired")
        geoms = np.where(invalid, shapely.make_valid(geoms), geoms)
    areal = np.array([geom is not None and geom.area > 0 for geom in geoms], dtype=bool)
    if not areal.any():
        raise GeometryError(f"perimeter {name} holds no polygon", remedy="give polygons")
    if not areal.all():
        told.append(f"perimeter {name}: {int((~areal).sum())} features without a surface are not used")
    lower = {str(column).lower(): column for column in frame.columns}
    found = [lower[key] for key in ("code", "id", "nom", "name") if key in lower]
    labels = [key for key in ("nom", "name") if key in lower]
    texts = frame[found[0]].astype(str) if found else None
    codes = np.array([name] * len(frame) if texts is None else texts.tolist(), dtype=object)
    names = np.array(frame[lower[labels[0]]].astype(str).tolist(), dtype=object) if labels else codes
    rows = []
    for code in sorted(set(codes[areal].tolist())):
        mine = areal & (codes == code)
        rows.append((code, names[mine][0], shapely.union_all(geoms[mine])))
    columns = {"code": [row[0] for row in rows], "name": [row[1] for row in rows]}
    return geopandas.GeoDataFrame(columns, geometry=[row[2] for row in rows], crs=crs), told


def _text(crs: Any) -> str:
    return str(crs.to_string()) if hasattr(crs, "to_string") else str(crs)
