"""The margin: what the neighbours' polygons change near the limit, and that they are left out of the result."""

from __future__ import annotations

import pytest
from hand_made import FIELD, HOUSE, ROAD, WOOD, YARD, frame_of, square

from millesime.artificialisation import Parameters, artificialise
from millesime.errors import CrsError, GeometryError

WEST = square(0, 0, 100, 200)
BESIDE = (square(100, 0, 100, 200), FIELD)  # the neighbour, all field


def _answer(frame, *context, **parameters):
    result = artificialise(frame, parameters=Parameters(**parameters), context=context)
    assert result.frame["id"].tolist() == frame["id"].tolist()
    return "".join("A" if value else "n" for value in result.artificial)


def _yard_at_the_limit():
    """A field of 19 100 m² and a yard of 30 x 30 m along its east border."""
    yard = square(70, 50, 30)
    return frame_of((WEST.difference(yard), FIELD), (yard, YARD))


def test_the_neighbour_encloses_a_patch_at_the_limit():
    """Alone, the yard lies along the limit of the data and stays; with the neighbour's field around it, it goes."""
    assert _answer(_yard_at_the_limit()) == "nA"
    assert _answer(_yard_at_the_limit(), frame_of(BESIDE)) == "nn"


def test_a_patch_goes_on_over_the_limit():
    """The yard of 900 m² goes on with 1 600 m² at the neighbour's: 2 500 m² in all, it stays.

    With 1 599 m² (39 x 41) there it is one square metre too small, and goes.
    """
    for more, expected in ((square(100, 50, 40), "nA"), (square(100, 50, 39, 41), "nn")):
        neighbour = frame_of((BESIDE[0].difference(more), FIELD), (more, YARD))
        assert _answer(_yard_at_the_limit(), neighbour) == expected


def test_a_building_goes_on_over_the_limit():
    """A house of 30 m² here and 30 m² there is one built patch of 60 m²: it stays."""
    here, there = square(95, 50, 5, 6), square(100, 50, 5, 6)
    frame = frame_of((WEST.difference(here), FIELD), (here, HOUSE))
    assert _answer(frame, frame_of(BESIDE)) == "nn"
    assert _answer(frame, frame_of((BESIDE[0].difference(there), FIELD), (there, HOUSE))) == "nA"


def test_what_lies_beyond_the_margin_is_not_seen():
    """A wood of 400 m² at the limit; beyond it a strip of road 10 m wide, which encloses it, then a yard.

    The strip is 0 m away: it takes part with a margin of 0, and the wood is filled. The yard is 10 m away: with a
    margin of 9 m it is not seen, and it would not touch the wood anyway.
    """
    wood = square(80, 50, 20)
    frame = frame_of((WEST.difference(wood), ROAD), (wood, WOOD))
    near = frame_of((square(100, 0, 10, 200), ROAD))
    far = frame_of((square(110, 0, 90, 200), YARD))
    assert _answer(frame) == "An"
    assert _answer(frame, far, margin_m=9) == "An"
    assert _answer(frame, near, far, margin_m=0) == "AA"


def test_polygons_that_both_deliver_count_once():
    """The yard at the limit is in both files, and the neighbour holds all of its own field twice."""
    frame = _yard_at_the_limit()
    neighbour = frame_of((square(70, 50, 30), YARD), BESIDE)
    assert _answer(frame, neighbour, frame_of(BESIDE)) == "nn"


def test_neighbours_that_overlap_are_refused():
    with pytest.raises(GeometryError, match="another one covers too"):
        artificialise(_yard_at_the_limit(), context=[frame_of(BESIDE), frame_of((square(100, 0, 90, 200), FIELD))])


def test_a_neighbour_in_another_crs_is_refused():
    with pytest.raises(CrsError, match="neighbouring"):
        artificialise(_yard_at_the_limit(), context=[frame_of(BESIDE).to_crs(3857)])


def test_an_empty_neighbour_changes_nothing():
    assert _answer(_yard_at_the_limit(), frame_of(BESIDE).iloc[:0]) == "nA"
