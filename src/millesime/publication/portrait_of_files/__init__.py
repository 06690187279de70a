"""The portrait of a zone from official files, without any imagery or model."""

from __future__ import annotations

from millesime.publication.portrait_of_files.assembling import Compared, OfFiles, assemble
from millesime.publication.portrait_of_files.background import describe_files
from millesime.publication.portrait_of_files.reading_told import reading_told
from millesime.publication.portrait_of_files.vintages import FileVintage, state_layer, vintage_of
from millesime.publication.portrait_of_files.zone import (
    Zone,
    level_of,
    whole_map,
    zone_of_code,
    zone_of_perimeter,
)

__all__ = [
    "Compared",
    "FileVintage",
    "OfFiles",
    "Zone",
    "assemble",
    "describe_files",
    "level_of",
    "reading_told",
    "state_layer",
    "vintage_of",
    "whole_map",
    "zone_of_code",
    "zone_of_perimeter",
]
