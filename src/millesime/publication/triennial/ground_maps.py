"""The maps of a report: one drawing of the pieces of ground per place, coloured in several ways."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import geopandas
import numpy as np
import numpy.typing as npt
import shapely
from rasterio.features import rasterize

from millesime.artificialisation import ARTIFICIAL
from millesime.geo.grid import Bounds, Grid
from millesime.publication.portrait.maps import hatch_mask
from millesime.publication.portrait.png import palette_png
from millesime.publication.styles.patterns import FLUX_COLOURS, FLUX_HATCHES, Hatch
from millesime.publication.triennial.case import Case, ReportPlace

#: Pixels of the longer side of a map, printed 16 cm wide.
_LONGEST_PX = 1100

#: Height over width that a map may have; the view is widened or heightened to it.
_FLATTEST, _TALLEST = 0.5, 1.1

#: Room around the place, as a share of its longer side.
_FRAME = 0.06

_NOTHING = "#ffffff"

#: Changes narrower than this, in pixels, are drawn as a square of this side.
_LEAST_PX = 7


@dataclass(frozen=True)
class Tone:
    """How one class is filled: a colour, and lines over it where colour alone does not tell."""

    label: str
    colour: str
    hatch: Hatch | None = None


#: Class of the map of the situation -> first letters of its covers.
_GROUPS: tuple[tuple[Tone, tuple[str, ...]], ...] = (
    (Tone("Bâti", "#b4345c"), ("CS1.1.1.1",)),
    (Tone("Sols revêtus", "#a9a29a"), ("CS1.1.1.2",)),
    (Tone("Sols minéraux ou nus", "#efe2a8", Hatch(135, "#b3a100")), ("CS1.1.2", "CS1.2.1", "CS1.2.3")),
    (Tone("Eau", "#7fc4e8", Hatch(0, "#ffffff")), ("CS1.2.2",)),
    (Tone("Bois, landes, vignes", "#6ea367", Hatch(90, "#4c7d47")), ("CS2.1",)),
    (Tone("Herbe et terres arables", "#e4efc3"), ("CS2.2",)),
)
SITUATION = tuple(tone for tone, _ in _GROUPS)
STATUS = (Tone("Artificialisé", "#c2410c", Hatch(45, "#f3b28c")), Tone("Non artificialisé", "#e3eedd"))
CHANGES = (
    Tone("Devenu artificialisé", FLUX_COLOURS[1], FLUX_HATCHES[1]),
    Tone("A cessé de l'être", FLUX_COLOURS[-1], FLUX_HATCHES[-1]),
    Tone("Changé sans effet", FLUX_COLOURS[0]),
    Tone("Artificialisé aux deux dates", "#cfc6bd"),
    Tone("Non artificialisé aux deux dates", "#f1f5ec"),
)

#: What of a place the two maps do not both cover.
NOT_COVERED = Tone("Hors des deux cartes", "#ffffff")


@dataclass(frozen=True)
class GroundView:
    """The pieces of ground seen around one place."""

    case: Case
    place: ReportPlace
    grid: Grid
    rows: npt.NDArray[np.intp]
    """Rows of the pieces in view."""

    ranks: npt.NDArray[np.uint32]
    """(height, width): 1 + place in `rows` of the piece that a pixel lies in, 0 for none."""

    def situation(self) -> str:
        """PNG of the covers, in groups, as a data address."""
        codes = self._column("cs", self.case.years[1])
        classes = np.full(len(codes), len(SITUATION) - 1)
        for rank, (_, prefixes) in enumerate(_GROUPS):
            classes[[str(code).startswith(prefixes) for code in codes]] = rank
        return self._png(classes, SITUATION)

    def status(self, year: int) -> str:
        """PNG of the artificial status of one year."""
        return self._png(np.where(self._artificial(year), 0, 1), STATUS)

    def changes(self) -> str:
        """PNG of what changed; slivers are not shown as changes."""
        before, after = (self._artificial(year) for year in self.case.years)
        frame = self.case.pieces
        real = frame["changed"].to_numpy(bool)[self.rows] & ~frame["sliver"].to_numpy(bool)[self.rows]
        classes = np.where(after, 3, 4)
        classes[real] = 2
        classes[real & after & ~before] = 0
        classes[real & before & ~after] = 1
        return self._png(classes, CHANGES, enlarged=np.flatnonzero((classes < 2) & self._is_small()))

    @cached_property
    def has_enlarged(self) -> bool:
        """Whether some change is drawn larger than it is."""
        frame = self.case.pieces
        flux = frame["artificialisation"].to_numpy()[self.rows] != 0
        return bool((flux & ~frame["sliver"].to_numpy(bool)[self.rows] & self._is_small()).any())

    def _is_small(self) -> npt.NDArray[np.bool_]:
        bounds = self.case.pieces.geometry.bounds.to_numpy()[self.rows]
        widest = np.maximum(bounds[:, 2] - bounds[:, 0], bounds[:, 3] - bounds[:, 1])
        return np.asarray(widest < _LEAST_PX * self.grid.pixel_m, dtype=bool)

    def _column(self, name: str, year: int) -> npt.NDArray[Any]:
        return np.asarray(self.case.pieces[f"{name}_{year}"].to_numpy())[self.rows]

    def _artificial(self, year: int) -> npt.NDArray[np.bool_]:
        return np.asarray(self._column("artif", year) == ARTIFICIAL, dtype=bool)

    def _png(self, classes: npt.NDArray[np.integer[Any]], tones: tuple[Tone, ...], *, enlarged: Any = ()) -> str:
        """The picture; `enlarged` are the pieces drawn as squares, over the others."""
        lookup = np.concatenate([[0], 2 * np.asarray(classes, dtype=np.int64) + 1])
        pixels = lookup[self.ranks].astype(np.uint8)
        for rank, tone in enumerate(tones):
            if tone.hatch is not None:
                pixels[(pixels == 2 * rank + 1) & hatch_mask(tone.hatch.angle_deg, self.grid.shape)] = 2 * rank + 2
        for row in enlarged:
            pixels[self._square(row)] = 2 * classes[row] + 1
        palette = [_rgb(_NOTHING)]
        for tone in tones:
            palette += [_rgb(tone.colour), _rgb(tone.hatch.colour if tone.hatch else tone.colour)]
        data = base64.b64encode(palette_png(pixels, palette, transparent=0)).decode()
        return f"data:image/png;base64,{data}"

    def _square(self, row: int) -> tuple[slice, slice]:
        point = shapely.point_on_surface(self.case.pieces.geometry.iloc[self.rows[row]])
        x = int((point.x - self.grid.west) / self.grid.pixel_m)
        y = int((self.grid.north - point.y) / self.grid.pixel_m)
        half = _LEAST_PX // 2
        return slice(max(y - half, 0), max(y + half + 1, 0)), slice(max(x - half, 0), max(x + half + 1, 0))


@dataclass(frozen=True)
class Ground:
    """The pieces of ground of all the reports of one command, found by where they lie."""

    case: Case

    @cached_property
    def geometries(self) -> npt.NDArray[Any]:
        """(n,) polygons of the pieces."""
        return np.asarray(self.case.pieces.geometry.to_numpy())

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The pieces by where they lie."""
        return shapely.STRtree(self.geometries)

    def view(self, place: ReportPlace) -> GroundView:
        """The pieces around a place, drawn once for all its maps."""
        bounds = view_bounds(shapely.bounds(place.ground))
        west, south, east, north = bounds
        longest = max(east - west, north - south)
        crs = self.case.pieces.crs.to_string()
        grid = Grid.covering(bounds, pixel_m=longest / _LONGEST_PX, crs=crs)
        # Pieces outside the place are hidden: they are not drawn at all.
        rows = np.sort(self.tree.query(place.ground, predicate="intersects"))
        shapes = [(geometry, rank) for rank, geometry in enumerate(self.geometries[rows], start=1)]
        ranks = (
            rasterize(shapes, out_shape=grid.shape, transform=grid.transform, fill=0, dtype="uint32")
            if shapes
            else np.zeros(grid.shape, dtype=np.uint32)
        )
        return GroundView(self.case, place, grid, rows, ranks)

    def changed_in(self, place: ReportPlace) -> geopandas.GeoDataFrame:
        """The changed pieces inside a place, slivers left out, cut along its limit."""
        frame = self.case.pieces
        real = frame["changed"].to_numpy(bool) & ~frame["sliver"].to_numpy(bool)
        rows = np.sort(self.tree.query(place.ground, predicate="intersects"))
        found = frame.iloc[rows[real[rows]]].reset_index(drop=True)
        cut = shapely.intersection(found.geometry.to_numpy(), place.ground)
        found = found.set_geometry(cut, crs=frame.crs).assign(area_m2=shapely.area(cut))
        return found[found["area_m2"] > 0].reset_index(drop=True)


def view_bounds(bounds: npt.NDArray[np.float64]) -> Bounds:
    """Bounds of a place with room around it, of a shape that a page takes."""
    west, south, east, north = (float(value) for value in bounds)
    room = _FRAME * max(east - west, north - south)
    wide, tall = east - west + 2 * room, north - south + 2 * room
    wide, tall = max(wide, tall / _TALLEST), max(tall, wide * _FLATTEST)
    x, y = (west + east) / 2, (south + north) / 2
    return (x - wide / 2, y - tall / 2, x + wide / 2, y + tall / 2)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
