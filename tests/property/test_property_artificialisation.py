"""The status does not depend on how the partition is written down, and agrees with a count on pixels."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from millesime.artificialisation import Parameters, artificialise
from millesime.compute import Workers
from millesime.nomenclature import ARTIFICIALISATION

CELL_M = 7  # a cell is 49 m²: one built cell is below the built threshold, two are above
PAIRS = (
    ("CS1.1.1.2", "US4.1.1"),
    ("CS1.1.1.1", "US5"),
    ("CS2.2.1", "US5"),
    ("CS2.2.1", "US1.1"),
    ("CS2.1.1.1", "US1.2"),
)
T_OTHER_M2 = 6 * CELL_M**2  # an artificial or natural patch of five cells is below, of six is not

scenes = st.builds(
    lambda height, width, seed: np.random.default_rng(seed).integers(0, len(PAIRS), (height, width)),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 2**32 - 1),
)
settings_of_rules = st.fixed_dictionaries(
    {
        "connectivity": st.sampled_from(["edge", "touch"]),
        "order": st.sampled_from(["fill_first", "remove_first"]),
    }
)


def _cells(scene: np.ndarray) -> geopandas.GeoDataFrame:
    """One square polygon per cell, row-major, in Lambert-93."""
    rows, columns = np.indices(scene.shape).reshape(2, -1)
    x, y = 700_000 + columns * CELL_M, 6_600_000 - rows * CELL_M
    return geopandas.GeoDataFrame(
        {"code_cs": [PAIRS[k][0] for k in scene.flat], "code_us": [PAIRS[k][1] for k in scene.flat]},
        geometry=shapely.box(x, y - CELL_M, x + CELL_M, y),
        crs="EPSG:2154",
    )


def _dissolved(cells: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """The same land as few polygons: cells of equal codes merged, which drops vertices (T-junctions appear)."""
    merged = cells.dissolve(["code_cs", "code_us"]).reset_index().explode().reset_index(drop=True)
    merged["geometry"] = merged.geometry.simplify(0)
    return merged


def _status_of_cells(frame: geopandas.GeoDataFrame, cells: geopandas.GeoDataFrame, **rules) -> list[bool]:
    result = artificialise(frame, parameters=Parameters(t_other_m2=T_OTHER_M2, **rules))
    inside = shapely.STRtree(result.frame.geometry.to_numpy()).query(cells.representative_point(), predicate="within")
    return result.artificial[inside[1][np.argsort(inside[0])]].tolist()


def _on_pixels(scene: np.ndarray, *, connectivity: str, order: str) -> list[bool]:
    """The same rules counted on pixels: an independent reading of the specification."""
    matrix = np.array([ARTIFICIALISATION.is_artificial(*pair) for pair in PAIRS])[scene]
    built = scene == 1
    labels, _ = ndimage.label(built)
    protected = built & (np.bincount(labels.ravel())[labels] * CELL_M**2 >= 50)
    structure = np.ones((3, 3)) if connectivity == "touch" else None

    def small_enclosed(mask: np.ndarray) -> np.ndarray:
        labels, n = ndimage.label(mask, structure)
        border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
        small = np.bincount(labels.ravel(), minlength=n + 1) * CELL_M**2 < T_OTHER_M2
        small[border], small[0] = False, False
        return small[labels]

    status = matrix.copy()
    for step in ("fill", "remove") if order == "fill_first" else ("remove", "fill"):
        status = status | small_enclosed(~status) if step == "fill" else status & ~(small_enclosed(status) & ~protected)
    return status.ravel().tolist()


@given(scene=scenes, rules=settings_of_rules)
@settings(max_examples=80, deadline=None)
def test_agrees_with_pixels_however_polygons_are_split(scene, rules):
    cells = _cells(scene)
    expected = _on_pixels(scene, **rules)
    assert _status_of_cells(cells, cells, **rules) == expected
    assert _status_of_cells(_dissolved(cells), cells, **rules) == expected


any_settings = st.one_of(
    st.just({"mode": "sparte-2024"}),
    st.fixed_dictionaries(
        {
            "connectivity": st.sampled_from(["edge", "touch"]),
            "order": st.sampled_from(["fill_first", "remove_first"]),
            "enclosure": st.sampled_from(["limit", "single"]),
            "built_forcing": st.sampled_from(["self", "adjacent"]),
        }
    ),
)


@given(scene=scenes, rules=any_settings, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_order_of_rows_does_not_matter(scene, rules, seed):
    cells = _cells(scene)
    order = np.random.default_rng(seed).permutation(len(cells))
    one = artificialise(cells, parameters=Parameters(t_other_m2=T_OTHER_M2, **rules)).frame
    other = artificialise(cells.iloc[order], parameters=Parameters(t_other_m2=T_OTHER_M2, **rules)).frame
    assert one.equals(other.sort_index())


@given(scene=scenes)
@settings(max_examples=40, deadline=None)
def test_mode_sparte_agrees_with_pixels(scene):
    """Patches of cells that touch in any way; those below the threshold flip at once; built cells stay artificial."""
    matrix = np.array([ARTIFICIALISATION.is_artificial(*pair) for pair in PAIRS])[scene]
    expected = matrix.copy()
    for mask in (matrix, ~matrix):
        labels, n = ndimage.label(mask, np.ones((3, 3)))
        small = np.bincount(labels.ravel(), minlength=n + 1) * CELL_M**2 < T_OTHER_M2
        small[0] = False
        expected ^= small[labels]
    expected |= scene == 1
    assert _status_of_cells(_cells(scene), _cells(scene), mode="sparte-2024") == expected.ravel().tolist()


def _cut(cells: geopandas.GeoDataFrame, seed: int) -> geopandas.GeoDataFrame:
    """The same land with each polygon cut once, or left, along a line off the centimetre grid."""
    rng = np.random.default_rng(seed)
    parts = []
    for geometry in cells.geometry:
        west, south, east, north = geometry.bounds
        at = np.round(rng.uniform(0.2, 0.8), 2)
        x = np.round(west + at * (east - west), 2)
        left, right = shapely.box(west, south, x, north), shapely.box(x, south, east, north)
        parts.append([geometry] if rng.random() < 0.4 else [left, right])
    rows = [row for row, pieces in enumerate(parts) for _ in pieces]
    cut = cells.iloc[rows].reset_index(drop=True)
    cut["geometry"] = [piece for pieces in parts for piece in pieces]
    cut["of"] = rows
    return cut


@given(scene=scenes, rules=settings_of_rules, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_cutting_polygons_does_not_matter(scene, rules, seed):
    """With `self`, each piece has the status of the polygon that it was cut from, and saw the same patches."""
    cells = _cells(scene)
    cut = _cut(cells, seed)
    whole = artificialise(cells, parameters=Parameters(t_other_m2=T_OTHER_M2, **rules)).frame
    pieces = artificialise(cut, parameters=Parameters(t_other_m2=T_OTHER_M2, **rules)).frame
    for name in ("artif", "status_step", "fill_patch_m2", "remove_patch_m2", "built_patch_m2", "patch_place"):
        assert pieces[name].to_numpy().tolist() == pytest.approx(
            whole[name].to_numpy()[cut["of"]].tolist(), nan_ok=True
        ), name


@given(scene=scenes, rules=settings_of_rules, angle=st.floats(1, 89))
@settings(max_examples=40, deadline=None)
def test_borders_off_the_grid_do_not_matter(scene, rules, angle):
    """Turned by any angle, with T-junctions: rounding to the centimetre puts vertices beside the borders they lay on.

    The threshold lies between two numbers of cells, so that rounded areas decide alike.
    """
    threshold = T_OTHER_M2 - CELL_M**2 / 2
    cells = _cells(scene)
    merged = _dissolved(cells)
    upright = artificialise(merged, parameters=Parameters(t_other_m2=threshold, **rules))
    turned = merged.set_geometry(merged.rotate(angle, origin=(700_000, 6_600_000)))
    answer = artificialise(turned, parameters=Parameters(t_other_m2=threshold, **rules))
    assert answer.artificial.tolist() == upright.artificial.tolist()
    assert answer.frame["patch_place"].tolist() == upright.frame["patch_place"].tolist()


#: No patch below the threshold, nor what it encloses, reaches farther than this: 12 cells.
MARGIN_M = 12 * CELL_M


@given(
    scene=st.builds(
        lambda seed: np.random.default_rng(seed).integers(0, len(PAIRS), (7, 30)), st.integers(0, 2**32 - 1)
    ),
    rules=settings_of_rules,
    at=st.integers(1, 29),
)
@settings(max_examples=30, deadline=None)
def test_tiles_with_a_margin_give_the_whole(scene, rules, at):
    """Cut into a west and an east tile, each decided with the other one as its neighbour, within the margin."""
    cells = _cells(scene)
    parameters = Parameters(t_other_m2=T_OTHER_M2, margin_m=MARGIN_M, **rules)
    whole = artificialise(cells, parameters=parameters).frame
    in_west = (np.indices(scene.shape)[1] < at).ravel()
    for inside in (in_west, ~in_west):
        tile = artificialise(cells[inside], parameters=parameters, context=[cells[~inside]]).frame
        assert tile["artif"].tolist() == whole.loc[inside, "artif"].tolist()
        assert tile["status_step"].tolist() == whole.loc[inside, "status_step"].tolist()


@pytest.mark.parametrize("built_forcing", ["self", "adjacent"])
def test_all_the_removed_land_is_non_artificial_and_small(built_forcing):
    """On a large random scene, what is kept by the built forcing is built (self) or beside it (adjacent)."""
    scene = np.random.default_rng(11).integers(0, len(PAIRS), (40, 40))
    result = artificialise(_cells(scene), parameters=Parameters(t_other_m2=T_OTHER_M2, built_forcing=built_forcing))
    kept = result.frame[result.frame["status_step"] == "built"]
    assert len(kept)
    assert (kept["code_cs"] == "CS1.1.1.1").all() == (built_forcing == "self")
    assert result.frame.loc[result.frame["status_step"] == "remove", "artif"].eq("non artif").all()


def _decided(unit: tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame]) -> list[str]:
    """A tile decided in a process of its own: every status and its step."""
    tile, around = unit
    parameters = Parameters(t_other_m2=T_OTHER_M2, margin_m=MARGIN_M)
    frame = artificialise(tile, parameters=parameters, context=[around]).frame
    return [f"{status} {step}" for status, step in zip(frame["artif"], frame["status_step"], strict=True)]


def test_tiles_and_workers_do_not_show():
    """A scene of 24 x 24 cells in 1, 4 and 9 tiles, decided by one worker and by two: always the same."""
    scene = np.random.default_rng(5).choice(len(PAIRS), (24, 24), p=[0.1, 0.15, 0.1, 0.45, 0.2])
    cells = _cells(scene)
    row, column = np.indices(scene.shape).reshape(2, -1)
    answers = []
    with Workers(1) as one, Workers(2) as two:
        for tiles, workers in ((1, one), (2, one), (2, two), (3, two)):
            tile = (row * tiles // 24) * tiles + column * tiles // 24
            members = [tile == number for number in range(tiles * tiles)]
            answer = np.empty(len(cells), dtype=object)
            units = [(cells[inside], cells[~inside]) for inside in members]
            for inside, found in zip(members, workers.map(_decided, units), strict=True):
                answer[inside] = found
            answers.append(answer.tolist())
    assert len(set(answers[0])) > 4  # both statuses, several steps
    assert answers[1:] == [answers[0]] * 3


@given(scene=scenes, rules=any_settings, seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_rows_permuted_and_rings_begun_elsewhere(scene, rules, seed):
    """Polygons of several cells, their rings begun at another vertex and run the other way, in another order."""
    merged = _dissolved(_cells(scene))
    rng = np.random.default_rng(seed)
    turned = []
    for polygon in merged.geometry:
        rings = [polygon.exterior, *polygon.interiors]
        points = [np.asarray(ring.coords)[:-1] for ring in rings]
        begun = [np.roll(xy, int(rng.integers(len(xy))), axis=0)[:: rng.choice([-1, 1])] for xy in points]
        turned.append(shapely.Polygon(begun[0], begun[1:]))
    order = rng.permutation(len(merged))
    parameters = Parameters(t_other_m2=T_OTHER_M2, **rules)
    one = artificialise(merged, parameters=parameters).frame.drop(columns="geometry")
    other = artificialise(merged.set_geometry(turned, crs=merged.crs).iloc[order], parameters=parameters).frame
    assert one.equals(other.sort_index().drop(columns="geometry"))
