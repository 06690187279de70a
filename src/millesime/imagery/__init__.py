"""Imagery: the bands of one vintage on one grid: red, green, blue, near infra-red, height above ground."""

from __future__ import annotations

from millesime.imagery.product import BANDS, HEIGHT_CODING, BandFile, HeightCoding, Imagery, from_json, to_json
from millesime.imagery.reader import ImageryReader

__all__ = [
    "BANDS",
    "HEIGHT_CODING",
    "BandFile",
    "HeightCoding",
    "Imagery",
    "ImageryReader",
    "from_json",
    "to_json",
]
