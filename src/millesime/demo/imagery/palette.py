"""What each ground material looks like: two colours, how they mix, how high it stands.

A cover is a mixture of two end members (soil and plants, binder and wear ...). The share of the second comes from
noise of six octaves, rows and streaks; its colour lies between a green and a dry state. Digital numbers are those of
a lit flat surface under a neutral sky, R, G, B, NIR. Real covers overlap in colour, and so do these: ripe wheat,
straw and burnt grass share their hues, as do ploughed land, bare earth, tracks and tiles, or asphalt and slate.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

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


def _sealed(colour: Colour, worn: Colour, *, pattern: int = NONE, spread: float = 0.13) -> Cover:
    return Cover(
        colour, worn, worn, share=0.4, share_spread=0.3, mix=(0.12, 0.10, 0.14, 0.20, 0.25, 0.25),
        light=(0.045, 0.03, 0.03, 0.035, 0.03, 0.03), streak=0.15, spread=spread, hue=0.014, natural=False, pattern=pattern,
    )  # fmt: skip


def _mineral(
    colour: Colour, other: Colour, *, grain: float = 0.10, weeds: float = 0.3, pattern: int = NONE, natural: bool = True
) -> Cover:
    return Cover(
        colour, other, GRASS, dryness=(0.0, weeds), share=0.35, share_spread=0.25, mix=(0.25, 0.25, 0.22, 0.2, 0.2, 0.15),
        light=(grain, 0.06, 0.05, 0.045, 0.04, 0.03), spread=0.14, hue=0.04, natural=natural, pattern=pattern,
    )  # fmt: skip


def _grass(share: float, dryness: tuple[float, float], **more: object) -> Cover:
    base = Cover(
        SOIL, GRASS, DRY_GRASS, dryness=dryness, share=share, mix=(0.16, 0.22, 0.26, 0.30, 0.22, 0.15),
        light=(0.085, 0.075, 0.06, 0.055, 0.05, 0.05), spread=0.12, hue=0.026, height_share_m=0.15,
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


def _crop(plant: Colour, dry: Colour, dryness: tuple[float, float], **more: object) -> Cover:
    base = Cover(
        SOIL, plant, dry, dryness=dryness, share=0.86, share_spread=0.12, mix=(0.12, 0.10, 0.08, 0.08, 0.14, 0.14),
        light=(0.07, 0.035, 0.025, 0.03, 0.045, 0.05), streak=0.10, streak_light=0.055, tram_m=24.0, headland_m=12.0,
        spread=0.11,
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


def _bushes(plant: Colour, dry: Colour, ground: Colour, **more: object) -> Cover:
    base = Cover(
        ground, plant, dry, dryness=(0.0, 0.5), share=0.12, mix=(0.15, 0.18, 0.15, 0.12, 0.1, 0.1),
        light=(0.12, 0.10, 0.05, 0.05, 0.05, 0.04), clump_m=2.3, clump_height_m=2.0, clump_share=0.75, spread=0.11,
    )  # fmt: skip
    return replace(base, **more)  # type: ignore[arg-type]


@cache
def covers(month: int) -> dict[str, Cover]:
    """The look of every ground material in a month (5 to 9)."""
    return {**_built(), **_wild(), **_crops(month)}


def _built() -> dict[str, Cover]:
    asphalt = (123.0, 122.0, 122.0, 117.0)
    worn = (150.0, 146.0, 141.0, 142.0)
    water = _sealed((70.0, 82.0, 72.0, 40.0), (84.0, 94.0, 78.0, 50.0), pattern=WATER, spread=0.16)
    return {
        "asphalt": _sealed(asphalt, worn, pattern=ROAD),
        "asphalt_worn": _sealed((140.0, 136.0, 132.0, 134.0), (164.0, 156.0, 145.0, 156.0), pattern=ROAD),
        "concrete": _sealed((176.0, 170.0, 160.0, 168.0), (200.0, 193.0, 181.0, 190.0), pattern=PAVING),
        "paving": _sealed((164.0, 150.0, 136.0, 156.0), (186.0, 168.0, 150.0, 176.0), pattern=PAVING),
        "car_park": _sealed(asphalt, worn, pattern=CAR_PARK),
        "solar_panel": _sealed((58.0, 62.0, 82.0, 60.0), (74.0, 78.0, 98.0, 74.0), pattern=PANELS),
        "gravel": _mineral((186.0, 174.0, 153.0, 178.0), (162.0, 150.0, 130.0, 158.0), grain=0.12),
        "ballast": _mineral((138.0, 126.0, 117.0, 128.0), (118.0, 108.0, 102.0, 114.0), grain=0.14, weeds=0.1, pattern=BALLAST),
        "track": _mineral((174.0, 153.0, 122.0, 166.0), (196.0, 178.0, 148.0, 184.0), weeds=0.2, pattern=TRACK),
        "stabilised": _mineral((192.0, 174.0, 145.0, 182.0), (172.0, 156.0, 132.0, 168.0), grain=0.07, weeds=0.1),
        "quarry_floor": _mineral((200.0, 188.0, 164.0, 188.0), (176.0, 162.0, 138.0, 170.0), weeds=0.1),
        "rubble": _mineral((168.0, 156.0, 142.0, 162.0), (128.0, 118.0, 106.0, 126.0), grain=0.20, weeds=0.4),
        "graves": _mineral((184.0, 176.0, 164.0, 176.0), (160.0, 150.0, 136.0, 154.0), grain=0.08, pattern=GRAVES, natural=False),
        "bare_earth": replace(_mineral(SOIL, (180.0, 152.0, 120.0, 168.0), weeds=0.35), share_spread=0.35),
        "site_earth": replace(_mineral((172.0, 143.0, 110.0, 162.0), (194.0, 170.0, 138.0, 182.0), grain=0.13, weeds=0.1), tram_m=9.0),
        "quarry_face": _mineral((186.0, 174.0, 150.0, 176.0), (146.0, 132.0, 110.0, 144.0), grain=0.13, weeds=0.15, pattern=STRATA),
        "sand": _mineral((198.0, 183.0, 150.0, 188.0), (180.0, 164.0, 132.0, 176.0), grain=0.06, weeds=0.15),
        "rock": _mineral((166.0, 160.0, 150.0, 160.0), (132.0, 126.0, 114.0, 132.0), grain=0.16, weeds=0.5),
        "river": water,
        "pond": replace(water, plant=(78.0, 92.0, 66.0, 52.0), dry=(90.0, 104.0, 70.0, 70.0)),
        "basin": replace(water, soil=(82.0, 98.0, 92.0, 46.0), plant=(96.0, 108.0, 98.0, 54.0)),
        "pool": replace(_sealed((92.0, 186.0, 204.0, 78.0), (128.0, 206.0, 216.0, 92.0), pattern=POOL), hue=0.06),
        "building": _sealed(asphalt, worn),
        "greenhouse": _sealed((170.0, 176.0, 170.0, 168.0), (190.0, 196.0, 190.0, 190.0)),
    }  # fmt: skip


def _wild() -> dict[str, Cover]:
    under = (74.0, 86.0, 56.0, 120.0)
    return {
        "broadleaf": _bushes(LEAF, (92.0, 100.0, 60.0, 160.0), under, height_m=3.0, clump_m=3.6, clump_height_m=5.5, clump_share=0.95, share=0.3),
        "conifer": _bushes((52.0, 70.0, 50.0, 118.0), (70.0, 80.0, 56.0, 120.0), (72.0, 74.0, 54.0, 104.0), height_m=3.0, clump_m=2.6, clump_height_m=6.0, clump_share=0.95, share=0.25),
        "scrub": _bushes((84.0, 102.0, 60.0, 160.0), (112.0, 112.0, 72.0, 140.0), (140.0, 132.0, 92.0, 156.0), clump_m=2.6, clump_height_m=2.1, clump_share=0.78, mix=(0.15, 0.2, 0.2, 0.2, 0.3, 0.3)),
        "heath": _bushes((92.0, 96.0, 66.0, 132.0), (122.0, 110.0, 78.0, 128.0), (150.0, 136.0, 98.0, 152.0), clump_m=1.5, clump_height_m=0.9, clump_share=0.8),
        "hedge": _bushes((72.0, 98.0, 54.0, 172.0), (88.0, 104.0, 60.0, 160.0), (82.0, 96.0, 58.0, 150.0), height_m=1.1, clump_m=1.4, clump_height_m=1.0, share=0.5),
        "vine": Cover(
            SOIL, (80.0, 104.0, 58.0, 170.0), (112.0, 122.0, 68.0, 160.0), dryness=(0.0, 0.7), share=0.36, share_spread=0.1,
            mix=(0.10, 0.16, 0.08, 0.06, 0.10, 0.10), light=(0.09, 0.06, 0.04, 0.04, 0.04, 0.04), row_m=2.2, row=0.85,
            height_share_m=1.45, headland_m=0.0, spread=0.10, natural=False,
        ),
        "lawn": _grass(0.9, (0.0, 0.85), mix=(0.10, 0.10, 0.14, 0.24, 0.16, 0.1), light=(0.06, 0.045, 0.04, 0.04, 0.03, 0.03), strip_m=1.1, strip=0.02),
        "garden": _grass(0.72, (0.0, 0.75), mix=(0.22, 0.28, 0.34, 0.34, 0.1, 0.1), clump_m=2.3, clump_height_m=1.4, clump_share=0.17, pattern=GARDEN),
        "meadow": _grass(0.88, (0.0, 0.95)),
        "verge": _grass(0.76, (0.1, 0.95), mix=(0.24, 0.28, 0.3, 0.26, 0.1, 0.1), height_share_m=0.4),
        "fallow": _grass(0.66, (0.2, 1.0), mix=(0.26, 0.34, 0.34, 0.3, 0.2, 0.15), clump_m=2.0, clump_height_m=0.7, clump_share=0.18, height_share_m=0.5),
        "sports_turf": _grass(0.96, (0.0, 0.35), mix=(0.08, 0.08, 0.1, 0.14, 0.1, 0.1), light=(0.05, 0.03, 0.03, 0.03, 0.03, 0.03), strip_m=5.5, strip=0.075, natural=False, pattern=TURF),
        "ploughed": Cover(
            (134.0, 108.0, 84.0, 130.0), (170.0, 142.0, 110.0, 160.0), (178.0, 152.0, 120.0, 166.0), share=0.4, share_spread=0.35,
            mix=(0.28, 0.30, 0.15, 0.12, 0.28, 0.32), light=(0.12, 0.08, 0.03, 0.03, 0.04, 0.04), row_m=1.35, row=0.15, row_light=0.085,
            streak=0.22, streak_light=0.05, strip_m=17.0, strip=0.03, headland_m=9.0, height_share_m=0.2, spread=0.15,
        ),
    }  # fmt: skip


def _crops(month: int) -> dict[str, Cover]:
    green_wheat, green_maize = (92.0, 122.0, 70.0, 186.0), (76.0, 106.0, 55.0, 184.0)
    seedling = {
        "row_m": 0.8,
        "row": 0.42,
        "share": 0.25,
        "share_spread": 0.15,
        "mix": (0.2, 0.14, 0.08, 0.1, 0.14, 0.14),
    }
    early, late = month <= 5, month >= 8
    ripe = (0.0, 0.45) if early else (0.75, 1.0)
    stubble = _crop(STRAW, (176.0, 160.0, 122.0, 170.0), (0.0, 1.0), share=0.72, row_m=6.2, row=0.16, row_light=0.03, strip_m=6.2, strip=0.03,
                    streak=0.24, streak_light=0.07, mix=(0.26, 0.16, 0.1, 0.1, 0.14, 0.14), tram_m=0.0, height_share_m=0.15)  # fmt: skip
    wheat = _crop(green_wheat, STRAW, ripe, height_share_m=0.75)
    rape = _crop((114.0, 132.0, 80.0, 176.0), (158.0, 140.0, 96.0, 160.0), ripe, height_share_m=1.25, mix=(0.2, 0.22, 0.16, 0.1, 0.14, 0.14), light=(0.10, 0.07, 0.04, 0.03, 0.04, 0.05))  # fmt: skip
    maize = _crop(green_maize, (120.0, 126.0, 68.0, 170.0), (0.0, 0.45 if not late else 0.9), row_m=0.8, row=0.22, row_light=0.06,
                  height_share_m=2.1, tram_m=0.0, streak_light=0.07)  # fmt: skip
    sunflower = _crop((88.0, 112.0, 56.0, 178.0), (150.0, 140.0, 58.0, 172.0) if not late else (128.0, 112.0, 70.0, 136.0), (0.1, 1.0),
                      row_m=0.8, row=0.2, row_light=0.05, height_share_m=1.5, mix=(0.26, 0.16, 0.1, 0.08, 0.12, 0.12), light=(0.10, 0.05, 0.03, 0.03, 0.04, 0.05), tram_m=0.0)  # fmt: skip
    return {
        "wheat": stubble if late else wheat,
        "rapeseed": replace(stubble, dry=(140.0, 140.0, 92.0, 168.0)) if late else rape,
        "maize": replace(maize, **seedling, height_share_m=0.3) if early else maize,  # type: ignore[arg-type]
        "sunflower": replace(sunflower, **seedling, height_share_m=0.3) if early else sunflower,  # type: ignore[arg-type]
        "stubble": stubble,
    }
