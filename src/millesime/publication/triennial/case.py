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
class Doubt:
    """What of the artificial flux of a place is in doubt, in hectares."""

    noise_gain_ha: float = 0.0
    """Pieces too thin or small to be told from a displaced border."""

    noise_loss_ha: float = 0.0
    near_threshold_ha: float = 0.0
    """Gain plus loss of patches about as large as a threshold, slivers apart."""


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

    doubts: Mapping[str, Doubt] = field(default_factory=dict)
    """By code of the place."""

    coverage: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Code of the place -> share of it that the first and the second vintage cover, from 0 to 100."""

    official_status: bool = False
    """Whether the artificial status was read from the files instead of computed."""

    enaf: Enaf | None = None
    warnings: tuple[str, ...] = ()
