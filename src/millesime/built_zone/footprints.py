"""Which building footprints stand: those of BD TOPO that the imagery confirms, and those it adds.

Footprints below the minimum are left out once touching ones are merged; every one left out is listed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas
import shapely
from pydantic import BaseModel, ConfigDict

from millesime.built_zone.set_aside import gather, set_aside
from millesime.geo.precision import polygons_of, snap
from millesime.nomenclature import COSIA, threshold

Geometries = npt.NDArray[Any]

#: Footprints that the cover alone shows carry this origin.
FROM_COVER = "CoSIA"
FROM_DATABASE = "BD TOPO"


class FootprintRules(BaseModel):
    """How footprints are checked; only the 50 m² are confirmed by the specification."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min_area_m2: float = threshold("ocsge_min_building_input").value
    """Blocks of touching footprints below it are not represented."""

    min_built_share: float = 0.4
    """A footprint stands when at least this share of its visible part is built in the imagery."""

    min_visible_share: float = 0.3
    """Under crowns nothing can be said: a footprint less visible than this is believed."""

    gap_m: float = 2.0
    """Built cover within this distance of a footprint is taken for the same building, badly registered."""

    opening_m: float = 2.0
    """Half the width below which built cover is a sliver and no building."""

    simplify_m: float = 1.0
    """Tolerance that straightens the outlines taken from the imagery."""


@dataclass(frozen=True)
class BuiltCover:
    """What the imagery shows that bears on buildings."""

    built: Geometries
    """Polygons of built cover."""

    trees: Geometries
    """Polygons of crowns, which hide what stands below."""


@dataclass(frozen=True)
class Footprints:
    """Footprints that stand, and those that were set aside."""

    kept: geopandas.GeoDataFrame
    """Single polygons on the 1 cm grid; columns of the source and `origin`, `block` (int: number of the group of
    touching footprints) and `block_area_m2`."""

    set_aside: geopandas.GeoDataFrame
    """Columns of `set_aside.COLUMNS`."""


def built_cover(cover: geopandas.GeoDataFrame) -> BuiltCover:
    """What a cover shows of buildings: its classes that are built land, and its trees.

    Args:
        cover: polygons with `classe`, name of the CoSIA class.
    """
    codes = cover["classe"].map({item.name: item.cs_code for item in COSIA.classes}).fillna("").to_numpy(str)
    polygons = cover.geometry.to_numpy()
    return BuiltCover(polygons[codes == "CS1.1.1.1"], polygons[np.char.startswith(codes, "CS2.1.1")])


def covered_area_m2(targets: Geometries, covers: Geometries) -> npt.NDArray[np.float64]:
    """Area of each target covered by polygons that do not overlap one another, in square metres."""
    areas = np.zeros(len(targets))
    if len(targets) and len(covers):
        target, cover = shapely.STRtree(covers).query(targets, predicate="intersects")
        pieces = shapely.area(shapely.intersection(targets[target], covers[cover]))
        np.add.at(areas, target, pieces)
    return areas


def is_standing(footprints: Geometries, cover: BuiltCover, *, rules: FootprintRules) -> npt.NDArray[np.bool_]:
    """Whether the imagery does not deny each footprint."""
    area = shapely.area(footprints)
    visible = area - covered_area_m2(footprints, cover.trees)
    built = covered_area_m2(footprints, cover.built)
    hidden = visible < rules.min_visible_share * area
    return np.asarray(hidden | (built >= rules.min_built_share * visible), dtype=bool)


def missing_footprints(known: Geometries, cover: BuiltCover, *, rules: FootprintRules) -> Geometries:
    """Buildings that the imagery shows and the database lacks, as polygons on the 1 cm grid."""
    if not len(cover.built):
        return np.empty(0, dtype=object)
    around = shapely.union_all(shapely.buffer(known, rules.gap_m, quad_segs=2))
    # As one geometry: each overlay is then done once, not once for each polygon.
    built = shapely.multipolygons(polygons_of(shapely.coverage_union_all(cover.built))[0])
    unknown = polygons_of(shapely.difference(built, around))[0]
    cores = shapely.buffer(unknown, -rules.opening_m, quad_segs=2)
    cores = cores[~shapely.is_empty(cores)]
    if not len(cores):
        return np.empty(0, dtype=object)
    # The opened core says that there is a building; its outline is that of the cover, up to the known footprints.
    reach = shapely.union_all(shapely.buffer(cores, 1.5 * rules.opening_m, join_style="mitre"))
    outline = shapely.intersection(built, reach)
    outline = shapely.difference(shapely.simplify(outline, rules.simplify_m), shapely.union_all(known))
    parts = polygons_of(snap(shapely.make_valid(outline)))[0]
    return parts[shapely.area(parts) >= rules.min_area_m2]


def blocks_of(footprints: Geometries) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Group footprints that overlap or share a border; a common corner does not merge.

    Returns:
        number of the block of each footprint, and area of that block in square metres.
    """
    if not len(footprints):
        return np.empty(0, dtype=np.int64), np.empty(0)
    blocks = polygons_of(shapely.union_all(footprints))[0]
    inside = shapely.point_on_surface(footprints)
    footprint, block = shapely.STRtree(blocks).query(inside, predicate="intersects")
    # A point on the common corner of two blocks would match twice: keep the first.
    first = np.unique(footprint, return_index=True)[1]
    number = block[first].astype(np.int64)
    return number, np.asarray(shapely.area(blocks)[number])


def block_polygons(footprints: geopandas.GeoDataFrame) -> Geometries:
    """(blocks,) union of the footprints of each block; by construction a single polygon each."""
    geometry, block = footprints.geometry.to_numpy(), footprints["block"].to_numpy(int)
    order = np.argsort(block, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(block[order])) + 1) if len(order) else []
    unions = np.empty(len(groups), dtype=object)
    for number, members in enumerate(groups):
        unions[number] = shapely.union_all(geometry[members])
    return unions


def standing_footprints(
    buildings: geopandas.GeoDataFrame, cover: BuiltCover | None, *, rules: FootprintRules
) -> Footprints:
    """Check the database against the imagery, add what it lacks, and leave out what is too small.

    Args:
        buildings: footprints of BD TOPO (layer BATIMENT), with `cleabs`.
        cover: what the imagery shows; None believes the database.
        rules: thresholds.
    """
    crs = str(buildings.crs)
    parts, row = polygons_of(snap(shapely.force_2d(buildings.geometry.to_numpy())))
    parts, row = parts[shapely.area(parts) > 0], row[shapely.area(parts) > 0]
    standing = np.ones(len(parts), bool) if cover is None else is_standing(parts, cover, rules=rules)
    aside = [_listed(buildings, parts, row, ~standing, "not built in the imagery")]
    parts, row = parts[standing], row[standing]
    added = np.empty(0, object) if cover is None else missing_footprints(parts, cover, rules=rules)
    geometry = np.concatenate([parts, added])
    block, block_area = blocks_of(geometry)
    large = block_area >= rules.min_area_m2
    too_small = f"block of touching footprints below {rules.min_area_m2:g} m²"
    aside.append(_listed(buildings, parts, row, ~large[: len(parts)], too_small))
    position = np.concatenate([row, np.full(len(added), -1)])[large]
    kept = _attributes(buildings, position)
    kept["origin"] = np.where(position < 0, FROM_COVER, FROM_DATABASE)
    kept["block"] = np.unique(block[large], return_inverse=True)[1]
    kept["block_area_m2"] = block_area[large]
    frame = geopandas.GeoDataFrame(kept, geometry=geometry[large], crs=crs)
    return Footprints(frame, gather(aside, crs=crs))


def _listed(
    buildings: geopandas.GeoDataFrame,
    parts: Geometries,
    row: npt.NDArray[np.intp],
    mask: npt.NDArray[np.bool_],
    reason: str,
) -> geopandas.GeoDataFrame:
    features = buildings.iloc[row[mask]].set_geometry(parts[mask], crs=buildings.crs)
    return set_aside(features, source="bd_topo", layer="batiment", key="cleabs", reasons=reason)


def _attributes(buildings: geopandas.GeoDataFrame, position: npt.NDArray[np.intp]) -> pandas.DataFrame:
    """Attributes of the rows at `position`; empty texts, NaN and False where it is negative."""
    columns: dict[str, Any] = {}
    for name in buildings.columns.drop(buildings.geometry.name):
        values = buildings[name].to_numpy()
        blank: Any = np.nan if values.dtype.kind == "f" else values.dtype.type() if values.dtype.kind != "O" else ""
        taken = np.full(len(position), blank, dtype=values.dtype)
        taken[position >= 0] = values[position[position >= 0]]
        columns[name] = taken
    return pandas.DataFrame(columns, index=range(len(position)))
