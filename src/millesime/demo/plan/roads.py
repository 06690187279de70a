"""Road and rail centre lines of one year: cut where they meet, shared nodes, stable numbers."""

from __future__ import annotations

import itertools

import geopandas
import numpy as np
import shapely
from shapely import LineString, box

from millesime.demo.plan.draft import Draft, Way
from millesime.demo.plan.shapes import lines
from millesime.demo.plan.streams import variety

CRS = "EPSG:2154"


def node_ways(draft: Draft, year: int) -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
    """Roads and railways of `year`: sections between crossings on the same level."""
    frame = box(*draft.extent)
    alive = [way for way in draft.ways if way.life.holds(year)]
    roads = [way for way in alive if way.tracks == 0]
    rails = [way for way in alive if way.tracks > 0]
    road_rows = list(_sections(roads, frame))
    rail_rows = [
        (line, way)
        for way in rails
        for line in sorted(lines(shapely.intersection(way.geometry, frame)), key=lambda part: part.bounds)
    ]
    road_frame = geopandas.GeoDataFrame(
        {
            "rid": [_number(line, way) for line, way in road_rows],
            "nature": [way.nature for _, way in road_rows],
            "importance": [way.importance for _, way in road_rows],
            "width_m": np.array([way.width_m for _, way in road_rows], dtype=float),
            "level": np.array([way.level for _, way in road_rows], dtype=np.int64),
            "name": [way.name for _, way in road_rows],
            "private": [way.private for _, way in road_rows],
        },
        geometry=[line for line, _ in road_rows],
        crs=CRS,
    )
    rail_frame = geopandas.GeoDataFrame(
        {
            "rid": [_number(line, way) for line, way in rail_rows],
            "nature": [way.nature for _, way in rail_rows],
            "tracks": np.array([way.tracks for _, way in rail_rows], dtype=np.int64),
            "level": np.array([way.level for _, way in rail_rows], dtype=np.int64),
        },
        geometry=[line for line, _ in rail_rows],
        crs=CRS,
    )
    return road_frame, rail_frame


def _number(line: LineString, way: Way) -> int:
    """A number that stays while the section stays."""
    ends = ";".join(f"{x:.2f},{y:.2f}" for x, y in (line.coords[0], line.coords[-1]))
    return variety("section", ends, f"{line.length:.2f}", way.nature, way.level) + 1


def _sections(roads: list[Way], frame: shapely.Polygon) -> list[tuple[LineString, Way]]:
    """Cut the ways of each level at the crossings of all ways, which are noded on the 1 cm grid."""
    rows: list[tuple[LineString, Way]] = []
    for level in sorted({way.level for way in roads}):
        members = [way for way in roads if way.level == level]
        shapes = np.array(
            [shapely.set_precision(shapely.intersection(way.geometry, frame), 0.01) for way in members],
            dtype=object,
        )
        network = shapely.union_all(shapes, grid_size=0.01)
        # split at true nodes only: joined again where just two ends meet, then by the way they belong to
        edges = shapely.get_parts(network)
        middles = shapely.line_interpolate_point(edges, 0.5, normalized=True)
        edge, way_of = shapely.STRtree(shapes).query_nearest(middles, all_matches=False)
        for number in range(len(members)):
            own = edges[edge[way_of == number]]
            rows += [(line, members[number]) for line in _joined(own, edges)]
    rows.sort(key=lambda row: (row[0].bounds, row[0].length))
    return [row for row in rows if row[0].length > 0.5]


def _joined(own: np.ndarray, every: np.ndarray) -> list[LineString]:
    """Edges of one way joined up to the nodes where other edges arrive."""
    if len(own) == 0:
        return []
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(every, at)) for at in (0, -1)])
    cents, count = np.unique(np.round(ends * 100).astype(np.int64), axis=0, return_counts=True)
    nodes = shapely.multipoints(cents[count > 2] / 100) if (count > 2).any() else None
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(own)))
    if nodes is None:
        return list(merged)
    pieces: list[LineString] = []
    for line in merged:
        pieces += _split_at(line, {tuple(pair) for pair in cents[count > 2].tolist()})
    return pieces


def _split_at(line: LineString, nodes: set[tuple[int, ...]]) -> list[LineString]:
    points = shapely.get_coordinates(line)
    keys = [tuple(pair) for pair in np.round(points * 100).astype(np.int64).tolist()]
    marks = [0, *[i for i in range(1, len(keys) - 1) if keys[i] in nodes], len(keys) - 1]
    return [LineString(points[a : b + 1]) for a, b in itertools.pairwise(marks) if b > a]
