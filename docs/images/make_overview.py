"""Make docs/images/overview.jpg from a demo territory: `python docs/images/make_overview.py demo-territory X Y`.

Six views of the same 300 m, row by row: orthophotos of 2019 and 2022, predicted cover of 2022; OCS GE cover and use
of 2022, and artificialised land with what became artificial in red.
"""

import sys
from pathlib import Path

import geopandas
import numpy as np
import rasterio
import shapely
from rasterio.features import rasterize

from millesime.geo.grid import Grid
from millesime.io.raster import RasterReader
from millesime.nomenclature import COSIA, CS, US

SIDE_M, PIXEL_M, GAP_PX = 300.0, 0.6, 6

Picture = np.ndarray


def main(territory: Path, x: float, y: float) -> None:
    west, north = x - SIDE_M / 2, y + SIDE_M / 2
    grid = Grid("EPSG:2154", west, north, PIXEL_M, int(SIDE_M / PIXEL_M), int(SIDE_M / PIXEL_M))
    final = read(territory / "products/2022/ocsge_final.parquet", grid)
    status = read(territory / "products/2022/artificialisation.parquet", grid)
    change = read(territory / "products/2022/differential.parquet", grid)
    grey = {"artif": (176, 112, 128), "non artif": (232, 236, 226)}
    artificial = flat(status, status["artif"].map(grey), grid)
    became = change[change["artificialisation"] == 1]
    if len(became):
        artificial[burnt(became.geometry, grid)] = (214, 30, 40)
    top = [ortho(territory / f"sources/{year}/ortho_rgb.tif", grid) for year in (2019, 2022)]
    top.append(cover(territory / "products/2022/cover_raster.tif", grid))
    bottom = [
        flat(final, final["code_cs"].map(lambda code: CS.get(code).rgb), grid),
        flat(final, final["code_us"].map(lambda code: US.get(code).rgb), grid),
        artificial,
    ]
    gap = np.full((grid.height, GAP_PX, 3), 255, np.uint8)
    rows = [np.hstack([row[0], gap, row[1], gap, row[2]]) for row in (top, bottom)]
    sheet = np.vstack([rows[0], np.full((GAP_PX, rows[0].shape[1], 3), 255, np.uint8), rows[1]])
    target = Path(__file__).with_name("overview.jpg")
    profile = {"driver": "JPEG", "height": sheet.shape[0], "width": sheet.shape[1], "count": 3, "dtype": "uint8"}
    with rasterio.open(target, "w", **profile, quality=88) as dataset:
        dataset.write(sheet.transpose(2, 0, 1))


def read(path: Path, grid: Grid) -> geopandas.GeoDataFrame:
    frame = geopandas.read_parquet(path)
    return frame[frame.intersects(shapely.box(*grid.bounds))]


def ortho(path: Path, grid: Grid) -> Picture:
    with RasterReader(path) as reader:
        pixels = reader.read(reader.grid.window_of(grid.bounds).clipped(reader.grid))
    step = round(PIXEL_M / 0.2)
    height, width = pixels.shape[1] // step * step, pixels.shape[2] // step * step
    blocks = pixels[:, :height, :width].reshape(3, height // step, step, width // step, step)
    return blocks.mean(axis=(2, 4)).round().astype(np.uint8).transpose(1, 2, 0)


def cover(path: Path, grid: Grid) -> Picture:
    colours = np.zeros((256, 3), np.uint8)
    for value, colour in COSIA.colour_table().items():
        colours[value] = colour[:3]
    with RasterReader(path) as reader:
        pixels = reader.read(reader.grid.window_of(grid.bounds).clipped(reader.grid))[0]
    return colours[pixels[1::3, 1::3]]


def burnt(geometries: geopandas.GeoSeries, grid: Grid) -> Picture:
    return rasterize(list(geometries), out_shape=grid.shape, transform=grid.transform, dtype="uint8") == 1


def flat(frame: geopandas.GeoDataFrame, colours: geopandas.GeoSeries, grid: Grid) -> Picture:
    """Polygons filled with their colour, borders in a darker tone."""
    shapes = [(geometry, index + 1) for index, geometry in enumerate(frame.geometry)]
    index = rasterize(shapes, out_shape=grid.shape, transform=grid.transform, dtype="int32")
    table = np.array([(255, 255, 255), *colours], np.uint8)
    picture = table[index]
    edge = np.zeros(grid.shape, bool)
    edge[:, 1:] |= index[:, 1:] != index[:, :-1]
    edge[1:] |= index[1:] != index[:-1]
    picture[edge] = (picture[edge] * 0.6).astype(np.uint8)
    return picture


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
