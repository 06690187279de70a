"""Kinds of layers that can be checked, recognised by their attributes first and by their name as a hint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Type = Literal["text", "integer", "number", "boolean", "year"]


@dataclass(frozen=True)
class Attribute:
    """One attribute of a kind of layer."""

    name: str
    type: Type
    required: bool = True
    nullable: bool = False
    codes: Literal["", "CS", "US"] = ""
    """Nomenclature of its values."""

    values: tuple[object, ...] = ()
    """The values allowed, when they are few."""


@dataclass(frozen=True)
class Kind:
    """One kind of layer."""

    name: str
    attributes: tuple[Attribute, ...]
    own: frozenset[str] = frozenset()
    """Attributes that millesime adds to its own products: known, not asked for."""

    is_partition: bool = False
    """Whether its polygons cover the ground once, without gap."""

    has_minimum_units: bool = False
    has_ids: bool = True


_OCS_GE = (
    Attribute("id", "text"),
    Attribute("code_cs", "text", codes="CS"),
    Attribute("code_us", "text", codes="US"),
    Attribute("millesime", "year"),
    Attribute("source", "text", nullable=True),
    Attribute("ossature", "integer", values=(0, 1)),
    Attribute("id_origine", "text", nullable=True),
    Attribute("code_or", "text", nullable=True),
)
_REASONS = frozenset({"cs_rule", "us_rule"})

OCCUPATION_SOL = Kind("OCCUPATION_SOL", _OCS_GE, own=_REASONS, is_partition=True, has_minimum_units=True)
ARTIF = Kind(
    "ARTIF",
    (
        *_OCS_GE,
        Attribute("aire", "number"),
        Attribute("artif", "text", values=("artif", "non artif")),
        Attribute("crit_seuil", "boolean"),
    ),
    own=_REASONS | {"matrix_status", "status_step"},
    is_partition=True,
    has_minimum_units=True,
)
ZONE_CONSTRUITE = Kind(
    "ZONE_CONSTRUITE", (Attribute("id", "text"), Attribute("millesime", "year", required=False, nullable=True))
)
COSIA = Kind("COSIA", (Attribute("numero", "integer"), Attribute("classe", "text")), is_partition=True, has_ids=False)

#: Names that some deliveries give to an attribute.
_ALIASES: Mapping[str, str] = {"couverture": "code_cs", "usage": "code_us"}
_DIFF_ALIASES: Mapping[str, str] = {
    "cs_avant": "cs_1",
    "cs_apres": "cs_2",
    "us_avant": "us_1",
    "us_apres": "us_2",
}
_OWN_DIFF = frozenset({"id", "area_m2", "aire", "sliver", "changed"})


def canonical_names(columns: Iterable[str]) -> dict[str, str]:
    """The specification's name of each column: lower case, variants brought back to one name."""
    names = {column: column.lower() for column in columns}
    have = set(names.values())
    return {
        column: _ALIASES[name] if name in _ALIASES and _ALIASES[name] not in have else name
        for column, name in names.items()
    }


def detect(columns: Iterable[str], *, name: str = "") -> Kind | None:
    """The kind of a layer, None when it is none of those that are checked.

    Args:
        columns: canonical names of its attributes, geometry apart.
        name: name of the layer or of its file, a hint where attributes do not tell.
    """
    have = set(columns)
    if {"numero", "classe"} & have and not {"code_cs", "code_us"} & have:
        return COSIA if {"numero", "classe"} <= have or "cosia" in name.lower() else None
    difference = _difference_kind(have)
    if difference is not None:
        return difference
    if {"artif", "crit_seuil"} <= have and {"code_cs", "code_us"} & have:
        return ARTIF
    if {"code_cs", "code_us"} & have or "occupation" in name.lower():
        return OCCUPATION_SOL
    return ZONE_CONSTRUITE if _is_built_zone(have, name.lower()) else None


def _is_built_zone(have: set[str], name: str) -> bool:
    return "construite" in name or "built_zone" in name or have == {"id", "millesime"}


def _difference_kind(have: set[str]) -> Kind | None:
    """DIFF and ARTIF_DIFF have the two years in the names of their attributes."""
    covers, uses = _pair_of("cs", have), _pair_of("us", have)
    if covers is None or uses is None:
        return None
    codes = (
        *(Attribute(name, "text", codes="CS") for name in covers),
        *(Attribute(name, "text", codes="US") for name in uses),
    )
    status = _pair_of("artif", have)
    own = _OWN_DIFF | {name for name in have if re.fullmatch(r"id_\d{4}", name)}
    if status is None:
        return Kind("DIFF", codes, own=own, has_ids="id" in have)
    flux = Attribute("artificialisation", "integer", values=(-1, 0, 1))
    statuses = tuple(Attribute(name, "text", values=("artif", "non artif")) for name in status)
    return Kind("ARTIF_DIFF", (*codes, *statuses, flux), own=own, has_ids="id" in have)


def _pair_of(prefix: str, have: set[str]) -> tuple[str, str] | None:
    years = sorted(name for name in have if re.fullmatch(rf"{prefix}_\d{{4}}", name))
    if len(years) == 2:
        return years[0], years[1]
    named = [name for name in _DIFF_ALIASES if name.startswith(f"{prefix}_") and name in have]
    return (named[0], named[1]) if len(named) == 2 else None
