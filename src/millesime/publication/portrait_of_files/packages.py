"""What lies beside a portrait of files: GeoPackages of the cut layers, and the QGIS project that opens them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import geopandas
import shapely

from millesime.publication.legend import changes_group, themes, vintage_group
from millesime.publication.packages import Package, packages
from millesime.publication.portrait_of_files.assembling import OfFiles
from millesime.publication.product import Delivery
from millesime.publication.qgis_layers import ProjectLayer, VectorSource
from millesime.publication.qgis_project import Group, project_xml
from millesime.publication.styles.symbols import Fill
from millesime.publication.styles.vector import Category, FieldForm, VectorStyle

_FIGURE_FORMS = {
    "insee": FieldForm("Code INSEE"),
    "name": FieldForm("Commune"),
    "area_ha": FieldForm("Superficie (ha)"),
    "artificial_ha": FieldForm("Artificialisé (ha)"),
    "artificial_pct": FieldForm("Artificialisé (%)"),
    "impervious_ha": FieldForm("Imperméable (ha)"),
    "impervious_pct": FieldForm("Imperméable (%)"),
    "artificial_gain_ha": FieldForm("Artificialisation (ha)"),
    "artificial_loss_ha": FieldForm("Désartificialisation (ha)"),
    "artificial_net_ha": FieldForm("Artificialisation nette (ha)"),
    "artificial_net_ha_per_year": FieldForm("Artificialisation nette (ha par an)"),
    "impervious_net_ha": FieldForm("Imperméabilisation nette (ha)"),
    "year_from": FieldForm("Premier millésime"),
    "year_to": FieldForm("Dernier millésime"),
}


def territory_file(code: str) -> str:
    """GeoPackage of the zone and of its communes."""
    return f"TERRITOIRE_{code}.gpkg"


def packages_of(of: OfFiles) -> tuple[Package, ...]:
    """The GeoPackages: both vintages, the difference, the zone with its communes."""
    material = of.material
    made = list(packages(material))
    if material.reference is not None:
        earlier = replace(
            material,
            delivery=Delivery(material.delivery.code, material.reference.year),
            current=material.reference,
            built_zone=of.earlier_built_zone,
            reference=None,
            differential=None,
        )
        made += packages(earlier)
    return (*made, _territory(of))


def project_of(of: OfFiles, made: Sequence[Package]) -> str:
    """The text of the QGIS project; all its files lie beside it."""
    material = of.material
    delivery = material.delivery
    kinds = {package.file: _geometry_types(package) for package in made}
    groups = [_territory_group(of, kinds[territory_file(delivery.code)])]
    if delivery.reference_year is not None:
        groups.append(changes_group(delivery, kinds[delivery.difference]))
    has_zone = material.built_zone is not None
    groups.append(vintage_group(delivery, kinds[delivery.stock], visible=True, built_zone=has_zone))
    if delivery.reference_year is not None:
        earlier = Delivery(delivery.code, delivery.reference_year)
        has_zone = of.earlier_built_zone is not None
        groups.append(vintage_group(earlier, kinds[earlier.stock], visible=False, built_zone=has_zone))
    years = " et ".join(str(layers.year) for layers in material.vintages)
    return project_xml(
        groups,
        title=f"{material.territory_name}, OCS GE {years}",
        crs=material.crs,
        extent=material.extent,
        themes=[(name, ("zone", *layers)) for name, layers in themes(delivery, groups)],
    )


def _geometry_types(package: Package) -> Mapping[str, str]:
    return {
        layer: "MultiPolygon" if (frame.geom_type == "MultiPolygon").any() else "Polygon"
        for layer, frame in package.layers.items()
    }


def _territory(of: OfFiles) -> Package:
    zone, material = of.zone, of.material
    # The whole map has no limit of its own: its outline is that of its polygons.
    ground = zone.ground
    if ground is None:
        ground = shapely.coverage_union_all(material.current.ocsge.geometry.to_numpy())
    outline = geopandas.GeoDataFrame({"code": [zone.code], "nom": [zone.name]}, geometry=[ground], crs=material.crs)
    layers, styles = {"ZONE": outline}, {"ZONE": (_zone_style(),)}
    if len(material.communes):
        layers["COMMUNES"], styles["COMMUNES"] = material.communes, (_communes_style(),)
    return Package(territory_file(material.delivery.code), layers=layers, styles=styles)


def _territory_group(of: OfFiles, kinds: Mapping[str, str]) -> Group:
    file = territory_file(of.material.delivery.code)
    layers = [
        ProjectLayer("zone", of.zone.name, VectorSource(file, "ZONE", _zone_style(), kinds["ZONE"]), visible=True)
    ]
    if "COMMUNES" in kinds:
        source = VectorSource(file, "COMMUNES", _communes_style(), kinds["COMMUNES"])
        layers.append(ProjectLayer("communes", "Communes et leurs chiffres", source, visible=True))
    return Group("Territoire", tuple(layers))


def _zone_style() -> VectorStyle:
    fill = Fill(None, outline="#111111", outline_mm=0.8)
    forms = {"code": FieldForm("Code"), "nom": FieldForm("Nom")}
    return VectorStyle("zone", "Limite de la zone", "", (Category("", "Limite de la zone", fill),), forms)


def _communes_style() -> VectorStyle:
    fill = Fill(None, outline="#3f3f3f", outline_mm=0.4)
    return VectorStyle("communes", "Communes", "", (Category("", "Commune", fill),), _FIGURE_FORMS)
