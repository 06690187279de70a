"""How large windows are when nobody says it."""

from dataclasses import dataclass

import pytest
from prediction_toys import toy_card

from millesime.cover_raster import combined, prediction_with
from millesime.cover_raster.window_size import usual_window_px
from millesime.geo.grid import Grid

CARD = toy_card().model_copy(
    update={"window_px": 512, "largest_window_px": 1152, "window_multiple_px": 32, "margin_px": 64}
)


def size(height, width, card=CARD, mode="blend"):
    return usual_window_px(card, height=height, width=width, margin_px=card.margin_px, mode=mode)


@pytest.mark.parametrize(
    ("height", "width", "window_px"),
    [
        # 4 x 4 cores of 1024 px, where cores of 384 px would be 11 x 11: 81 windows' worth of 512 px, not 121.
        (4096, 4096, 1152),
        # 4 x 4 windows for several processors, though 2 x 2 of 1152 px would compute fewer pixels.
        (2048, 2048, 640),
        # 2 x 2 windows, as with the smallest.
        (600, 600, 512),
        # Smaller than the core of the smallest window.
        (300, 300, 512),
        # A long image: one row of 736 px, which wastes less than one of 1152 px.
        (600, 9000, 736),
    ],
)
def test_the_size_that_computes_least(height, width, window_px):
    assert size(height, width) == window_px
    assert size(width, height) == window_px


def test_super_tiles_of_a_large_image_share_few_windows():
    # Cores of 1024 px would end where super-tiles of 8192 px do: both sides of a seam then compute two windows of it.
    assert size(25_000, 25_000) == 1056


def test_a_model_of_one_size_keeps_it():
    assert size(4096, 4096, CARD.model_copy(update={"largest_window_px": None})) == 512


def test_what_is_given_wins():
    grid = Grid("EPSG:2154", 0.0, 0.0, 0.2, 4096, 4096)
    assert prediction_with(CARD, grid=grid).window_px == 1152
    assert prediction_with(CARD, grid=grid, window_px=512).window_px == 512
    assert prediction_with(CARD, grid=grid, margin_px=128).window_px == 1088  # 5 x 5 cores of 832 px


@dataclass(frozen=True)
class Named:
    """A model that is never opened."""

    card: object
    notes: tuple[str, ...] = ()


def test_models_together_grow_as_far_as_each_of_them():
    def largest(*sides):
        cards = [CARD.model_copy(update={"largest_window_px": side}) for side in sides]
        return combined([Named(card) for card in cards], restrict=(), symmetries=True).card.largest_window_px

    assert largest(1152) == 1152
    assert largest(1152, 800) == 800
    assert largest(1152, None) is None
