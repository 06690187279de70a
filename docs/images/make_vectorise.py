"""Make docs/images/vectorise.png: `python docs/images/make_vectorise.py`.

One small class raster four times: as traced, simplified, smoothed, smoothed and simplified. Dots are vertices.
"""

from pathlib import Path

import numpy as np
import rasterio
import shapely
from rasterio.features import rasterize

from millesime.geo.coverage import Coverage
from millesime.geo.grid import Grid
from millesime.nomenclature import COSIA

PIXEL_M, SIDE_PX, TOLERANCE_M = 0.2, 40, 0.25
ZOOM, FINER, GAP = 10, 3, 10

Picture = np.ndarray


def main() -> None:
    labels = scene()
    grid = Grid("EPSG:2154", 700_000.0, 6_600_000.0, PIXEL_M, SIDE_PX, SIDE_PX)
    traced = Coverage.from_labels(labels, grid).merge(min_area_m2=0.5)
    smooth = traced.smooth(pixel_m=PIXEL_M)
    rows = [[traced, traced.simplify(tolerance_m=TOLERANCE_M)], [smooth, smooth.simplify(tolerance_m=TOLERANCE_M)]]
    panels = [[drawn(coverage, grid) for coverage in row] for row in rows]
    height = len(panels[0][0])
    upright = np.full((height, GAP, 3), 255, np.uint8)
    bands = [np.hstack([row[0], upright, row[1]]) for row in panels]
    sheet = np.vstack([bands[0], np.full((GAP, bands[0].shape[1], 3), 255, np.uint8), bands[1]])
    profile = {"driver": "PNG", "height": sheet.shape[0], "width": sheet.shape[1], "count": 3, "dtype": "uint8"}
    with rasterio.open(Path(__file__).with_name("vectorise.png"), "w", **profile, zlevel=9) as dataset:
        dataset.write(sheet.transpose(2, 0, 1))


def scene() -> np.ndarray:
    """A lawn with a slanted road, a house turned by 30 degrees, a pond, a wood, and stray pixels."""
    row, col = np.mgrid[:SIDE_PX, :SIDE_PX] + 0.5
    labels = np.full((SIDE_PX, SIDE_PX), 12, np.uint8)
    labels[col + 0.6 * row < 16] = 9
    labels[np.hypot(col - 34, row - 8) < 4.6] = 6
    labels[np.abs(0.35 * col + row - 33) < 3.2] = 3
    turned = np.deg2rad(30)
    u = np.cos(turned) * (col - 20) + np.sin(turned) * (row - 14)
    v = -np.sin(turned) * (col - 20) + np.cos(turned) * (row - 14)
    labels[(np.abs(u) < 6) & (np.abs(v) < 4)] = 1
    chance = np.random.default_rng(3)
    labels[chance.random(labels.shape) < 0.01] = 2
    return labels


def drawn(coverage: Coverage, grid: Grid) -> Picture:
    """Faces in the colours of their classes, borders as dark lines, vertices as dots; drawn finer, then averaged."""
    fine = ZOOM * FINER
    shape = (grid.height * fine, grid.width * fine)
    place = grid.transform @ rasterio.Affine.scale(1 / fine)
    polygons = coverage.to_polygons()
    value = rasterize(
        zip(polygons, coverage.face_values.tolist(), strict=True), out_shape=shape, transform=place, dtype="uint8"
    )
    table = np.zeros((256, 3), np.uint8)
    for number, colour in COSIA.colour_table().items():
        table[number] = colour[:3]
    picture = table[value]
    width = PIXEL_M / ZOOM
    lines = shapely.buffer(shapely.union_all(shapely.boundary(polygons)), 0.75 * width)
    dots = shapely.buffer(shapely.MultiPoint(shapely.get_coordinates(polygons)), 2.0 * width)
    for shape_drawn, colour in ((lines, (40, 40, 40)), (dots, (200, 20, 30))):
        picture[rasterize([shape_drawn], out_shape=shape, transform=place, dtype="uint8") == 1] = colour
    blocks = picture.reshape(grid.height * ZOOM, FINER, grid.width * ZOOM, FINER, 3)
    return blocks.mean(axis=(1, 3)).round().astype(np.uint8)


if __name__ == "__main__":
    main()
