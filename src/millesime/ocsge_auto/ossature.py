"""The ossature: main roads and railways above ground, as polygons that partition the territory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import pandas
import shapely
from pydantic import BaseModel, ConfigDict

from millesime.built_zone.delineate import fill_holes, north_to_south
from millesime.built_zone.set_aside import gather, set_aside
from millesime.geo.precision import polygons_of, snap
from millesime.ocsge_auto.roads import RoadRules, select_roads

Geometries = npt.NDArray[Any]

_TRAMS = ("Tramway", "Métro", "Funiculaire ou crémaillère")
_STATES_OUT = ("En projet", "Déclassé", "Non exploité", "En construction", "En ruine")


class OssatureRules(BaseModel):
    """How roads and railways become polygons (inferred, but the roads' 5 m)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    roads: RoadRules = RoadRules()
    track_width_m: float = 4.0
    """Width taken by one railway track with its ballast."""

    track_margin_m: float = 4.0
    """Added to the width of all the tracks of a line."""

    gap_m: float = 1.0
    """Gaps narrower than this between parts of the ossature are closed."""

    hole_max_m2: float = 100.0
    """Smaller holes of the ossature are filled: no island of a roundabout is that small."""

    quad_segs: int = 4


@dataclass(frozen=True)
class Networks:
    """Roads and railways as polygons."""

    polygons: geopandas.GeoDataFrame
    """Single polygons on the 1 cm grid that do not overlap: `code_cs`, `code_us`, `is_ossature`, `rule`."""

    set_aside: geopandas.GeoDataFrame


def draw_networks(
    roads: geopandas.GeoDataFrame,
    railways: geopandas.GeoDataFrame,
    extent: tuple[float, float, float, float],
    *,
    rules: OssatureRules,
) -> Networks:
    """Draw roads and railways, the upper one over the lower where they cross.

    Args:
        roads: BD TOPO TRONCON_DE_ROUTE, normalised.
        railways: BD TOPO TRONCON_DE_VOIE_FERREE, normalised.
        extent: west, south, east, north to cut at, in metres.
        rules: widths.
    """
    chosen = select_roads(roads, rules=rules.roads)
    rails, rails_out = _select_railways(railways)
    pieces = pandas.concat([_road_pieces(chosen.drawn, rules), _rail_pieces(rails, rules)], ignore_index=True)
    pieces = pieces.sort_values(["is_ossature", "level", "rank"], ascending=[False, False, True], kind="stable")
    polygons = _stacked(pieces, shapely.box(*extent), rules, crs=str(roads.crs))
    return Networks(polygons, gather([chosen.set_aside, rails_out], crs=str(roads.crs)))


def _select_railways(
    railways: geopandas.GeoDataFrame,
) -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
    reason = np.full(len(railways), "", dtype=object)
    state = railways["etat_de_l_objet"].to_numpy(str)
    reason[railways["nature"].to_numpy(str) == "Sans objet"] = "no nature: mostly disused"
    closed = np.isin(state, _STATES_OUT)
    reason[closed] = [f"not in service: {text}" for text in state[closed]]
    reason[railways["level"].to_numpy() < 0] = "below ground"
    out = reason != ""
    listed = set_aside(
        railways[out], source="bd_topo", layer="troncon_de_voie_ferree", key="cleabs", reasons=reason[out].tolist()
    )
    return railways[~out], listed


def _road_pieces(sections: geopandas.GeoDataFrame, rules: OssatureRules) -> pandas.DataFrame:
    stone = sections["nature"].to_numpy(str) == "Route empierrée"
    half = sections["width_m"].to_numpy(float) / 2
    return pandas.DataFrame(
        {
            "polygon": shapely.buffer(sections.geometry.to_numpy(), half, quad_segs=rules.quad_segs),
            "level": sections["level"].to_numpy(int),
            "rank": np.where(stone, 1, 0),
            "is_ossature": sections["is_ossature"].to_numpy(bool),
            "code_cs": np.where(stone, "CS1.1.2.1", "CS1.1.1.2"),
            "code_us": "US4.1.1",
            "rule": np.where(stone, "bd_topo.stone_road", "bd_topo.road"),
        }
    )


def _rail_pieces(sections: geopandas.GeoDataFrame, rules: OssatureRules) -> pandas.DataFrame:
    tracks = np.maximum(np.nan_to_num(sections["nombre_de_voies"].to_numpy(float), nan=1.0), 1.0)
    half = (tracks * rules.track_width_m + rules.track_margin_m) / 2
    tram = sections["nature"].isin(_TRAMS).to_numpy()
    return pandas.DataFrame(
        {
            "polygon": shapely.buffer(sections.geometry.to_numpy(), half, cap_style="flat", quad_segs=rules.quad_segs),
            "level": sections["level"].to_numpy(int),
            "rank": 2,
            "is_ossature": True,
            "code_cs": np.where(tram, "CS1.1.1.2", "CS1.1.2.1"),
            "code_us": "US4.1.2",
            "rule": np.where(tram, "bd_topo.tram", "bd_topo.railway"),
        }
    )


def _stacked(
    pieces: pandas.DataFrame, frame: shapely.Polygon, rules: OssatureRules, *, crs: str
) -> geopandas.GeoDataFrame:
    """Union the pieces kind by kind, from the uppermost down, each cut by what lies over it."""
    covered = shapely.Polygon()
    tables = []
    columns = ["is_ossature", "level", "rank", "code_cs", "code_us", "rule"]
    for kind, group in pieces.groupby(columns, sort=False):
        union = _cleaned(group["polygon"].to_numpy(), rules)
        visible = shapely.intersection(shapely.difference(union, covered), frame)
        covered = shapely.union(covered, union)
        parts = north_to_south(polygons_of(snap(visible))[0])
        tables.append(pandas.DataFrame([kind] * len(parts), columns=columns).assign(geometry=parts))
    if not tables:
        return geopandas.GeoDataFrame({name: [] for name in columns}, geometry=[], crs=crs)
    frame_of = geopandas.GeoDataFrame(pandas.concat(tables, ignore_index=True), geometry="geometry", crs=crs)
    return frame_of[["code_cs", "code_us", "is_ossature", "rule", "geometry"]]


def _cleaned(polygons: Geometries, rules: OssatureRules) -> Any:
    """The union of polygons, narrow gaps closed and small holes filled."""
    union = shapely.union_all(polygons)
    half = rules.gap_m / 2
    closed = shapely.buffer(shapely.buffer(union, half, join_style="mitre"), -half, join_style="mitre")
    parts = polygons_of(shapely.union(closed, union))[0]
    return shapely.union_all(fill_holes(parts, max_area_m2=rules.hole_max_m2)) if len(parts) else union
