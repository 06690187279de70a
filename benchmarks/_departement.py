"""A synthetic département: two vintages of OCS GE as delivered, and Admin Express, in files; made once and kept.

500,000 polygons of a valid coverage on the centimetre grid, 1.2 ha on average, from buildings of 200 m² to forests
and fields of 100 ha and more; roads are long and thin. About 1 % of the polygons differ between the vintages, and some
borders are moved by a pixel; all the others have the same vertices in both. All follows from the side and a seed.
"""

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
from scipy.spatial import cKDTree

from benchmarks._landscape import LABELS, PIXEL_M, land, towns
from benchmarks._raster import CRS, NORTH, WEST, scratch
from millesime.geo.coverage import Coverage
from millesime.geo.grid import Grid, Window

YEARS = (2019, 2022)
WHOLE = 500_000

_SEED = 1
_MIN_AREA_M2 = 200.0
_TOLERANCE_M = 4.0
_COARSE = 16
"""Communes and the zone construite are drawn on squares of this many pixels."""

_MEAN_M2 = 12_100.0
_COMMUNES_PER_KM2 = 300 / 6_050
_PER_EPCI = 20
_CODE = "099"
_VERSION = 2


@dataclass(frozen=True)
class Departement:
    """Where its files lie."""

    folder: Path

    side_px: int
    """Side of the square that it covers, in pixels of 4 m."""

    @property
    def deliveries(self) -> tuple[Path, Path]:
        """The folder of each vintage, earlier first."""
        first, second = (self.folder / f"OCS-GE_2-0__GPKG_LAMB93_D{_CODE}_{year}-01-01" for year in YEARS)
        return first, second

    @property
    def states(self) -> tuple[Path, Path]:
        """OCCUPATION_SOL of each vintage, earlier first."""
        first, second = (delivery / "OCCUPATION_SOL.gpkg" for delivery in self.deliveries)
        return first, second

    @property
    def admin_express(self) -> Path:
        return self.folder / "ADMIN-EXPRESS.gpkg"

    @property
    def extent_m2(self) -> float:
        return (self.side_px * PIXEL_M) ** 2


def departement(polygons: int = WHOLE) -> Departement:
    """The département of about so many polygons."""
    side = max(1, round((polygons * _MEAN_M2) ** 0.5 / PIXEL_M / _COARSE)) * _COARSE
    found = Departement(scratch() / f"departement-{_VERSION}-{side}", side)
    if not found.folder.exists():
        part = Departement(found.folder.with_suffix(".partial"), side)
        shutil.rmtree(part.folder, ignore_errors=True)
        for vintage in range(2):
            part.deliveries[vintage].mkdir(parents=True)
            _write_state(part, vintage)
        _write_communes(part)
        part.folder.rename(found.folder)
    return found


def coverage_of(side_px: int, vintage: int) -> Coverage:
    """The coverage of a vintage, 0 or 1; `face_values` are labels."""

    def read(window: Window) -> Any:
        return land(window.row, window.col, window.height, window.width, _SEED, vintage)

    with ThreadPoolExecutor(2) as threads:
        traced = Coverage.from_tiles(read, _grid(side_px, 1), nodata=0, min_area_m2=_MIN_AREA_M2, run=threads.map)
    return traced.coverage.simplify(tolerance_m=_TOLERANCE_M)


def _grid(side_px: int, step: int) -> Grid:
    n = side_px // step
    return Grid(CRS, WEST, NORTH, PIXEL_M * step, n, n)


def _write_state(of: Departement, vintage: int) -> None:
    year = YEARS[vintage]
    coverage = coverage_of(of.side_px, vintage)
    polygons = coverage.to_polygons()
    codes = np.array(LABELS, dtype=object)[coverage.face_values]
    n = len(polygons)
    columns = {
        "id": np.array([f"OCSGE{year}{row:011d}" for row in range(n)], dtype=object),
        "code_cs": codes[:, 0],
        "code_us": codes[:, 1],
        "millesime": np.full(n, str(year), dtype=object),
        "source": np.where(codes[:, 2] == 1, "BD TOPO", "Images").astype(object),
        "ossature": codes[:, 2].astype(np.int32),
        "id_origine": np.full(n, None, dtype=object),
        "code_or": np.full(n, None, dtype=object),
    }
    _write(of.states[vintage], "OCCUPATION_SOL", polygons, columns)
    zones = Coverage.from_labels(towns(of.side_px, _COARSE, _SEED), _grid(of.side_px, _COARSE), nodata=0)
    zones = zones.simplify(tolerance_m=PIXEL_M * _COARSE)
    names = {
        "id": np.array([f"ZC{year}{row:08d}" for row in range(len(zones))], dtype=object),
        "millesime": np.full(len(zones), str(year), dtype=object),
    }
    _write(of.deliveries[vintage] / "ZONE_CONSTRUITE.gpkg", "ZONE_CONSTRUITE", zones.to_polygons(), names)


def _write_communes(of: Departement) -> None:
    """Communes around chance places, EPCI of about twenty of them, the département."""
    n = of.side_px // _COARSE
    count = max(1, round(of.extent_m2 / 1e6 * _COMMUNES_PER_KM2))
    random = np.random.default_rng(_SEED)
    places = random.uniform(0, n, (count, 2))
    seats = places[: max(1, count // _PER_EPCI)]
    epci = cKDTree(seats).query(places)[1]
    at = np.stack(np.meshgrid(np.arange(n) + 0.5, np.arange(n) + 0.5), axis=-1).reshape(-1, 2)
    nearest = cKDTree(places).query(at)[1].reshape(n, n)
    layers: list[tuple[str, Any, Mapping[str, Any]]] = []
    for name, labels in (("commune", nearest), ("epci", epci[nearest]), ("departement", np.zeros_like(nearest))):
        drawn = Coverage.from_labels((labels + 1).astype(np.uint32), _grid(of.side_px, _COARSE))
        drawn = drawn.simplify(tolerance_m=PIXEL_M * _COARSE)
        owner = np.asarray(drawn.face_values, dtype=np.int64) - 1
        order = np.argsort(owner, kind="stable")
        numbers, begin = np.unique(owner[order], return_index=True)
        parts = np.split(drawn.to_polygons()[order], begin[1:])
        shapes = np.array([shapely.multipolygons(list(group)) for group in parts], dtype=object)
        layers.append((name, shapes, _admin_columns(name, numbers, epci)))
    for name, shapes, columns in layers:
        _write(of.admin_express, name, shapes, columns, geometry_type="MultiPolygon")


def _admin_columns(name: str, numbers: Any, epci: Any) -> dict[str, Any]:
    def texts(form: str, values: Any) -> Any:
        return np.array([form.format(int(value)) for value in values], dtype=object)

    if name == "commune":
        return {
            "ID": texts("COMMUNE_{:08d}", numbers),
            "NOM": texts("Commune {}", numbers + 1),
            "INSEE_COM": texts("99{:03d}", numbers + 1),
            "INSEE_DEP": texts("99", numbers),
            "SIREN_EPCI": texts("2000{:05d}", epci[numbers]),
        }
    if name == "epci":
        return {
            "CODE_SIREN": texts("2000{:05d}", numbers),
            "NOM": texts("Intercommunalité {}", numbers + 1),
            "NATURE": texts("Communauté de communes", numbers),
        }
    return {"INSEE_DEP": texts("99", numbers), "NOM": texts("Département de démonstration", numbers)}


def _write(
    path: Path, layer: str, polygons: Any, columns: Mapping[str, Any], *, geometry_type: str = "Polygon"
) -> None:
    pyogrio.raw.write(
        path,
        shapely.to_wkb(np.asarray(polygons, dtype=object)),
        list(columns.values()),
        list(columns),
        layer=layer,
        driver="GPKG",
        append=path.exists(),
        geometry_type=geometry_type,
        crs=CRS,
        geometry_name="the_geom",
        promote_to_multi=False,
    )
