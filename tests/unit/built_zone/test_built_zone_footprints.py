"""Footprints: hand-drawn squares, areas in square metres worked out in the comments."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from millesime.built_zone.footprints import BuiltCover, FootprintRules, standing_footprints

RULES = FootprintRules()
TOO_SMALL = "block of touching footprints below 50 m²"


def frame(**boxes: shapely.Geometry) -> geopandas.GeoDataFrame:
    usages = ["Résidentiel"] * len(boxes)
    columns = {"cleabs": list(boxes), "usage_1": usages, "hauteur": np.arange(len(boxes), dtype=float)}
    return geopandas.GeoDataFrame(columns, geometry=list(boxes.values()), crs="EPSG:2154")


def cover(built: list[shapely.Geometry], trees: list[shapely.Geometry] | None = None) -> BuiltCover:
    return BuiltCover(np.array(built, dtype=object), np.array(trees or [], dtype=object))


@pytest.mark.parametrize(("height", "kept"), [(4.99, False), (5.0, True), (5.01, True)])
def test_fifty_square_metres_are_enough(height, kept):
    """10 m x 4.99 m = 49.9 m² is out, 10 m x 5 m = 50 m² is in."""
    found = standing_footprints(frame(a=shapely.box(0, 0, 10, height)), None, rules=RULES)
    assert (len(found.kept) == 1) is kept
    assert found.set_aside["reason"].tolist() == ([] if kept else [TOO_SMALL])
    assert found.set_aside["key"].tolist() == ([] if kept else ["a"])


def test_touching_footprints_count_together():
    """Two sheds of 30 m² that share a wall make a block of 60 m²; a third, apart, stays below."""
    sheds = frame(a=shapely.box(0, 0, 6, 5), b=shapely.box(6, 0, 12, 5), c=shapely.box(50, 0, 56, 5))
    found = standing_footprints(sheds, None, rules=RULES)
    assert found.kept["cleabs"].tolist() == ["a", "b"]
    assert found.kept["block"].tolist() == [0, 0]
    assert found.kept["block_area_m2"].tolist() == [60.0, 60.0]
    assert found.set_aside[["source", "layer", "key", "reason"]].to_numpy().tolist() == [
        ["bd_topo", "batiment", "c", TOO_SMALL]
    ]


def test_a_common_corner_does_not_merge():
    sheds = frame(a=shapely.box(0, 0, 6, 5), b=shapely.box(6, 5, 12, 10))
    assert len(standing_footprints(sheds, None, rules=RULES).kept) == 0


def test_the_imagery_denies_a_demolished_building():
    """The built cover holds 30 % of b: below 40 %, b is out; of a 50 %: it stays."""
    houses = frame(a=shapely.box(0, 0, 10, 10), b=shapely.box(100, 0, 110, 10))
    seen = cover([shapely.box(0, 0, 5, 10), shapely.box(100, 0, 103, 10)])
    found = standing_footprints(houses, seen, rules=RULES)
    assert found.kept["cleabs"].tolist() == ["a"]
    assert found.set_aside["reason"].tolist() == ["not built in the imagery"]


def test_crowns_hide_a_building():
    """80 % of the roof lies under a crown: what cannot be seen is not denied."""
    found = standing_footprints(frame(a=shapely.box(0, 0, 10, 10)), cover([], [shapely.box(0, 0, 8, 10)]), rules=RULES)
    assert len(found.kept) == 1


def test_the_imagery_adds_a_missing_building():
    """A roof of 12 m x 12 m far from any footprint is added; the one 1 m beside its footprint is the same house."""
    seen = cover([shapely.box(1, 0, 11, 10), shapely.box(200, 0, 212, 12)])
    found = standing_footprints(frame(a=shapely.box(0, 0, 10, 10)), seen, rules=RULES)
    assert found.kept["origin"].tolist() == ["BD TOPO", "CoSIA"]
    assert found.kept["cleabs"].tolist() == ["a", ""]
    assert found.kept["usage_1"].tolist() == ["Résidentiel", ""]
    assert np.isnan(found.kept["hauteur"].iloc[1])
    assert found.kept.geometry.iloc[1].symmetric_difference(shapely.box(200, 0, 212, 12)).area < 1.0


def test_a_sliver_of_built_cover_is_no_building():
    """60 m x 2 m = 120 m², but narrower than twice the opening of 2 m."""
    found = standing_footprints(
        frame(a=shapely.box(0, 0, 10, 10)),
        cover([shapely.box(0, 0, 10, 10), shapely.box(100, 0, 160, 2)]),
        rules=RULES,
    )
    assert found.kept["cleabs"].tolist() == ["a"]


def test_no_building_at_all():
    found = standing_footprints(frame(), cover([]), rules=RULES)
    assert len(found.kept) == len(found.set_aside) == 0
