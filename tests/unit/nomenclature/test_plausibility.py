"""The plausibility of pairs of cover and use: complete, marked, and reasoned where it accuses."""

import numpy as np
import pytest

from millesime.errors import CodeError
from millesime.nomenclature import CS, PLAUSIBILITY, US


def test_every_pair_once_and_every_accusation_reasoned():
    assert len(PLAUSIBILITY.cells) == 280
    assert {cell.plausibility for cell in PLAUSIBILITY.cells} == {"usual", "rare", "suspect"}
    assert {cell.certainty for cell in PLAUSIBILITY.cells} == {"inferred"}
    assert all(bool(cell.reason) == (cell.plausibility == "suspect") for cell in PLAUSIBILITY.cells)


def test_every_cover_and_every_use_has_a_pair_that_is_not_suspect():
    for position, table in (("cs", CS), ("us", US)):
        fine = {getattr(cell, position) for cell in PLAUSIBILITY.cells if cell.plausibility != "suspect"}
        assert fine == {code.code for code in table.leaves}


@pytest.mark.parametrize(
    ("cs", "us", "expected"),
    [
        ("CS1.2.1", "US6.1", "suspect"),  # bare soil on a building site: mineral material is meant
        ("CS1.1.2.1", "US6.1", "usual"),
        ("CS1.2.1", "US1.3", "suspect"),  # a quarry
        ("CS1.1.2.1", "US1.3", "usual"),
        ("CS1.2.1", "US1.1", "suspect"),  # arable land is herbaceous
        ("CS2.2.1", "US1.1", "usual"),
        ("CS1.1.1.1", "US6.3", "suspect"),  # a building without use
        ("CS1.1.1.1", "US5", "usual"),
        ("CS1.1.2.1", "US4.1.2", "usual"),  # ballast
        ("CS2.1.3", "US4.1.2", "suspect"),  # a vine on a railway
        ("CS1.2.3", "US5", "suspect"),
        ("CS1.2.1", "US6.3", "usual"),
    ],
)
def test_pairs(cs, us, expected):
    assert PLAUSIBILITY.cell(cs, us).plausibility == expected


def test_arrays_and_unknown_codes():
    found = PLAUSIBILITY.of(["CS1.2.1", "CS9", "CS2.2.1"], np.array(["US6.1", "US5", None], dtype=object))
    assert found.tolist() == ["suspect", "", ""]
    with pytest.raises(CodeError, match="CS9"):
        PLAUSIBILITY.cell("CS9", "US5")
