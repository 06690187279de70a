"""The coverage engine: planar partitions as arcs and faces on the 1 cm grid."""

from millesime.geo.coverage.coverage import OUTSIDE, Coverage
from millesime.geo.coverage.merging import Affinity, Regrouped, dissolve_faces, merge_small_faces

__all__ = ["OUTSIDE", "Affinity", "Coverage", "Regrouped", "dissolve_faces", "merge_small_faces"]
