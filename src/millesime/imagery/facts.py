"""What is known of raster files before their pixels are read."""

from __future__ import annotations

from dataclasses import dataclass, replace

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
    """Whether one of the bands counted is taken as transparency: `alpha`, the last when that is not told."""

    descriptions: tuple[str, ...] = ()
    """What the file calls its bands; '' for a band without a name."""

    has_gaps: bool = False
    """Whether it is a virtual raster with places that no file fills."""

    tiles: tuple[RasterFacts, ...] = ()
    """Facts of each file of a mosaic, in the order in which they are believed."""

    alpha: int = 0
    """Number of the band that the file marks as alpha, from 1; 0 when it marks none. Read as data when `has_alpha` is
    not true."""

    other_mask: bool = False
    """Whether something beside an alpha band tells where data is."""

    has_palette: bool = False
    """Whether its numbers stand for the colours of a table."""

    @property
    def alpha_number(self) -> int:
        """Number of the band that may be transparency: the one marked, else the last."""
        return self.alpha or self.count

    @property
    def data_numbers(self) -> tuple[int, ...]:
        """Numbers of the bands, transparency apart."""
        transparency = self.alpha_number if self.has_alpha else 0
        return tuple(number for number in range(1, self.count + 1) if number != transparency)

    def with_alpha_as_data(self) -> RasterFacts:
        """The same file, whose band marked as alpha is data and masks nothing; also of each of its tiles."""
        return replace(
            self,
            has_alpha=False,
            masked=self.other_mask,
            alpha=self.alpha_number,
            tiles=tuple(tile.with_alpha_as_data() for tile in self.tiles),
        )

    @property
    def colours(self) -> int:
        """Bands, transparency apart."""
        return self.count - int(self.has_alpha)

    @property
    def told_count(self) -> str:
        """Number of bands, for messages."""
        return f"{self.colours} band{'s' if self.colours > 1 else ''}" + (" and alpha" if self.has_alpha else "")
