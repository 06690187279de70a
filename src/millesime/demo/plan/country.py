"""The open country: cells between roads are cut into fields, and each gets a vocation."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Geometry, LineString, Polygon, box

from millesime.demo.plan.blocks import largest_line
from millesime.demo.plan.draft import STANDING, Area, Draft, Stand, Way
from millesime.demo.plan.network import Z_CELL, Z_ROAD, Network
from millesime.demo.plan.shapes import bent_line, cut, frame_of, largest, polygons, strip
from millesime.demo.plan.streams import stream
from millesime.demo.plan.terrain import Ground

Floats = npt.NDArray[np.float64]

FARMED = ("CS2.2.1", "US1.1")
#: Shares of the whole territory for what is not arable; sites come first.
QUOTAS = (
    ("wood", 0.165),
    ("vine", 0.042),
    ("heath", 0.028),
    ("orchard", 0.012),
    ("fallow", 0.012),
    ("meadow", 0.14),
)
CROPS = ("wheat", "maize", "rapeseed", "sunflower", "stubble", "ploughed")
SHARES = (0.34, 0.2, 0.14, 0.1, 0.1, 0.12)


@dataclass
class Cell:
    """A piece of country land bounded by roads, tracks, water and other fields."""

    polygon: Polygon
    vocation: str = ""

    @property
    def area(self) -> float:
        """Square metres."""
        return self.polygon.area


def make_cells(draft: Draft, network: Network) -> list[Cell]:
    """Cut the country into fields by tracks and field limits."""
    rng = stream(draft.seed, "country")
    frame = box(*draft.extent)
    size = draft.size_m
    open_land = frame.difference(network.village)
    cutters: list[Geometry] = [trunk.line for trunk in network.trunks]
    cutters.append(network.river)
    if network.rail is not None:
        cutters.append(network.rail)
    scale = min(1.0, max(0.25, size / 1500))
    queue: list[tuple[Polygon, int]] = []
    for part in polygons(open_land):
        queue += [(piece, 0) for piece in cut(part, cutters)]
    cells: list[Cell] = []
    while queue:
        piece, depth = queue.pop(0)
        wanted = 15000 * scale * float(rng.lognormal(0, 0.55))
        if piece.area < 1.7 * wanted or piece.area < 3500:
            cells.append(Cell(piece))
            continue
        axes = frame_of(piece)
        far = axes.length
        place = float(rng.uniform(-0.16, 0.16)) * axes.length
        tilt = float(rng.uniform(-0.1, 0.1)) * axes.width
        bends = [float(b) for b in rng.uniform(-0.03, 0.03, 2) * axes.width]
        line = bent_line(axes.at(place - tilt, -far), axes.at(place + tilt, far), bends)
        parts = cut(piece, [line])
        if len(parts) < 2:
            cells.append(Cell(piece))
            continue
        if piece.area > 90000 * scale or (depth == 0 and piece.area > 50000 * scale):
            track = largest_line(line.intersection(piece))
            if track is not None and track.length > 60:
                _lay_track(draft, track, rng)
        queue += [(part, depth + 1) for part in parts]
    return sorted(cells, key=lambda cell: cell.polygon.bounds)


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
        "wood": noise(draft.seed, "wood", lx, ly, 0.45 * size) + 0.25 * high + 1.1 * far,
        "vine": noise(draft.seed, "vine", lx, ly, 0.6 * size) + 0.3 * high - 0.5 * (area > 22000),
        "heath": noise(draft.seed, "wood", lx, ly, 0.45 * size) + noise(draft.seed, "heath", lx, ly, 0.3 * size),
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


def plant_cells(draft: Draft, network: Network, cells: list[Cell], public: Geometry) -> None:
    """Put the fields, woods, vines, orchards and heaths into the draft."""
    rng = stream(draft.seed, "plant")
    for cell in cells:
        owner = draft.new_owner()
        usable = largest(cell.polygon.difference(public))
        if usable.is_empty:
            usable = largest(cell.polygon)
        if cell.vocation in ("field", "meadow", "fallow", "vine", "orchard"):
            farm_cell(draft, cell, usable, owner, rng)
        elif cell.vocation == "wood":
            wood_cell(draft, cell, usable, rng)
        elif cell.vocation == "heath":
            draft.land(cell.polygon, ("CS2.1.2", "US6.3"), "heath", z=Z_CELL, material="heath")
            stand(draft, usable, "heath", rng)
            draft.woods.append(Area(usable, {"stand": "heath", "code_tfv": "LA4", "managed": False}, STANDING))
        if cell.vocation in ("field", "meadow", "vine"):
            field_edge(draft, usable, rng, 0.22 if cell.vocation == "meadow" else 0.07)


def farm_cell(draft: Draft, cell: Cell, usable: Polygon, owner: int, rng: np.random.Generator) -> None:
    """A farmed parcel."""
    axes = frame_of(cell.polygon)
    angle = math.degrees(axes.angle) + float(rng.uniform(-3, 3))
    number = len(draft.fields)
    codes = FARMED
    if cell.vocation == "vine" or cell.vocation == "orchard":
        codes = ("CS2.1.3", "US1.1")
    draft.land(cell.polygon, codes, cell.vocation, z=Z_CELL, owner=owner)
    material = {"field": "wheat", "orchard": "meadow"}.get(cell.vocation, cell.vocation)
    draft.paint(cell.polygon, material, z=Z_CELL, angle_deg=angle, crop_of=number)
    draft.fields.append(Area(usable, {"kind": cell.vocation, "rotation": number}, STANDING))
    if cell.vocation == "orchard":
        draft.stands.append(
            Stand(usable.buffer(-3), "orchard", 5.0, 1.8, ("fruit",), (1.0,), 1.0, STANDING, row_deg=angle)
        )
        draft.woods.append(Area(usable, {"stand": "orchard", "code_tfv": "", "managed": False}, STANDING))


def wood_cell(draft: Draft, cell: Cell, usable: Polygon, rng: np.random.Generator) -> None:
    """A stand of trees, managed or not."""
    kind = str(rng.choice(["broadleaf", "conifer", "mixed", "poplar"], p=[0.48, 0.22, 0.22, 0.08]))
    cs, tfv = {
        "broadleaf": ("CS2.1.1.1", "FF1-00"),
        "conifer": ("CS2.1.1.2", "FF2-00"),
        "mixed": ("CS2.1.1.3", "FF31"),
        "poplar": ("CS2.1.1.1", "FP"),
    }[kind]
    managed = kind in ("conifer", "poplar") or rng.random() < 0.6
    us = "US1.2" if managed else "US6.3"
    floor = "conifer" if kind == "conifer" else "broadleaf"
    draft.land(cell.polygon, (cs, us), "wood", z=Z_CELL, material=floor)
    stand(draft, usable, kind, rng)
    draft.woods.append(Area(usable, {"stand": kind, "code_tfv": tfv, "managed": managed}, STANDING))


def stand(draft: Draft, polygon: Polygon, kind: str, rng: np.random.Generator) -> None:
    """Crowns to fill a stand with."""
    spacing, radius, species, shares, cover, row = {
        "broadleaf": (5.2, 3.3, ("broadleaf", "conifer"), (0.97, 0.03), 0.97, None),
        "conifer": (4.2, 2.4, ("conifer", "broadleaf"), (0.95, 0.05), 0.97, None),
        "mixed": (4.7, 2.8, ("broadleaf", "conifer"), (0.5, 0.5), 0.97, None),
        "poplar": (6.5, 3.2, ("poplar",), (1.0,), 0.98, float(rng.uniform(0, 180))),
        "heath": (16.0, 1.6, ("broadleaf", "conifer"), (0.7, 0.3), 0.5, None),
    }[kind]
    draft.stands.append(Stand(polygon, kind, spacing, radius, species, shares, cover, STANDING, row))


def field_edge(draft: Draft, polygon: Polygon, rng: np.random.Generator, chance: float) -> None:
    """Hedges and lone trees along a field."""
    ring = polygon.simplify(6.0).exterior
    points = shapely.get_coordinates(ring)
    for a, b in itertools.pairwise(points):
        side = LineString([a, b])
        if side.length < 50 or rng.random() > chance:
            continue
        wide = float(rng.uniform(2.0, 5.0))
        band = largest(side.buffer(wide, cap_style="flat").intersection(polygon.buffer(0.5)))
        draft.paint(band, "hedge", z=Z_CELL + 3)
        if not band.is_empty:
            draft.woods.append(Area(band, {"stand": "hedge", "code_tfv": "", "managed": False}, STANDING))
        for at in np.arange(4, side.length - 4, 9.0):
            if rng.random() < 0.7:
                point = side.interpolate(float(at))
                draft.tree(point.x, point.y, rng, radius_m=2.8)
    if rng.random() < 0.25:
        point = polygon.representative_point()
        draft.tree(point.x, point.y, rng, radius_m=4.5)


def rotations(draft: Draft, years: range) -> list[dict[int, str]]:
    """Material of each field in each year: arable crops follow each other, grass and vines stay."""
    result = []
    for number, area in enumerate(draft.fields):
        kind = str(area.values["kind"])
        rng = stream(draft.seed, "rotation", number)
        if kind == "field":
            result.append({year: str(rng.choice(CROPS, p=SHARES)) for year in years})
        elif kind == "meadow" and rng.random() < 0.12:
            turned = int(rng.integers(2020, 2023))
            result.append({year: "meadow" if year < turned else "ploughed" for year in years})
        else:
            result.append(dict.fromkeys(years, "meadow" if kind == "orchard" else kind))
    return result
