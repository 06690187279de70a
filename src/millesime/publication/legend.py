"""The legend of the QGIS project: which layers, in which groups, what is shown first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from millesime.nomenclature import CoverNomenclature
from millesime.publication.product import Delivery
from millesime.publication.qgis_layers import ProjectLayer, RasterSource, TableSource, VectorSource
from millesime.publication.qgis_project import Group
from millesime.publication.styles.catalogue import (
    artificial_difference_styles,
    artificial_styles,
    built_zone_styles,
    cosia_styles,
    difference_styles,
    occupation_styles,
)
from millesime.publication.styles.raster import class_raster_style, confidence_style, picture_style

Theme = tuple[str, tuple[str, ...]]


def legend(
    delivery: Delivery,
    *,
    pictures: Mapping[int, str],
    nomenclature: CoverNomenclature,
    geometry: Mapping[str, str],
) -> tuple[Group, ...]:
    """Groups of the project of a delivery.

    Args:
        delivery: names of its files.
        pictures: year -> path of its ortho-image relative to the project; empty when there is none.
        nomenclature: of the class raster.
        geometry: layer -> 'Polygon' or 'MultiPolygon', of the layers of this delivery; 'Polygon' by default.
    """
    groups: list[Group] = []
    if delivery.reference_year is not None:
        groups.append(changes_group(delivery, geometry))
    groups.append(vintage_group(delivery, geometry, visible=True))
    if delivery.reference_year is not None:
        earlier = Delivery(delivery.code, delivery.reference_year)
        groups.append(vintage_group(earlier, {}, folder=f"../{delivery.reference_year}/", visible=False))
    groups.append(_cosia(delivery, nomenclature, geometry))
    if pictures:
        groups.append(_pictures(pictures, shown=delivery.year))
    return tuple(groups)


def themes(delivery: Delivery, groups: Sequence[Group]) -> tuple[Theme, ...]:
    """Map themes: one click to see cover, use, artificial land, changes or the photograph."""
    ids = {layer.id for group in groups for layer in group.layers}
    found: list[Theme] = []
    years = [delivery.year] if delivery.reference_year is None else [delivery.year, delivery.reference_year]
    for year in years:
        picture = f"image_{year}"
        found += [
            (f"Couverture {year}", (f"couverture_{year}", picture)),
            (f"Usage {year}", (f"usage_{year}", picture)),
            (f"Artificialisation {year}", (f"artif_{year}", picture)),
            (f"Image {year}", (picture,)),
        ]
    if delivery.reference_year is not None:
        found.append(("Changements", ("artif_diff", "diff", f"image_{delivery.year}")))
    kept = ((name, tuple(layer for layer in layers if layer in ids)) for name, layers in found)
    return tuple((name, layers) for name, layers in kept if layers)


def vintage_group(
    delivery: Delivery, geometry: Mapping[str, str], *, visible: bool, folder: str = "", built_zone: bool = True
) -> Group:
    """The layers of one vintage.

    Args:
        delivery: names of its files.
        geometry: layer -> 'Polygon' or 'MultiPolygon'; 'Polygon' by default.
        visible: whether its cover is shown first.
        folder: where its files lie, relative to the project.
        built_zone: whether it has a ZONE_CONSTRUITE.
    """
    year, file = delivery.year, f"{folder}{delivery.stock}"
    cover, use = occupation_styles()
    explanation = f"explication_{year}"

    def kind(layer: str) -> str:
        return geometry.get(layer, "Polygon")

    zone = ProjectLayer(
        f"zone_construite_{year}",
        f"Zone construite {year}",
        VectorSource(file, "ZONE_CONSTRUITE", built_zone_styles()[0], kind("ZONE_CONSTRUITE")),
    )
    layers = (
        *((zone,) if built_zone else ()),
        ProjectLayer(
            f"couverture_{year}",
            f"Couverture (CS) {year}",
            VectorSource(file, "OCCUPATION_SOL", cover, kind("OCCUPATION_SOL"), explanation),
            visible=visible,
            expanded=visible,
        ),
        ProjectLayer(
            f"usage_{year}",
            f"Usage (US) {year}",
            VectorSource(file, "OCCUPATION_SOL", use, kind("OCCUPATION_SOL"), explanation),
        ),
        ProjectLayer(
            f"artif_{year}",
            f"Artificialisation {year}",
            VectorSource(
                file, delivery.artificial_layer, artificial_styles()[0], kind(delivery.artificial_layer), explanation
            ),
        ),
        ProjectLayer(explanation, f"Explication des codes {year}", TableSource(file, "EXPLICATION")),
    )
    return Group(f"OCS GE {year}", layers, expanded=visible)


def changes_group(delivery: Delivery, geometry: Mapping[str, str]) -> Group:
    """The layers of the difference with the reference vintage."""
    first, second = delivery.period
    flux, change = artificial_difference_styles(first, second)[0], difference_styles(first, second)[0]
    layers = (
        ProjectLayer(
            "artif_diff",
            f"Artificialisation {first}-{second}",
            VectorSource(delivery.difference, "ARTIF_DIFF", flux, geometry.get("ARTIF_DIFF", "Polygon")),
            visible=True,
            expanded=True,
        ),
        ProjectLayer(
            "diff",
            f"Changements de couverture ou d'usage {first}-{second}",
            VectorSource(delivery.difference, "DIFF", change, geometry.get("DIFF", "Polygon")),
            expanded=True,
        ),
    )
    return Group(f"Évolution {first}-{second}", layers)


def _cosia(delivery: Delivery, nomenclature: CoverNomenclature, geometry: Mapping[str, str]) -> Group:
    layers = (
        ProjectLayer(
            "cosia",
            f"CoSIA {delivery.year} (polygones)",
            VectorSource(delivery.cosia, "COSIA", cosia_styles()[0], geometry.get("COSIA", "Polygon")),
        ),
        ProjectLayer(
            "cover_raster",
            f"CoSIA {delivery.year} (pixels)",
            RasterSource(delivery.cover_raster, class_raster_style(nomenclature)),
        ),
        ProjectLayer(
            "confidence",
            f"Confiance de la prédiction {delivery.year} (%)",
            RasterSource(delivery.confidence_raster, confidence_style()),
        ),
    )
    return Group(f"Prédiction {delivery.year}", layers, expanded=False)


def _pictures(pictures: Mapping[int, str], *, shown: int) -> Group:
    layers = tuple(
        ProjectLayer(
            f"image_{year}",
            f"Orthophotographie {year}",
            RasterSource(path, picture_style()),
            visible=year == shown,
        )
        for year, path in sorted(pictures.items(), reverse=True)
    )
    return Group("Images", layers, expanded=False)
