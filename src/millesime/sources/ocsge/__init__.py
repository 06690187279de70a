"""Official deliveries of OCS GE, whatever their variant: `read_delivery(path)` gives a frozen `ReceivedDelivery`.

Kinds of layers are found by their attributes; names are a hint, told when they disagree. Every row read is used, or
set aside with its reason and counted.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from millesime.sources.ocsge.delivery import DeliveredLayer, ReceivedDelivery
    from millesime.sources.ocsge.faults import MAX_DUPLICATE_ZONES, MAX_NULL_CODES, Fault
    from millesime.sources.ocsge.generations import Generation, generation_of, require_comparable
    from millesime.sources.ocsge.layers import RawLayer, raw_layers
    from millesime.sources.ocsge.limit import read_limit
    from millesime.sources.ocsge.names import DeliveryName, KindName, read_name
    from millesime.sources.ocsge.reading import read_delivery

__all__ = [
    "MAX_DUPLICATE_ZONES",
    "MAX_NULL_CODES",
    "DeliveredLayer",
    "DeliveryName",
    "Fault",
    "Generation",
    "KindName",
    "RawLayer",
    "ReceivedDelivery",
    "generation_of",
    "raw_layers",
    "read_delivery",
    "read_limit",
    "read_name",
    "require_comparable",
]

_MODULES = {
    "delivery": ("DeliveredLayer", "ReceivedDelivery"),
    "faults": ("MAX_DUPLICATE_ZONES", "MAX_NULL_CODES", "Fault"),
    "generations": ("Generation", "generation_of", "require_comparable"),
    "names": ("DeliveryName", "KindName", "read_name"),
    "layers": ("RawLayer", "raw_layers"),
    "limit": ("read_limit",),
    "reading": ("read_delivery",),
}
_PLACES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    # geopandas is imported only when a delivery is really read
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
