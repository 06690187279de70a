"""What every document made from official files is asked with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from millesime.artificialisation import StatusChoice
from millesime.production.control_points import ControlRequest


@dataclass(frozen=True, kw_only=True)
class ComparisonRequest:
    """Deliveries of one or two vintages, and how they are read and compared."""

    files: tuple[Path, ...]
    """One or two deliveries: file, folder or archive."""

    years: tuple[int, ...] = ()
    """None, or one vintage per file, where files do not tell them."""

    crs: str | None = None
    """Of files that do not tell it."""

    tolerance_m: float | None = None
    """Distance of border noise; the default of the differential when None."""

    force: bool = False
    """Whether rows with errors are used all the same."""

    status: StatusChoice = field(default_factory=StatusChoice)
    """Which status, decided how."""

    context: tuple[Path, ...] = ()
    """OCS GE of neighbouring territories, each for the vintage that it tells."""

    limit: Path | None = None
    """Limits of départements to cut the files along."""

    control: ControlRequest | None = None
    """Control points of the change, None when nothing was checked."""
