"""The crosswalk between a local nomenclature and OCS GE: both directions, and its faults told together."""

from __future__ import annotations

import pytest

from millesime.errors import CodeError
from millesime.nomenclature.local import local_nomenclature


def rows(text: str) -> list[dict[str, str]]:
    """Rows of 'code cs us [direction] [preferred] [label]', one a line; '-' for nothing."""
    names = ("code", "cs", "us", "direction", "preferred", "label")
    lines = [line.split() for line in text.strip().splitlines()]
    return [dict(zip(names, ["" if word == "-" else word for word in line], strict=False)) for line in lines]


CROSSWALK = """
111 CS1.1.1.1 US5    both 1 habitat
111 CS2.2.1   US5
210 2.2.1     1.1    -    - cultures
310 CS2.1.1.1 US1.2
310 CS2.1.1.2 US1.2  -    x bois
999 *         US6.6
900 *         *
"""


def test_to_ocsge_the_preferred_pair_is_taken():
    found = local_nomenclature(rows(CROSSWALK))
    assert found.pair("111") == ("CS1.1.1.1", "US5")
    assert found.pair("210") == ("CS2.2.1", "US1.1")  # prefixes may be left out
    assert found.pair("310") == ("CS2.1.1.2", "US1.2")
    assert found.pair("999") is None
    assert found.codes_without_pair == ("999", "900")
    assert found.label("310") == "bois"


def test_from_ocsge_the_most_exact_row_is_taken():
    found = local_nomenclature(rows(CROSSWALK))
    assert found.code("CS2.2.1", "US5") == "111"
    assert found.code("CS1.1.1.1", "US6.6") == "999"
    assert found.code("CS1.2.2", "US3") == "900"
    assert found.pairs_without_code == ()


def test_the_code_that_a_polygon_had_is_kept_where_it_can_be_it():
    crosswalk = "112 CS1.1.1.1 US5\n113 CS1.1.1.1 US5 in"
    found = local_nomenclature(rows(crosswalk))
    assert found.code("CS1.1.1.1", "US5") == "112"
    assert found.code("CS1.1.1.1", "US5", original="113") == "113"
    assert found.code("CS1.1.1.1", "US3", original="113") is None
    assert len(found.pairs_without_code) == 279


def test_rows_of_one_direction():
    found = local_nomenclature(rows("1 CS1.2.2 US6.3 in\n2 CS1.2.2 US6.3 out"))
    assert (found.pair("1"), found.pair("2")) == (("CS1.2.2", "US6.3"), None)
    assert found.code("CS1.2.2", "US6.3") == "2"


def test_faults_are_told_together():
    crosswalk = """
        1 CS9.9     US5
        2 CS1.1.1   US6.4
        3 CS1.1.1.1 US5
        4 CS1.1.1.1 US5
        5 CS2.2.1   US2
        5 CS2.2.1   US3
        6 *         US5    in
        7 CS1.2.2   US6.3  across maybe
        8 CS1.2.3   US6.3  -      -     neige
        8 CS1.2.3   US6.3  -      -     glace
    """
    entries = [*rows(crosswalk), {"code": "", "cs": "CS1.2.1", "us": ""}]
    with pytest.raises(CodeError) as error:
        local_nomenclature(entries, place="mos.csv")
    text = str(error.value)
    for words in (
        "mos.csv: 8 faults",
        "line 2: CS9.9 is not a delivered code of CS",
        "line 3: CS1.1.1 is not a delivered code of CS, US6.4 is not a delivered code of US",
        "CS1.1.1.1 x US5 can be code 3 or 4",
        "code 5 can be CS2.2.1 x US2, CS2.2.1 x US3, and none is preferred",
        "line 8: * cannot lead to OCS GE",
        "line 9: direction 'across' is none of in, out, both, preferred 'maybe' is neither 1 nor 0",
        "code 8 has two labels: 'neige' and 'glace'",
        "line 12: code is missing, us is missing",
    ):
        assert words in text, words


def test_two_preferred_pairs_are_ambiguous():
    with pytest.raises(CodeError, match="2 are preferred"):
        local_nomenclature(rows("1 CS2.2.1 US2 both 1\n1 CS2.2.1 US3 both 1"))


def test_rows_as_wide_as_one_another_are_ambiguous_where_they_cross():
    with pytest.raises(CodeError, match=r"CS1\.1\.1\.1 x US5 can be code 1 or 2"):
        local_nomenclature(rows("1 CS1.1.1.1 *\n2 * US5"))
    exact = local_nomenclature(rows("1 CS1.1.1.1 *\n2 * US5\n3 CS1.1.1.1 US5"))
    assert exact.code("CS1.1.1.1", "US5") == "3"


def test_an_empty_table_is_refused():
    with pytest.raises(CodeError, match="no row"):
        local_nomenclature([])
