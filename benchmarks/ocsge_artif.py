"""The artificial status of a vintage, beside PostGIS and geopandas: fill, remove, force built land.

All work on what they hold in memory or in tables. PostGIS does it in two ways: patches as the parts of a union, as its
users would; and shared edges joined as rows, their connected components found by hooking labels, which is what ours
does too.
"""

from typing import Any

import geopandas
import numpy as np

from benchmarks._measure import Contender, run_row
from benchmarks._ocsge import beside_peers, frame_of, matrix_of, status_facts
from benchmarks._postgis import Database, postgis_missing
from millesime.artificialisation import artificialise

BENCHMARK = "ocsge_artif"
T_OTHER, T_BUILT = 2500, 50

_UNION = f"""
DROP TABLE IF EXISTS state, patch, rim, built_patch;
CREATE UNLOGGED TABLE state AS SELECT number, matrix, built, matrix AS artif, geom, ST_PointOnSurface(geom) AS inside
  FROM p;
CREATE INDEX ON state USING gist (inside);
CREATE UNLOGGED TABLE patch AS SELECT (ST_Dump(ST_Union(geom))).geom FROM state WHERE NOT artif;
CREATE UNLOGGED TABLE rim AS
  SELECT (ST_DumpSegments(ST_Boundary(ST_Union(geom)))).geom FROM state;
CREATE INDEX ON rim USING gist (geom);
ANALYZE rim, state;
UPDATE state SET artif = true FROM patch WHERE ST_Area(patch.geom) < {T_OTHER} AND ST_Intersects(patch.geom, inside)
  AND NOT EXISTS (SELECT FROM rim WHERE rim.geom && patch.geom
    AND ST_Length(ST_Intersection(rim.geom, ST_Boundary(patch.geom))) > 0);
CREATE UNLOGGED TABLE built_patch AS
  SELECT geom FROM (SELECT (ST_Dump(ST_Union(geom))).geom FROM state WHERE built) b WHERE ST_Area(geom) >= {T_BUILT};
CREATE INDEX ON built_patch USING gist (geom);
DROP TABLE patch;
CREATE UNLOGGED TABLE patch AS SELECT (ST_Dump(ST_Union(geom))).geom FROM state WHERE artif;
UPDATE state SET artif = false FROM patch WHERE ST_Area(patch.geom) < {T_OTHER} AND ST_Intersects(patch.geom, inside)
  AND NOT EXISTS (SELECT FROM rim WHERE rim.geom && patch.geom
    AND ST_Length(ST_Intersection(rim.geom, ST_Boundary(patch.geom))) > 0)
  AND NOT (built AND EXISTS (SELECT FROM built_patch b WHERE ST_Intersects(b.geom, inside)));
"""

_FUNCTION = """
CREATE FUNCTION label_clusters() RETURNS void LANGUAGE plpgsql AS $$
BEGIN  -- table joined (a, b) gives clusters in table cluster (number, label)
  DROP TABLE IF EXISTS cluster;
  CREATE UNLOGGED TABLE cluster AS SELECT number, number AS label FROM p;
  ALTER TABLE cluster ADD PRIMARY KEY (number);
  LOOP
    UPDATE cluster c SET label = m.label FROM (
      SELECT ca.label AS root, min(cb.label) AS label FROM joined
      JOIN cluster ca ON ca.number = joined.a JOIN cluster cb ON cb.number = joined.b
      WHERE cb.label < ca.label GROUP BY ca.label) m
    WHERE c.number = m.root AND m.label < c.label;
    EXIT WHEN NOT FOUND;
    LOOP
      UPDATE cluster c SET label = r.label FROM cluster r WHERE r.number = c.label AND r.label < c.label;
      EXIT WHEN NOT FOUND;
    END LOOP;
  END LOOP;
END $$;
"""

_JOIN = """
DROP TABLE IF EXISTS joined;
CREATE UNLOGGED TABLE joined AS SELECT a, b FROM pair JOIN state s ON s.number = a JOIN state t ON t.number = b
  WHERE {together};
INSERT INTO joined SELECT b, a FROM joined;
ANALYZE joined;
SELECT label_clusters();
DROP TABLE IF EXISTS patch;
CREATE UNLOGGED TABLE patch AS SELECT label, sum(area) AS area, bool_or(at_rim) AS at_rim
  FROM cluster JOIN state USING (number) GROUP BY label;
"""
_EDGES = f"""
DROP TABLE IF EXISTS edge, pair, state, built_patch;
CREATE UNLOGGED TABLE edge AS
  SELECT min(number) AS a, max(number) AS b, count(*) AS n FROM (
    SELECT number, LEAST(u, v) AS u, GREATEST(u, v) AS v FROM (
      SELECT number, geom AS u, lead(geom) OVER (PARTITION BY number, path[1] ORDER BY path[2]) AS v
      FROM (SELECT number, (d).path, ST_AsBinary((d).geom) AS geom
            FROM (SELECT number, ST_DumpPoints(geom) AS d FROM p) q) r) s
    WHERE v IS NOT NULL) t
  GROUP BY u, v;
CREATE UNLOGGED TABLE pair AS SELECT DISTINCT a, b FROM edge WHERE n = 2 AND a <> b;
CREATE UNLOGGED TABLE state AS SELECT p.number, matrix, built, matrix AS artif, ST_Area(geom) AS area,
    r.a IS NOT NULL AS at_rim
  FROM p LEFT JOIN (SELECT DISTINCT a FROM edge WHERE n = 1) r ON r.a = p.number;
ALTER TABLE state ADD PRIMARY KEY (number);
ANALYZE pair, state;
{_JOIN.format(together="s.artif = t.artif")}
UPDATE state SET artif = true FROM cluster c JOIN patch USING (label)
  WHERE c.number = state.number AND NOT artif AND NOT patch.at_rim AND patch.area < {T_OTHER};
{_JOIN.format(together="s.built AND t.built")}
CREATE UNLOGGED TABLE built_patch AS SELECT number FROM cluster JOIN patch USING (label) JOIN state USING (number)
  WHERE built AND patch.area >= {T_BUILT};
{_JOIN.format(together="s.artif = t.artif")}
UPDATE state SET artif = false FROM cluster c JOIN patch USING (label)
  WHERE c.number = state.number AND artif AND NOT patch.at_rim AND patch.area < {T_OTHER}
  AND NOT EXISTS (SELECT FROM built_patch b WHERE b.number = state.number);
"""


def _frame(polygons: int) -> geopandas.GeoDataFrame:
    return frame_of(polygons, 1)


def _tables(polygons: int) -> tuple[geopandas.GeoDataFrame, Database]:
    frame = _frame(polygons)
    matrix, built = matrix_of(frame)
    base = Database()
    base.load("p", {"matrix": ("bool", matrix), "built": ("bool", built)}, frame.geometry.to_numpy())
    base.run(_FUNCTION)
    return frame, base


def _in_sql(script: str) -> Any:
    def work(given: tuple[geopandas.GeoDataFrame, Database]) -> Any:
        given[1].run(script)
        return None

    return work


def _sql_facts(given: tuple[geopandas.GeoDataFrame, Database], _: Any) -> dict[str, Any]:
    frame, base = given
    artificial = np.zeros(len(frame), dtype=bool)
    artificial[[int(row[0]) for row in base.rows("SELECT number FROM state WHERE artif")]] = True
    return status_facts(frame, artificial)


def _given(polygons: int) -> geopandas.GeoDataFrame:
    frame = _frame(polygons)
    matrix, built = matrix_of(frame)
    return frame.assign(matrix=matrix, built=built)


def _geopandas(frame: geopandas.GeoDataFrame) -> Any:
    """Dissolve by status, explode, join points back: what its users would write."""
    inside = frame.set_geometry(frame.geometry.representative_point())
    rim = frame.geometry.union_all().boundary
    artificial = frame["matrix"].to_numpy(bool)
    large_built = _members(_patches(frame[frame["built"]]), inside, lambda patches: patches.area >= T_BUILT)
    for status in (False, True):
        patches = _patches(frame[artificial == status])
        small = patches[patches.area < T_OTHER]
        along = small.geometry.boundary.intersection(rim).length > 0
        turned = _members(small, inside, lambda found, along=along: ~along[found.index])
        turned &= artificial == status
        artificial = artificial ^ (turned & ~(large_built & frame["built"].to_numpy(bool)) if status else turned)
    return artificial


def _patches(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    return frame[["geometry"]].dissolve().explode(index_parts=False).reset_index(drop=True)


def _members(patches: geopandas.GeoDataFrame, inside: geopandas.GeoDataFrame, keep: Any) -> Any:
    """(n,) whether the point of a polygon lies in a patch that is kept."""
    kept = patches[keep(patches)][["geometry"]]
    joined = geopandas.sjoin(inside[["geometry"]], kept, predicate="within")
    return np.isin(np.arange(len(inside)), joined.index.to_numpy())


CONTENDERS = (
    Contender(
        "millesime", _frame, artificialise, lambda frame, done: status_facts(frame, done.artificial),
    ),
    Contender("PostGIS, shared edges", _tables, _in_sql(_EDGES), _sql_facts, missing=postgis_missing, shares=True),
    Contender(
        "PostGIS, ST_Union", _tables, _in_sql(_UNION), _sql_facts, missing=postgis_missing, shares=True, warm_up=False
    ),
    Contender("geopandas dissolve, sjoin", _given, _geopandas, status_facts, warm_up=False),
)  # fmt: skip


def main() -> None:
    for polygons in beside_peers():
        run_row(BENCHMARK, __name__, CONTENDERS, size=polygons, unit="polygons")
