"""What tells codes apart besides their colour: hatches, the same in QGIS and in the portrait.

The official colours are kept. They are not enough: US2 and US235 have one colour, and several reds, yellows and
greens are close for everybody and equal for some. A hatch on the later code of such a pair tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Hatch:
    """Parallel lines over a fill."""

    angle_deg: int
    """Direction of the lines, anticlockwise from horizontal: 0, 45, 90 or 135."""

    colour: str
    """'#rrggbb'."""

    def __post_init__(self) -> None:
        if self.angle_deg not in (0, 45, 90, 135):
            raise ValueError(f"a hatch runs at 0, 45, 90 or 135 degrees, got {self.angle_deg}")


_WHITE = "#ffffff"
_BLACK = "#1a1a1a"

#: Hatch of the codes whose colour is that of another code, or close to it.
HATCHES: dict[str, Hatch] = {
    "CS1.1.2.1": Hatch(135, "#b3a100"),  # a pale yellow like US1.1 in a print
    "CS1.1.2.2": Hatch(45, _WHITE),
    "CS2.1.1.2": Hatch(90, "#b8e0b8"),
    "CS2.1.1.3": Hatch(45, "#3f6b00"),  # between the two greens of pure stands
    "CS2.1.2": Hatch(0, "#5aa832"),
    "CS2.1.3": Hatch(90, _WHITE),
    "US1.2": Hatch(90, "#b8e0b8"),
    "US235": Hatch(45, _WHITE),  # the colour of US2
    "US5": Hatch(135, "#f2b3d1"),
    "US4.2": Hatch(135, _WHITE),  # the colour of US4.1.1, nearly
    "US4.3": Hatch(0, _WHITE),
    "US6.2": Hatch(45, "#c0c0c0"),
    "US6.6": Hatch(45, "#806600"),  # close to US6.3
}

#: The artificial status and its change.
ARTIFICIAL_COLOUR = "#c2410c"
NATURAL_COLOUR = "#e3eedd"
FLUX_COLOURS = {1: "#b91c1c", 0: "#d99a1c", -1: "#15803d"}
FLUX_HATCHES = {1: Hatch(45, _WHITE), 0: None, -1: Hatch(135, _WHITE)}
THRESHOLD_HATCH = Hatch(90, _BLACK)
