"""Publication: the delivery of a vintage as GeoPackages, rasters, styles, a QGIS project and the portrait."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from millesime.publication.product import Delivery
from millesime.publication.project_check import project_faults, style_faults

if TYPE_CHECKING:
    from millesime.publication.material import Material, VintageLayers
    from millesime.publication.packages import Package, packages

__all__ = ["Delivery", "Material", "Package", "VintageLayers", "packages", "project_faults", "style_faults"]

_PLACES = {"Material": "material", "VintageLayers": "material", "Package": "packages", "packages": "packages"}


def __getattr__(name: str) -> Any:
    # geopandas is imported only when a delivery is really made
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
