"""Numbers inside sentences, in the format of their language."""

from __future__ import annotations

from typing import Literal

Language = Literal["fr", "en"]

_THIN, _FIXED, _MINUS = "\u202f", "\u00a0", "\u2212"


def hectares(value_ha: float, language: Language = "fr", *, signed: bool = False) -> str:
    """An area in hectares, to the hundredth below a thousand: '1,25 ha', '12 345 ha'; '1.25 ha' in English."""
    decimals = 2 if abs(value_ha) < 1_000 else 0
    return f"{_number(value_ha, decimals, language, signed=signed)}{_FIXED}ha"


def square_metres(value_m2: float, language: Language = "fr") -> str:
    """An area in whole square metres."""
    return f"{_number(value_m2, 0, language)}{_FIXED}m²"


def percent(share: float, language: Language = "fr") -> str:
    """A share between 0 and 1 as whole percents; a tenth below one percent."""
    value = 100 * share
    decimals = 1 if 0 < abs(value) < 1 else 0
    return f"{_number(value, decimals, language)}{_THIN if language == 'fr' else ''}%"


def metres(value_m: float, language: Language = "fr") -> str:
    """A length in metres, to the tenth."""
    return f"{_number(value_m, 1, language)}{_FIXED}m"


def _number(value: float, decimals: int, language: Language, *, signed: bool = False) -> str:
    rounded = round(value, decimals)
    text = f"{abs(rounded):,.{decimals}f}"
    if language == "fr":
        text = text.replace(",", _THIN).replace(".", ",")
    if rounded == 0:
        return text
    return f"{_MINUS if rounded < 0 else '+' if signed else ''}{text}"
