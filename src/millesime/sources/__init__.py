"""The databases that the chain reads, each under one name, one schema and one geometry.

`load(name, location, bounds)` gives a frozen `Database`; `SOURCES` is the table of all databases.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from millesime.sources.database import Database
    from millesime.sources.loading import SOURCES, load
    from millesime.sources.source import Attribute, LayerSchema, Source, fold

__all__ = ["SOURCES", "Attribute", "Database", "LayerSchema", "Source", "fold", "load"]

_PLACES = {
    "SOURCES": "loading",
    "load": "loading",
    "Database": "database",
    "Attribute": "source",
    "LayerSchema": "source",
    "Source": "source",
    "fold": "source",
}


def __getattr__(name: str) -> Any:
    # geopandas is imported only when a database is really looked at
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
