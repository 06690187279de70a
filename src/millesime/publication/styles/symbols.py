"""QGIS symbols: fills with an outline and, where colours are too close, a hatch."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from millesime.publication.styles.patterns import Hatch
from millesime.publication.xml import element, options

_HATCH_DISTANCE_MM = 1.8
_HATCH_WIDTH_MM = 0.35


@dataclass(frozen=True)
class Fill:
    """How polygons of one category look."""

    colour: str | None
    """'#rrggbb'; None leaves the inside empty."""

    hatch: Hatch | None = None
    outline: str = "#4d4d4d"
    outline_mm: float = 0.1


def rgba(colour: str) -> str:
    """'#rrggbb' as QGIS writes it: 'r,g,b,255'."""
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"{red},{green},{blue},255"


def fill_symbol(name: str, fill: Fill) -> Element:
    """The `<symbol>` of a fill; `name` is the key by which categories refer to it."""
    layers = [_simple_fill(fill)]
    if fill.hatch is not None:
        layers.append(_line_pattern(fill.hatch, symbol_name=f"@{name}@1"))
    return _symbol("fill", name, *layers)


def _symbol(kind: str, name: str, *layers: Element) -> Element:
    attributes = {"type": kind, "name": name, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"}
    return element("symbol", attributes, _no_overrides(), *layers)


def _no_overrides() -> Element:
    return element(
        "data_defined_properties",
        None,
        element(
            "Option",
            {"type": "Map"},
            element("Option", {"type": "QString", "name": "name", "value": ""}),
            element("Option", {"name": "properties"}),
            element("Option", {"type": "QString", "name": "type", "value": "collection"}),
        ),
    )


def _layer(kind: str, properties: dict[str, str], *children: Element) -> Element:
    attributes = {"class": kind, "enabled": "1", "locked": "0", "pass": "0"}
    return element("layer", attributes, options(properties), *children)


def _simple_fill(fill: Fill) -> Element:
    return _layer(
        "SimpleFill",
        {
            "border_width_map_unit_scale": "3x:0,0,0,0,0,0",
            "color": rgba(fill.colour or "#ffffff"),
            "joinstyle": "bevel",
            "offset": "0,0",
            "offset_map_unit_scale": "3x:0,0,0,0,0,0",
            "offset_unit": "MM",
            "outline_color": rgba(fill.outline),
            "outline_style": "solid",
            "outline_width": f"{fill.outline_mm:g}",
            "outline_width_unit": "MM",
            "style": "solid" if fill.colour else "no",
        },
    )


def _line_pattern(hatch: Hatch, *, symbol_name: str) -> Element:
    line = _layer(
        "SimpleLine",
        {
            "capstyle": "square",
            "joinstyle": "bevel",
            "line_color": rgba(hatch.colour),
            "line_style": "solid",
            "line_width": f"{_HATCH_WIDTH_MM:g}",
            "line_width_unit": "MM",
            "offset": "0",
            "offset_unit": "MM",
            "use_custom_dash": "0",
        },
    )
    return _layer(
        "LinePatternFill",
        {
            "angle": str(hatch.angle_deg),
            "color": rgba(hatch.colour),
            "coordinate_reference": "feature",
            "distance": f"{_HATCH_DISTANCE_MM:g}",
            "distance_map_unit_scale": "3x:0,0,0,0,0,0",
            "distance_unit": "MM",
            "line_width": f"{_HATCH_WIDTH_MM:g}",
            "line_width_map_unit_scale": "3x:0,0,0,0,0,0",
            "line_width_unit": "MM",
            "offset": "0",
            "offset_map_unit_scale": "3x:0,0,0,0,0,0",
            "offset_unit": "MM",
            "outline_width_map_unit_scale": "3x:0,0,0,0,0,0",
            "outline_width_unit": "MM",
        },
        _symbol("line", symbol_name, line),
    )
