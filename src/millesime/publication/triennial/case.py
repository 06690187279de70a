"""What the reports of one command are made from: one comparison, one table of figures, and the place of each report."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import geopandas

from millesime.indicators import Indicators
from millesime.publication.triennial.content import DataSource

if TYPE_CHECKING:
    from millesime.indicators.enaf import Enaf
    from millesime.indicators.sensitivity import Sensitivity
    from millesime.publication.control import Checked, Control

Kind = Literal["commune", "epci"]


@dataclass(frozen=True)
class ReportPlace:
    """The place of one report."""

    kind: Kind
    code: str
    name: str
    level: str
    """Level of its rows in the table of figures: 'territory' or 'commune'."""

    ground: Any
    """Polygon or multipolygon, in the CRS of the case."""

    communes: tuple[str, ...]
    """INSEE codes: its own, or those of the EPCI."""

    epci: str = ""
    """Name of the EPCI that a commune belongs to; '' when it is not known."""


@dataclass(frozen=True)
class Coverage:
    """Share of a place that each map covers, from 0 to 100."""

    before_pct: float
    after_pct: float


@dataclass(frozen=True)
class Case:
    """Everything that the reports are made from."""

    years: tuple[int, int]
    indicators: Indicators
    pieces: geopandas.GeoDataFrame
    """Every piece of the comparison: `cs_Y`, `us_Y`, `artif_Y`, `artificialisation`, `changed`, `sliver`, `area_m2`."""

    neighbours: geopandas.GeoDataFrame
    """Communes that the maps show: `insee`, `name`, geometry."""

    places: tuple[ReportPlace, ...]
    """One report each; an EPCI comes before its communes."""

    sources: Mapping[str, DataSource]
    """'before', 'after', 'communes', and where they are given 'enaf' and 'planning'."""

    sensitivity: Sensitivity | None = None
    """What the artificial figures of each place rest on, at the level 'place'."""

    coverage: Mapping[str, Coverage] = field(default_factory=dict)
    """By code, of the places that one of the maps leaves a part of."""

    not_reached: tuple[tuple[str, str], ...] = ()
    """INSEE code and name of the communes of an EPCI that get no report: the maps hold nothing, or a trace, of them."""

    tolerance_m: float = 0.0
    """Borders at most this far apart were put on one another."""

    official_years: tuple[int, ...] = ()
    """Vintages whose artificial status was read from their file instead of computed."""

    status_warnings: tuple[str, ...] = ()
    """That one set of rules did not make both statuses, or may not have: see `differential.status_warnings`."""

    other_rules: tuple[tuple[str, str], ...] = ()
    """Parameters of the computed status that were chosen otherwise than by default, with their values."""

    enaf: Enaf | None = None
    control: Control | None = None
    """Control points of the change; None when nothing was checked."""

    warnings: tuple[str, ...] = ()

    def checked(self, place: ReportPlace) -> Checked | None:
        """What control points say of a place; None when nothing was checked."""
        if self.control is None:
            return None
        year, code, level = self.years[1], place.code, place.level
        area_m2 = 10_000 * self.indicators.value("territory", "area", year=year, code=code, level=level)
        return self.control.of(code=code, name=place.name, ground=place.ground, area_m2=area_m2)
