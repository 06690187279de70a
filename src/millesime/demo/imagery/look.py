"""How an aerial survey looks: its sun, its air, its camera and how well it is registered."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from millesime.errors import ConfigError


@dataclass(frozen=True)
class Look:
    """Conditions of one aerial survey."""

    sun_azimuth_deg: float = 150.0
    """Direction of the sun, clockwise from north; shadows point the other way."""

    sun_elevation_deg: float = 52.0
    """Height of the sun above the horizon, 15 to 85 degrees."""

    drought: float = 0.5
    """How dry the season is: 0 all grass is green, 1 all grass is straw."""

    gain: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    """Multiplier of R, G, B, NIR: exposure and colour cast."""

    gamma: float = 1.0
    """Exponent of the tone curve; above 1 darkens the middle tones."""

    haze: float = 0.06
    """Share of the light that the air adds, bluish and without shadows: 0 to 0.4."""

    noise_dn: float = 3.0
    """Sensor noise, standard deviation in digital numbers at mid grey."""

    blur_px: float = 0.55
    """Standard deviation of the optics' blur, in pixels of 0.20 m."""

    offset_m: tuple[float, float] = (0.0, 0.0)
    """Shift of the image against the ground, east and north, below one pixel (0.20 m)."""

    def __post_init__(self) -> None:
        if not 15.0 <= self.sun_elevation_deg <= 85.0:
            raise ConfigError(f"sun elevation must lie in 15..85 degrees, got {self.sun_elevation_deg}")
        if not 0.0 <= self.haze <= 0.4:
            raise ConfigError(f"haze must lie in 0..0.4, got {self.haze}")
        if max(abs(self.offset_m[0]), abs(self.offset_m[1])) >= 0.20:
            raise ConfigError(f"misregistration must stay below one pixel of 0.20 m, got {self.offset_m}")

    @property
    def sun_direction(self) -> tuple[float, float, float]:
        """Unit vector towards the sun: east, north, up."""
        azimuth, elevation = math.radians(self.sun_azimuth_deg), math.radians(self.sun_elevation_deg)
        level = math.cos(elevation)
        return level * math.sin(azimuth), level * math.cos(azimuth), math.sin(elevation)


#: The surveys of the two vintages: another hour, another season, another film, another registration.
LOOKS: Mapping[int, Look] = MappingProxyType(
    {
        2019: Look(
            sun_azimuth_deg=148.0, sun_elevation_deg=54.0, drought=0.62, gain=(1.03, 1.0, 0.99, 1.0), gamma=1.0,
            haze=0.06, noise_dn=3.2, blur_px=0.55, offset_m=(0.04, -0.03),
        ),
        2022: Look(
            sun_azimuth_deg=214.0, sun_elevation_deg=47.0, drought=0.30, gain=(0.96, 1.0, 1.03, 1.04), gamma=1.06,
            haze=0.09, noise_dn=3.6, blur_px=0.65, offset_m=(-0.11, 0.08),
        ),
    }
)  # fmt: skip


def look_of(year: int) -> Look:
    """The survey of a vintage; a plain one for years without a survey of their own."""
    return LOOKS.get(year, Look())
