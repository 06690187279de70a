"""Cover vector: the class raster as a coverage of polygons, as CoSIA is delivered."""

from __future__ import annotations

from millesime.cover_vector.generalise import Generalised, generalise
from millesime.cover_vector.product import CoverVector
from millesime.cover_vector.vectorise import vectorise_raster

__all__ = ["CoverVector", "Generalised", "generalise", "vectorise_raster"]
