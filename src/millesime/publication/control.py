"""Control points of the change beside the figures of a portrait or a report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas

from millesime.evaluation.sample import ChangeFigure, ChangeInterval, ControlPoints, place_intervals


@dataclass(frozen=True)
class Control:
    """A sample of the change between the two vintages."""

    points: ControlPoints

    where: geopandas.GeoSeries
    """Its points, in the CRS of the maps."""

    file: str
    """Name of their file."""

    fingerprint: str
    """SHA-256 of what was read."""

    def of(self, *, code: str, name: str, ground: Any | None, area_m2: float) -> Checked:
        """What it says of a place; see `place_intervals`."""
        found = place_intervals(
            self.points, self.where.to_numpy(), code=code, name=name, ground=ground, area_m2=area_m2
        )
        return Checked(found, self.file, self.fingerprint)


@dataclass(frozen=True)
class Checked:
    """What control points say of one place."""

    intervals: Mapping[ChangeFigure, ChangeInterval]
    file: str
    fingerprint: str

    @property
    def has_interval(self) -> bool:
        """Whether any figure has one."""
        return any(item.has_interval for item in self.intervals.values())

    @property
    def shown(self) -> tuple[ChangeInterval, ...]:
        """One sentence each: the figures with an interval; or one that says why there is none."""
        found = tuple(item for item in self.intervals.values() if item.has_interval)
        return found or (self.intervals["net"],)

    def told(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "file": self.file,
            **{
                figure: {
                    "value_ha": _rounded(item.value_ha),
                    "low_ha": _rounded(item.low_ha),
                    "high_ha": _rounded(item.high_ha),
                    "points": item.points,
                    "reason": item.reason,
                    "sentence_fr": item.sentence_fr,
                    "sentence_en": item.sentence_en,
                }
                for figure, item in self.intervals.items()
            },
        }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
