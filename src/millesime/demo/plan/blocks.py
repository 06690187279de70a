"""Blocks and parcels: streets cut built ground into blocks, blocks are split into parcels."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from shapely import Geometry, LineString, Polygon

from millesime.demo.plan.shapes import Frame, bent_line, cut, frame_of, largest, polygons


@dataclass(frozen=True)
class Grain:
    """How fine a quarter is: metres between streets, parcels in square metres."""

    depth_m: float
    length_m: float
    street_m: float
    bend: float
    parcel_m2: float
    slender: float


OLD = Grain(depth_m=62.0, length_m=85.0, street_m=5.0, bend=0.07, parcel_m2=280.0, slender=2.6)
FAUBOURG = Grain(depth_m=66.0, length_m=130.0, street_m=5.0, bend=0.05, parcel_m2=700.0, slender=1.7)
ESTATE = Grain(depth_m=58.0, length_m=170.0, street_m=5.5, bend=0.07, parcel_m2=620.0, slender=1.5)
NEW = Grain(depth_m=36.0, length_m=150.0, street_m=5.5, bend=0.05, parcel_m2=560.0, slender=1.4)
ACTIVITY = Grain(depth_m=130.0, length_m=210.0, street_m=7.0, bend=0.02, parcel_m2=7000.0, slender=1.3)


def split_by_streets(
    polygon: Polygon, grain: Grain, rng: np.random.Generator, *, ways: Geometry
) -> tuple[list[Polygon], list[LineString]]:
    """Cut ground into blocks no deeper than the grain wants.

    Args:
        polygon: Ground bounded by centre lines or by open country.
        grain: Sizes wanted.
        rng: Chance.
        ways: Existing roads, to which every new street must lead.

    Returns:
        Blocks, bounded by street centre lines, and the streets; each street leads to an earlier one.
    """
    blocks: list[Polygon] = []
    streets: list[LineString] = []
    known = ways
    queue = [polygon]
    while queue:
        piece = queue.pop(0)
        found = _street(piece, grain, rng, known)
        parts = cut(piece, [found[0]], min_area_m2=25.0) if found is not None else []
        if found is None or len(parts) < 2:
            blocks.append(piece)
            continue
        streets.append(found[1])
        known = shapely.union_all([known, found[1]])
        queue += parts
    return blocks, streets


def _street(
    piece: Polygon, grain: Grain, rng: np.random.Generator, known: Geometry
) -> tuple[LineString, LineString] | None:
    """Line that cuts the piece and the street on it (shorter where it would end in the open country)."""
    axes = frame_of(piece)
    if piece.area < 0.9 * grain.depth_m**2:
        return None
    wide, long = axes.width > 1.45 * grain.depth_m, axes.length > 1.35 * grain.length_m
    if not wide and not long:
        return None
    along_first = wide and (not long or rng.random() < 0.55)
    for along in (along_first, not along_first, along_first, not along_first):
        if (along and not wide) or (not along and axes.length < 1.35 * grain.depth_m):
            continue
        line = _cutter(axes, grain, rng, along=along)
        inside = largest_line(line.intersection(piece))
        if inside is None or inside.length < 0.5 * grain.depth_m:
            continue
        street = _led(inside, known)
        if street is not None:
            return line, street
    return _way_in(piece, axes, grain, rng, known)


def _way_in(
    piece: Polygon, axes: Frame, grain: Grain, rng: np.random.Generator, known: Geometry
) -> tuple[LineString, LineString] | None:
    """A street from the longest side on a road straight through the piece, where no better cut leads to a road."""
    side = largest_line(piece.exterior.intersection(known.buffer(1.0)))
    if side is None or side.length < 12:
        return None
    at = side.length * float(rng.uniform(0.35, 0.65))
    here, there = side.interpolate(at), side.interpolate(min(at + 2.0, side.length))
    heading = math.atan2(there.y - here.y, there.x - here.x)
    centre = piece.representative_point()
    left = math.cos(heading) * (centre.y - here.y) - math.sin(heading) * (centre.x - here.x)
    inward = heading + math.copysign(math.pi / 2, left)
    far = axes.length + axes.width
    start = (here.x - 3 * math.cos(inward), here.y - 3 * math.sin(inward))
    end = (here.x + far * math.cos(inward), here.y + far * math.sin(inward))
    line = bent_line(start, end, [float(b) for b in rng.uniform(-0.05, 0.05, 3) * math.sqrt(piece.area)])
    inside = largest_line(line.intersection(piece))
    if inside is None or inside.length < 0.8 * grain.depth_m:
        return None
    street = _led(inside, known)
    return (line, street) if street is not None else None


def _cutter(axes: Frame, grain: Grain, rng: np.random.Generator, *, along: bool) -> LineString:
    span, reach = (axes.width, axes.length) if along else (axes.length, axes.width)
    unit = grain.depth_m if along else grain.length_m
    count = max(2, round(span / unit))
    place = (rng.integers(1, count) / count - 0.5 + rng.uniform(-0.06, 0.06)) * span
    tilt = rng.uniform(-0.07, 0.07) * reach
    far = reach / 2 + 8
    bends = rng.uniform(-1, 1, 3) * grain.bend * reach * 0.8
    if along:
        start, end = axes.at(-far, place - tilt), axes.at(far, place + tilt)
    else:
        start, end = axes.at(place - tilt, -far), axes.at(place + tilt, far)
    return bent_line(start, end, [float(b) for b in bends])


def largest_line(geometry: Geometry) -> LineString | None:
    """Longest line of a geometry."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "LineString" and not part.is_empty]
    if not parts:
        return None
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(parts)))
    return max(merged, key=lambda part: (part.length, part.bounds))


def _led(line: LineString, known: Geometry) -> LineString | None:
    """The street on a cut: both ends on roads, or a dead end that stops before the country; None if cut off."""
    start, end = shapely.points(line.coords[0]), shapely.points(line.coords[-1])
    near = [known.distance(start) < 1.5, known.distance(end) < 1.5]
    if all(near):
        return line
    if not any(near):
        return None
    back = 16.0
    if line.length < 3 * back:
        return None
    return largest_line(
        shapely.ops.substring(line, 0, line.length - back)
        if near[0]
        else shapely.ops.substring(line, back, line.length)
    )


def split_parcels(
    block: Polygon, parcel_m2: float, slender: float, rng: np.random.Generator, *, street: Geometry
) -> list[Polygon]:
    """Split a block into parcels of about the wanted area, across its longest side first."""
    done: list[Polygon] = []
    queue = [block]
    while queue:
        piece = queue.pop(0)
        target = parcel_m2 * float(rng.uniform(0.75, 1.5))
        if piece.area < 1.45 * target:
            done.append(piece)
            continue
        axes = frame_of(piece)
        parts = _halve(piece, axes, slender, target, rng, street)
        if len(parts) < 2:
            done.append(piece)
        else:
            queue += parts
    return sorted(done, key=lambda part: part.bounds)


def _halve(
    piece: Polygon, axes: Frame, slender: float, target: float, rng: np.random.Generator, street: Geometry
) -> list[Polygon]:
    """Cut across the long side, or along it when the piece is deep and would leave no frontage behind."""
    ratio = axes.length / max(axes.width, 1.0)
    depth = math.sqrt(target * slender)
    along = ratio < slender and axes.width > 1.5 * depth
    best: list[Polygon] = []
    for cut_along in (along, not along):
        span = axes.width if cut_along else axes.length
        place = float(rng.uniform(-0.08, 0.08)) * span
        if not cut_along and axes.length > 3 * target / axes.width:
            count = max(2, round(axes.length * axes.width / target))
            place = ((count // 2) / count - 0.5) * span
        far = axes.length + axes.width
        line = (
            LineString([axes.at(-far, place), axes.at(far, place)])
            if cut_along
            else LineString([axes.at(place, -far), axes.at(place, far)])
        )
        parts = cut(piece, [line], min_area_m2=20.0)
        if len(parts) < 2 or sum(p.area for p in parts) < 0.97 * piece.area:
            continue
        if all(part.distance(street) < 0.6 for part in parts):
            if min(frame_of(part).width for part in parts) > 0.6 * math.sqrt(target):
                return parts
            continue
        best = best or parts
    # a deep parcel is better than one without a way out, up to a point
    return best if piece.area > 2.4 * target else []


def usable(block: Polygon, roads: Geometry) -> list[Polygon]:
    """Ground of a block off the streets."""
    return [
        part
        for part in polygons(shapely.difference(block, roads), min_area_m2=60.0)
        if not largest(part.buffer(-3.0)).is_empty
    ]
