"""What each ground material looks like: two colours, how they mix, how high it stands.

A cover is a mixture of two end members (soil and plants, binder and wear ...). The share of the second comes from
noise of six octaves, rows and streaks; its colour lies between a green and a dry state. Digital numbers are those of
a lit flat surface under a neutral sky, R, G, B, NIR. Real covers overlap in colour, and so do these: ripe wheat,
straw and burnt grass share their hues, as do ploughed land, bare earth, tracks and tiles, or asphalt and slate.
"""

from __future__ import annotations

from dataclasses import dataclass

Colour = tuple[float, float, float, float]
Octaves = tuple[float, float, float, float, float, float]

SOIL: Colour = (156.0, 132.0, 108.0, 150.0)
DRY_GRASS: Colour = (170.0, 155.0, 120.0, 166.0)
GRASS: Colour = (98.0, 116.0, 76.0, 174.0)
STRAW: Colour = (188.0, 169.0, 130.0, 180.0)
LEAF: Colour = (72.0, 94.0, 62.0, 172.0)

NONE, ROAD, CAR_PARK, PAVING, GRAVES, PANELS, TRACK, BALLAST, WATER, TURF, STRATA, POOL, GARDEN = range(13)
"""Patterns that noise and rows cannot make."""


@dataclass(frozen=True)
class Cover:
    """Look of one material in one month."""

    soil: Colour
    """First end member."""
    plant: Colour
    """Second end member, green or fresh."""
    dry: Colour
    """Second end member, dry or worn."""
    dryness: tuple[float, float] = (0.0, 1.0)
    """Range of the state between `plant` and `dry`, drawn per object."""
    share: float = 0.5
    """Mean share of the second end member."""
    share_spread: float = 0.12
    """Half range of the share between objects."""
    mix: Octaves = (0.3, 0.3, 0.2, 0.1, 0.1, 0.1)
    """Effect of each octave of noise on the share."""
    light: Octaves = (0.08, 0.06, 0.05, 0.04, 0.04, 0.04)
    """Effect of each octave of noise on the brightness."""
    row_m: float = 0.0
    """Spacing of rows or furrows; 0 for none."""
    row: float = 0.0
    """Effect of rows on the share."""
    row_light: float = 0.0
    """Effect of rows on the brightness (furrows)."""
    streak: float = 0.0
    """Effect on the share of streaks along the direction of work."""
    streak_light: float = 0.0
    tram_m: float = 0.0
    """Spacing of the sprayer's wheel tracks; 0 for none."""
    strip_m: float = 0.0
    """Width of mowing or harvesting strips; 0 for none."""
    strip: float = 0.0
    """Effect of the strips on the brightness."""
    headland_m: float = 0.0
    """Width of the border where the work follows the edge."""
    height_m: float = 0.0
    """Height where the share is 0."""
    height_share_m: float = 0.0
    """Height added where the share is 1."""
    clump_m: float = 0.0
    """Size of bushes or clumps; 0 for none."""
    clump_height_m: float = 0.0
    clump_share: float = 1.0
    """Share of the places of clumps that hold one."""
    spread: float = 0.10
    """Standard deviation of the brightness between objects."""
    hue: float = 0.035
    """Standard deviation of each band between objects."""
    natural: bool = True
    """Whether its limit against another natural cover wavers."""
    pattern: int = NONE
