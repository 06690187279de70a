"""What the product holds, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hand_made import FIELD, HOUSE, YARD, frame_of, square

from millesime.artificialisation import Artificialisation, Parameters, artificialise, partition_of
from millesime.artificialisation.parameters import Parameters as RoomParameters
from millesime.errors import CodeError, GeometryError, SchemaError


def _yard_in_field():
    yard = square(10, 10, 20)
    return frame_of((square(0, 0, 100).difference(yard), FIELD), (yard, YARD))


def test_columns():
    """The yard has 400 m², the field 10 000 - 400 = 9 600 m²."""
    frame = artificialise(_yard_in_field()).frame
    assert list(frame.columns) == [
        "id", "code_cs", "code_us", "aire", "artif", "crit_seuil", "matrix_status", "status_step",
        "category", "fill_patch_m2", "remove_patch_m2", "built_patch_m2", "patch_place", "status_rules", "geometry",
    ]  # fmt: skip
    assert frame["aire"].tolist() == [9600.0, 400.0]
    assert frame["artif"].tolist() == ["non artif", "non artif"]
    assert frame["crit_seuil"].tolist() == [False, True]
    assert frame["matrix_status"].tolist() == [False, True]


def test_order_and_index_are_kept():
    frame = _yard_in_field().set_index(np.array([7, 3]))
    result = artificialise(frame).frame
    assert result.index.tolist() == [7, 3]
    assert result["id"].tolist() == ["a", "b"]


def test_unknown_codes_are_told_together():
    frame = _yard_in_field()
    frame["code_cs"] = ["CS2.2.3", "CS9"]
    with pytest.raises(CodeError, match=r"CS2\.2\.3.*CS9"):
        artificialise(frame)


def test_overlapping_polygons_are_refused():
    rows = [(square(0, 0, 10), FIELD), (square(10, 0, 10), FIELD), (square(10, 0, 10), YARD)]
    with pytest.raises(GeometryError, match="overlap"):
        artificialise(frame_of(*rows))


def test_multiparts_and_empty_rows_are_refused():
    two = shapely.MultiPolygon([square(0, 0, 1), square(5, 5, 1)])
    with pytest.raises(GeometryError, match="2 rows are not one single polygon"):
        partition_of([two, shapely.Polygon(), square(10, 10, 1)])


def test_a_multipolygon_of_one_part_is_a_polygon():
    assert partition_of([shapely.MultiPolygon([square(0, 0, 3)])]).area_m2.tolist() == [9.0]


def test_empty_frame():
    assert len(artificialise(_yard_in_field().iloc[:0]).frame) == 0


def test_contacts_of_a_partition():
    """Four unit squares: edges between rows and columns, no edge across the diagonals; all at the limit."""
    partition = partition_of([square(0, 0, 1), square(1, 0, 1), square(0, 1, 1), square(1, 1, 1)])
    pairs = list(zip(partition.first.tolist(), partition.second.tolist(), strict=True))
    assert pairs == [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert partition.at_limit.all()


def test_areas_are_exact_far_from_the_origin():
    """Lambert-93 coordinates near 7 000 km in centimetres: 0.01 m² stays 0.01 m²."""
    tiny = shapely.box(1_200_000.1, 7_000_000.1, 1_200_000.2, 7_000_000.2)
    assert partition_of([tiny]).area_m2.tolist() == [0.01]


def test_the_product_checks_itself():
    frame = artificialise(_yard_in_field()).frame
    with pytest.raises(SchemaError, match="crit_seuil"):
        Artificialisation(frame.assign(crit_seuil=False))
    with pytest.raises(SchemaError, match="matrix_status"):
        Artificialisation(frame.assign(matrix_status=True))
    with pytest.raises(SchemaError, match="lacks"):
        Artificialisation(frame.drop(columns="aire"))
    with pytest.raises(SchemaError, match="artif holds"):
        Artificialisation(frame.assign(artif="oui"))


def test_area():
    house = square(60, 60, 10)
    rows = [(square(0, 0, 100).difference(house), FIELD), (house, HOUSE)]
    assert artificialise(frame_of(*rows)).area_m2() == 100.0


def test_parameters_refuse_unknown_readings():
    assert Parameters is RoomParameters
    assert (Parameters().t_other_m2, Parameters().t_built_m2) == (2500, 50)
    with pytest.raises(ValueError, match="connectivity"):
        Parameters(connectivity="corner")  # type: ignore[arg-type]
