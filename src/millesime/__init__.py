"""millesime: large-scale land cover and land use maps, from aerial imagery to the portrait of a territory."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

#: Public names and the module each comes from; resolved on demand, so that `import millesime` stays light.
_PUBLIC = {
    "Coverage": "millesime.geo.coverage",
    "Grid": "millesime.geo.grid",
    "MillesimeError": "millesime.errors",
    "Territory": "millesime.io.territory",
    "Workspace": "millesime.io.workspace",
    "run_chain": "millesime.production.run_chain",
}

__all__ = [*sorted(_PUBLIC), "__version__"]


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'millesime' has no attribute {name!r}")
    return getattr(importlib.import_module(_PUBLIC[name]), name)


def __dir__() -> list[str]:
    return __all__
