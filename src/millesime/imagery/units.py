"""The unit of the coordinates of a CRS: sides of pixels are taken for metres."""

from __future__ import annotations

from functools import lru_cache

import pyproj


@lru_cache(maxsize=64)
def unit_other_than_metre(crs: str) -> str | None:
    """The unit of the coordinates of a CRS, or of its heights, where it is not the metre; None where all are metres."""
    parsed = pyproj.CRS.from_user_input(crs)
    if parsed.is_geographic:
        return "degrees"
    others = [axis.unit_name for axis in parsed.axis_info if abs(axis.unit_conversion_factor - 1.0) > 1e-9]
    return f"units of {others[0]}" if others else None
