"""Parameters of the differential."""

from __future__ import annotations

import pydantic


class Parameters(pydantic.BaseModel, frozen=True, extra="forbid"):
    """What tells a change from a displaced border. No text fixes these values."""

    sliver_width_m: float = pydantic.Field(default=1.0, ge=0)
    """A changed piece thinner than this on average (twice its area over its perimeter) is a sliver."""

    sliver_area_m2: float = pydantic.Field(default=5.0, ge=0)
    """A changed piece smaller than this is a sliver."""
