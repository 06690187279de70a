"""Whatever a delivered layer holds: rows in = rows used + rows told, and what is used is plain."""

from __future__ import annotations

import geopandas
import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.nomenclature import CS, US
from millesime.sources.ocsge.kinds import COLUMNS, recognise
from millesime.sources.ocsge.limit import recut
from millesime.sources.ocsge.normalising import normalise

POINTS = st.tuples(st.integers(0, 9), st.integers(0, 9))
RINGS = st.lists(POINTS, min_size=3, max_size=6).map(shapely.Polygon)
SQUARES = st.tuples(POINTS, st.integers(1, 4)).map(lambda s: shapely.box(*s[0], s[0][0] + s[1], s[0][1] + s[1]))
GEOMETRIES = st.one_of(
    SQUARES,
    SQUARES,
    RINGS,
    st.none(),
    st.just(shapely.Polygon()),
    POINTS.map(shapely.Point),
    st.lists(RINGS, min_size=1, max_size=3).map(shapely.MultiPolygon),
)
COVERS = st.sampled_from(["CS1.1.1.1", "CS2.2.1", "2.2.1", "cs2.1.3", "CS9", "CS1.1", "", None])
USES = st.sampled_from(["US5", "US235", "1.1", "US6.4", "", None])
IDS = st.sampled_from(["a", "b", "c", "", None])
STATUS = st.sampled_from(["artif", "non artif", "NON ARTIF", "oui", None])
FLUX = st.sampled_from([1, -1, 0, 2, None])

STATE = {"id": IDS, "code_cs": COVERS, "code_us": USES, "millesime": st.sampled_from(["2022", "2021", None, "x"])}
CHANGE = {"cs_2019": COVERS, "cs_2022": COVERS, "us_2019": USES, "us_2022": USES}
LAYERS = {
    "OCCUPATION_SOL": STATE,
    "ARTIF": STATE | {"artif": STATUS, "crit_seuil": st.sampled_from(["0", "1", "oui", "?", None])},
    "DIFF": CHANGE,
    "ARTIF_DIFF": CHANGE | {"artif_2019": STATUS, "artif_2022": STATUS, "artificialisation": FLUX},
    "ZONE_CONSTRUITE": {"id": IDS, "millesime": st.just("2022")},
    "PATCH": STATE | {"cs_corr": st.one_of(COVERS, st.just("RAS")), "us_corr": st.one_of(USES, st.just("ras"))},
    "COSIA": {
        "numero": st.sampled_from([1, 5, 6, 99]),
        "classe": st.sampled_from(["Bâtiment", "batiment", "Sol nu", "Gazon", None]),
    },
}


@st.composite
def layers(draw):
    kind = draw(st.sampled_from(sorted(LAYERS)))
    rows = draw(st.lists(st.tuples(GEOMETRIES, *LAYERS[kind].values()), max_size=8))
    columns = {name: [row[at + 1] for row in rows] for at, name in enumerate(LAYERS[kind])}
    table = {name: np.array(values, dtype=object) for name, values in columns.items()}
    geometries = np.empty(len(rows), dtype=object)
    geometries[:] = [row[0] for row in rows]
    return kind, geopandas.GeoDataFrame(table, geometry=geometries, crs="EPSG:2154")


def read(kind, frame):
    recognised = recognise([c for c in frame.columns if c != "geometry"], names=["x"], place="x")
    assert recognised.kind == kind
    return normalise(frame, recognised)


@settings(max_examples=100, deadline=None)
@given(layers())
def test_rows_in_are_rows_used_and_rows_told(layer):
    kind, frame = layer
    found = read(kind, frame)
    used, aside = set(found.frame["row"]), found.set_aside["row"].tolist()
    assert sorted([*used, *aside]) == list(range(len(frame)))
    told = {name: count for name, count in found.counts.items() if name.startswith("set aside, ")}
    assert found.counts["read"] == len(frame)
    assert found.counts["used"] == len(used)
    assert sum(told.values()) == len(aside)
    assert (found.set_aside["reason"] != "").all()
    faulty = {int(row) for fault in found.faults for row in fault.rows}
    assert faulty == set(aside), "a row is set aside exactly when a fault names it"


@settings(max_examples=100, deadline=None)
@given(layers())
def test_what_is_used_is_plain(layer):
    kind, frame = layer
    found = read(kind, frame).frame
    assert [*found.columns] == [*COLUMNS[kind], "row", "part", "geometry"]
    polygons = found.geometry.to_numpy()
    assert (found.geom_type == "Polygon").all()
    assert shapely.is_valid(polygons).all()
    assert not found.duplicated(["row", "part"]).any()
    for name in found.columns:
        if kind != "PATCH" and name.startswith(("code_cs", "cs_")):
            CS.require(found[name])
        if kind != "PATCH" and name.startswith(("code_us", "us_")):
            US.require(found[name])
    if "id" in found.columns:
        assert found.groupby("id")["row"].nunique().le(1).all()
    if "artificialisation" in found.columns:
        assert set(found["artificialisation"]) <= {-1, 1}


@settings(max_examples=60, deadline=None)
@given(layers())
def test_area_used_is_the_area_of_the_valid_polygons_used(layer):
    kind, frame = layer
    found = read(kind, frame)
    for row, area in found.frame.area.groupby(found.frame["row"]).sum().items():
        geometry = frame.geometry.iloc[row]
        if geometry.is_valid:
            assert np.isclose(area, geometry.area)


@settings(max_examples=100, deadline=None)
@given(st.lists(SQUARES, max_size=6), SQUARES)
def test_a_limit_leaves_what_is_inside_and_counts_what_is_not(squares, limit):
    polygons = np.array(squares, dtype=object)
    found = recut(polygons, limit)
    assert sorted(set(found.row.tolist()) | set(found.outside.tolist())) == list(range(len(squares)))
    assert not set(found.row.tolist()) & set(found.outside.tolist())
    assert np.isclose(shapely.area(found.polygons).sum() + found.removed_m2, shapely.area(polygons).sum())
    assert all(limit.buffer(1e-9).covers(polygon) for polygon in found.polygons)
