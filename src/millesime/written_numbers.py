"""Numbers as readers expect them: in French a decimal comma and thin spaces, in English a point and commas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Language = Literal["fr", "en"]

#: Narrow no-break space, between groups of three digits and before '%'.
THIN = "\u202f"

#: No-break space, between a number and its unit.
FIXED = "\u00a0"

_MINUS = "\u2212"

#: Areas from here on are told to the hectare.
_WHOLE_FROM_HA = 1_000


@dataclass(frozen=True)
class NumberFormat:
    """How one language writes numbers; the minus sign is a true one in all."""

    decimal_point: str
    group: str
    """Between groups of three digits."""

    before_percent: str
    nought_is_singular: bool
    """'0 commune' (French) or '0 communes' (English)."""

    def number(self, value: float, *, decimals: int = 0, signed: bool = False) -> str:
        """A number: 12 345,6; with `signed`, '+' before what is positive."""
        rounded = round(value, decimals)
        whole, point, digits = f"{abs(rounded):,.{decimals}f}".partition(".")
        text = whole.replace(",", self.group) + (self.decimal_point if point else "") + digits
        if rounded == 0:
            return text
        return f"{_MINUS if rounded < 0 else '+' if signed else ''}{text}"

    def hectares(self, value_ha: float, *, signed: bool = False) -> str:
        """An area in hectares, to the hundredth as far as that is worth reading: 12,34 ha, 72 000 ha."""
        return f"{self.bare_hectares(value_ha, signed=signed)}{FIXED}ha"

    def bare_hectares(self, value_ha: float, *, signed: bool = False) -> str:
        """The same without its unit, for a table that says it once."""
        decimals = 2 if abs(value_ha) < _WHOLE_FROM_HA else 0
        return self.number(value_ha, decimals=decimals, signed=signed)

    def percent(self, value: float, *, decimals: int = 1, signed: bool = False) -> str:
        """A percentage: 12,3 %. A small value that is not nil keeps a digit that shows it."""
        shown = 2 if 0 < abs(value) < 1 and decimals < 2 else decimals
        return f"{self.number(value, decimals=shown, signed=signed)}{self.before_percent}%"

    def share(self, share: float) -> str:
        """A share between 0 and 1 as whole percents; a tenth below one percent."""
        value = 100 * share
        return f"{self.number(value, decimals=1 if 0 < abs(value) < 1 else 0)}{self.before_percent}%"

    def square_metres(self, value_m2: float) -> str:
        """An area in whole square metres."""
        return f"{self.number(value_m2)}{FIXED}m²"

    def metres(self, value_m: float) -> str:
        """A length in metres, to the tenth."""
        return f"{self.number(value_m, decimals=1)}{FIXED}m"

    def chooses_one(self, count: int) -> bool:
        """Whether a count takes the singular."""
        return count == 1 or (count == 0 and self.nought_is_singular)


FRENCH_NUMBERS = NumberFormat(decimal_point=",", group=THIN, before_percent=THIN, nought_is_singular=True)
ENGLISH_NUMBERS = NumberFormat(decimal_point=".", group=",", before_percent="", nought_is_singular=False)

#: The format of each language.
NUMBERS: Mapping[Language, NumberFormat] = {"fr": FRENCH_NUMBERS, "en": ENGLISH_NUMBERS}


def number(value: float, *, decimals: int = 0, signed: bool = False) -> str:
    """A number in French format."""
    return FRENCH_NUMBERS.number(value, decimals=decimals, signed=signed)


def hectares(value_ha: float, *, signed: bool = False) -> str:
    """An area in hectares, in French format."""
    return FRENCH_NUMBERS.hectares(value_ha, signed=signed)


def bare_hectares(value_ha: float, *, signed: bool = False) -> str:
    """The same without its unit."""
    return FRENCH_NUMBERS.bare_hectares(value_ha, signed=signed)


def percent(value: float, *, decimals: int = 1, signed: bool = False) -> str:
    """A percentage in French format."""
    return FRENCH_NUMBERS.percent(value, decimals=decimals, signed=signed)


def plural(count: int, one: str, many: str) -> str:
    """A count with its French noun: '1 commune', '2 communes'; nought is singular in French."""
    return f"{number(count)}{FIXED}{one if FRENCH_NUMBERS.chooses_one(count) else many}"
