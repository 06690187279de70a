"""The QGIS project of a delivery: groups of layers with their styles, relative paths, the territory's CRS."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import pyproj

from millesime.geo.grid import Bounds
from millesime.publication.styles.vector import VectorStyle
from millesime.publication.xml import QGIS_VERSION, document, element

#: Identifier of Lambert-93 in QGIS' own table of CRS; others are read from their WKT.
_QGIS_SRSID = {"EPSG:2154": "145"}


@dataclass(frozen=True)
class VectorSource:
    """A layer of a GeoPackage."""

    path: str
    """Relative to the project, with '/'."""

    layer: str
    style: VectorStyle
    geometry: str = "Polygon"

    explained_by: str = ""
    """Identifier of the project's table whose rows are joined by `id`; '' for none."""

    @property
    def provider(self) -> str:
        """QGIS' name of the driver."""
        return "ogr"

    @property
    def datasource(self) -> str:
        """How the project writes the source."""
        return f"{_dotted(self.path)}|layername={self.layer}"


@dataclass(frozen=True)
class TableSource:
    """A table without geometry of a GeoPackage."""

    path: str
    layer: str

    @property
    def provider(self) -> str:
        """QGIS' name of the driver."""
        return "ogr"

    @property
    def datasource(self) -> str:
        """How the project writes the source."""
        return f"{_dotted(self.path)}|layername={self.layer}"


@dataclass(frozen=True)
class RasterSource:
    """A raster file."""

    path: str
    style: tuple[Element, ...]

    @property
    def provider(self) -> str:
        """QGIS' name of the driver."""
        return "gdal"

    @property
    def datasource(self) -> str:
        """How the project writes the source."""
        return _dotted(self.path)


@dataclass(frozen=True)
class ProjectLayer:
    """One line of the project's legend."""

    id: str
    """Unique in the project: letters, digits and '_'."""

    title: str
    source: VectorSource | TableSource | RasterSource
    visible: bool = False
    expanded: bool = False


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
        element("projectlayers", None, *(_map_layer(layer, crs, extent) for layer in layers)),
        element("layerorder", None, *(element("layer", {"id": layer.id}) for layer in layers)),
        _properties(),
        _themes(themes, layers),
    )
    return document(root)


def srs(crs: str) -> Element:
    """The `<spatialrefsys>` block of a CRS."""
    parsed = pyproj.CRS.from_user_input(crs)
    with warnings.catch_warnings():
        # QGIS takes the authority code; the PROJ string is there for old readers.
        warnings.simplefilter("ignore", UserWarning)
        proj4 = parsed.to_proj4()
    return element(
        "spatialrefsys",
        {"nativeFormat": "Wkt"},
        element("wkt", text=parsed.to_wkt()),
        element("proj4", text=proj4),
        element("srsid", text=_QGIS_SRSID.get(crs, "0")),
        element("srid", text=crs.partition(":")[2]),
        element("authid", text=crs),
        element("description", text=parsed.name),
        element("projectionacronym", text=_acronym(proj4)),
        element("ellipsoidacronym", text="EPSG:7019"),
        element("geographicflag", text="true" if parsed.is_geographic else "false"),
    )


def _acronym(proj4: str) -> str:
    words = dict(word.lstrip("+").partition("=")[::2] for word in proj4.split())
    return words.get("proj", "")


def _dotted(path: str) -> str:
    return path if path.startswith("../") else f"./{path}"


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


def _extent(bounds: Bounds) -> Element:
    names = ("xmin", "ymin", "xmax", "ymax")
    return element(
        "extent", None, *(element(name, text=f"{value:.3f}") for name, value in zip(names, bounds, strict=True))
    )


def _canvas(crs: str, extent: Bounds) -> Element:
    return element(
        "mapcanvas",
        {"name": "theMapCanvas", "annotationsVisible": "1"},
        element("units", text="meters"),
        _extent(extent),
        element("rotation", text="0"),
        element("destinationsrs", None, srs(crs)),
        element("rendermaptile", text="0"),
        element("expressionContextScope"),
    )


def _first_view(crs: str, extent: Bounds) -> Element:
    west, south, east, north = (f"{value:.3f}" for value in extent)
    view = element("DefaultViewExtent", {"xmin": west, "ymin": south, "xmax": east, "ymax": north}, srs(crs))
    return element("ProjectViewSettings", {"UseProjectScales": "0", "rotation": "0"}, element("Scales"), view)


def _map_layer(layer: ProjectLayer, crs: str, extent: Bounds) -> Element:
    source = layer.source
    shared = {
        "autoRefreshMode": "Disabled",
        "autoRefreshTime": "0",
        "hasScaleBasedVisibilityFlag": "0",
        "legendPlaceholderImage": "",
        "maxScale": "0",
        "minScale": "1e+08",
        "refreshOnNotifyEnabled": "0",
        "refreshOnNotifyMessage": "",
        "styleCategories": "AllStyleCategories",
    }
    head = (
        _extent(extent),
        element("id", text=layer.id),
        element("datasource", text=source.datasource),
        element("keywordList", None, element("value")),
        element("layername", text=layer.title),
        element("srs", None, srs(crs)),
        element("resourceMetadata"),
    )
    flags = element(
        "flags",
        None,
        element("Identifiable", text="1"),
        element("Removable", text="1"),
        element("Searchable", text="1"),
        element("Private", text="0"),
    )
    if isinstance(source, RasterSource):
        no_data = element("noDataList", {"bandNo": "1", "useSrcNoData": "1"})
        raster_body = (element("provider", text="gdal"), element("noData", None, no_data), _styles_of("default"), flags)
        return element("maplayer", {"type": "raster", **shared}, *head, *raster_body, *source.style)
    if isinstance(source, TableSource):
        attributes = {"type": "vector", "geometry": "No geometry", "wkbType": "NoGeometry"}
        provider = element("provider", {"encoding": "UTF-8"}, text="ogr")
        return element("maplayer", {**attributes, **shared}, *head, provider, _styles_of("default"), flags)
    attributes = {
        "type": "vector",
        "geometry": "Polygon",
        "wkbType": source.geometry,
        "labelsEnabled": "0",
        "readOnly": "0",
        "simplifyAlgorithm": "0",
        "simplifyDrawingHints": "1",
        "simplifyDrawingTol": "1",
        "simplifyLocal": "1",
        "simplifyMaxScale": "1",
        "symbologyReferenceScale": "-1",
    }
    body = (
        element("provider", {"encoding": "UTF-8"}, text="ogr"),
        _joins(source.explained_by),
        element("layerDependencies"),
        element("dataDependencies"),
        element("expressionfields"),
        _styles_of(source.style.name),
        element("auxiliaryLayer"),
        flags,
    )
    return element("maplayer", {**attributes, **shared}, *head, *body, *source.style.elements())


def _joins(table: str) -> Element:
    if not table:
        return element("vectorjoins")
    attributes = {
        "joinLayerId": table,
        "joinFieldName": "id",
        "targetFieldName": "id",
        "hasCustomPrefix": "1",
        "customPrefix": "",
        "memoryCache": "1",
        "dynamicForm": "0",
        "editable": "0",
        "upsertOnEdit": "0",
        "cascadedDelete": "0",
    }
    return element("vectorjoins", None, element("join", attributes))


def _styles_of(name: str) -> Element:
    return element("map-layer-style-manager", {"current": name}, element("map-layer-style", {"name": name}))


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
