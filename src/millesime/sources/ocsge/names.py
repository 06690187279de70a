"""What the names of a delivery tell: kind, département, vintage, CRS and edition. A hint; attributes come first."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from millesime.io.crs import DELIVERY_CRS

KindName = Literal["OCCUPATION_SOL", "ZONE_CONSTRUITE", "DIFF", "ARTIF", "ARTIF_DIFF", "PATCH", "COSIA"]

#: Départements that each CRS of the deliveries serves; metropolitan France has the rest.
CRS_TERRITORIES = {
    "EPSG:5490": ("971", "972"),
    "EPSG:2972": ("973",),
    "EPSG:2975": ("974",),
    "EPSG:4471": ("976",),
}
METROPOLITAN_CRS = "EPSG:2154"

_TOKENS = {token: f"EPSG:{code}" for code, token in DELIVERY_CRS.items()}

_OVERSEAS = frozenset(code for codes in CRS_TERRITORIES.values() for code in codes)

# The number of a delivery holds a year that is no vintage: 1_DONNEES_LIVRAISON_2025-05-00080.
_DELIVERY_NUMBER = re.compile(r"livraison[_-][\d-]+", re.IGNORECASE)
_EDITION = re.compile(r"ocs-?ge(?:-artificialisation)?_(\d+)-(\d+)(?!\d)", re.IGNORECASE)
_TERRITORY = re.compile(r"(?<![a-z0-9])d(\d{2,3}|0?2[ab])(?![a-z0-9])", re.IGNORECASE)
_ARTIF_LAYER = re.compile(r"(?<![a-z])artif_(\d{4})_(\d{2,3}|0?2[ab])(?![a-z0-9])", re.IGNORECASE)
_YEARS = re.compile(r"(?<!\d)((?:19|20)\d{2})[-_]((?:19|20)\d{2})(?![\d-])")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})-\d{2}-\d{2}(?!\d)")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)")
_COSIA_TILE = re.compile(r"d(\d{3}|02[ab])_(\d{4})_\d+_\d+_vecto", re.IGNORECASE)


@dataclass(frozen=True)
class DeliveryName:
    """What a path says of a layer; None or () where it says nothing."""

    kind: KindName | None = None
    territory: str | None = None
    """Code of the département: '09', '2A', '32', '974'."""
    years: tuple[int, ...] = ()
    """The vintage of a state, both vintages of a difference."""
    crs: str | None = None
    edition: tuple[int, int] | None = None
    """(2, 0) for OCS-GE_2-0."""
    told: tuple[str, ...] = ()
    """Where the parts of the path contradict each other; the innermost is kept."""


def read_name(parts: Sequence[str]) -> DeliveryName:
    """Read the names of a path, the innermost first: layer, file, folders, archive.

    >>> read_name(["OCS-GE_2-0__GPKG_LAMB93_D032_2022-01-01.7z"]).territory
    '32'
    """
    plain = [_DELIVERY_NUMBER.sub("", part) for part in parts]
    kinds = [kind for kind in map(kind_named, plain) if kind]
    territories = [code for code in map(_territory, plain) if code]
    systems = [code for code in map(_crs, plain) if code]
    editions = [edition for edition in map(_edition, plain) if edition]
    kind = kinds[0] if kinds else None
    years = [found for found in (_years(part, difference=_is_difference(kind)) for part in plain) if found]
    told = [
        f"the names say both {what} {found[0]} and {other}; {found[0]}, the innermost, is kept"
        for what, found in (("département", territories), ("CRS", systems))
        for other in sorted({item for item in found if item != found[0]})
    ]
    return DeliveryName(
        kind=kind,
        territory=territories[0] if territories else None,
        years=years[0] if years else (),
        crs=systems[0] if systems else None,
        edition=editions[0] if editions else None,
        told=tuple(told),
    )


def kind_named(name: str) -> KindName | None:
    """The kind that one name tells of: the first of these words that it holds."""
    text = name.lower()
    difference = "diff" in text or "diif" in text  # the typo is in published names
    if "zan_evol" in text or (difference and "artif" in text):
        return "ARTIF_DIFF"
    if difference:
        return "DIFF"
    if "patch" in text:
        return "PATCH"
    if "occupation" in text:
        return "OCCUPATION_SOL"
    if "construite" in text or "built_zone" in text:
        return "ZONE_CONSTRUITE"
    if "artif" in text:
        return "ARTIF"
    return "COSIA" if "cosia" in text or _COSIA_TILE.search(text) else None


def territory_code(text: str) -> str | None:
    """The code of a département from two or three characters ('032', '09', '02a'); None when there is none such."""
    code = text.upper()
    if len(code) == 3 and code.startswith("0"):
        code = code[1:]
    if len(code) == 3:
        return code if code in _OVERSEAS else None
    return code if code in {"2A", "2B"} or (code.isdigit() and 1 <= int(code) <= 95 and code != "20") else None


def _is_difference(kind: KindName | None) -> bool:
    return kind in {"DIFF", "ARTIF_DIFF"}


def _territory(part: str) -> str | None:
    found = [match.group(1) for match in _TERRITORY.finditer(part.replace("_", " "))]
    found += [match.group(2) for match in _ARTIF_LAYER.finditer(part)]
    return next((code for code in map(territory_code, found) if code), None)


def _years(part: str, *, difference: bool) -> tuple[int, ...]:
    pair = _YEARS.search(part)
    if difference:
        # Any other date is the day of publication: DIFF-2019-2022_GPKG_LAMB93_D032_2026-02-26.
        return tuple(sorted((int(pair.group(1)), int(pair.group(2))))) if pair else ()
    tile = _COSIA_TILE.search(part)
    found = tile.group(2) if tile else next((m.group(1) for p in (_DATE, _YEAR) if (m := p.search(part))), None)
    return (int(found),) if found else ()


def _crs(part: str) -> str | None:
    return next((code for token, code in _TOKENS.items() if token in part.upper()), None)


def _edition(part: str) -> tuple[int, int] | None:
    found = _EDITION.search(part)
    return (int(found.group(1)), int(found.group(2))) if found else None
