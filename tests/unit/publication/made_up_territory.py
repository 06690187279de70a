"""A made-up territory of 400 m: a crossroads, houses, fields, a wood, and an estate that comes between 2019 and 2022.

Everything is drawn on a lattice of 8 m, so that borders match vertex for vertex and areas are multiples of 64 m².
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import shapely
from scipy import ndimage

from millesime.artificialisation import Parameters as ArtificialParameters
from millesime.artificialisation import artificialise
from millesime.compute import Progress, StepContext, Workers
from millesime.differential import Parameters as DifferenceParameters
from millesime.differential import difference
from millesime.geo.grid import Grid
from millesime.indicators import account, commune_layer, covered_share, indicators
from millesime.io.raster import CogWriter
from millesime.io.vector import write_parquet
from millesime.io.workspace import Workspace
from millesime.nomenclature import COSIA
from millesime.publication.step import Parameters

WEST, SOUTH, SIDE_M, CELL_M = 650_000.0, 6_860_000.0, 400.0, 8.0
CELLS = int(SIDE_M / CELL_M)
CRS = "EPSG:2154"

TOML = """\
[territory]
code = "TEST"
name = "Val d'Essai <& Co>"
crs = "EPSG:2154"
extent = [650000.0, 6860000.0, 650400.0, 6860400.0]

[[vintages]]
year = 2019
ortho_rgb = "sources/2019/ortho_rgb.tif"

[[vintages]]
year = 2022
reference_vintage = 2019
ortho_rgb = "sources/2022/ortho_rgb.tif"

[parameters.publication]
map_px = 400
site_px = 80
"""

#: rows, columns (half open), cover, use; the later one lies over the earlier ones.
FIRST = [
    ((0, 50), (0, 50), "CS2.2.1", "US1.1"),
    ((0, 20), (30, 50), "CS2.1.1.1", "US1.2"),
    ((0, 8), (0, 14), "CS2.1.3", "US1.1"),
    ((34, 46), (4, 16), "CS1.2.2", "US6.3"),
    ((12, 24), (4, 20), "CS2.2.1", "US5"),
    ((14, 17), (6, 9), "CS1.1.1.1", "US5"),
    ((18, 21), (12, 16), "CS1.1.1.1", "US235"),
    ((32, 44), (38, 48), "CS1.1.2.1", "US1.3"),
    ((25, 27), (0, 50), "CS1.1.1.2", "US4.1.1"),
    ((0, 50), (24, 26), "CS1.1.1.2", "US4.1.1"),
]
SECOND = [
    *FIRST,
    ((4, 14), (34, 44), "CS2.2.1", "US1.2"),  # a clear cut: cover alone
    ((30, 46), (27, 36), "CS2.2.1", "US5"),  # an estate on a field
    ((32, 35), (28, 31), "CS1.1.1.1", "US5"),
    ((38, 41), (32, 35), "CS1.1.1.1", "US5"),
    ((14, 17), (6, 9), "CS2.2.1", "US5"),  # a demolition
    ((27, 30), (4, 14), "CS1.1.1.1", "US2"),
]


def draw(plan) -> tuple[np.ndarray, list[tuple[str, str]]]:
    labels = np.zeros((CELLS, CELLS), dtype=int)
    for rank, (rows, columns, _, _) in enumerate(plan):
        labels[slice(*rows), slice(*columns)] = rank
    return labels, [(cs, us) for _, _, cs, us in plan]


def occupation(plan, year: int) -> geopandas.GeoDataFrame:
    labels, codes = draw(plan)
    rows = []
    for rank in np.unique(labels):
        parts, count = ndimage.label(labels == rank)
        for part in range(1, count + 1):
            cells = [
                shapely.box(
                    WEST + c * CELL_M,
                    SOUTH + SIDE_M - (r + 1) * CELL_M,
                    WEST + (c + 1) * CELL_M,
                    SOUTH + SIDE_M - r * CELL_M,
                )
                for r, c in zip(*np.nonzero(parts == part), strict=True)
            ]
            rows.append((*codes[rank], shapely.coverage_union_all(cells)))
    count = len(rows)
    return geopandas.GeoDataFrame(
        {
            "id": [f"TEST{year}-{number:04d}" for number in range(count, 0, -1)],
            "code_cs": [row[0] for row in rows],
            "code_us": [row[1] for row in rows],
            "millesime": [str(year)] * count,
            "source": ["images"] * count,
            "ossature": [int(row[1] == "US4.1.1") for row in rows],
            "id_origine": [""] * count,
            "code_or": [""] * count,
            "cs_rule": ["cover"] * count,
            "us_rule": ["zone;default"] * count,
        },
        geometry=[row[2] for row in rows],
        crs=CRS,
    )


@dataclass(frozen=True)
class Delivered:
    """A published territory."""

    workspace: Workspace
    folder: Path
    """Folder of the later vintage; the earlier one lies beside it."""

    indicators: object
    differential: geopandas.GeoDataFrame


def write_products(root: Path) -> tuple[object, geopandas.GeoDataFrame]:
    (root / "territory.toml").write_text(TOML, encoding="utf-8")
    workspace = Workspace.open(root)
    parts = [
        shapely.box(WEST, SOUTH, WEST + 208, SOUTH + SIDE_M),
        shapely.box(WEST + 208, SOUTH, WEST + SIDE_M, SOUTH + SIDE_M),
    ]
    communes = geopandas.GeoDataFrame(
        {"insee": ["99001", "99002"], "name": ["Essai-le-Haut", "L'Étang"]}, geometry=parts, crs=CRS
    )
    vintages = {year: occupation(plan, year) for year, plan in ((2019, FIRST), (2022, SECOND))}
    artificial = {year: artificialise(frame, parameters=ArtificialParameters()) for year, frame in vintages.items()}
    changed, _ = difference(
        artificial[2019], artificial[2022], years=(2019, 2022), territory="TEST", parameters=DifferenceParameters()
    )
    for year, frame in vintages.items():
        folder = root / "products" / str(year)
        folder.mkdir(parents=True)
        zone = frame[frame["code_us"] == "US5"].dissolve().explode()[["geometry"]].reset_index(drop=True)
        zone = zone.assign(id=[f"Z{rank}" for rank in range(len(zone))], millesime=str(year))
        cosia = frame.assign(numero=13, classe="Culture")[["numero", "classe", "geometry"]]
        pieces = (
            changed.frame
            if year == 2022
            else artificial[2019]
            .frame.rename(columns={"code_cs": "cs_2019", "code_us": "us_2019", "artif": "artif_2019"})
            .assign(sliver=False)
        )
        years = (2019, 2022) if year == 2022 else (2019,)
        told = account(pieces, communes, years=years, territory=("TEST", workspace.territory.name))
        table = covered_share(indicators(told), communes)
        for name, product in {
            "ocsge_final": frame,
            "artificialisation": artificial[year].frame,
            "built_zone": zone,
            "cover_vector": cosia,
        }.items():
            write_parquet(product, workspace.product(name, year))
        table.table.to_parquet(workspace.product("indicators", year))
        write_parquet(
            commune_layer(table, communes, extent=workspace.territory.extent),
            workspace.product("indicators", year, "communes"),
        )
        write_rasters(workspace, year)
    write_parquet(changed.changes, workspace.product("differential", 2022))
    write_parquet(changed.frame, workspace.product("differential", 2022, "overlay"))
    return table, changed.changes


def write_rasters(workspace: Workspace, year: int) -> None:
    grid = Grid.covering(workspace.territory.extent, pixel_m=1.0, crs=CRS)
    labels, codes = draw(FIRST if year == 2019 else SECOND)
    values = {"CS2.1.1.1": 9, "CS2.1.3": 11, "CS1.2.2": 6, "CS1.1.1.1": 1, "CS1.1.2.1": 2, "CS1.1.1.2": 3}
    numero = np.array([values.get(cs, 13) for cs, _ in codes], dtype=np.uint8)[labels]
    numero = np.kron(numero, np.ones((8, 8), dtype=np.uint8))
    with CogWriter(workspace.product("cover_raster", year), grid, dtype="uint8", nodata=0, nomenclature=COSIA) as out:
        out.write(numero, grid.whole)
    with CogWriter(workspace.product("cover_raster", year, "confidence"), grid, dtype="uint8", nodata=255) as out:
        out.write(np.full(grid.shape, 90, dtype=np.uint8), grid.whole)
    colours = np.zeros((16, 3))
    for item in COSIA.classes:
        colours[item.value] = item.rgb
    noise = np.random.default_rng(year).normal(0, 12, (3, *grid.shape))
    picture = np.clip(colours[numero].transpose(2, 0, 1) + noise, 0, 255).astype(np.uint8)
    file = workspace.root / "sources" / str(year) / "ortho_rgb.tif"
    file.parent.mkdir(parents=True)
    with CogWriter(file, grid, dtype="uint8", count=3) as out:
        out.write(picture, grid.whole)


def context_of(workspace: Workspace, year: int, folder: Path, **parameters) -> StepContext:
    vintage = workspace.territory.vintage(year)
    reference = vintage.reference_vintage
    return StepContext(
        step="publication",
        workspace=workspace,
        vintage=vintage,
        reference=None if reference is None else workspace.territory.vintage(reference),
        parameters=Parameters(map_px=400, site_px=80, **parameters),
        folder=folder,
        workers=Workers(1, Progress()),
        progress=Progress(),
    )
