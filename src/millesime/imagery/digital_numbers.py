"""How the numbers of a file become the 8-bit digital numbers that networks were trained on: told, never guessed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from millesime.errors import ConfigError
from millesime.geo.grid import AnyGrid, Window
from millesime.imagery.product import BANDS

#: Bands that a scale is given for.
COLOURS = BANDS[:4]

#: A percentile is taken on this many blocks of this side at most, spread evenly over the image.
SAMPLE_BLOCKS = 64
SAMPLE_BLOCK_PX = 256

_REMEDY = "--scale 0,65535, --scale near_infrared=200,4000 for one band, or --scale 2%,98% for percentiles"
_FORM = re.compile(r"(?:(?P<band>\w+)=)?(?P<low>[^,%]+)(?P<first>%?),(?P<high>[^,%]+)(?P<second>%?)")


@dataclass(frozen=True)
class Limits:
    """The numbers that become 0 and 255, or the percentiles that give them."""

    low: float
    high: float
    percent: bool = False

    def __str__(self) -> str:
        unit = " %" if self.percent else ""
        return f"{self.low:g}{unit} to {self.high:g}{unit}"


@dataclass(frozen=True)
class Scaling:
    """Limits for all bands, and others for some."""

    every: Limits | None = None
    bands: Mapping[str, Limits] | None = None

    def of(self, band: str) -> Limits | None:
        """Limits of a band; None when none were given."""
        return (self.bands or {}).get(band, self.every)


def parse_scaling(texts: Sequence[str]) -> Scaling | None:
    """Limits from texts such as '0,65535', 'red=200,3000' or '2%,98%'; None when there are none.

    Raises:
        ConfigError: tells the first text that is not of this form.
    """
    every: Limits | None = None
    bands: dict[str, Limits] = {}
    for text in texts:
        band, limits = _parse(text)
        if (band or "") in bands or (band is None and every is not None):
            raise ConfigError(f"--scale is given twice for {band or 'all bands'}", remedy=_REMEDY)
        if band is None:
            every = limits
        else:
            bands[band] = limits
    return Scaling(every, bands) if texts else None


def _parse(text: str) -> tuple[str | None, Limits]:
    found = _FORM.fullmatch(text.replace(" ", ""))
    if found is None or found["first"] != found["second"]:
        raise ConfigError(f"--scale {text!r} is not MIN,MAX", remedy=_REMEDY)
    if found["band"] is not None and found["band"] not in COLOURS:
        raise ConfigError(f"--scale {text!r}: no band is called {found['band']}", remedy=f"bands: {', '.join(COLOURS)}")
    try:
        low, high = float(found["low"]), float(found["high"])
    except ValueError as error:
        raise ConfigError(f"--scale {text!r} is not MIN,MAX", remedy=_REMEDY) from error
    percent = bool(found["first"])
    if not (math.isfinite(low) and math.isfinite(high) and low < high) or (percent and not 0 <= low < high <= 100):
        raise ConfigError(f"--scale {text!r}: the first number must be less than the second", remedy=_REMEDY)
    return found["band"], Limits(low, high, percent)


def to_digital_numbers(values: npt.NDArray[Any], limits: tuple[float, float]) -> npt.NDArray[np.float32]:
    """Numbers between two limits brought to 0..255 in a straight line, clipped, not rounded: interpolation follows."""
    low, high = limits
    moved = (values.astype(np.float32) - np.float32(low)) * np.float32(255.0 / (high - low))
    return np.clip(moved, np.float32(0.0), np.float32(255.0))


def sample_windows(grid: AnyGrid, *, blocks: int = SAMPLE_BLOCKS) -> tuple[Window, ...]:
    """At most `blocks` blocks, a square number, spread evenly over a grid; all of it when it is small."""
    per_side = math.isqrt(blocks)
    rows = _starts(grid.height, per_side)
    cols = _starts(grid.width, per_side)
    return tuple(Window(row, col, SAMPLE_BLOCK_PX, SAMPLE_BLOCK_PX).clipped(grid) for row in rows for col in cols)


def _starts(size: int, count: int) -> list[int]:
    blocks = -(-size // SAMPLE_BLOCK_PX)
    if blocks <= count:
        return [number * SAMPLE_BLOCK_PX for number in range(blocks)]
    return [(blocks - 1) * number // (count - 1) * SAMPLE_BLOCK_PX for number in range(count)]


def percentiles(numbers: npt.NDArray[Any], limits: Limits) -> tuple[float, float]:
    """The numbers at two percentiles, with six significant digits so that they can be told and given again."""
    low, high = np.percentile(numbers.astype(np.float64), [limits.low, limits.high])
    return float(f"{low:.6g}"), float(f"{high:.6g}")
