"""The bench raster: a class raster such as 20 cm predictions give, of any size, the same whatever the blocks.

The highest of 16 fields of noise of several octaves gives the class; roads and rotated buildings lie over it; single
pixels and small specks are wrong, most of them within 4 px of a border. Every pixel is a function of its row, its
column and the seed.
"""

import json
import os
import sys
import zlib
from dataclasses import dataclass
from pathlib import Path

import numba
import numpy as np
import rasterio
from rasterio.windows import Window

from millesime.geo.grid import Grid

CLASSES = 16
PIXEL_M = 0.2
CRS = "EPSG:2154"
WEST, NORTH = 700_000.0, 6_600_000.0
BLOCK_PX = 512
_NEAR_PX = 4
_ROAD, _BUILDING = 1, 2


@dataclass(frozen=True)
class Look:
    """What the raster looks like."""

    name: str
    cells_px: tuple[int, ...]
    """Sides of the cells of the octaves."""

    weights: tuple[float, ...]
    single_near: float
    """Share of wrong single pixels within 4 px of a border; `single_far` elsewhere, `speck_...` of wrong 2 x 2."""

    single_far: float
    speck_near: float
    speck_far: float
    seed: int = 1

    @property
    def file_stem(self) -> str:
        """A name that another look does not have."""
        return f"{self.name}-{self.seed}-{zlib.crc32(repr(self).encode()):08x}"


DENSE = Look(
    "dense", (512, 256, 128, 64, 32, 16, 8), (1.0, 1.25, 0.62, 0.26, 0.23, 0.22, 0.07),
    single_near=0.004, single_far=0.00032, speck_near=0.0052, speck_far=0.0002,
)  # fmt: skip
CALM = Look(
    "calm", (512, 256, 128, 64, 32, 16), (1.0, 1.25, 0.63, 0.3, 0.14, 0.05),
    single_near=0.0009, single_far=0.00008, speck_near=0.0005, speck_far=0.00002,
)  # fmt: skip
LOOKS = {look.name: look for look in (DENSE, CALM)}


@numba.njit("uint32(int64, int64, int64, int64)", cache=True, inline="always")
def _hash(seed, kind, y, x):
    h = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(kind) * np.uint64(0xD1B54A32D192ED03)
    h ^= np.uint64(y) * np.uint64(0xC2B2AE3D27D4EB4F)
    h = (h ^ (h >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
    h ^= np.uint64(x) * np.uint64(0x94D049BB133111EB)
    h = (h ^ (h >> np.uint64(32))) * np.uint64(0x9FB21C651E98DF25)
    return np.uint32((h ^ (h >> np.uint64(28))) >> np.uint64(16))


@numba.njit(cache=True)
def _uniform(seed, kind, y, x):
    return np.float32(_hash(seed, kind, y, x)) * np.float32(2.0**-32)


@numba.njit(cache=True)
def _add_octave(score, row0, col0, cell, weight, seed, kind):
    """Add smoothly interpolated noise of one octave to the scores of a window."""
    height, width = score.shape
    first_y, first_x = row0 // cell, col0 // cell
    ny, nx = (row0 + height - 1) // cell - first_y + 2, (col0 + width - 1) // cell - first_x + 2
    node = np.empty((ny, nx), np.float32)
    for y in range(ny):
        for x in range(nx):
            node[y, x] = weight * (_uniform(seed, kind, first_y + y, first_x + x) - np.float32(0.5))
    ease = np.empty(cell, np.float32)
    for i in range(cell):
        t = (i + 0.5) / cell
        ease[i] = t * t * (3.0 - 2.0 * t)
    line = np.empty(nx, np.float32)
    for row in range(height):
        y = (row0 + row) // cell - first_y
        s = ease[(row0 + row) % cell]
        for x in range(nx):
            line[x] = node[y, x] + (node[y + 1, x] - node[y, x]) * s
        for x in range(nx - 1):
            begin = max(0, (first_x + x) * cell - col0)
            end = min(width, (first_x + x + 1) * cell - col0)
            shift = col0 - (first_x + x) * cell
            a, d = line[x], line[x + 1] - line[x]
            for col in range(begin, end):
                score[row, col] += a + d * ease[col + shift]


@numba.njit(cache=True)
def _base(row0, col0, height, width, cells, weights, seed):
    """Classes without errors; a window of the endless raster."""
    out = np.empty((height, width), np.uint8)
    best = np.full((height, width), np.float32(-9), np.float32)
    score = np.empty((height, width), np.float32)
    for k in range(CLASSES):
        score[:] = 0
        for octave in range(cells.size):
            _add_octave(score, row0, col0, cells[octave], weights[octave], seed, 100 + k * 16 + octave)
        for row in range(height):
            for col in range(width):
                if score[row, col] > best[row, col]:
                    best[row, col] = score[row, col]
                    out[row, col] = k + 1
    bend = np.zeros((height, width), np.float32)
    _add_octave(bend, row0, col0, 512, np.float32(160), seed, 1)
    for row in range(height):
        for col in range(width):
            y, x = row0 + row, col0 + col
            for family in range(3):
                turn = np.float32(0.4 + 1.1 * family)
                across = x * np.cos(turn) + y * np.sin(turn) + bend[row, col]
                spacing = 1100.0 + 500.0 * family
                if across - np.floor(across / spacing) * spacing < 26 - 5 * family:
                    out[row, col] = _ROAD
    cell = 96
    for cy in range(row0 // cell, (row0 + height - 1) // cell + 1):
        for cx in range(col0 // cell, (col0 + width - 1) // cell + 1):
            town = _uniform(seed, 2, cy // 12, cx // 12)
            if _uniform(seed, 3, cy, cx) > 0.05 + 0.4 * town * town:
                continue
            turn = np.float32(1.5708) * _uniform(seed, 4, cy // 3, cx // 3)
            c, s = np.cos(turn), np.sin(turn)
            long, wide = 18 + 18 * _uniform(seed, 5, cy, cx), 12 + 12 * _uniform(seed, 6, cy, cx)
            my, mx = cy * cell + 48 + 8 * _uniform(seed, 7, cy, cx) - 4, cx * cell + 44 + 8 * _uniform(seed, 8, cy, cx)
            for y in range(max(row0, cy * cell), min(row0 + height, (cy + 1) * cell)):
                for x in range(max(col0, cx * cell), min(col0 + width, (cx + 1) * cell)):
                    u, v = (x - mx) * c + (y - my) * s, (y - my) * c - (x - mx) * s
                    if abs(u) < long and abs(v) < wide:
                        out[y - row0, x - col0] = _BUILDING
    return out


@numba.njit(cache=True)
def _spoil(base, row0, col0, single_near, single_far, speck_near, speck_far, seed):
    """Wrong pixels on the inside of a window that has a margin of 4 px."""
    n = _NEAR_PX
    height, width = base.shape[0] - 2 * n, base.shape[1] - 2 * n
    out = np.empty((height, width), np.uint8)
    for row in range(height):
        for col in range(width):
            y, x = row + n, col + n
            here = base[y, x]
            near = (
                base[y - n, x] != here or base[y + n, x] != here or base[y, x - n] != here or base[y, x + n] != here
                or base[y - 3, x - 3] != here or base[y - 3, x + 3] != here
                or base[y + 3, x - 3] != here or base[y + 3, x + 3] != here
            )  # fmt: skip
            r, c = row0 + row, col0 + col
            if _uniform(seed, 20, r, c) < (single_near if near else single_far):
                here = 1 + (here - 1 + 1 + _hash(seed, 21, r, c) % (CLASSES - 1)) % CLASSES
            elif _uniform(seed, 22, r // 2, (c + r // 2 % 2) // 2) < (speck_near if near else speck_far):
                here = 1 + _hash(seed, 23, r // 2, (c + r // 2 % 2) // 2) % CLASSES
            out[row, col] = here
    return out


def window_of(look: Look, row: int, col: int, height: int, width: int) -> np.ndarray:
    """Classes 1 to 16 of a window of the raster, whose rows and columns have no end."""
    # Far from 0, so that the margin of the first pixel has no negative numbers.
    row, col = row + (1 << 20), col + (1 << 20)
    n = _NEAR_PX
    cells, weights = np.array(look.cells_px), np.array(look.weights, np.float32)
    base = _base(row - n, col - n, height + 2 * n, width + 2 * n, cells, weights, look.seed)
    return _spoil(
        base, row, col, look.single_near, look.single_far, look.speck_near, look.speck_far, look.seed
    )  # fmt: skip


def grid_of(px: int) -> Grid:
    return Grid(CRS, WEST, NORTH, PIXEL_M, px, px)


def labels_of(look: Look, px: int) -> np.ndarray:
    """The raster in memory, of shape (px, px)."""
    out = np.empty((px, px), np.uint8)
    for row in range(0, px, BLOCK_PX):
        for col in range(0, px, BLOCK_PX):
            part = out[row : row + BLOCK_PX, col : col + BLOCK_PX]
            part[:] = window_of(look, row, col, *part.shape)
    return out


def scratch() -> Path:
    """The folder of rasters and results, outside of version control; BENCH_DIR sets another."""
    folder = Path(os.environ.get("BENCH_DIR", "build/bench")).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def file_of(look: Look, px: int) -> Path:
    """The raster as a tiled, compressed GeoTIFF, written block by block where it is not there yet."""
    path = scratch() / f"{look.file_stem}-{px}.tif"
    if path.exists():
        return path
    part = path.with_suffix(".partial")
    profile = {
        "driver": "GTiff", "width": px, "height": px, "count": 1, "dtype": "uint8", "crs": CRS, "nodata": 0,
        "transform": grid_of(px).transform, "tiled": True, "blockxsize": BLOCK_PX, "blockysize": BLOCK_PX,
        "compress": "deflate", "bigtiff": "if_safer",
    }  # fmt: skip
    with rasterio.open(part, "w", **profile) as file:
        for row in range(0, px, BLOCK_PX):
            for col in range(0, px, BLOCK_PX):
                height, width = min(BLOCK_PX, px - row), min(BLOCK_PX, px - col)
                file.write(window_of(look, row, col, height, width), 1, window=Window(col, row, width, height))
    part.replace(path)
    return path


def statistics(look: Look, px: int) -> dict[str, float]:
    """What the raster is like: 4-connected polygons per km², share of single pixels, polygons left at 50 m²."""
    from millesime.geo.coverage import Coverage

    raw = Coverage.from_labels(labels_of(look, px), grid_of(px))
    km2 = (px * PIXEL_M / 1000) ** 2
    single = np.count_nonzero(raw.double_areas == round(2 * (PIXEL_M * 100) ** 2))
    left = raw.merge(min_area_m2=50.0)
    return {
        "polygons": len(raw),
        "polygons_per_km2": round(len(raw) / km2),
        "single_pixels": round(single / len(raw), 3),
        "left_at_50_m2": len(left),
        "left_per_km2": round(len(left) / km2),
        "vertices_per_100_px": round(100 * len(raw.vertices) / px**2, 2),
    }


def main() -> None:
    """Print the statistics: `python -m benchmarks._raster [PX]`."""
    px = int(sys.argv[1]) if len(sys.argv) > 1 else 2048
    for look in LOOKS.values():
        sys.stdout.write(json.dumps({"raster": look.name, "px": px, **statistics(look, px)}) + "\n")


if __name__ == "__main__":
    main()
