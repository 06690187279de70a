"""The delivery of one vintage: which files it holds and how they are called."""

from __future__ import annotations

import re
from dataclasses import dataclass

from millesime.errors import ConfigError


@dataclass(frozen=True)
class Delivery:
    """Names of the files of one vintage's delivery, all beside each other in one folder."""

    code: str
    """Code of the territory: 'D032', 'DEMO'."""

    year: int
    """The vintage."""

    reference_year: int | None = None
    """The vintage it is compared with, None for a first one."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", self.code):
            raise ConfigError(
                f"the territory's code {self.code!r} cannot name a file",
                remedy="use letters, digits, '-' and '_' only",
            )
        if self.reference_year == self.year:
            raise ConfigError(f"vintage {self.year} cannot be its own reference")

    @property
    def stock(self) -> str:
        """GeoPackage of the vintage: OCCUPATION_SOL, ZONE_CONSTRUITE, ARTIF and the explanations."""
        return f"OCS-GE_{self.code}_{self.year}.gpkg"

    @property
    def period(self) -> tuple[int, int]:
        """First and second year of the difference.

        Raises:
            ConfigError: the vintage has no reference.
        """
        if self.reference_year is None:
            raise ConfigError(f"vintage {self.year} has no reference, hence no difference")
        # The reference may be the younger one, for an older vintage made later.
        return min(self.year, self.reference_year), max(self.year, self.reference_year)

    @property
    def difference(self) -> str:
        """GeoPackage of the difference: DIFF, ARTIF_DIFF."""
        first, second = self.period
        return f"OCS-GE_{self.code}_DIFF_{first}-{second}.gpkg"

    @property
    def cosia(self) -> str:
        """GeoPackage of the cover as predicted."""
        return f"COSIA_{self.code}_{self.year}.gpkg"

    @property
    def cover_raster(self) -> str:
        """COG of the class raster."""
        return f"COSIA_{self.code}_{self.year}.tif"

    @property
    def confidence_raster(self) -> str:
        """COG of the confidence, in percent."""
        return f"COSIA_{self.code}_{self.year}_confiance.tif"

    @property
    def project(self) -> str:
        """QGIS project that opens everything."""
        return f"OCS-GE_{self.code}_{self.year}.qgs"

    @property
    def portrait(self) -> str:
        """The self-contained page."""
        return "portrait.html"

    @property
    def portrait_document(self) -> str:
        """The same portrait as a PDF."""
        return "portrait.pdf"

    @property
    def artificial_layer(self) -> str:
        """Name of the artificialisation layer, as delivered."""
        return f"artif_{self.year}_{self.code}"
