"""Kinds of layers that can be checked, recognised by their attributes first and by their name as a hint."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from millesime.artificialisation import ADDED_COLUMNS, EXEMPTIONS, FACT_COLUMNS
from millesime.sources.ocsge.kinds import kind_of, pair_of
from millesime.sources.ocsge.names import kind_named

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

#: What `millesime artif` writes beside IGN's attributes: the decision, what exemptions take, the official status.
_DECISION = frozenset({*ADDED_COLUMNS, *FACT_COLUMNS, *(item.column for item in EXEMPTIONS.values()), "artif_official"})

OCCUPATION_SOL = Kind("OCCUPATION_SOL", _OCS_GE, own=_REASONS, is_partition=True, has_minimum_units=True)
ARTIF = Kind(
    "ARTIF",
    (
        *_OCS_GE,
        Attribute("aire", "number"),
        Attribute("artif", "text", values=("artif", "non artif")),
        Attribute("crit_seuil", "boolean"),
    ),
    own=_REASONS | _DECISION,
    is_partition=True,
    has_minimum_units=True,
)
ZONE_CONSTRUITE = Kind(
    "ZONE_CONSTRUITE", (Attribute("id", "text"), Attribute("millesime", "year", required=False, nullable=True))
)
COSIA = Kind("COSIA", (Attribute("numero", "integer"), Attribute("classe", "text")), is_partition=True, has_ids=False)

_OPTIONAL = tuple(replace(attribute, required=False, nullable=True) for attribute in _OCS_GE)
PATCH = Kind("PATCH", (*_OPTIONAL, Attribute("cs_corr", "text", codes="CS"), Attribute("us_corr", "text", codes="US")))
_FIXED = {kind.name: kind for kind in (OCCUPATION_SOL, ARTIF, ZONE_CONSTRUITE, COSIA, PATCH)}

#: Attributes of the chain's own differential, which also holds the places whose status did not change.
_OWN_DIFF = frozenset({"id", "area_m2", "aire", "sliver", "border_noise", "near_threshold", "changed"})
_UNCHANGED = frozenset({"sliver", "changed"})


def detect(columns: Iterable[str], *, name: str = "") -> Kind | None:
    """The kind of a layer, None when it is none of those that are checked.

    Args:
        columns: names of its attributes as `attribute_names` gives them, geometry apart.
        name: name of the layer or of its file, a hint where attributes do not tell.
    """
    have = set(columns)
    found = kind_of(have, names=[name])
    if found is None:
        return OCCUPATION_SOL if kind_named(name) == "OCCUPATION_SOL" else None
    return _FIXED[found] if found in _FIXED else _difference_kind(have, name=found)


def _difference_kind(have: set[str], *, name: str) -> Kind:
    """DIFF and ARTIF_DIFF have the two years in the names of their attributes."""
    covers, uses = pair_of("cs", have), pair_of("us", have)
    assert covers is not None
    assert uses is not None
    codes = (
        *(Attribute(code, "text", codes="CS") for code in covers),
        *(Attribute(code, "text", codes="US") for code in uses),
    )
    own = _OWN_DIFF | {column for column in have if re.fullmatch(r"id_\d{4}", column)}
    if name == "DIFF":
        return Kind("DIFF", codes, own=own, has_ids="id" in have)
    status = pair_of("artif", have) or tuple(cover.replace("cs", "artif") for cover in covers)
    flux = Attribute("artificialisation", "integer", values=(-1, 0, 1) if have & _UNCHANGED else (-1, 1))
    statuses = tuple(Attribute(column, "text", values=("artif", "non artif")) for column in status)
    return Kind("ARTIF_DIFF", (*codes, *statuses, flux), own=own, has_ids="id" in have)
