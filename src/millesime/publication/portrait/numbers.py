"""Numbers as French readers expect them: decimal comma, thin spaces, a true minus sign."""

from __future__ import annotations

#: Narrow no-break space, between groups of three digits and before '%'.
THIN = "\u202f"

#: No-break space, between a number and its unit.
FIXED = "\u00a0"

_MINUS = "\u2212"


def number(value: float, *, decimals: int = 0, signed: bool = False) -> str:
    """A number in French format: 12 345,6; with `signed`, '+' before what is positive."""
    rounded = round(value, decimals)
    text = f"{abs(rounded):,.{decimals}f}".replace(",", THIN).replace(".", ",")
    if rounded == 0:
        return text
    return f"{_MINUS if rounded < 0 else '+' if signed else ''}{text}"


def hectares(value_ha: float, *, signed: bool = False) -> str:
    """An area in hectares, to the hundredth as far as that is worth reading: 12,34 ha, 72 000 ha."""
    decimals = 2 if abs(value_ha) < 1_000 else 0
    return f"{number(value_ha, decimals=decimals, signed=signed)}{FIXED}ha"


def bare_hectares(value_ha: float, *, signed: bool = False) -> str:
    """The same without its unit, for a table that says it once."""
    return hectares(value_ha, signed=signed).removesuffix(f"{FIXED}ha")


def percent(value: float, *, decimals: int = 1, signed: bool = False) -> str:
    """A percentage: 12,3 %. A small value that is not nil keeps a digit that shows it."""
    shown = 2 if 0 < abs(value) < 1 and decimals < 2 else decimals
    return f"{number(value, decimals=shown, signed=signed)}{THIN}%"


def plural(count: int, one: str, many: str) -> str:
    """A count with its noun: '1 commune', '2 communes'; nought is singular in French."""
    return f"{number(count)}{FIXED}{one if count < 2 else many}"
