"""Differentials of any two maps of one ground: identities, constant area, no say of the order of the rows."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.artificialisation import artificialise
from millesime.differential import Parameters, balance, difference, transitions

CODES = [("CS2.2.1", "US1.1"), ("CS1.1.1.1", "US5"), ("CS1.1.1.2", "US4.1.1"), ("CS2.2.1", "US5")]
N = 4


@st.composite
def maps(draw):
    """N x N cells of 40 m with corners moved by up to 12 m, the extent kept."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    reach = draw(st.sampled_from([0.0, 0.5, 12.0]))
    y, x = np.mgrid[0 : N + 1, 0 : N + 1] * 40.0
    for side in (x, y):
        side[1:-1, 1:-1] += np.round(rng.uniform(-reach, reach, (N - 1, N - 1)), 2)
    cells = [(i, j) for i in range(N) for j in range(N)]
    kinds = [CODES[k] for k in rng.integers(0, len(CODES), len(cells))]
    rings = [[(x[a, b], y[a, b]) for a, b in ((i, j), (i, j + 1), (i + 1, j + 1), (i + 1, j))] for i, j in cells]
    columns = {"id": [f"o{k}" for k in range(len(cells))]}
    columns |= {"code_cs": [cs for cs, _ in kinds], "code_us": [us for _, us in kinds]}
    return geopandas.GeoDataFrame(columns, geometry=[shapely.Polygon(ring) for ring in rings], crs="EPSG:2154")


def compared(first, second, tolerance_m):
    sides = artificialise(first), artificialise(second)
    options = {"years": (2019, 2022), "territory": "T", "parameters": Parameters(tolerance_m=tolerance_m)}
    return sides, *difference(*sides, **options)


@settings(max_examples=25, deadline=None)
@given(maps(), maps(), st.sampled_from([0.0, 0.5, 2.0]))
def test_identities(first, second, tolerance_m):
    sides, result, over = compared(first, second, tolerance_m)
    assert result.frame["area_m2"].sum() == pytest.approx((N * 40) ** 2, abs=1e-3)
    assert shapely.coverage_is_valid(result.frame.geometry.to_numpy())
    table = balance(*sides, result, over)
    assert table["rounding_m2"].abs().max() < 1
    real = result.changes[~result.changes["sliver"]]
    for name, theme in (("cs", "cover"), ("us", "use")):
        rows = table[table["theme"] == theme].set_index("item")
        moved = transitions(real, years=(2019, 2022), name=name)
        for side, column in (("before", "loss_m2"), ("after", "gain_m2")):
            sums = moved.groupby(side)["area_m2"].sum().reindex(rows.index, fill_value=0.0)
            assert np.allclose(sums.to_numpy(float), rows[column].to_numpy(), atol=1e-6)


@settings(max_examples=10, deadline=None)
@given(maps(), maps(), st.integers(0, 1000))
def test_order_of_rows(first, second, seed):
    one = compared(first, second, 0.5)[1].frame
    other = compared(first.sample(frac=1, random_state=seed), second.iloc[::-1], 0.5)[1].frame
    assert one.equals(other)
