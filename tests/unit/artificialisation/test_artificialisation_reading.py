"""OCCUPATION_SOL as delivered, brought to the form of the decision: rows in = rows used + rows told."""

from __future__ import annotations

import geopandas
import pytest
import shapely
from hand_made import FIELD, HOUSE, YARD, frame_of, square

from millesime.artificialisation import artificialise, occupation_of, occupations_of
from millesime.errors import CrsError, GeometryError, InputError, RefusedError, SchemaError
from millesime.io.vector import write_geopackage, write_parquet
from millesime.sources.ocsge import read_delivery

KINDS = ("OCCUPATION_SOL", "ARTIF")


def _frame():
    return frame_of((square(0, 0, 100), FIELD), (square(100, 0, 100), YARD))


@pytest.fixture
def read(tmp_path):
    """A frame as somebody's file, read again."""

    def write_and_read(frame, **options):
        path = tmp_path / "OCCUPATION_SOL.gpkg"
        write_geopackage(path, {path.stem: frame})
        return occupation_of(read_delivery(path, kind=KINDS, others=True, **options).layers[0])

    return write_and_read


@pytest.mark.parametrize(
    "names",
    [
        {"code_cs": "CODE_CS", "code_us": "CODE_US", "id": "ID"},
        {"code_cs": "couverture", "code_us": "usage"},
        {"code_cs": "COUVERTURE", "code_us": "Usage"},
        {},
    ],
)
def test_names_of_the_codes(read, names):
    found = read(_frame().rename(columns=names))
    assert list(found.frame.columns) == ["id", "code_cs", "code_us", "geometry"]
    assert found.frame[["id", "code_cs", "code_us"]].to_numpy().tolist() == [["a", *FIELD], ["b", *YARD]]
    told = found.as_dict()
    assert (told["rows"], told["rows_used"], told["set_aside"], told["repaired"]) == (2, 2, {}, {})


def test_attributes_stay_as_they_were_delivered(read):
    """Vintage a text, empty texts NULL, those of nobody's kind beside them; what the file lacks is not made up."""
    frame = _frame().assign(millesime=[2022, 2022], source=["images", ""], ossature=[1, 0], Commune=["X", "Y"])
    found = read(frame).frame
    assert list(found.columns) == ["id", "code_cs", "code_us", "millesime", "source", "ossature", "commune", "geometry"]
    assert found["millesime"].tolist() == ["2022", "2022"]
    assert found["source"].tolist() == ["images", None]
    assert found["commune"].tolist() == ["X", "Y"]


def test_codes_without_their_prefix(read):
    found = read(_frame().assign(code_cs=["2.2.1", " CS1.1.2.1"], code_us=["1.1", "2"])).frame
    assert found["code_cs"].tolist() == ["CS2.2.1", "CS1.1.2.1"]
    assert found["code_us"].tolist() == ["US1.1", "US2"]


def test_unknown_and_missing_codes_are_refused_by_name(read):
    with pytest.raises(RefusedError, match=r"(?s)code_cs has no value.*CS2\.2\.3") as refused:
        read(_frame().assign(code_cs=["CS2.2.3", None]))
    assert "OCCUPATION_SOL.gpkg" in refused.value.place


def test_parts_rows_without_surface_and_repaired_rows_are_told(read):
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
    found = read(frame)
    assert found.frame["id"].tolist() == ["m-1", "m-2", "b-1", "b-2", "s"]
    assert set(found.frame.geom_type) == {"Polygon"}
    told = found.as_dict()
    assert (told["rows"], told["rows_used"], told["polygons"]) == (6, 3, 5)
    assert told["set_aside"] == {"empty geometry": 2, "expected a polygon, found MultiLineString": 1}
    assert told["repaired"] == {"invalid geometry repaired": 1, "multipart split": 2}
    assert told["rows"] == told["rows_used"] + sum(told["set_aside"].values())


def test_a_third_dimension_is_dropped(tmp_path):
    frame = _frame()
    frame["geometry"] = shapely.force_3d(frame.geometry.to_numpy(), 12.0)
    write_parquet(frame, tmp_path / "a.parquet")
    assert not occupation_of(read_delivery(tmp_path / "a.parquet").layers[0]).frame.has_z.any()


def test_an_earlier_artificialisation_is_made_again(read):
    found = read(artificialise(_frame()).frame.assign(artif="artif"))
    assert {"aire", "artif", "crit_seuil", "status_step", "status_rules"} <= set(found.replaced)
    assert list(found.frame.columns) == ["id", "code_cs", "code_us", "geometry"]


def test_what_cannot_be_read_is_refused(read, tmp_path):
    with pytest.raises(SchemaError, match="lacks code_us"):
        read(_frame().drop(columns="code_us"))
    with pytest.raises(CrsError, match="EPSG:4326"):
        read(_frame().to_crs(4326))
    with pytest.raises(CrsError, match="unit is not the metre"):
        read(_frame().set_crs(2225, allow_override=True))  # California, in feet
    points = _frame()
    points["geometry"] = points.centroid
    with pytest.raises(GeometryError, match="no row has a surface"):
        read(points)
    write_parquet(_frame().assign(CODE_CS="x"), tmp_path / "a.parquet")
    with pytest.raises(SchemaError, match="by case only"):
        read_delivery(tmp_path / "a.parquet", kind=KINDS)


def test_each_departement_once(tmp_path):
    """Two vintages of one département are two answers; two départements are one, unless they use the same ids."""
    for name in ("D032_2019", "D032_2022"):
        write_geopackage(tmp_path / "twice" / f"OCS-GE_{name}.gpkg", {"OCCUPATION_SOL": _frame()})
    with pytest.raises(InputError, match="several layers of one territory"):
        occupations_of(read_delivery(tmp_path / "twice", kind=KINDS))
    one = read_delivery(tmp_path / "twice", kind=KINDS, layer="OCS-GE_D032_2022")
    assert [item.layer.years for item in occupations_of(one)] == [(2022,)]
    assert one.told == ("OCS-GE_D032_2019.gpkg/OCCUPATION_SOL: not OCS-GE_D032_2022, not read (2 rows)",)
    for name in ("D032_2022", "D065_2022"):
        write_geopackage(tmp_path / "both" / f"OCS-GE_{name}.gpkg", {"OCCUPATION_SOL": _frame()})
    with pytest.raises(RefusedError, match="2 ids are of several départements: a, b"):
        occupations_of(read_delivery(tmp_path / "both", kind=KINDS))


@pytest.fixture(autouse=True)
def folders(tmp_path):
    for name in ("twice", "both"):
        (tmp_path / name).mkdir()


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
