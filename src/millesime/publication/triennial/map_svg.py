"""A map as a picture: the ground, limits, names, a scale, the north, a legend and its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import shapely

from millesime.geo.grid import Grid
from millesime.publication.portrait.maps import outline_path, scale_bar
from millesime.publication.portrait.markers import Marker
from millesime.publication.triennial.ground_maps import Tone
from millesime.publication.triennial.words import french

WIDTH_PX = 640
_GAP_PX = 16
_LEGEND_ROW_PX = 22
_SWATCH_PX = 22
_LEGEND_LETTERS_PX = 12

#: Width of a letter, as a share of its height, on the safe side.
_LETTER, _BOLD_LETTER = 0.5, 0.58

#: A polygon whose part in view is narrower than this share of its name is not named.
_NAMED_SHARE = 0.8

#: A map alone that is taller than this share of its width has its legend beside it, and is this wide.
_TALL, _BESIDE_PX = 0.8, 420
_INK = "#1f2937"
_FONT = "Libertinus Serif"


@dataclass(frozen=True)
class Panel:
    """One map of a picture."""

    image: str
    """PNG as a data address, on the pixels of the grid."""

    title: str = ""
    markers: tuple[Marker, ...] = ()


@dataclass(frozen=True)
class Drawing:
    """What all the panels of a picture share."""

    grid: Grid
    ground: Any
    """The place, in the CRS of the grid."""

    limits: Sequence[Any]
    """Limits of communes."""

    names: Sequence[tuple[str, Any]]
    """Names written on the map, with their polygon."""


def map_svg(drawing: Drawing, panels: Sequence[Panel], tones: Sequence[Tone], *, source: str) -> tuple[str, int]:
    """The picture and its height, WIDTH_PX wide; a tall map has its legend beside it, the others below."""
    count = len(panels)
    beside = count == 1 and drawing.grid.height > _TALL * drawing.grid.width
    width = _BESIDE_PX if beside else (WIDTH_PX - _GAP_PX * (count - 1)) / count
    factor = width / drawing.grid.width
    tall = drawing.grid.height * factor
    head = 22 if any(panel.title for panel in panels) else 0
    body = [
        _panel(drawing, panel, left=rank * (width + _GAP_PX), top=head, factor=factor)
        for rank, panel in enumerate(panels)
    ]
    below = head + tall + 8
    body.append(_scale(drawing.grid, factor, top=below))
    body.append(_north(right=width if beside else WIDTH_PX, top=below))
    entries = _entries(tones, with_limits=bool(drawing.limits))
    if beside:
        body.append(_column(entries, left=width + _GAP_PX + 4, top=head + 6))
        height = round(below + 38)
    else:
        legend, legend_height = _rows(entries, top=below + 30)
        body.append(legend)
        height = round(below + 30 + legend_height + 16)
    body.append(_label(french(source), 0, height - 4, size=10.5, colour="#4b5563"))
    return (
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH_PX}" height="{height}" '
            f'viewBox="0 0 {WIDTH_PX} {height}" font-family={quoteattr(_FONT)}>{"".join(body)}</svg>'
        ),
        height,
    )


def _panel(drawing: Drawing, panel: Panel, *, left: float, top: float, factor: float) -> str:
    grid = drawing.grid
    wide, tall = grid.width, grid.height
    clip = f"c{round(left)}"
    line = 1 / factor
    outside = f"M0 0H{wide}V{tall}H0Z {outline_path(drawing.ground, grid)}"
    parts = [
        _label(french(panel.title), left, top - 7, size=13, bold=True) if panel.title else "",
        f'<g transform="translate({left:.2f} {top:.2f}) scale({factor:.5f})">',
        f'<clipPath id="{clip}"><rect width="{wide}" height="{tall}"/></clipPath><g clip-path="url(#{clip})">',
        f'<image width="{wide}" height="{tall}" href="{panel.image}"/>',
        f'<path d="{outside}" fill="#f6f6f4" fill-rule="evenodd"/>',
        *(
            f'<path d="{outline_path(limit, grid)}" fill="none" stroke="#6b7280" stroke-width="{1.1 * line:.2f}" '
            f'stroke-dasharray="{5 * line:.1f} {3 * line:.1f}"/>'
            for limit in drawing.limits
        ),
        f'<path d="{outline_path(drawing.ground, grid)}" fill="none" stroke="#111827" stroke-width="{2 * line:.2f}"/>',
        *_names(drawing, size=12 * line),
        *(_marker(marker, line) for marker in panel.markers),
        "</g>",
        f'<rect width="{wide}" height="{tall}" fill="none" stroke="#4b5563" stroke-width="{line:.2f}"/></g>',
    ]
    return "".join(parts)


def _names(drawing: Drawing, *, size: float) -> list[str]:
    """Names inside the map that have room, those of the largest polygons first."""
    grid = drawing.grid
    frame = shapely.box(
        grid.west, grid.north - grid.height * grid.pixel_m, grid.west + grid.width * grid.pixel_m, grid.north
    )
    taken: list[tuple[float, float, float, float]] = []
    written = []
    seen = [(name, shapely.intersection(polygon, frame)) for name, polygon in drawing.names]
    for name, polygon in sorted(seen, key=lambda item: (-item[1].area, item[0])):
        if polygon.is_empty or polygon.area <= 0:
            continue
        room = (polygon.bounds[2] - polygon.bounds[0]) / grid.pixel_m
        if room < _NAMED_SHARE * len(name) * _BOLD_LETTER * size:
            continue
        point = shapely.point_on_surface(polygon)
        half = len(name) * _BOLD_LETTER * size / 2
        x, y = (point.x - grid.west) / grid.pixel_m, (grid.north - point.y) / grid.pixel_m
        x = min(max(x, half + size / 2), grid.width - half - size / 2)
        y = min(max(y, 1.5 * size), grid.height - size)
        box = (x - half, y - size, x + half, y + size / 2)
        if x < half or any(_overlap(box, other) for other in taken):
            continue
        taken.append(box)
        text = (
            f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:.1f}" text-anchor="middle" font-weight="bold" '
            f"{{}}>{escape(french(name))}</text>"
        )
        halo = f'fill="#ffffff" stroke="#ffffff" stroke-width="{size / 3:.1f}" stroke-linejoin="round"'
        written.append(text.format(halo) + text.format(f'fill="{_INK}"'))
    return written


def _overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _marker(marker: Marker, line: float) -> str:
    x, y, radius = marker.x_px, marker.y_px, 9 * line
    away = ""
    if (marker.place_x_px, marker.place_y_px) != (x, y):
        away = (
            f'<line x1="{x}" y1="{y}" x2="{marker.place_x_px}" y2="{marker.place_y_px}" stroke="#111827" '
            f'stroke-width="{line:.2f}"/>'
        )
    return (
        f'{away}<circle cx="{x}" cy="{y}" r="{radius:.1f}" fill="#ffffff" stroke="#111827" '
        f'stroke-width="{1.3 * line:.2f}"/><text x="{x}" y="{y + 4 * line:.1f}" font-size="{11.5 * line:.1f}" '
        f'font-weight="bold" text-anchor="middle" fill="#111827">{marker.number}</text>'
    )


def _scale(grid: Grid, factor: float, *, top: float) -> str:
    bar = scale_bar(grid)
    wide = bar.width_px * factor
    return f'<path d="M1 {top + 2:.1f}v6h{wide:.1f}v-6" fill="none" stroke="{_INK}" stroke-width="1.5"/>' + _label(
        french(bar.label), wide + 8, top + 10, size=11
    )


def _north(*, right: float, top: float) -> str:
    x = right - 8
    return f'<path d="M{x} {top:.1f}l5 15l-5 -4l-5 4z" fill="{_INK}"/>' + _label(
        "N", x - 20, top + 13, size=12, bold=True
    )


def _entries(tones: Sequence[Tone], *, with_limits: bool) -> list[tuple[str, str]]:
    """Label and sample of each entry of the legend."""
    entries = [(french(tone.label), _swatch(tone, name=f"h{rank}")) for rank, tone in enumerate(tones)]
    entries.append(("Limite du territoire", _line("#111827", width=2)))
    if with_limits:
        entries.append(("Limites communales", _line("#6b7280", width=1.3, dash="5 3")))
    return entries


def _entry(label: str, drawn: str, x: float, y: float) -> str:
    sample = f'<g transform="translate({x:.1f} {y:.1f})">{drawn}</g>'
    return sample + _label(label, x + _SWATCH_PX + 6, y + 11, size=_LEGEND_LETTERS_PX)


def _column(entries: Sequence[tuple[str, str]], *, left: float, top: float) -> str:
    return "".join(
        _entry(label, drawn, left, top + rank * (_LEGEND_ROW_PX + 4)) for rank, (label, drawn) in enumerate(entries)
    )


def _rows(entries: Sequence[tuple[str, str]], *, top: float) -> tuple[str, float]:
    """The entries in as many rows as they need, and their height."""
    parts: list[str] = []
    x, row = 0.0, 0
    for label, drawn in entries:
        wide = _SWATCH_PX + 6 + len(label) * _LEGEND_LETTERS_PX * _LETTER + 14
        if x + wide > WIDTH_PX and x > 0:
            x, row = 0.0, row + 1
        parts.append(_entry(label, drawn, x, top + row * _LEGEND_ROW_PX))
        x += wide
    return "".join(parts), (row + 1) * _LEGEND_ROW_PX


def _line(colour: str, *, width: float, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M0 7h{_SWATCH_PX}" stroke="{colour}" stroke-width="{width}"{dashes}/>'


def _swatch(tone: Tone, *, name: str) -> str:
    box = f'width="{_SWATCH_PX}" height="14"'
    lines = ""
    if tone.hatch is not None:
        lines = (
            f'<pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse" '
            f'patternTransform="rotate({-tone.hatch.angle_deg})">'
            f'<rect width="5" height="1.3" fill="{tone.hatch.colour}"/></pattern><rect {box} fill="url(#{name})"/>'
        )
    return f'<rect {box} fill="{tone.colour}" stroke="#4b5563" stroke-width="0.6"/>{lines}'


def _label(text: str, x: float, y: float, *, size: float, bold: bool = False, colour: str = _INK) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}"{weight} fill="{colour}">{escape(text)}</text>'
