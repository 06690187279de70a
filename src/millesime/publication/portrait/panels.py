"""The map panels of the portrait: a picture per theme and vintage, its legend, its code labels and its description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import shapely

from millesime.geo.grid import Grid
from millesime.nomenclature import CodeTable
from millesime.publication.material import VintageLayers
from millesime.publication.portrait.charts import swatch
from millesime.publication.portrait.figures import Figures
from millesime.publication.portrait.maps import Paint, paint
from millesime.publication.portrait.wording import FRENCH, Words
from millesime.publication.styles.patterns import (
    ARTIFICIAL_COLOUR,
    FLUX_COLOURS,
    FLUX_HATCHES,
    HATCHES,
    NATURAL_COLOUR,
    THRESHOLD_HATCH,
)

#: A code is written on a polygon when a circle of this radius fits in it.
_LABEL_RADIUS_PX = 24.0
_LABELS_AT_MOST = 40


@dataclass(frozen=True)
class LegendItem:
    """One line of a legend."""

    label: str
    colour: str
    pattern: str
    """Identifier of the hatch in the page, '' for none."""

    value: str = ""


@dataclass(frozen=True)
class CodeLabel:
    """A short code written on the map."""

    text: str
    x_px: float
    y_px: float


@dataclass(frozen=True)
class MapPicture:
    """One map."""

    key: str
    """Unique in the page."""

    year: int
    title: str
    description: str
    """What a reader who does not see the map is told."""

    png: bytes
    """The painted polygons; empty for a photograph."""

    labels: tuple[CodeLabel, ...] = ()


@dataclass(frozen=True)
class Panel:
    """A theme shown at one or two vintages."""

    key: str
    title: str
    note: str
    pictures: tuple[MapPicture, ...]
    legend: tuple[LegendItem, ...]


def code_panel(
    key: str,
    title: str,
    note: str,
    table: CodeTable,
    vintages: Sequence[VintageLayers],
    grid: Grid,
    words: Words = FRENCH,
) -> Panel:
    """The panel of covers (CS) or of uses (US); its legend holds the codes that are present."""
    column = f"code_{table.name.lower()}"
    present = {code for layers in vintages for code in layers.ocsge[column].unique()}
    leaves = [leaf for leaf in table.leaves if leaf.code in present]
    rank = {leaf.code: index for index, leaf in enumerate(leaves)}
    paints = [Paint(leaf.colour, HATCHES.get(leaf.code)) for leaf in leaves]
    pictures = []
    for layers in vintages:
        geometries = layers.ocsge.geometry.to_numpy()
        classes = layers.ocsge[column].map(rank).to_numpy()
        areas = layers.ocsge.geometry.area.groupby(layers.ocsge[column]).sum()
        pictures.append(
            MapPicture(
                f"{key}-{layers.year}",
                layers.year,
                words.texts.maps.title.format(theme=title, year=layers.year),
                _dominant(areas, {leaf.code: words.short(leaf) for leaf in leaves}, words),
                paint(geometries, classes, paints, grid),
                _code_labels(layers.ocsge, column, grid),
            )
        )
    legend = []
    for leaf in leaves:
        item = swatch(leaf, words)
        legend.append(LegendItem(f"{leaf.code} {item.label}", item.colour, item.pattern))
    return Panel(key, title, note, tuple(pictures), tuple(legend))


def artificial_panel(key: str, vintages: Sequence[VintageLayers], grid: Grid, words: Words = FRENCH) -> Panel:
    """The panel of the artificial status, with what the thresholds changed apart."""
    paints = (
        Paint(ARTIFICIAL_COLOUR),
        Paint(ARTIFICIAL_COLOUR, THRESHOLD_HATCH),
        Paint(NATURAL_COLOUR),
        Paint(NATURAL_COLOUR, THRESHOLD_HATCH),
    )
    texts = words.texts.maps
    pictures = []
    used: set[int] = set()
    for layers in vintages:
        frame = layers.artificialisation
        artificial, by_threshold = (frame["artif"] == "artif").to_numpy(), frame["crit_seuil"].to_numpy(dtype=bool)
        classes = np.where(artificial, 0, 2) + by_threshold
        used |= set(np.unique(classes).tolist())
        area = frame.geometry.area.to_numpy()
        share = 100 * float(area[artificial].sum()) / float(area.sum())
        pictures.append(
            MapPicture(
                f"{key}-{layers.year}",
                layers.year,
                texts.artificial_title.format(year=layers.year),
                texts.artificial_description.format(
                    area=words.numbers.hectares(float(area[artificial].sum()) / 10_000),
                    share=words.numbers.percent(share),
                ),
                paint(frame.geometry.to_numpy(), classes, paints, grid),
            )
        )
    artificial_label, natural_label = words.texts.status["artif"], words.texts.status["non artif"]
    lines = (
        LegendItem(artificial_label, ARTIFICIAL_COLOUR, ""),
        LegendItem(texts.by_threshold.format(status=artificial_label), ARTIFICIAL_COLOUR, "h-artif-seuil"),
        LegendItem(natural_label, NATURAL_COLOUR, ""),
        LegendItem(texts.by_threshold.format(status=natural_label), NATURAL_COLOUR, "h-natural-seuil"),
    )
    legend = tuple(line for rank, line in enumerate(lines) if rank in used)
    return Panel(key, texts.artificial, texts.artificial_note, tuple(pictures), legend)


#: What lies under the changes when there is no photograph: built and paved land, water, the rest.
_GROUND = (
    Paint("#f6f5f0", outlined=False),
    Paint("#c9c6c2", outlined=False),
    Paint("#cfe3ee", outlined=False),
)


def change_picture(
    differential: geopandas.GeoDataFrame,
    years: tuple[int, int],
    grid: Grid,
    *,
    ground: geopandas.GeoDataFrame | None = None,
    words: Words = FRENCH,
) -> MapPicture:
    """The map of changes, by their effect on artificial land.

    Args:
        differential: the changed polygons.
        years: both vintages.
        grid: pixels of the map.
        ground: OCCUPATION_SOL of the first year, shown pale under the changes; see-through without it.
        words: the language.
    """
    order = (0, -1, 1)  # what matters most is painted last
    frame = differential.sort_values(
        "artificialisation", key=lambda flux: flux.map({flux: rank for rank, flux in enumerate(order)}), kind="stable"
    )
    rank = {flux: index for index, flux in enumerate(order)}
    paints = [Paint(FLUX_COLOURS[flux], FLUX_HATCHES[flux]) for flux in order]
    polygons, classes = frame.geometry.to_numpy(), frame["artificialisation"].map(rank).to_numpy()
    if ground is not None:
        covers = ground["code_cs"].astype(str)
        under = np.select([covers.str.startswith("CS1.1.1."), covers == "CS1.2.2"], [1, 2], 0) + len(paints)
        polygons = np.concatenate([ground.geometry.to_numpy(), polygons])
        classes, paints = np.concatenate([under, classes]), [*paints, *_GROUND]
    png = paint(polygons, classes, paints, grid)
    first, second = years
    title = words.texts.changes.map_title.format(first=first, second=second)
    return MapPicture("changements", second, title, _flux_sentence(differential, words), png)


def change_legend(words: Words = FRENCH) -> tuple[LegendItem, ...]:
    """Legend of the map of changes."""
    return tuple(
        LegendItem(words.texts.fluxes[flux], FLUX_COLOURS[flux], f"h-flux-{name}" if FLUX_HATCHES[flux] else "")
        for flux, name in ((1, "plus"), (-1, "minus"), (0, "none"))
    )


def _flux_sentence(differential: geopandas.GeoDataFrame, words: Words) -> str:
    texts = words.texts.changes
    areas = differential["area_m2"].groupby(differential["artificialisation"]).sum() / 10_000
    if not areas.sum():
        return texts.description_none

    def told(flux: int, some: str, none: str) -> str:
        area = float(areas.get(flux, 0.0))
        return some.format(area=words.numbers.hectares(area)) if Figures.is_shown(area) else none

    sentence = texts.description.format(
        gained=told(1, texts.gained, texts.gained_none),
        lost=told(-1, texts.lost, texts.lost_none),
        neutral=told(0, texts.neutral, texts.neutral_none),
    )
    return sentence[0].upper() + sentence[1:]


def _dominant(areas: Any, labels: Mapping[str, str], words: Words) -> str:
    texts = words.texts.maps
    shares = 100 * areas / areas.sum()
    leading = sorted(shares.items(), key=lambda item: (-item[1], item[0]))[:4]
    told = ", ".join(
        texts.dominant_item.format(label=labels[code], share=words.numbers.percent(share)) for code, share in leading
    )
    return texts.dominant.format(classes=told)


def _code_labels(frame: geopandas.GeoDataFrame, column: str, grid: Grid) -> tuple[CodeLabel, ...]:
    geometries, codes = frame.geometry.to_numpy(), frame[column].to_numpy()
    large = np.flatnonzero(shapely.area(geometries) >= 3 * (_LABEL_RADIUS_PX * grid.pixel_m) ** 2)
    if not len(large):
        return ()
    lines = shapely.maximum_inscribed_circle(geometries[large], tolerance=grid.pixel_m * 2)
    radii = shapely.length(lines) / grid.pixel_m
    order = np.lexsort((large, -radii))[:_LABELS_AT_MOST]
    labels = []
    for index in order:
        if radii[index] < _LABEL_RADIUS_PX:
            continue
        x, y = shapely.get_coordinates(lines[index])[0]
        text = str(codes[large[index]])[2:]
        labels.append(
            CodeLabel(text, round((x - grid.west) / grid.pixel_m, 1), round((grid.north - y) / grid.pixel_m, 1))
        )
    return tuple(labels)
