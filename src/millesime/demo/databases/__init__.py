"""The databases of the demo territory: each producer's schema, faults and lag."""

from __future__ import annotations

from millesime.demo.databases.faults import AS_REAL, PERFECT, Faults
from millesime.demo.databases.write import Databases, make, write

__all__ = ["AS_REAL", "PERFECT", "Databases", "Faults", "make", "write"]
