"""What the checks compare with. Minimum units are partly known from secondary sources: all can be changed."""

from __future__ import annotations

from dataclasses import dataclass

from millesime.evaluation.conformity.anomaly import Severity
from millesime.nomenclature import threshold


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Thresholds and tolerances of the checks."""

    min_built_m2: float = threshold("umi_built").value
    """Minimum unit of CS1.1.1.1; confirmed."""

    min_inside_m2: float = threshold("umi_in_built_zone").value
    """Minimum unit of the other classes inside the zone construite; confirmed."""

    min_outside_m2: float = threshold("umi_outside_built_zone").value
    """Minimum unit of the other classes outside it; secondary source."""

    area_tolerance_m2: float = 0.5
    """An object may fall short of its minimum unit by this much, and `aire` differ from the area: coordinates are
    rounded to the centimetre, which moves the area of a polygon by up to half a centimetre of its perimeter."""

    sliver_width_m: float = 1.0
    """Below this mean width a polygon is a sliver; the specification's smallest width is 5 m."""

    gap_width_m: float = 2.0
    """Below this mean width, uncovered ground is a gap between polygons; above, a hole of the map."""

    limit_width_m: float = 5.0
    """Ground narrower than this between two neighbouring deliveries is a gap of their common limit; wider open ground
    may belong to a third one. Inferred."""

    limit_tolerance_m: float = 0.02
    """Gaps and overlaps of two deliveries below this mean width are roundings of coordinates."""

    strict: bool = False
    """Whether suspect pairs, mismatches between deliveries, slivers and objects below the minimum unit are errors
    rather than warnings."""

    @property
    def soft(self) -> Severity:
        """Severity of the findings that rest on thresholds no primary text confirms."""
        return "error" if self.strict else "warning"
