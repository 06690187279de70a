"""The coverage engine: planar partitions as arcs and faces on the 1 cm grid."""

from millesime.geo.coverage.coverage import OUTSIDE, Coverage
from millesime.geo.coverage.matching import Matched, match_polygons
from millesime.geo.coverage.merging import Affinity, Regrouped, dissolve_faces, merge_small_faces
from millesime.geo.coverage.overlay import Overlay, overlay_polygons
from millesime.geo.coverage.slivers import SliversMerged, merge_slivers
from millesime.geo.coverage.tiles import TiledCoverage
from millesime.geo.coverage.zonal import ZonalCounts, zonal_counts

__all__ = [
    "OUTSIDE",
    "Affinity",
    "Coverage",
    "Matched",
    "Overlay",
    "Regrouped",
    "SliversMerged",
    "TiledCoverage",
    "ZonalCounts",
    "dissolve_faces",
    "match_polygons",
    "merge_slivers",
    "merge_small_faces",
    "overlay_polygons",
    "zonal_counts",
]
