"""Five made-up territories, their truth given to the command as OCS GE files, with and without trembling borders.

The figures are those that docs/change.md prints: they come from the same script.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "docs" / "measured_change.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("measured_change", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def measured(script, tmp_path_factory):
    folder = tmp_path_factory.mktemp("truth")
    return [script.measure(seed, folder / str(seed)) for seed in script.SEEDS]


def test_every_true_change_and_nothing_else(measured):
    assert len(measured) == 5
    assert sum(one["true_changes"] for one in measured) >= 50
    for one in measured:
        assert one["lost_m2"] < 0.1, one["seed"]
        assert one["extra_m2"] < 0.1, one["seed"]
        assert one["exact_noise"] == 0, "what the truth changed is told as change, none of it as noise"


def test_the_same_changes_with_trembling_borders(measured):
    """Each true change of 50 m² or more is found under its codes but for its rim, and each found one is true."""
    asked = 0
    for one in measured:
        for name in ("kept", "true"):
            large, again = one[name]
            assert again == large, (one["seed"], name)
            asked += large
    assert asked >= 90


def test_what_the_jitter_made_is_set_apart(measured):
    for one in measured:
        apart = one["snapped_m2"] + one["border_noise_m2"]
        assert apart > 500
        assert one["slivers_m2"] < 0.01 * apart


def test_the_net_artificial_flux_of_each_commune(script, measured):
    """Within max(0.3 ha, 10 %), flips within 5 % of a threshold apart; these territories are so small that 0.3 ha is a
    lot, so it is held to max(0.01 ha, 10 %) too.
    """
    some = 0
    for one in measured:
        for row in one["communes"].itertuples():
            apart = abs(row.net_moved - row.net)
            assert apart <= script.allowed_ha(row.net), (one["seed"], row.commune)
            assert apart <= max(0.01, 0.1 * abs(row.net)), (one["seed"], row.commune)
            some += row.net != 0
    assert some >= 5


def test_stocks_and_flux_agree_to_a_square_metre(measured):
    assert max(one["rounding_m2"] for one in measured) < 1


def test_the_page_tells_them(script, measured):
    """One row for each territory and commune, the pooled one, and the chain's beside them."""
    page = (SCRIPT.parent / "change.md").read_text(encoding="utf-8")
    for line in script.as_text(measured, []).splitlines():
        label = line.split(" | ")[0]
        assert label in page, label
    assert "net of the chain, ha" in page
