"""Overlay of two coverages of about 5,200 polygons each on the 1 cm grid: every piece, and whence it comes."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely

from benchmarks import _inputs
from benchmarks._measure import Contender, run_row
from benchmarks._peers import module_missing
from benchmarks._postgis import Database, postgis_missing
from benchmarks._raster import CRS, grid_of
from millesime.geo.coverage import Coverage, overlay_polygons

BENCHMARK = "overlay"
GRID_M = 0.01


def _coverages(px: int) -> tuple[Coverage, Coverage]:
    one, other = (
        _inputs.merged(px, replace(_inputs.look(), seed=seed)).simplify(tolerance_m=_inputs.TOLERANCE_M)
        for seed in (1, 2)
    )
    return one, other


def _polygons(px: int) -> tuple[Any, Any, int]:
    one, other = (coverage.to_polygons() for coverage in _coverages(px))
    return one, other, px


def _facts(px: int, pieces: Any) -> dict[str, Any]:
    kept = np.asarray(pieces, dtype=object)
    kept = kept[shapely.area(kept) > 0]
    facts = _inputs.coverage_facts(kept, _inputs.extent_m2(px))
    facts.pop("below_50_m2")
    return facts


def _overlay(given: tuple[Coverage, Coverage]) -> Any:
    if not hasattr(Coverage, "overlay"):
        raise NotImplementedError("Coverage.overlay is not there yet")
    return given[0].overlay(given[1])


def _overlay_facts(given: tuple[Coverage, Coverage], done: Any) -> dict[str, Any]:
    coverage = getattr(done, "coverage", done)
    px = round(given[0].total_area_m2 ** 0.5 / 0.2)
    return _facts(px, coverage.to_polygons())


def _overlay_polygons(given: tuple[Any, Any, int]) -> Any:
    return overlay_polygons(given[:2], extent=grid_of(given[2]).bounds, crs=CRS)


def _shapely(given: tuple[Any, Any, int]) -> Any:
    one, other, _ = given
    i, j = shapely.STRtree(other).query(one, predicate="intersects")
    return shapely.intersection(one[i], other[j], grid_size=GRID_M)


def _frames(px: int) -> tuple[Any, Any, int]:
    one, other, _ = _polygons(px)
    frames = [
        geopandas.GeoDataFrame({name: range(len(side))}, geometry=side, crs=CRS)
        for name, side in (("one", one), ("other", other))
    ]
    return frames[0], frames[1], px


def _connection() -> Any:
    """DuckDB with the spatial extension that lies beside it as a package."""
    import duckdb
    import duckdb_extension_spatial

    folder = Path(duckdb_extension_spatial.__file__).parent / "extensions" / f"v{duckdb.__version__}"
    base = duckdb.connect()
    base.execute(f"LOAD '{folder / 'spatial.duckdb_extension'}'")
    return base


def _tables(px: int) -> tuple[Any, int]:
    import pandas

    one, other, _ = _polygons(px)
    base = _connection()
    for name, side in (("one", one), ("other", other)):
        base.register("given", pandas.DataFrame({"number": range(len(side)), "wkb": shapely.to_wkb(side)}))
        base.execute(f"CREATE TABLE {name} AS SELECT number, ST_GeomFromWKB(wkb) AS geom FROM given")
    return base, px


def _duckdb(given: tuple[Any, int]) -> Any:
    rows = given[0].execute(
        "SELECT one.number, other.number, ST_AsWKB(ST_Intersection(one.geom, other.geom))"
        " FROM one JOIN other ON ST_Intersects(one.geom, other.geom)"
    )
    return rows.fetchnumpy()


def _duckdb_facts(given: tuple[Any, int], columns: Any) -> dict[str, Any]:
    pieces = shapely.from_wkb([bytes(wkb) for wkb in list(columns.values())[2]])
    return _facts(given[1], pieces)


def _postgis_tables(px: int) -> tuple[Database, int]:
    one, other, _ = _polygons(px)
    base = Database()
    for name, side in (("one", one), ("other", other)):
        base.load(name, {}, side)
    return base, px


def _postgis(given: tuple[Database, int]) -> None:
    given[0].run(
        "DROP TABLE IF EXISTS piece; CREATE UNLOGGED TABLE piece AS"
        f" SELECT one.number AS a, other.number AS b, ST_Intersection(one.geom, other.geom, {GRID_M}) AS geom"
        " FROM one JOIN other ON ST_Intersects(one.geom, other.geom)"
    )


def _postgis_facts(given: tuple[Database, int], _: None) -> dict[str, Any]:
    rows = given[0].rows("SELECT encode(ST_AsBinary(ST_CollectionExtract(geom, 3)), 'hex') FROM piece")
    return _facts(given[1], shapely.from_wkb([row[0] for row in rows]))


CONTENDERS = (
    Contender("millesime", _coverages, _overlay, _overlay_facts),
    Contender(
        "millesime, overlay_polygons", _polygons, _overlay_polygons,
        lambda given, done: _facts(given[2], done.coverage.to_polygons()),
    ),
    Contender("shapely intersection, grid_size 0.01", _polygons, _shapely, lambda given, done: _facts(given[2], done)),
    Contender(
        "geopandas.overlay", _frames, lambda given: geopandas.overlay(given[0], given[1], how="intersection"),
        lambda given, done: _facts(given[2], done.geometry.to_numpy()),
    ),
    Contender(
        "DuckDB ST_Intersection", _tables, _duckdb, _duckdb_facts,
        missing=lambda: module_missing("duckdb_extension_spatial"),
    ),
    Contender(
        "PostGIS ST_Intersection, 0.01", _postgis_tables, _postgis, _postgis_facts, missing=postgis_missing,
        shares=True,
    ),
)  # fmt: skip


def main() -> None:
    run_row(BENCHMARK, __name__, CONTENDERS)
