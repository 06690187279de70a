"""The QGIS project of a delivery: groups of layers with their styles, relative paths, the territory's CRS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from millesime.geo.grid import Bounds
from millesime.publication.qgis_layers import ProjectLayer, VectorSource, extent_of, map_layer, srs
from millesime.publication.xml import QGIS_VERSION, document, element


@dataclass(frozen=True)
class Group:
    """A group of the legend, its first layer on top of the map."""

    title: str
    layers: tuple[ProjectLayer, ...]
    expanded: bool = True


def project_xml(
    groups: Sequence[Group], *, title: str, crs: str, extent: Bounds, themes: Sequence[tuple[str, Sequence[str]]] = ()
) -> str:
    """The text of a `.qgs` file that QGIS 3.28 and later open.

    Args:
        groups: the legend from top to bottom.
        title: title of the project.
        crs: authority code of the project and of all its layers.
        extent: what the map shows first.
        themes: map themes: name and identifiers of the layers that it shows.
    """
    layers = [layer for group in groups for layer in group.layers]
    root = element(
        "qgis",
        {"version": QGIS_VERSION, "projectname": title, "saveUser": "", "saveUserFull": ""},
        element("homePath", {"path": ""}),
        element("title", text=title),
        element("transaction", {"mode": "Disabled"}),
        element("projectFlags", {"set": ""}),
        element("projectCrs", None, srs(crs)),
        _tree(groups),
        _canvas(crs, extent),
        element("legend", {"updateDrawingOrder": "true"}),
        element("mapViewDocks"),
        _first_view(crs, extent),
        element("projectlayers", None, *(map_layer(layer, crs, extent) for layer in layers)),
        element("layerorder", None, *(element("layer", {"id": layer.id}) for layer in layers)),
        _properties(),
        _themes(themes, layers),
    )
    return document(root)


def _checked(visible: bool) -> str:
    return "Qt::Checked" if visible else "Qt::Unchecked"


def _tree(groups: Sequence[Group]) -> Element:
    return element(
        "layer-tree-group",
        None,
        element("customproperties", None, element("Option")),
        *(_branch(group) for group in groups),
        element("custom-order", {"enabled": "0"}),
    )


def _branch(group: Group) -> Element:
    leaves = (
        element(
            "layer-tree-layer",
            {
                "id": layer.id,
                "name": layer.title,
                "source": layer.source.datasource,
                "providerKey": layer.source.provider,
                "checked": _checked(layer.visible),
                "expanded": "1" if layer.expanded else "0",
                "legend_exp": "",
                "legend_split_behavior": "0",
                "patch_size": "-1,-1",
            },
            element("customproperties", None, element("Option")),
        )
        for layer in group.layers
    )
    attributes = {
        "name": group.title,
        "checked": _checked(True),
        "expanded": "1" if group.expanded else "0",
        "groupLayer": "",
    }
    return element("layer-tree-group", attributes, element("customproperties", None, element("Option")), *leaves)


def _canvas(crs: str, extent: Bounds) -> Element:
    return element(
        "mapcanvas",
        {"name": "theMapCanvas", "annotationsVisible": "1"},
        element("units", text="meters"),
        extent_of(extent),
        element("rotation", text="0"),
        element("destinationsrs", None, srs(crs)),
        element("rendermaptile", text="0"),
        element("expressionContextScope"),
    )


def _first_view(crs: str, extent: Bounds) -> Element:
    west, south, east, north = (f"{value:.3f}" for value in extent)
    view = element("DefaultViewExtent", {"xmin": west, "ymin": south, "xmax": east, "ymax": north}, srs(crs))
    return element("ProjectViewSettings", {"UseProjectScales": "0", "rotation": "0"}, element("Scales"), view)


def _properties() -> Element:
    def text(tag: str, value: str) -> Element:
        return element(tag, {"type": "QString"}, text=value)

    def flag(tag: str, value: str) -> Element:
        return element(tag, {"type": "bool"}, text=value)

    return element(
        "properties",
        None,
        element("Measurement", None, text("DistanceUnits", "meters"), text("AreaUnits", "ha")),
        element("Paths", None, flag("Absolute", "false")),
        element("SpatialRefSys", None, element("ProjectionsEnabled", {"type": "int"}, text="1")),
        element("PositionPrecision", None, flag("Automatic", "true")),
    )


def _themes(themes: Sequence[tuple[str, Sequence[str]]], layers: Sequence[ProjectLayer]) -> Element:
    known = {layer.id for layer in layers}
    styles = {
        layer.id: layer.source.style.name if isinstance(layer.source, VectorSource) else "default" for layer in layers
    }
    presets = (
        element(
            "visibility-preset",
            {"name": name, "has-expanded-info": "0", "has-checked-group-info": "0"},
            *(
                element("layer", {"id": identifier, "style": styles[identifier], "visible": "1", "expanded": "0"})
                for identifier in identifiers
                if identifier in known
            ),
        )
        for name, identifiers in themes
    )
    return element("visibility-presets", None, *presets)
