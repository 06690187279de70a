"""Looks of what grows by itself or is tended all year: woods, scrub, hedges, vines, grass; and ploughed land."""

from __future__ import annotations

from dataclasses import replace

from millesime.demo.imagery.palette import DRY_GRASS, GARDEN, GRASS, LEAF, SOIL, TURF, Colour, Cover


def _bushes(plant: Colour, dry: Colour, ground: Colour, **more: object) -> Cover:
    base = Cover(
        ground,
        plant,
        dry,
        dryness=(0.0, 0.5),
        share=0.12,
        mix=(0.15, 0.18, 0.15, 0.12, 0.1, 0.1),
        light=(0.12, 0.10, 0.05, 0.05, 0.05, 0.04),
        clump_m=2.3,
        clump_height_m=2.0,
        clump_share=0.75,
        spread=0.11,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def _grass(share: float, dryness: tuple[float, float], **more: object) -> Cover:
    base = Cover(
        SOIL,
        GRASS,
        DRY_GRASS,
        dryness=dryness,
        share=share,
        mix=(0.16, 0.22, 0.26, 0.30, 0.22, 0.15),
        light=(0.085, 0.075, 0.06, 0.055, 0.05, 0.05),
        spread=0.12,
        hue=0.026,
        height_share_m=0.15,
    )
    return replace(base, **more)  # type: ignore[arg-type]


def wild_covers() -> dict[str, Cover]:
    """Looks of perennial plants, and of bare fields."""
    under = (74.0, 86.0, 56.0, 120.0)
    return {
        "broadleaf": _bushes(
            LEAF,
            (92.0, 100.0, 60.0, 160.0),
            under,
            height_m=3.0,
            clump_m=3.6,
            clump_height_m=5.5,
            clump_share=0.95,
            share=0.3,
        ),
        "conifer": _bushes(
            (52.0, 70.0, 50.0, 118.0),
            (70.0, 80.0, 56.0, 120.0),
            (72.0, 74.0, 54.0, 104.0),
            height_m=3.0,
            clump_m=2.6,
            clump_height_m=6.0,
            clump_share=0.95,
            share=0.25,
        ),
        "scrub": _bushes(
            (84.0, 102.0, 60.0, 160.0),
            (112.0, 112.0, 72.0, 140.0),
            (140.0, 132.0, 92.0, 156.0),
            clump_m=2.6,
            clump_height_m=2.1,
            clump_share=0.78,
            mix=(0.15, 0.2, 0.2, 0.2, 0.3, 0.3),
        ),
        "heath": _bushes(
            (92.0, 96.0, 66.0, 132.0),
            (122.0, 110.0, 78.0, 128.0),
            (150.0, 136.0, 98.0, 152.0),
            clump_m=1.5,
            clump_height_m=0.9,
            clump_share=0.8,
        ),
        "hedge": _bushes(
            (72.0, 98.0, 54.0, 172.0),
            (88.0, 104.0, 60.0, 160.0),
            (82.0, 96.0, 58.0, 150.0),
            height_m=1.1,
            clump_m=1.4,
            clump_height_m=1.0,
            share=0.5,
        ),
        "vine": Cover(
            SOIL,
            (80.0, 104.0, 58.0, 170.0),
            (112.0, 122.0, 68.0, 160.0),
            dryness=(0.0, 0.7),
            share=0.36,
            share_spread=0.1,
            mix=(0.10, 0.16, 0.08, 0.06, 0.10, 0.10),
            light=(0.09, 0.06, 0.04, 0.04, 0.04, 0.04),
            row_m=2.2,
            row=0.85,
            height_share_m=1.45,
            headland_m=0.0,
            spread=0.10,
            natural=False,
        ),
        "lawn": _grass(
            0.9,
            (0.0, 0.85),
            mix=(0.10, 0.10, 0.14, 0.24, 0.16, 0.1),
            light=(0.06, 0.045, 0.04, 0.04, 0.03, 0.03),
            strip_m=1.1,
            strip=0.02,
        ),
        "garden": _grass(
            0.72,
            (0.0, 0.75),
            mix=(0.22, 0.28, 0.34, 0.34, 0.1, 0.1),
            clump_m=2.3,
            clump_height_m=1.4,
            clump_share=0.17,
            pattern=GARDEN,
        ),
        "meadow": _grass(0.88, (0.0, 0.95)),
        "verge": _grass(0.76, (0.1, 0.95), mix=(0.24, 0.28, 0.3, 0.26, 0.1, 0.1), height_share_m=0.4),
        "fallow": _grass(
            0.66,
            (0.2, 1.0),
            mix=(0.26, 0.34, 0.34, 0.3, 0.2, 0.15),
            clump_m=2.0,
            clump_height_m=0.7,
            clump_share=0.18,
            height_share_m=0.5,
        ),
        "sports_turf": _grass(
            0.96,
            (0.0, 0.35),
            mix=(0.08, 0.08, 0.1, 0.14, 0.1, 0.1),
            light=(0.05, 0.03, 0.03, 0.03, 0.03, 0.03),
            strip_m=5.5,
            strip=0.075,
            natural=False,
            pattern=TURF,
        ),
        "ploughed": Cover(
            (134.0, 108.0, 84.0, 130.0),
            (170.0, 142.0, 110.0, 160.0),
            (178.0, 152.0, 120.0, 166.0),
            share=0.4,
            share_spread=0.35,
            mix=(0.28, 0.30, 0.15, 0.12, 0.28, 0.32),
            light=(0.12, 0.08, 0.03, 0.03, 0.04, 0.04),
            row_m=1.35,
            row=0.15,
            row_light=0.085,
            streak=0.22,
            streak_light=0.05,
            strip_m=17.0,
            strip=0.03,
            headland_m=9.0,
            height_share_m=0.2,
            spread=0.15,
        ),
    }
