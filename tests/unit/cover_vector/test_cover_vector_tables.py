"""Tables by class that users give."""

from __future__ import annotations

import pytest

from millesime.cover_vector.class_tables import (
    AFFINITY_COLUMNS,
    CLASS_COLUMNS,
    MIN_AREA_COLUMNS,
    affinities_of_rows,
    min_areas_of_rows,
    nomenclature_of_rows,
    nomenclature_of_values,
)
from millesime.errors import CodeError, InputError, SchemaError
from millesime.io.tables import read_rows
from millesime.nomenclature import COSIA


def test_classes_with_the_names_of_other_columns_and_semicolons(tmp_path):
    file = tmp_path / "naf.csv"
    file.write_bytes("Numero;Classe;autre\n0;sans étiquette;x\n2;perméable;x\n13;culture;x\n".encode("latin-1"))
    rows = read_rows(file, columns=CLASS_COLUMNS)
    found = nomenclature_of_rows(rows, name="naf", nodata=0, place="naf.csv")
    assert found.values == (2, 13)
    assert found.by_value(2).name == "perméable"


def test_all_faulty_rows_are_told_together():
    rows = [{"value": "x", "name": "a"}, {"value": "2", "name": ""}, {"value": "3", "name": "c"}]
    with pytest.raises(InputError, match=r"(?s)row 2: value 'x'.*row 3: value '2', name ''"):
        nomenclature_of_rows(rows, name="t", nodata=0, place="t.csv")


def test_a_table_without_its_columns_is_refused(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(SchemaError, match="none of the columns value, name, colour; it has a, b"):
        read_rows(file, columns=CLASS_COLUMNS)
    file.write_text("value,b\n1,2\n")
    with pytest.raises(SchemaError, match="column name missing"):
        nomenclature_of_rows(read_rows(file, columns=CLASS_COLUMNS), name="t", nodata=0, place="t.csv")
    file.write_text("value,name\n")
    with pytest.raises(InputError, match="empty"):
        nomenclature_of_rows(read_rows(file, columns=CLASS_COLUMNS), name="t", nodata=0, place="t.csv")


def test_a_file_that_is_no_table_is_refused(tmp_path):
    file = tmp_path / "t.csv"
    file.write_bytes(b"\0\1\2")
    with pytest.raises(InputError, match="not a text table"):
        read_rows(file, columns=CLASS_COLUMNS)


def test_minimum_areas_by_name_or_value(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("classe,min_area_m2\nBâtiment,12.5\n9,40\n", encoding="utf-8")
    rows = read_rows(file, columns=MIN_AREA_COLUMNS)
    assert min_areas_of_rows(rows, nomenclature=COSIA, place="t.csv") == {1: 12.5, 9: 40.0}


@pytest.mark.parametrize("text", ["-1", "x", "", "nan", "1e99"])
def test_areas_that_are_no_numbers_are_refused(text):
    with pytest.raises(InputError, match="not a positive number"):
        min_areas_of_rows([{"class": "1", "min_area_m2": text}], nomenclature=COSIA, place="t.csv")


def test_unknown_classes_are_refused():
    with pytest.raises(CodeError, match="99"):
        min_areas_of_rows([{"class": "99", "min_area_m2": "1"}], nomenclature=COSIA, place="t.csv")


def test_affinities(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("from,to,weight\nConifère,Feuillu,2\n", encoding="utf-8")
    rows = read_rows(file, columns=AFFINITY_COLUMNS)
    assert affinities_of_rows(rows, nomenclature=COSIA, place="t.csv") == {(8, 9): 2.0}


def test_values_without_names_are_called_by_their_text():
    found = nomenclature_of_values([7, 3, 3], nodata=0)
    assert [(item.value, item.name) for item in found.classes] == [(3, "3"), (7, "7")]
