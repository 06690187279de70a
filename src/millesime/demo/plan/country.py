"""The open country: cells between roads are cut into fields, and each gets a vocation."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import rasterio.features
import shapely
import shapely.geometry
from affine import Affine
from shapely import Geometry, LineString, Polygon, box

from millesime.demo.plan.blocks import largest_line
from millesime.demo.plan.draft import STANDING, Draft, Way
from millesime.demo.plan.network import Z_ROAD, Network
from millesime.demo.plan.shapes import Frame, bent_line, cut, frame_of, largest, polygons, strip
from millesime.demo.plan.siting import Cell
from millesime.demo.plan.streams import stream
from millesime.demo.plan.terrain import Ground

Floats = npt.NDArray[np.float64]

#: Shares of the whole territory for what is not arable; sites come first.
QUOTAS = (
    ("vine", 0.038),
    ("orchard", 0.012),
    ("fallow", 0.012),
    ("meadow", 0.14),
)
WOOD_SHARE, HEATH_SHARE = 0.165, 0.034


def make_regions(draft: Draft, network: Network, ground: Ground) -> list[Cell]:
    """Cut the open country along roads, railway, river and the edges of woods and heaths, not finer."""
    open_land = box(*draft.extent).difference(network.village)
    woods, heaths = wild_patches(draft, network, ground)
    cutters: list[Geometry] = [trunk.line for trunk in network.trunks]
    cutters += [network.river, woods.boundary, heaths.boundary]
    if network.rail is not None:
        cutters.append(network.rail)
    regions: list[Cell] = []
    for part in polygons(open_land):
        for piece in cut(part, cutters):
            inside = piece.representative_point()
            vocation = "wood" if woods.covers(inside) else "heath" if heaths.covers(inside) else ""
            regions.append(Cell(piece, vocation))
    return regions


def make_cells(draft: Draft, regions: list[Cell]) -> tuple[list[Cell], list[LineString]]:
    """Divide the regions into stands and fields by tracks and field limits.

    Returns:
        Cells in a fixed order, and the tracks laid between them.
    """
    rng = stream(draft.seed, "country")
    scale = min(1.0, max(0.25, draft.size_m / 1500))
    cells: list[Cell] = []
    tracks: list[LineString] = []
    for region in regions:
        if region.vocation == "site":
            cells.append(region)
            continue
        wanted = {"wood": 26000.0, "heath": 40000.0, "": 15500.0}[region.vocation] * scale
        limit = (90000 if region.vocation else 60000) * scale
        pieces, new = _divide(region.polygon, wanted, rng, track_over_m2=limit)
        tracks += new
        cells += [Cell(p, region.vocation or ("meadow" if p.area < 900 else "")) for p in pieces]
    for line in tracks:
        _lay_track(draft, line, rng)
    return sorted(cells, key=lambda cell: cell.polygon.bounds), tracks


def _divide(
    polygon: Polygon, wanted_m2: float, rng: np.random.Generator, *, track_over_m2: float
) -> tuple[list[Polygon], list[LineString]]:
    """Cut land into parcels of about an area; the first cuts of large land become tracks."""
    done: list[Polygon] = []
    tracks: list[LineString] = []
    queue = [(polygon, 0)]
    while queue:
        piece, depth = queue.pop(0)
        wanted = wanted_m2 * float(rng.lognormal(0, 0.5))
        axes = frame_of(piece)
        if piece.area < 1.7 * wanted or piece.area < 3500 or axes.length < 50:
            done.append(piece)
            continue
        line, parts = _field_cut(piece, axes, rng)
        if not parts:
            done.append(piece)
            continue
        if piece.area > track_over_m2 or (depth == 0 and piece.area > 0.6 * track_over_m2):
            track = largest_line(line.intersection(piece))
            if track is not None and track.length > 60:
                tracks.append(track)
        queue += [(part, depth + 1) for part in parts]
    return done, tracks


def _field_cut(piece: Polygon, axes: Frame, rng: np.random.Generator) -> tuple[LineString, list[Polygon]]:
    """A nearly straight cut and the parts it leaves, none of them tiny; no parts when every try failed."""
    line = LineString()
    for attempt in range(6):
        far = axes.length
        # long thin strips here and there, as old field patterns have them
        lengthwise = axes.width > 70 and axes.length < 1.6 * axes.width and rng.random() < 0.5
        span, reach = (axes.width, axes.length) if lengthwise else (axes.length, axes.width)
        place = float(rng.uniform(-0.2, 0.2)) * span
        tilt = float(rng.uniform(-0.14, 0.14)) * reach * (1 + 0.6 * attempt)
        bends = [float(b) for b in rng.normal(0, 0.025, 3) * reach]
        ends = (-far, place - tilt), (far, place + tilt)
        if not lengthwise:
            ends = (ends[0][::-1], ends[1][::-1])
        line = bent_line(axes.at(*ends[0]), axes.at(*ends[1]), bends)
        parts = cut(piece, [line])
        if len(parts) > 1 and max(part.area for part in parts) < 0.93 * piece.area:
            return line, parts
    return line, []


def wild_patches(draft: Draft, network: Network, ground: Ground) -> tuple[Geometry, Geometry]:
    """Outlines of woods and heaths, where a smooth chance field is high, up to their shares."""
    west, south, _, _ = draft.extent
    size = draft.size_m
    step = 8.0
    count = round(size / step)
    at = (np.arange(count) + 0.5) * step
    x, y = np.meshgrid(west + at, south + at)
    height = ground(x, y)
    high = (height - height.mean()) / (height.std() + 0.1)
    far = np.hypot(x - network.centre[0], y - network.centre[1]) / size
    keep_off = shapely.union_all([network.village.buffer(22), network.river_ground.buffer(12)])
    shapely.prepare(keep_off)
    shut = shapely.intersects_xy(keep_off, x.ravel(), y.ravel()).reshape(x.shape)
    wood = noise(draft.seed, "wood", x - west, y - south, 0.42 * size + 60) + 0.22 * high + 0.9 * far
    heath = noise(draft.seed, "heath", x - west, y - south, 0.25 * size + 50) - 1.2 * np.abs(
        wood - np.quantile(wood[~shut], 0.8)
    )
    wood_mask = (wood > np.quantile(wood[~shut], 1 - WOOD_SHARE / (~shut).mean())) & ~shut
    rest = ~shut & ~wood_mask
    heath_mask = (heath > np.quantile(heath[rest], 1 - HEATH_SHARE / rest.mean())) & rest
    woods = _outline(wood_mask, west, south, step, min_area_m2=min(5000.0, 0.01 * size * size))
    heaths = _outline(heath_mask, west, south, step, min_area_m2=min(4500.0, 0.008 * size * size))
    frame = box(*draft.extent)
    woods = woods.intersection(frame).difference(keep_off)
    return woods, heaths.intersection(frame).difference(shapely.union_all([woods.buffer(0.01), keep_off]))


def _outline(mask: npt.NDArray[np.bool_], west: float, south: float, step: float, *, min_area_m2: float) -> Geometry:
    """Smooth polygons round the true cells of a mask."""
    size = step * len(mask)
    transform = Affine(step, 0, west, 0, -step, south + size)
    found = rasterio.features.shapes(mask[::-1].astype(np.uint8), mask=mask[::-1], transform=transform)
    patches = [shapely.geometry.shape(geometry) for geometry, _ in found]
    smooth = []
    for patch in patches:
        round_ = shapely.Polygon(largest(patch.buffer(-9).buffer(18).buffer(-9)).exterior)
        if round_.area >= min_area_m2:
            smooth.append(round_.simplify(11.0))
    return shapely.union_all(smooth, grid_size=0.01)


def _lay_track(draft: Draft, line: LineString, rng: np.random.Generator) -> None:
    stony = rng.random() < 0.5
    width = float(rng.uniform(3.0, 3.6)) if stony else float(rng.uniform(2.2, 2.8))
    draft.paint(strip(line, width + 2.4), "verge", z=Z_ROAD - 5)
    draft.paint(strip(line, width, round_ends=True), "track" if stony else "bare_earth", z=Z_ROAD - 4)
    nature = "Route empierrée" if stony else "Chemin"
    draft.ways.append(Way(line, nature, "6", width, 0, "", False, STANDING))


def noise(seed: int, word: str, x: Floats, y: Floats, wave_m: float) -> Floats:
    """Smooth chance field in [-1, 1], about `wave_m` metres from hill to hill."""
    rng = stream(seed, "noise", word)
    total = np.zeros_like(np.asarray(x, dtype=float))
    for _ in range(6):
        heading, phase = rng.uniform(0, 2 * math.pi, 2)
        number = 2 * math.pi / (wave_m * rng.uniform(0.7, 1.5))
        total = total + np.sin(number * (x * math.cos(heading) + y * math.sin(heading)) + phase)
    return total / 6 * 1.7


def assign(draft: Draft, network: Network, ground: Ground, cells: list[Cell]) -> None:
    """Give each free cell a vocation, by relief, water and distance, up to its share of the territory."""
    free = [cell for cell in cells if not cell.vocation]
    if not free:
        return
    points = shapely.get_coordinates(shapely.point_on_surface(np.array([c.polygon for c in free], dtype=object)))
    x, y = points.T
    size = draft.size_m
    _, river = network.course.local(x, y)
    height = ground(x, y)
    high = (height - height.mean()) / (height.std() + 0.1)
    far = np.hypot(x - network.centre[0], y - network.centre[1]) / size
    west, south = draft.extent[:2]
    lx, ly = x - west, y - south
    area = np.array([cell.area for cell in free])
    score = {
        "vine": noise(draft.seed, "vine", lx, ly, 0.6 * size) + 0.3 * high - 0.5 * (area > 22000),
        "orchard": noise(draft.seed, "orchard", lx, ly, 0.3 * size) - 1.5 * far - 0.4 * (area > 14000),
        "fallow": noise(draft.seed, "fallow", lx, ly, 0.12 * size),
        "meadow": 1.4 * np.exp(-((river / (0.08 * size)) ** 2)) + 0.5 * noise(draft.seed, "m", lx, ly, 0.3 * size),
    }
    taken = np.zeros(len(free), dtype=bool)
    for vocation, share in QUOTAS:
        quota = share * size * size
        for index in np.argsort(-score[vocation], kind="stable"):
            if taken[index] or quota <= 0.35 * area[index]:
                continue
            free[index].vocation = vocation
            taken[index] = True
            quota -= area[index]
    for cell in free:
        cell.vocation = cell.vocation or "field"
