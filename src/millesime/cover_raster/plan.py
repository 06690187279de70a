"""The plan of a run: super-tiles, shards, and the digest of what pixels are made from."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from millesime.cover_raster.predict import Prediction
from millesime.cover_raster.scheme import reflected
from millesime.cover_raster.window_size import SUPER_TILE_PX
from millesime.errors import ConfigError
from millesime.geo.grid import Grid, Window
from millesime.geo.tiling import super_tiles

#: Letters of a value that a message shows.
_SHOWN = 40

#: Units of work for each of those who share them, so that none waits long for the last.
_UNITS_EACH = 4


@dataclass(frozen=True)
class SuperTile:
    """A unit of work."""

    name: str
    """From its place in the output: first row and first column."""

    area: Window
    """On the image's grid."""


def plan_super_tiles(area: Window, *, size_px: int) -> tuple[SuperTile, ...]:
    """Super-tiles of the mapped area, row by row; they start at its north-west corner, as the output's blocks do."""
    inside = Grid("EPSG:2154", 0.0, 0.0, 1.0, area.width, area.height)
    return tuple(
        SuperTile(f"{tile.row:07d}_{tile.col:07d}", tile.relative_to(Window(-area.row, -area.col, 1, 1)))
        for tile in super_tiles(inside, size_px=size_px)
    )


def super_tile_px(area: Window, *, sharers: int, block_px: int) -> int:
    """Side of the super-tiles: the default, or less when several processes share too few of them.

    Args:
        area: what is mapped.
        sharers: processes that compute at once; 1 when only this one does.
        block_px: side of the output's blocks, which super-tiles are whole numbers of.
    """
    size = SUPER_TILE_PX
    while sharers > 1 and size > block_px and _count(area, size) < _UNITS_EACH * sharers:
        size //= 2
    return size


def _count(area: Window, size_px: int) -> int:
    return -(-area.height // size_px) * -(-area.width // size_px)


@dataclass(frozen=True)
class Shard:
    """One of several shares of the work."""

    number: int
    """From 1."""

    count: int

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read 'i/n', from 1/n to n/n.

        Raises:
            ConfigError: it is not of this form.
        """
        number, slash, count = text.partition("/")
        if not (slash and number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            raise ConfigError(f"a shard is i/n with i from 1 to n, got {text!r}", remedy="--shard 1/4")
        return cls(int(number), int(count))

    def of(self, tiles: Sequence[SuperTile]) -> tuple[SuperTile, ...]:
        """The super-tiles of this share: every n-th from the largest to the smallest, so that shares are even."""
        ranked = sorted(tiles, key=lambda tile: (-tile.area.height * tile.area.width, tile.name))
        mine = {tile.name for tile in ranked[self.number - 1 :: self.count]}
        return tuple(tile for tile in tiles if tile.name in mine)


def pixels_needed(prediction: Prediction, area: Window) -> Window:
    """The part of the image that predicting an area reads: the area and its halo, mirrored at borders."""
    rows, cols = prediction.window_rows(area), prediction.window_cols(area)
    first_row, first_col = prediction.rows.start(rows[0]), prediction.cols.start(cols[0])
    height = prediction.rows.start(rows[-1]) + prediction.window_px - first_row
    width = prediction.cols.start(cols[-1]) + prediction.window_px - first_col
    picked_rows = reflected(first_row, height, prediction.grid.height)
    picked_cols = reflected(first_col, width, prediction.grid.width)
    top, left = int(picked_rows.min()), int(picked_cols.min())
    return Window(top, left, int(picked_rows.max()) - top + 1, int(picked_cols.max()) - left + 1)


def plain(value: Any) -> Any:
    """A value of dataclasses, models, tuples and tables as plain JSON, the same for equal values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if hasattr(value, "model_dump"):
        return plain(value.model_dump(mode="json"))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in sorted(value.items(), key=lambda pair: str(pair[0]))}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


def digest_of(made_from: Mapping[str, Any]) -> str:
    """Digest of what pixels are made from."""
    text = json.dumps(plain(made_from), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def differences(before: Any, now: Any, *, of: str = "") -> tuple[str, ...]:
    """What differs in two plain values, each with both: 'runtime.name: openvino there, onnxruntime now'."""
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        keys = sorted({*before, *now})
        parts = (differences(before.get(key), now.get(key), of=f"{of}.{key}".lstrip(".")) for key in keys)
        return tuple(text for part in parts for text in part)
    return () if before == now else (f"{of}: {_short(before)} there, {_short(now)} now",)


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """Which of the things that pixels are made from differ."""
    now = plain(now)
    return tuple(key for key in sorted({*before, *now}) if before.get(key) != now.get(key))
