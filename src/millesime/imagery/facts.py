"""What is known of raster files before their pixels are read."""

from __future__ import annotations

from dataclasses import dataclass

from millesime.geo.grid import AnyGrid


@dataclass(frozen=True)
class RasterFacts:
    """What is known of a raster file, or of a mosaic, before its pixels are read."""

    path: str
    grid: AnyGrid
    count: int
    dtype: str
    nodata: float | None
    masked: bool
    """Whether it has an alpha or mask band."""

    has_alpha: bool
    """Whether one of the bands counted is transparency, the last."""

    descriptions: tuple[str, ...] = ()
    """What the file calls its bands; '' for a band without a name."""

    has_gaps: bool = False
    """Whether it is a virtual raster with places that no file fills."""

    tiles: tuple[RasterFacts, ...] = ()
    """Facts of each file of a mosaic, in the order in which they are believed."""

    @property
    def colours(self) -> int:
        """Bands, transparency apart."""
        return self.count - int(self.has_alpha)

    @property
    def told_count(self) -> str:
        """Number of bands, for messages."""
        return f"{self.colours} band{'s' if self.colours > 1 else ''}" + (" and alpha" if self.has_alpha else "")
