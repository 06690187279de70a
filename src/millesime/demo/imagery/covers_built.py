"""Looks of what people lay or dig: sealed and mineral grounds, water, bare earth."""

from __future__ import annotations

from dataclasses import replace

from millesime.demo.imagery.palette import (
    BALLAST,
    CAR_PARK,
    GRASS,
    GRAVES,
    NONE,
    PANELS,
    PAVING,
    POOL,
    ROAD,
    SOIL,
    STRATA,
    TRACK,
    WATER,
    Colour,
    Cover,
)


def _sealed(colour: Colour, worn: Colour, *, pattern: int = NONE, spread: float = 0.13) -> Cover:
    return Cover(
        colour,
        worn,
        worn,
        share=0.4,
        share_spread=0.3,
        mix=(0.12, 0.10, 0.14, 0.20, 0.25, 0.25),
        light=(0.045, 0.03, 0.03, 0.035, 0.03, 0.03),
        streak=0.15,
        spread=spread,
        hue=0.014,
        natural=False,
        pattern=pattern,
    )


def _mineral(
    colour: Colour, other: Colour, *, grain: float = 0.10, weeds: float = 0.3, pattern: int = NONE, natural: bool = True
) -> Cover:
    return Cover(
        colour,
        other,
        GRASS,
        dryness=(0.0, weeds),
        share=0.35,
        share_spread=0.25,
        mix=(0.25, 0.25, 0.22, 0.2, 0.2, 0.15),
        light=(grain, 0.06, 0.05, 0.045, 0.04, 0.03),
        spread=0.14,
        hue=0.04,
        natural=natural,
        pattern=pattern,
    )


def built_covers() -> dict[str, Cover]:
    """Looks of the grounds that no season changes."""
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
        "ballast": _mineral(
            (138.0, 126.0, 117.0, 128.0), (118.0, 108.0, 102.0, 114.0), grain=0.14, weeds=0.1, pattern=BALLAST
        ),
        "track": _mineral((174.0, 153.0, 122.0, 166.0), (196.0, 178.0, 148.0, 184.0), weeds=0.2, pattern=TRACK),
        "stabilised": _mineral((192.0, 174.0, 145.0, 182.0), (172.0, 156.0, 132.0, 168.0), grain=0.07, weeds=0.1),
        "quarry_floor": _mineral((200.0, 188.0, 164.0, 188.0), (176.0, 162.0, 138.0, 170.0), weeds=0.1),
        "rubble": _mineral((168.0, 156.0, 142.0, 162.0), (128.0, 118.0, 106.0, 126.0), grain=0.20, weeds=0.4),
        "graves": _mineral(
            (184.0, 176.0, 164.0, 176.0), (160.0, 150.0, 136.0, 154.0), grain=0.08, pattern=GRAVES, natural=False
        ),
        "bare_earth": replace(_mineral(SOIL, (180.0, 152.0, 120.0, 168.0), weeds=0.35), share_spread=0.35),
        "site_earth": replace(
            _mineral((172.0, 143.0, 110.0, 162.0), (194.0, 170.0, 138.0, 182.0), grain=0.13, weeds=0.1), tram_m=9.0
        ),
        "quarry_face": _mineral(
            (186.0, 174.0, 150.0, 176.0), (146.0, 132.0, 110.0, 144.0), grain=0.13, weeds=0.15, pattern=STRATA
        ),
        "sand": _mineral((198.0, 183.0, 150.0, 188.0), (180.0, 164.0, 132.0, 176.0), grain=0.06, weeds=0.15),
        "rock": _mineral((166.0, 160.0, 150.0, 160.0), (132.0, 126.0, 114.0, 132.0), grain=0.16, weeds=0.5),
        "river": water,
        "pond": replace(water, plant=(78.0, 92.0, 66.0, 52.0), dry=(90.0, 104.0, 70.0, 70.0)),
        "basin": replace(water, soil=(82.0, 98.0, 92.0, 46.0), plant=(96.0, 108.0, 98.0, 54.0)),
        "pool": replace(_sealed((92.0, 186.0, 204.0, 78.0), (128.0, 206.0, 216.0, 92.0), pattern=POOL), hue=0.06),
        "building": _sealed(asphalt, worn),
        "greenhouse": _sealed((170.0, 176.0, 170.0, 168.0), (190.0, 196.0, 190.0, 190.0)),
    }
