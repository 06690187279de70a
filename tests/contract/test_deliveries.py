"""What every kind of delivered layer must offer: adding one is a line of each table, and these tests run over it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from millesime.evaluation.conformity import RULES, detect
from millesime.nomenclature import PLAUSIBILITY
from millesime.sources.ocsge.kinds import COLUMNS, DIFFERENCES, PARTITIONS, REQUIRED, STATES, kind_of, recognise
from millesime.sources.ocsge.names import KindName

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
KINDS = get_args(KindName)


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_columns_and_needs_some_of_them(kind):
    assert set(REQUIRED[kind]) <= set(COLUMNS[kind])
    assert (kind in STATES) != (kind in DIFFERENCES)
    assert f"| `{kind}` |" in PAGE


@pytest.mark.parametrize("kind", KINDS)
def test_its_own_columns_are_recognised(kind):
    """The columns that a layer has once read are those of its kind again."""
    columns = list(COLUMNS[kind])
    assert kind_of(columns) == kind
    found = recognise(columns, names=["x"], place="x")
    assert dict(found.columns) == {name: name for name in columns}
    assert (found.unused, found.told) == ((), ())


@pytest.mark.parametrize("kind", KINDS)
def test_reading_and_checking_agree_on_the_kind(kind):
    columns = list(COLUMNS[kind])
    if kind in DIFFERENCES:
        columns = [c.replace("before", "2019").replace("after", "2022") for c in columns]
    checked = detect(columns)
    assert checked.name == kind
    assert checked.is_partition == (kind in PARTITIONS)
    asked = {attribute.name for attribute in checked.attributes if attribute.required}
    assert asked <= set(columns)


def test_the_page_counts_the_pairs():
    counts = Counter(cell.plausibility for cell in PLAUSIBILITY.cells)
    assert f"usual ({counts['usual']}), rare ({counts['rare']}) or suspect ({counts['suspect']})" in PAGE


@pytest.mark.parametrize(
    "rule", ["suspect_pair", "crit_seuil_disagrees", "flux_disagrees", "limit_gap", "limit_overlap"]
)
def test_the_page_names_the_rules(rule):
    assert rule in RULES
    assert f"`{rule}`" in PAGE
