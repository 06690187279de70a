"""Parameters of the differential."""

from __future__ import annotations

import pydantic


class Parameters(pydantic.BaseModel, frozen=True, extra="forbid"):
    """What tells a change from a displaced border. No text fixes these values."""

    sliver_width_m: float = pydantic.Field(default=1.0, ge=0)
    """A changed piece that is nowhere as wide as this is a sliver."""

    sliver_area_m2: float = pydantic.Field(default=5.0, ge=0)
    """A changed piece smaller than this is a sliver."""

    tolerance_m: float = pydantic.Field(default=0.0, ge=0)
    """How far borders of both vintages may lie from one another and be snapped, and how far each may lie from the
    ground and be told from change. 0 where the later vintage keeps the borders of what did not change."""

    near_threshold_share: float = pydantic.Field(default=0.05, ge=0, lt=1)
    """A patch whose area is within this share of a threshold is told when its status flips without its codes."""
