"""The look of every ground material in a month: crops are sown, ripen and are cut, the rest stays."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from millesime.demo.imagery.covers_built import built_covers
from millesime.demo.imagery.covers_wild import wild_covers
from millesime.demo.imagery.palette import SOIL, STRAW, Colour, Cover


@cache
def covers(month: int) -> dict[str, Cover]:
    """The look of every ground material in a month (5 to 9)."""
    return {**built_covers(), **wild_covers(), **_crops(month)}


def _crop(plant: Colour, dry: Colour, dryness: tuple[float, float], **more: object) -> Cover:
    base = Cover(
        SOIL,
        plant,
        dry,
        dryness=dryness,
        share=0.86,
        share_spread=0.12,
        mix=(0.12, 0.10, 0.08, 0.08, 0.14, 0.14),
        light=(0.07, 0.035, 0.025, 0.03, 0.045, 0.05),
        streak=0.10,
        streak_light=0.055,
        tram_m=24.0,
        headland_m=12.0,
        spread=0.11,
    )
    return replace(base, **more)  # type: ignore[arg-type]


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
    stubble = _crop(
        STRAW,
        (176.0, 160.0, 122.0, 170.0),
        (0.0, 1.0),
        share=0.72,
        row_m=6.2,
        row=0.16,
        row_light=0.03,
        strip_m=6.2,
        strip=0.03,
        streak=0.24,
        streak_light=0.07,
        mix=(0.26, 0.16, 0.1, 0.1, 0.14, 0.14),
        tram_m=0.0,
        height_share_m=0.15,
    )
    wheat = _crop(green_wheat, STRAW, ripe, height_share_m=0.75)
    rape = _crop(
        (114.0, 132.0, 80.0, 176.0),
        (158.0, 140.0, 96.0, 160.0),
        ripe,
        height_share_m=1.25,
        mix=(0.2, 0.22, 0.16, 0.1, 0.14, 0.14),
        light=(0.10, 0.07, 0.04, 0.03, 0.04, 0.05),
    )
    maize = _crop(
        green_maize,
        (120.0, 126.0, 68.0, 170.0),
        (0.0, 0.45 if not late else 0.9),
        row_m=0.8,
        row=0.22,
        row_light=0.06,
        height_share_m=2.1,
        tram_m=0.0,
        streak_light=0.07,
    )
    sunflower = _crop(
        (88.0, 112.0, 56.0, 178.0),
        (150.0, 140.0, 58.0, 172.0) if not late else (128.0, 112.0, 70.0, 136.0),
        (0.1, 1.0),
        row_m=0.8,
        row=0.2,
        row_light=0.05,
        height_share_m=1.5,
        mix=(0.26, 0.16, 0.1, 0.08, 0.12, 0.12),
        light=(0.10, 0.05, 0.03, 0.03, 0.04, 0.05),
        tram_m=0.0,
    )
    return {
        "wheat": stubble if late else wheat,
        "rapeseed": replace(stubble, dry=(140.0, 140.0, 92.0, 168.0)) if late else rape,
        "maize": replace(maize, **seedling, height_share_m=0.3) if early else maize,  # type: ignore[arg-type]
        "sunflower": replace(sunflower, **seedling, height_share_m=0.3) if early else sunflower,  # type: ignore[arg-type]
        "stubble": stubble,
    }
