"""How large windows are when nobody says it."""

from __future__ import annotations

from typing import Literal

from millesime.cover_raster.scheme import Mode, scheme
from millesime.model.card import ModelCard

#: Side of a super-tile: 1.6 km of an orthophoto of 20 cm.
SUPER_TILE_PX = 8192

#: An image is to have so many windows, or all that the smallest size gives it: each is computed by one processor, and
#: none of them should be idle. It is not the machine's number, so that all machines give the same bytes.
_LEAST_WINDOWS = 16


def usual_window_px(card: ModelCard, *, height: int, width: int, margin_px: int, mode: Mode) -> int:
    """Side of the windows of a model over an image: its own, or up to the largest it takes, whatever computes least.

    Where windows overlap, and where they reach out of the image, pixels are computed that do not count. Large windows
    have fewer of them, unless the image is small; a small image keeps windows enough for several processors. At the
    seams of super-tiles of the usual size, both compute the windows that lie there. The size depends on the image and
    the model alone, so that results do as well.

    Args:
        card: the model's.
        height: of the image in pixels, whole, whatever part of it is wanted.
        width: as `height`.
        margin_px: overlap on each side of a window.
        mode: how windows share the image.
    """
    if card.largest_window_px is None:
        return card.window_px

    def windows(window_px: int) -> int:
        rows = _windows(height, window_px, margin_px, mode, axis="rows")
        return rows * _windows(width, window_px, margin_px, mode, axis="columns")

    sizes = range(card.window_px, card.largest_window_px + 1, card.window_multiple_px)
    least = min(windows(card.window_px), _LEAST_WINDOWS)
    enough = [window_px for window_px in sizes if windows(window_px) >= least]
    return min(enough, key=lambda window_px: (windows(window_px) * window_px**2, window_px))


def _windows(size_px: int, window_px: int, margin_px: int, mode: Mode, *, axis: Literal["rows", "columns"]) -> int:
    """Windows along an axis, those that two super-tiles need twice."""
    windows = scheme(mode, size_px, window_px, margin_px, axis=axis)
    return sum(
        len(windows.over(first, min(first + SUPER_TILE_PX, size_px))) for first in range(0, size_px, SUPER_TILE_PX)
    )
