"""What large maps are counted with, against the plain computation that it stands for."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import connected_components

from millesime.artificialisation import artificialise
from millesime.demo.plan import make_scenes
from millesime.demo.trembling import jittered
from millesime.differential import Parameters, difference, matching_share
from millesime.indicators import Vintage, ground_of
from millesime.indicators.borders import borders_of
from millesime.indicators.sprawl import isolated_patches


@given(seed=st.integers(0, 2**32 - 1), count=st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_isolated_patches_are_those_far_from_all_others(seed, count):
    """On whole metres, so that distances of exactly 100 m occur: they are within."""
    random = np.random.default_rng(seed)
    corner = random.choice([0, 10, 100, 110, 220, 330, 440, 1_000, 1_330], (count, 2))
    boxes = shapely.box(*corner.T, *(corner + random.choice([10, 100, 220], (count, 2))).T)
    patches = shapely.get_parts(shapely.union_all(shapely.buffer(boxes, 0)))
    parts = []
    for patch in patches:  # each patch in two pieces where it can be
        west, south, east, north = patch.bounds
        for half in (shapely.box(west, south, west + 10, north), shapely.box(west + 10, south, east, north)):
            pieces = shapely.get_parts(shapely.intersection(patch, half))
            pieces = pieces[shapely.area(pieces) > 0]
            parts += pieces.tolist()
    points, area = isolated_patches(np.array(parts, dtype=object)[random.permutation(len(parts))])
    apart = shapely.distance(patches[:, None], patches[None, :])
    group = connected_components(apart == 0, directed=False)[1]  # those that meet in a corner are one
    near = (apart <= 100) & (group[:, None] != group[None, :])
    alone = sorted(set(group.tolist()) - set(group[near.any(axis=1)].tolist()))
    sizes = [shapely.area(patches[group == number]).sum() for number in alone]
    assert sorted(area.tolist()) == sorted(np.rint(np.array(sizes) * 20_000).astype(int).tolist())
    held = [shapely.intersects(patches[group == number][:, None], points[None, :]).sum() for number in alone]
    assert held == [1] * len(alone)


@given(seed=st.integers(0, 2**32 - 1), counts=st.tuples(st.integers(0, 12), st.integers(0, 12)))
@settings(max_examples=60, deadline=None)
def test_share_of_common_vertices(seed, counts):
    random = np.random.default_rng(seed)
    low = [random.integers(-5, 5, (n, 2)) / 100.0 + 700_000 for n in counts]
    one, other = (np.asarray(shapely.box(*at.T, *(at + 0.02).T), dtype=object).reshape(-1) for at in low)
    sets = [{tuple(row) for row in np.rint(shapely.get_coordinates(side) * 100).tolist()} for side in (one, other)]
    expected = len(sets[0] & sets[1]) / len(sets[1]) if sets[1] else 1.0
    assert matching_share(one, other) == pytest.approx(expected)


@pytest.fixture(scope="module")
def scenes():
    return make_scenes(7, 0.4)


@pytest.mark.parametrize(("seeds", "tolerance_m"), [(None, 0.0), ((1, 2), 0.5)])
def test_the_ground_of_two_vintages_is_their_difference(scenes, seeds, tolerance_m):
    """Codes, statuses, slivers and pieces, row by row."""
    sides = []
    for number, scene in enumerate((scenes.first, scenes.second)):
        frame = scene.units.rename(columns={"cs": "code_cs", "us": "code_us", "uid": "id"})
        if seeds is not None:
            frame = frame.set_geometry(jittered(frame.geometry.to_numpy(), seed=seeds[number]))
        sides.append(artificialise(frame))
    rules = Parameters(tolerance_m=tolerance_m)
    ground = ground_of(
        [Vintage(year, side) for year, side in zip((2019, 2022), sides, strict=True)],
        code="T",
        name="T",
        parameters=rules,
    )
    found, over = difference(*sides, years=(2019, 2022), territory="T", parameters=rules)
    wanted = found.frame.rename(columns={"sliver": "sliver_2022"})
    columns = [f"{kind}_{year}" for kind in ("cs", "us", "artif") for year in (2019, 2022)] + ["sliver_2022"]
    for name in columns:
        assert ground.pieces[name].tolist() == wanted[name].tolist()
    assert shapely.equals_identical(ground.pieces.geometry.to_numpy(), wanted.geometry.to_numpy()).all()
    assert ground.alone_m2 == over.alone_m2
    # Borders of a map that is whole: each limit of artificial ground has artificial ground on one side of it.
    status = (ground.pieces["artif_2019"] == "artif").to_numpy()
    borders = borders_of(ground.pieces.geometry.to_numpy(), [status])
    united = shapely.union_all(ground.pieces.geometry.to_numpy()[status])
    whole = shapely.union_all(ground.pieces.geometry.to_numpy())
    inner = shapely.length(shapely.difference(united.boundary, shapely.buffer(whole.boundary, 0.05)))
    assert borders.length_um.sum() / 1e6 == pytest.approx(inner, abs=1.0 + 0.001 * inner)
