"""The tables of the package, against what the specification says of them."""

import numpy as np
import pytest

from millesime.errors import CodeError
from millesime.nomenclature import (
    ARTIFICIALISATION,
    COSIA,
    CS,
    FLAIR1,
    FLAIR1_TO_COSIA,
    FLAIR_HUB,
    FLAIR_HUB_TO_COSIA,
    US,
    CoverClass,
    CoverNomenclature,
    cover,
    threshold,
    thresholds,
)


def test_sizes_are_those_of_the_specification():
    assert (len(CS.codes), len(CS.leaves), len(US.codes), len(US.leaves)) == (23, 14, 24, 20)
    assert len(ARTIFICIALISATION.cells) == 280
    assert sum(cell.artificial for cell in ARTIFICIALISATION.cells) == 105


@pytest.mark.parametrize("table", [CS, US], ids=lambda table: table.name)
def test_every_parent_exists_and_prefixes_its_children(table):
    for code in table:
        if code.parent is None:
            continue
        assert table.get(code.parent)
        assert code.code.startswith(code.parent) or code.parent == "US235"


def test_impervious_covers():
    assert [code.code for code in CS.leaves if code.is_impermeable] == ["CS1.1.1.1", "CS1.1.1.2"]


@pytest.mark.parametrize(
    ("cs", "us", "artificial"),
    [
        ("CS1.1.1.1", "US6.3", True),  # built ground is artificial whatever its use
        ("CS1.1.2.1", "US1.3", False),  # the quarry exception
        ("CS1.1.2.1", "US4.1.2", True),  # ballast
        ("CS1.2.1", "US6.1", False),  # bare soil never is, even on a building site
        ("CS2.1.1.1", "US5", False),  # nor is a wooded garden
        ("CS2.2.1", "US5", True),  # a lawn
        ("CS2.2.1", "US235", True),
        ("CS2.2.1", "US6.1", True),
        ("CS2.2.1", "US6.2", True),
        ("CS2.2.1", "US1.1", False),  # a crop
        ("CS2.2.1", "US6.6", False),
    ],
)
def test_matrix_cells_that_are_easily_got_wrong(cs, us, artificial):
    assert ARTIFICIALISATION.is_artificial(cs, us) is artificial


def test_matrix_over_arrays_tells_all_unknown_codes():
    assert ARTIFICIALISATION.status(["CS2.2.1", "CS2.2.1"], ["US5", "US1.1"]).tolist() == [True, False]
    with pytest.raises(CodeError, match=r"CS2\.2\.3.*2 x"):
        ARTIFICIALISATION.status(["CS2.2.3", "CS2.2.3"], ["US5", "US5"])


def test_a_branch_is_not_a_delivered_code():
    assert "CS1.1" not in CS
    assert "US235" in US
    with pytest.raises(CodeError, match="unknown US codes: 'US4' "):
        US.require(["US4", "US4.1.1"], place="map.gpkg")


def test_cosia_numbers_and_names():
    assert COSIA.values == tuple(range(1, 16))
    assert COSIA.by_name("Zone imperméable").value == 3
    assert COSIA.by_value(2).name == "Zone perméable"
    assert COSIA.colour_table()[1] == (0xCE, 0x70, 0x79, 255)
    assert COSIA.colour_table()[0] == (0, 0, 0, 0)
    for item in COSIA.classes:
        assert item.cs_code in CS


def test_the_two_flair_codings_agree_only_for_impervious_and_clear_cut():
    """Mask values: 3 and 15 alone name the same class in FLAIR#1 and FLAIR-HUB."""
    same = [v for v in FLAIR1.values if v in FLAIR_HUB.values and FLAIR1.by_value(v) == FLAIR_HUB.by_value(v)]
    assert same == [3, 15]


def test_crosswalks_to_cosia():
    assert FLAIR1_TO_COSIA.convert(np.array([[1, 18], [13, 15]])).tolist() == [[1, 15], [4, 0]]
    assert FLAIR_HUB_TO_COSIA.convert(np.array([0, 1, 2, 3])).tolist() == [1, 15, 4, 3]
    assert FLAIR1_TO_COSIA.without_equivalent == (15, 16, 17, 19)
    with pytest.raises(CodeError, match=r"\[42\]"):
        FLAIR1_TO_COSIA.convert(np.array([42]))


def test_a_nomenclature_refuses_doubles_and_nodata_as_a_class():
    with pytest.raises(CodeError, match="twice"):
        CoverNomenclature("x", "1", (CoverClass(1, "a", "#000000"), CoverClass(1, "b", "#000000")))
    with pytest.raises(CodeError, match="both a class and NoData"):
        CoverNomenclature("x", "1", (CoverClass(0, "a", "#000000"),))


def test_names_and_thresholds_that_do_not_exist():
    with pytest.raises(CodeError, match="use one of cosia, flair1, flair-hub"):
        cover("corine")
    with pytest.raises(CodeError, match="no threshold"):
        threshold("umi_moon")


def test_thresholds_have_value_unit_certainty_and_source():
    assert (threshold("umi_built").value, threshold("umi_built").unit) == (200, "m²")
    assert not threshold("umi_outside_built_zone").is_confirmed
    for item in thresholds():
        assert item.unit
        assert item.certainty
        assert item.source
