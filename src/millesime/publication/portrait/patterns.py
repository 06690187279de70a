"""The hatches of the page as SVG patterns: the same hatches as on the maps, for legends and charts."""

from __future__ import annotations

from dataclasses import dataclass

from millesime.nomenclature import CS, US
from millesime.publication.portrait.charts import swatch
from millesime.publication.styles.patterns import (
    ARTIFICIAL_COLOUR,
    FLUX_COLOURS,
    FLUX_HATCHES,
    HATCHES,
    NATURAL_COLOUR,
    THRESHOLD_HATCH,
    Hatch,
)


@dataclass(frozen=True)
class SvgPattern:
    """One `<pattern>` of the page."""

    id: str
    background: str
    line: str
    rotation_deg: int
    """Clockwise, as SVG counts, of horizontal lines."""


def svg_patterns() -> tuple[SvgPattern, ...]:
    """All patterns that legends and charts may refer to."""
    codes = [
        (swatch(leaf).pattern, leaf.colour, HATCHES[leaf.code])
        for leaf in (*CS.leaves, *US.leaves)
        if leaf.code in HATCHES
    ]
    status = [
        ("h-artif-seuil", ARTIFICIAL_COLOUR, THRESHOLD_HATCH),
        ("h-natural-seuil", NATURAL_COLOUR, THRESHOLD_HATCH),
    ]
    fluxes = [
        (f"h-flux-{name}", FLUX_COLOURS[flux], hatch)
        for flux, name in ((1, "plus"), (-1, "minus"), (0, "none"))
        if (hatch := FLUX_HATCHES[flux]) is not None
    ]
    return tuple(_pattern(identifier, colour, hatch) for identifier, colour, hatch in (*codes, *status, *fluxes))


def _pattern(identifier: str, colour: str, hatch: Hatch) -> SvgPattern:
    return SvgPattern(identifier, colour, hatch.colour, -hatch.angle_deg)
