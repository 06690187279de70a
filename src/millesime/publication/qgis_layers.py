"""Layers of a QGIS project: their source, their CRS and how they are drawn."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from xml.etree.ElementTree import Element

import pyproj

from millesime.geo.grid import Bounds
from millesime.publication.styles.vector import VectorStyle
from millesime.publication.xml import element

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


def extent_of(bounds: Bounds) -> Element:
    """The `<extent>` of a layer or of the canvas."""
    names = ("xmin", "ymin", "xmax", "ymax")
    return element(
        "extent", None, *(element(name, text=f"{value:.3f}") for name, value in zip(names, bounds, strict=True))
    )


def map_layer(layer: ProjectLayer, crs: str, extent: Bounds) -> Element:
    """The `<maplayer>` of a line of the legend."""
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
        extent_of(extent),
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
