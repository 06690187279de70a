"""Everything a delivery is made from: the products of one vintage, and those of its reference."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas

from millesime.errors import InternalError
from millesime.geo.grid import Bounds
from millesime.indicators import Indicators
from millesime.publication.product import Delivery


@dataclass(frozen=True)
class VintageLayers:
    """The vector products of one vintage that maps show."""

    year: int
    ocsge: geopandas.GeoDataFrame
    """Attributes of OCCUPATION_SOL and the rules that decided."""

    artificialisation: geopandas.GeoDataFrame
    """OCCUPATION_SOL with `aire`, `artif`, `crit_seuil`, `matrix_status`, `status_step`."""


@dataclass(frozen=True)
class Material:
    """The products behind one delivery."""

    delivery: Delivery
    territory_name: str
    crs: str
    extent: Bounds
    current: VintageLayers

    built_zone: geopandas.GeoDataFrame | None
    """None when official files have none."""

    cover_vector: geopandas.GeoDataFrame | None
    """None when the map was not made from imagery here."""

    indicators: Indicators

    communes: geopandas.GeoDataFrame
    """Limits, with `insee` and `name`."""

    reference: VintageLayers | None = None
    differential: geopandas.GeoDataFrame | None = None

    def __post_init__(self) -> None:
        has = (self.delivery.reference_year is not None, self.reference is not None, self.differential is not None)
        if len(set(has)) != 1:
            raise InternalError("a delivery has a reference, its layers and the differential, or none of them")

    @property
    def vintages(self) -> tuple[VintageLayers, ...]:
        """One or two vintages, by increasing year."""
        found = (self.current,) if self.reference is None else (self.reference, self.current)
        return tuple(sorted(found, key=lambda layers: layers.year))
