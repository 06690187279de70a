"""The figures of the portrait, read from the indicators and nowhere else, so that page and tables agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

#: A commune is told to be whole from this share of it on, in per cent: limits of communes and of maps differ by metres.
WHOLE_PCT = 99.5

#: Less than this share of a commune, in per cent, says nothing of the commune: it is not held against others.
RANKED_PCT = 10.0


@dataclass(frozen=True)
class PlaceFigures:
    """What is told of the territory, or of one commune."""

    code: str
    name: str
    area_ha: float
    artificial_ha: Mapping[int, float]
    """By year, thresholds included."""

    impervious_ha: Mapping[int, float]
    """By year."""

    covered_pct: float | None = None
    """Share of the commune that the figures are of; None for the territory, and where it is not known."""

    artificialised_ha: float = 0.0
    """Became artificial between the two years."""

    renatured_ha: float = 0.0
    """Ceased to be artificial between the two years."""

    @property
    def net_ha(self) -> float:
        """Net artificial flux."""
        return self.artificialised_ha - self.renatured_ha

    @property
    def is_whole(self) -> bool:
        """Whether the figures are of all its ground, as far as is known."""
        return self.covered_pct is None or self.covered_pct >= WHOLE_PCT

    def artificial_pct(self, year: int) -> float:
        """Artificial share of the ground that the figures are of."""
        return 100 * self.artificial_ha[year] / self.area_ha if self.area_ha else 0.0


@dataclass(frozen=True)
class ThemeFigures:
    """Stock and change by code, of covers or of uses, over the whole territory."""

    stock_ha: Mapping[int, Mapping[str, float]]
    """Year -> code -> area."""

    gains_ha: Mapping[str, float] = field(default_factory=dict)
    """By new code."""

    losses_ha: Mapping[str, float] = field(default_factory=dict)
    """By old code."""

    transitions_ha: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """(old code, new code) -> area; changed land only."""

    artificial_ha: Mapping[str, float] = field(default_factory=dict)
    """Artificial land of the last year, by code."""


@dataclass(frozen=True)
class LeastBuilt:
    """Built polygons that have the minimum area of built land, most of them enlarged footprints."""

    polygons: int
    area_ha: float

    of_polygons: int
    """All the built polygons of the vintage."""


@dataclass(frozen=True)
class Figures:
    """All the figures of one portrait."""

    years: tuple[int, ...]
    """One or two vintages, increasing."""

    territory: PlaceFigures
    communes: tuple[PlaceFigures, ...]
    covers: ThemeFigures
    uses: ThemeFigures
    threshold_ha: float = 0.0
    """Land whose status is not the one of the matrix, in the last year."""

    changed_ha: float = 0.0
    """Land whose cover, use or status changed, slivers apart."""

    flux_by_threshold_ha: float = 0.0
    """Artificial flux, gain plus loss, where neither cover nor use changed."""

    least_built: LeastBuilt | None = None
    """Built polygons of the last year that have the minimum area; None when there are none."""

    @staticmethod
    def is_shown(area_ha: float) -> bool:
        """Whether an area is more than what would be shown as 0,00 ha."""
        return abs(area_ha) >= 0.005

    @property
    def year(self) -> int:
        """The last vintage."""
        return self.years[-1]

    @property
    def ranked(self) -> tuple[PlaceFigures, ...]:
        """The communes of which enough was counted to be held against others, the most artificial first."""
        enough = (p for p in self.communes if p.covered_pct is None or p.covered_pct >= RANKED_PCT)
        return tuple(sorted(enough, key=lambda place: (-place.artificial_pct(self.year), place.name)))

    @property
    def period(self) -> tuple[int, int] | None:
        """First and second year, None with one vintage."""
        return (self.years[0], self.years[1]) if len(self.years) == 2 else None
