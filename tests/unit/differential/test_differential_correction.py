"""Patches on a vintage of two squares; areas derived by hand."""

from __future__ import annotations

import geopandas
import pytest
import shapely

from millesime.differential import corrected
from millesime.errors import RefusedError


def _frame(shapes, **columns):
    return geopandas.GeoDataFrame(columns, geometry=[shapely.box(*shape) for shape in shapes], crs="EPSG:2154")


FIRST = _frame(
    [(0, 0, 100, 100), (100, 0, 200, 100)],
    id=["l", "r"],
    code_cs=["CS1.1.1.2", "CS2.2.1"],
    code_us=["US3", "US1.1"],
)


def _patch(*shapes, cs="CS2.2.1", us="RAS"):
    n = len(shapes)
    cs = cs if isinstance(cs, list) else [cs] * n
    return _frame(shapes, id=[f"p{k}" for k in range(n)], cs_corr=cs, us_corr=[us] * n)


def test_a_polygon_cut_in_two():
    """The patch covers 40 m x 100 m of the left square and reaches 10 m x 100 m beyond the data."""
    done = corrected(FIRST, _patch((-10, 0, 40, 100)))
    rows = sorted(zip(done.frame["code_cs"], done.frame["code_us"], done.frame.area, strict=True))
    assert rows == [("CS1.1.1.2", "US3", 6000), ("CS2.2.1", "US1.1", 10_000), ("CS2.2.1", "US3", 4000)]
    assert sorted(done.frame["id"]) == ["l-1", "l-2", "r"]
    assert done.outside_m2 == 1000
    assert shapely.coverage_is_valid(done.frame.geometry.to_numpy())


def test_a_patch_drawn_a_little_beside():
    """0.3 m beyond the border of the left square: snapped within the tolerance, a strip of 30 m² without."""
    marks = _patch((0, 0, 100.3, 100), cs="CS2.1.3")
    assert corrected(FIRST, marks, tolerance_m=0.5).frame.area.tolist() == [10_000, 10_000]
    assert len(corrected(FIRST, marks).frame) == 3


def test_patches_that_contradict_each_other():
    with pytest.raises(RefusedError, match="p0 and p1"):
        corrected(FIRST, _patch((0, 0, 50, 100), (40, 0, 90, 100), cs=["CS2.2.1", "CS2.1.3"]))
