"""Tiles of one mosaic: what does not fit is told, gaps are no data, of overlapping tiles the first is believed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millesime.geo.grid import Grid, Window
from millesime.imagery.facts import RasterFacts
from millesime.imagery.layers import Layer
from millesime.imagery.mosaic import gap_px, joined, overlaps
from millesime.imagery.overlaps import differing_overlaps
from millesime.imagery.product import BandFile, Tile

CRS = "EPSG:2154"


def tile(name, col, row, width=10, height=10, **changes):
    """A tile whose north-west corner is `col`, `row` pixels of 0.2 m from (1000, 2000)."""
    grid = Grid(CRS, round(1000 + 0.2 * col, 6), round(2000 - 0.2 * row, 6), 0.2, width, height)
    facts = {"path": f"{name}.tif", "grid": grid, "count": 3, "dtype": "uint8", "nodata": None}
    return RasterFacts(**{**facts, "masked": False, "has_alpha": False, **changes})


class Held:
    """A raster in memory; counts what is read of it."""

    def __init__(self, values, mask=None):
        self.values, self.mask, self.reads = np.asarray(values), mask, 0

    def read(self, window=None, *, bands=None):
        self.reads += 1
        return self.values[[number - 1 for number in bands]][:, *window.slices]

    def valid(self, window=None):
        return self.mask[window.slices]


def test_tiles_side_by_side_and_one_apart():
    """10 x 10 px at columns 0, 10 and 25: five columns of ten pixels have no tile."""
    facts, faults = joined([tile("b", 10, 0), tile("a", 0, 0), tile("c", 25, 0)], path="ortho")
    assert not faults
    assert facts.grid == Grid(CRS, 1000.0, 2000.0, 0.2, 35, 10)
    assert facts.path == "ortho"
    assert gap_px(facts.grid, facts.tiles) == 50
    assert overlaps(facts.grid, facts.tiles) == ()


def test_everything_that_does_not_fit_is_told_with_its_file():
    _, faults = joined(
        [
            tile("a", 0, 0),
            tile("b", 10, 0, count=4, has_alpha=True, dtype="uint16"),
            tile("c", 20, 0, grid=Grid(CRS, 1004.0, 2000.0, 0.25, 10, 10)),
            tile("d", 30, 0, grid=Grid(CRS, 1006.1, 2000.0, 0.2, 10, 10)),
            tile("e", 40, 0, grid=Grid("EPSG:2975", 1008.0, 2000.0, 0.2, 10, 10)),
        ],
        path="ortho",
    )
    assert faults == [
        "b.tif: has 3 bands and alpha, a.tif has 3 bands",
        "b.tif: is of type uint16, a.tif of type uint8",
        "c.tif: has pixels of 0.25 m, a.tif of 0.2 m",
        "d.tif: its pixels lie between those of a.tif (shifted by 30.50, 0.00 px)",
        "e.tif: is in EPSG:2975, the other tiles in EPSG:2154",
    ]


def test_many_misfits_are_counted():
    strange = [tile(f"t{number}", 10 * number, 0, dtype="uint16") for number in range(1, 9)]
    _, faults = joined([tile("a", 0, 0), *strange], path="ortho")
    assert len(faults) == 6
    assert faults[-1] == "ortho: 3 more tiles that do not fit a.tif"


def test_a_millimetre_is_rounding():
    facts, faults = joined(
        [tile("a", 0, 0), tile("b", 10, 0, grid=Grid(CRS, 1002.001, 2000.0, 0.2, 10, 10))], path="ortho"
    )
    assert (facts.grid.width, faults) == (20, [])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (None, []),
        (
            (3, 0),
            ["b.tif: differs from a.tif on 1 of 20 px compared of their overlap of 10 x 2 px; a.tif wins"],
        ),
    ],
)
def test_overlaps_that_differ_are_told(changed, told):
    """Tiles at columns 0 and 8: two columns are in both."""
    facts, _ = joined([tile("a", 0, 0), tile("b", 8, 0)], path="ortho")
    place = np.arange(18) + 20 * np.arange(10)[:, None]
    scene = np.broadcast_to(place.astype(np.uint8), (3, 10, 18)).copy()
    second = scene[:, :, 8:].copy()
    if changed is not None:
        second[1, *changed] += 1
    held = {"a.tif": Held(scene[:, :, :10]), "b.tif": Held(second)}
    assert differing_overlaps(facts, lambda fact: held[fact.path]) == told


def test_what_one_tile_hides_is_not_compared():
    facts, _ = joined([tile("a", 0, 0, masked=True), tile("b", 8, 0)], path="ortho")
    mask = np.ones((10, 10), bool)
    mask[:, 8:] = False
    held = {"a.tif": Held(np.zeros((3, 10, 10)), mask), "b.tif": Held(np.ones((3, 10, 10)))}
    assert differing_overlaps(facts, lambda fact: held[fact.path]) == []


def test_a_large_overlap_is_compared_on_blocks():
    facts, _ = joined([tile("a", 0, 0, 9000, 9000), tile("b", 0, 0, 9000, 9000)], path="ortho")
    (overlap,) = overlaps(facts.grid, facts.tiles)
    blocks = overlap.blocks()
    assert (len(blocks), blocks[0], blocks[-1]) == (16, Window(0, 0, 512, 512), Window(8704, 8704, 296, 296))


def test_a_pixel_is_that_of_the_first_tile_that_has_data():
    """Values 1 and 2; the first has nothing at its last column, where the second begins to be seen."""
    mask = np.array([[True, True, False]])
    tiles = (
        Tile("a", Grid(CRS, 0.0, 1.0, 1.0, 3, 1), masked=True),
        Tile("b", Grid(CRS, 1.0, 1.0, 1.0, 3, 1)),
    )
    file = BandFile("ortho", ("red",), (1,), Grid(CRS, 0.0, 1.0, 1.0, 5, 1), "identity", tiles=tiles)
    layer = Layer(file, [Held(np.full((1, 1, 3), 1, np.uint8), mask), Held(np.full((1, 1, 3), 2, np.uint8))])
    values, data = layer.read(Window(0, 0, 1, 5))
    assert values[0].tolist() == [[1, 1, 2, 2, 0]]
    assert data.tolist() == [[True, True, True, True, False]]


def test_a_tile_behind_another_is_not_read():
    grid = Grid(CRS, 0.0, 4.0, 1.0, 4, 4)
    file = BandFile("ortho", ("red",), (1,), grid, "identity", tiles=(Tile("a", grid), Tile("b", grid)))
    sources = [Held(np.zeros((1, 4, 4), np.uint8)), Held(np.ones((1, 4, 4), np.uint8))]
    Layer(file, sources).read(grid.whole)
    assert [source.reads for source in sources] == [1, 0]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_window_of_a_mosaic_is_a_part_of_the_whole(data):
    """Against the plain picture of it: tiles painted from the last to the first."""
    places = data.draw(st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(1, 9), st.integers(1, 9)),
                                min_size=1, max_size=6))  # fmt: skip
    random = np.random.Generator(np.random.PCG64(data.draw(st.integers(0, 99))))
    facts, faults = joined([tile(str(number), *place) for number, place in enumerate(places)], path="ortho")
    assert not faults
    left, top = min(place[0] for place in places), min(place[1] for place in places)
    painted, known = np.zeros((3, *facts.grid.shape), np.uint8), np.zeros(facts.grid.shape, bool)
    sources = [Held(random.integers(0, 256, (3, height, width), dtype=np.uint8)) for _, _, width, height in places]
    for (col, row, width, height), source in reversed(list(zip(places, sources, strict=True))):
        part = Window(row - top, col - left, height, width).slices
        painted[:, *part], known[part] = source.values, True
    if len(places) == 1:
        return
    tiles = tuple(Tile(fact.path, fact.grid) for fact in facts.tiles)
    file = BandFile("ortho", ("red", "blue"), (1, 3), facts.grid, "identity", tiles=tiles)
    row = data.draw(st.integers(0, facts.grid.height - 1))
    col = data.draw(st.integers(0, facts.grid.width - 1))
    window = Window(row, col, data.draw(st.integers(1, 8)), data.draw(st.integers(1, 8))).clipped(facts.grid)
    values, found = Layer(file, sources).read(window)
    np.testing.assert_array_equal(values, painted[[0, 2]][:, *window.slices])
    np.testing.assert_array_equal(found, known[window.slices])
    assert gap_px(facts.grid, facts.tiles) == int((~known).sum())
