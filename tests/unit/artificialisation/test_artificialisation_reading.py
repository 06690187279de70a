"""OCCUPATION_SOL in the forms that people have it in: rows in = rows used + rows told."""

from __future__ import annotations

import geopandas
import pytest
import shapely
from hand_made import FIELD, HOUSE, YARD, frame_of, square

from millesime.artificialisation import artificialise, occupation_of
from millesime.errors import CodeError, CrsError, GeometryError, SchemaError


def _frame():
    return frame_of((square(0, 0, 100), FIELD), (square(100, 0, 100), YARD))


@pytest.mark.parametrize(
    "names",
    [
        {"code_cs": "CODE_CS", "code_us": "CODE_US", "id": "ID"},
        {"code_cs": "couverture", "code_us": "usage"},
        {"code_cs": "COUVERTURE", "code_us": "Usage"},
        {},
    ],
)
def test_names_of_the_codes(names):
    read = occupation_of(_frame().rename(columns=names).rename_geometry("the_geom"), place="here")
    assert read.frame[["id", "code_cs", "code_us"]].to_numpy().tolist() == [["a", *FIELD], ["b", *YARD]]
    assert read.frame.geometry.name == "geometry"
    assert (read.rows, read.used, read.in_parts, read.repaired) == (2, 2, 0, 0)


def test_codes_without_their_prefix():
    frame = _frame().assign(code_cs=["2.2.1", " CS1.1.2.1"], code_us=["1.1", "2"])
    read = occupation_of(frame, place="here")
    assert read.frame["code_cs"].tolist() == ["CS2.2.1", "CS1.1.2.1"]
    assert read.frame["code_us"].tolist() == ["US1.1", "US2"]


def test_unknown_and_missing_codes_are_refused_by_name():
    frame = _frame().assign(code_cs=["CS2.2.3", None])
    with pytest.raises(CodeError, match=r"CS2\.2\.3.*None") as refused:
        occupation_of(frame, place="here")
    assert refused.value.place == "here"


def test_parts_rows_without_surface_and_repaired_rows_are_told():
    bow_tie = shapely.Polygon([(0, 200), (10, 210), (10, 200), (0, 210)])
    frame = geopandas.GeoDataFrame(
        {"id": ["m", "e", "n", "l", "b", "s"], "code_cs": FIELD[0], "code_us": FIELD[1]},
        geometry=[
            shapely.MultiPolygon([square(0, 0, 10), square(50, 0, 10)]),
            shapely.Polygon(),
            None,
            shapely.LineString([(0, 0), (1, 1)]),
            bow_tie,
            shapely.MultiPolygon([square(100, 0, 10)]),
        ],
        crs=2154,
    )
    read = occupation_of(frame, place="here")
    assert read.frame["id"].tolist() == ["m-1", "m-2", "b-1", "b-2", "s"]
    assert (read.rows, read.used, read.without_geometry, read.in_parts, read.repaired) == (6, 3, 3, 2, 1)
    assert set(read.frame.geom_type) == {"Polygon"}


def test_a_third_dimension_is_dropped():
    frame = _frame()
    frame["geometry"] = shapely.force_3d(frame.geometry.to_numpy(), 12.0)
    assert not occupation_of(frame, place="here").frame.has_z.any()


def test_an_earlier_artificialisation_is_made_again():
    earlier = artificialise(_frame()).frame.assign(artif="artif", fid=[1, 2])
    read = occupation_of(earlier, place="here")
    assert {"aire", "artif", "crit_seuil", "status_step", "status_rules"} <= set(read.replaced)
    assert list(read.frame.columns) == ["id", "code_cs", "code_us", "geometry"]


def test_what_cannot_be_read_is_refused():
    with pytest.raises(SchemaError, match="no attribute code_us or usage"):
        occupation_of(_frame().drop(columns="code_us"), place="here")
    with pytest.raises(SchemaError, match="by case only"):
        occupation_of(_frame().assign(CODE_CS="x"), place="here")
    with pytest.raises(CrsError, match="EPSG:4326"):
        occupation_of(_frame().to_crs(4326), place="here")
    with pytest.raises(CrsError, match="missing"):
        occupation_of(_frame().set_crs(None, allow_override=True), place="here")
    points = _frame()
    points["geometry"] = points.centroid
    with pytest.raises(GeometryError, match="no row has a surface"):
        occupation_of(points, place="here")


def test_borders_off_the_centimetre_grid_are_still_shared():
    """A yard of 20 x 20 m turned by 30 degrees, in a field whose border misses one of the yard's vertices.

    The vertex lies on the field's border to a millionth of a millimetre; rounded to the centimetre it lies beside it.
    The yard is enclosed all the same and below 2 500 m²: removed.
    """
    turned = shapely.affinity.rotate(square(40, 40, 20), 30)
    field = square(0, 0, 100).difference(turned)
    corner = shapely.get_coordinates(turned)
    middle = (corner[0] + corner[1]) / 3 + corner[0] / 3
    with_vertex = shapely.Polygon([corner[0], middle, *corner[1:4]])
    result = artificialise(frame_of((field, FIELD), (with_vertex, YARD)))
    assert result.artificial.tolist() == [False, False]
    house = artificialise(frame_of((field, FIELD), (with_vertex, HOUSE)))
    assert house.artificial.tolist() == [False, True]
