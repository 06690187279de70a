"""Crowns: stands are filled on a shaken hexagonal lattice, and no trunk stands in a house or on a road."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import shapely
from shapely import Geometry

from millesime.demo.plan.draft import Draft, Life, Stand, Stem
from millesime.demo.plan.streams import stream

TALL = {"conifer": 3.9, "poplar": 5.5, "fruit": 1.5, "broadleaf": 3.4}


def grow(draft: Draft, roads: Geometry) -> None:
    """Fill the stands and drop the trees that stand where something else does."""
    for number, stand in enumerate(draft.stands):
        draft.stems += _fill(stand, stream(draft.seed, "stand", number))
    obstacles: list[tuple[Geometry, Life]] = [(house.geometry.buffer(1.0), house.life) for house in draft.houses]
    obstacles += list(draft.clear)
    obstacles += [(part, Life()) for part in shapely.get_parts(roads)]
    takers = len(obstacles)
    obstacles += [(polygon, life) for polygon, life in draft.taken]
    if not draft.stems:
        return
    points = shapely.points([(stem.x, stem.y) for stem in draft.stems])
    found, hit = shapely.STRtree([shape for shape, _ in obstacles]).query(points, predicate="intersects")
    kept: dict[int, Life | None] = {}
    for tree, index in sorted(zip(found.tolist(), hit.tolist(), strict=True)):
        life, other = draft.stems[tree].life, obstacles[index][1]
        current = kept.get(tree, life)
        if current is None or current.born >= other.gone or other.born >= current.gone:
            continue
        if index >= takers and other.born <= current.born:
            continue  # the trees of the development itself
        kept[tree] = None if other.born <= current.born else dataclasses.replace(current, gone=other.born)
    stems: list[Stem] = []
    for tree, stem in enumerate(draft.stems):
        life = kept.get(tree, stem.life)
        if life is not None:
            stems.append(stem if life == stem.life else dataclasses.replace(stem, life=life))
    draft.stems = stems


def _fill(stand: Stand, rng: np.random.Generator) -> list[Stem]:
    if stand.geometry.is_empty:
        return []
    west, south, east, north = stand.geometry.bounds
    gap = stand.spacing_m
    angle = math.radians(stand.row_deg or 0.0)
    reach = math.hypot(east - west, north - south) / 2 + gap
    lift = gap if stand.row_deg is not None else gap * math.sqrt(3) / 2
    along = np.arange(-reach, reach, gap)
    across = np.arange(-reach, reach, lift)
    u, v = np.meshgrid(along, across)
    if stand.row_deg is None:
        u = u + (np.arange(len(across)) % 2)[:, None] * gap / 2
    shake = 0.06 if stand.row_deg is not None else 0.33
    u = (u + rng.uniform(-shake, shake, u.shape) * gap).ravel()
    v = (v + rng.uniform(-shake, shake, v.shape) * gap).ravel()
    x = (west + east) / 2 + u * math.cos(angle) - v * math.sin(angle)
    y = (south + north) / 2 + u * math.sin(angle) + v * math.cos(angle)
    keep = shapely.contains_xy(stand.geometry, x, y) & (rng.random(len(x)) < stand.cover)
    x, y = np.round(x[keep], 2), np.round(y[keep], 2)
    radius = stand.radius_m * np.clip(rng.normal(1.0, 0.17, len(x)), 0.55, 1.5)
    species = rng.choice(np.array(stand.species), size=len(x), p=stand.shares)
    lean = rng.uniform(0.88, 1.12, len(x))
    return [
        Stem(float(a), float(b), float(r), float(r * TALL[str(s)] * k), str(s), stand.life)
        for a, b, r, s, k in zip(x, y, radius, species, lean, strict=True)
    ]
