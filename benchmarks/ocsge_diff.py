"""The differential of two vintages, whose status is known, beside PostGIS and geopandas: every piece of both.

PostGIS pairs what did not change by its content, as ours does, and cuts the rest on the 1 cm grid; geopandas overlays
all of it, as its users would.
"""

from typing import Any

import geopandas
import pandas as pd

from benchmarks._measure import Contender, run_row
from benchmarks._ocsge import Vintages, beside_peers, vintages
from benchmarks._postgis import Database, postgis_missing
from millesime.artificialisation import ARTIFICIAL
from millesime.differential import difference

BENCHMARK = "ocsge_diff"
GRID_M = 0.01

_SQL = f"""
DROP TABLE IF EXISTS one_key, other_key, same, piece;
CREATE UNLOGGED TABLE one_key AS SELECT number, md5(ST_AsBinary(ST_Normalize(geom))) AS key FROM one;
CREATE UNLOGGED TABLE other_key AS SELECT number, md5(ST_AsBinary(ST_Normalize(geom))) AS key FROM other;
CREATE UNLOGGED TABLE same AS SELECT a.number AS a, b.number AS b FROM one_key a JOIN other_key b USING (key);
CREATE INDEX ON same (a);
CREATE INDEX ON same (b);
ANALYZE same;
CREATE UNLOGGED TABLE piece AS
  SELECT a, b, geom FROM (
    SELECT a.number AS a, b.number AS b,
      (ST_Dump(ST_CollectionExtract(ST_Intersection(a.geom, b.geom, {GRID_M}), 3))).geom
    FROM one a JOIN other b ON ST_Intersects(a.geom, b.geom)
    WHERE NOT EXISTS (SELECT FROM same WHERE same.a = a.number)
      AND NOT EXISTS (SELECT FROM same WHERE same.b = b.number)) cut
  UNION ALL SELECT a, b, one.geom FROM same JOIN one ON one.number = a;
DROP TABLE IF EXISTS compared;
CREATE UNLOGGED TABLE compared AS
  SELECT piece.*, ST_Area(piece.geom) AS area,
    (one.cs, one.us, one.artif) <> (other.cs, other.us, other.artif) AS changed,
    other.artif::int - one.artif::int AS flux
  FROM piece JOIN one ON one.number = a JOIN other ON other.number = b;
"""
_SUMS = """SELECT count(*), count(*) FILTER (WHERE changed), coalesce(sum(area) FILTER (WHERE changed), 0),
  coalesce(sum(area) FILTER (WHERE flux > 0), 0), coalesce(sum(area) FILTER (WHERE flux < 0), 0) FROM compared"""


def _facts(given: Vintages, pieces: int, changed: int, area: float, gain: float, loss: float) -> dict[str, Any]:
    """What was found, and how far it is from what ours finds."""
    ours = _ours_told(_ours(given))
    return {
        "pieces": pieces,
        "changed": changed,
        "changed_m2": round(area, 2),
        "gain_m2": round(gain, 2),
        "loss_m2": round(loss, 2),
        "area_unlike_m2": round(max(abs(x - y) for x, y in zip((area, gain, loss), ours[2:], strict=True)), 2),
    }


def _told(frame: pd.DataFrame) -> tuple[int, int, float, float, float]:
    area, flux = frame["area_m2"], frame["artificialisation"]
    gain, loss = (float(area[flux == sign].sum()) for sign in (1, -1))
    return len(frame), int(frame["changed"].sum()), float(area[frame["changed"]].sum()), gain, loss


def _ours(given: Vintages) -> Any:
    return difference(given.first, given.second, years=given.years, territory="099")


def _ours_told(done: Any) -> tuple[int, int, float, float, float]:
    return _told(done[0].frame)


def _tables(polygons: int) -> tuple[Vintages, Database]:
    given, base = vintages(polygons), Database()
    for name, side in zip(("one", "other"), given.sides, strict=True):
        columns = {
            "cs": ("text", side["code_cs"]),
            "us": ("text", side["code_us"]),
            "artif": ("bool", side["artif"] == ARTIFICIAL),
        }
        base.load(name, columns, side.geometry.to_numpy())
    return given, base


def _sql_facts(given: tuple[Vintages, Database], _: Any) -> dict[str, Any]:
    row = given[1].rows(_SUMS)[0]
    return _facts(given[0], int(row[0]), int(row[1]), *map(float, row[2:]))


def _geopandas(given: Vintages) -> Any:
    sides = [side[["code_cs", "code_us", "artif", "geometry"]] for side in given.sides]
    pieces = geopandas.overlay(*sides, how="intersection").explode(index_parts=False)
    artif = [pieces[f"artif_{k}"] == ARTIFICIAL for k in (1, 2)]
    names = ("code_cs", "code_us", "artif")
    changed = sum((pieces[f"{name}_1"] != pieces[f"{name}_2"]).astype(int) for name in names) > 0
    return pieces.assign(
        area_m2=pieces.area, changed=changed, artificialisation=artif[1].astype(int) - artif[0].astype(int)
    )


CONTENDERS = (
    Contender("millesime", vintages, _ours, lambda given, done: _facts(given, *_ours_told(done))),
    Contender(
        "PostGIS, ST_Intersection on the grid", _tables, lambda given: given[1].run(_SQL), _sql_facts,
        missing=postgis_missing, shares=True,
    ),
    Contender("geopandas.overlay", vintages, _geopandas, lambda given, done: _facts(given, *_told(done))),
)  # fmt: skip


def main() -> None:
    for polygons in beside_peers():
        run_row(BENCHMARK, __name__, CONTENDERS, size=polygons, unit="polygons")
