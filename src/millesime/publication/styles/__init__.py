"""Styles of the deliveries: QGIS styles (QML) made from the nomenclatures, with value lists in French."""

from __future__ import annotations

from millesime.publication.styles.patterns import HATCHES, Hatch
from millesime.publication.styles.raster import class_raster_style, confidence_style, picture_style
from millesime.publication.styles.vector import Category, VectorStyle

__all__ = [
    "HATCHES",
    "Category",
    "Hatch",
    "VectorStyle",
    "class_raster_style",
    "confidence_style",
    "picture_style",
]
