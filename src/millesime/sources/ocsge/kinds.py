"""The kinds of layers that are delivered, and the names that their attributes go by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from millesime.errors import SchemaError
from millesime.sources.ocsge.names import KindName, kind_named

STATES: frozenset[KindName] = frozenset({"OCCUPATION_SOL", "ZONE_CONSTRUITE", "ARTIF", "PATCH", "COSIA"})
DIFFERENCES: frozenset[KindName] = frozenset({"DIFF", "ARTIF_DIFF"})
PARTITIONS: frozenset[KindName] = frozenset({"OCCUPATION_SOL", "ARTIF", "COSIA"})

_STATE = ("id", "code_cs", "code_us", "millesime", "source", "ossature", "id_origine", "code_or")

#: What no reading of a state goes without; a layer without ids has the numbers of its rows.
CODES_AND_ID = ("id", "code_cs", "code_us")

#: Codes of a difference, whatever its years.
CHANGE_COLUMNS = ("cs_before", "cs_after", "us_before", "us_after")

#: Columns of each kind once read, in their order; `row`, `part` and `geometry` follow.
COLUMNS: Mapping[KindName, tuple[str, ...]] = MappingProxyType(
    {
        "OCCUPATION_SOL": _STATE,
        "ZONE_CONSTRUITE": ("id", "millesime"),
        "DIFF": ("id", *CHANGE_COLUMNS),
        "ARTIF": (*_STATE, "aire", "artif", "crit_seuil"),
        "ARTIF_DIFF": ("id", *CHANGE_COLUMNS, "artif_before", "artif_after", "artificialisation"),
        "PATCH": ("id", "code_cs", "code_us", "millesime", "cs_corr", "us_corr"),
        "COSIA": ("numero", "classe"),
    }
)

#: A layer without these is refused.
REQUIRED: Mapping[KindName, tuple[str, ...]] = MappingProxyType(
    {
        "OCCUPATION_SOL": ("code_cs", "code_us"),
        "ZONE_CONSTRUITE": (),
        "DIFF": CHANGE_COLUMNS,
        "ARTIF": ("code_cs", "code_us", "artif"),
        "ARTIF_DIFF": (*CHANGE_COLUMNS, "artificialisation"),
        "PATCH": ("cs_corr", "us_corr"),
        "COSIA": ("classe",),
    }
)

#: Other names of an attribute. The last one is what a Shapefile leaves of seventeen letters.
_ALIASES = {"couverture": "code_cs", "usage": "code_us", "artificial": "artificialisation"}

#: Row numbers that drivers add.
_NUMBERS = frozenset({"fid", "ogc_fid", "objectid"})

_SIDES = {"before": ("avant", "1"), "after": ("apres", "2")}
_DATED = re.compile(r"(cs|us|artif)_(\d{4})")


@dataclass(frozen=True)
class Recognised:
    """A layer whose kind is known."""

    kind: KindName
    columns: Mapping[str, str]
    """Name in `COLUMNS` -> column as found."""
    unused: tuple[str, ...]
    """Columns that no kind has."""
    years: tuple[int, ...]
    """Both vintages of a difference, when its attributes bear them."""
    told: tuple[str, ...]
    """Where the name of the layer and its attributes disagree."""


def attribute_names(columns: Iterable[str], *, place: str) -> dict[str, str]:
    """The specification's name of each column: lower case, variants brought back to one name, years kept.

    Raises:
        SchemaError: two columns are the same attribute.
    """
    lower = {column: column.lower().replace("après", "apres") for column in columns}
    have = set(lower.values())
    names = {c: _ALIASES[n] if n in _ALIASES and _ALIASES[n] not in have else n for c, n in lower.items()}
    columns_of: dict[str, list[str]] = {}
    for column, name in names.items():
        columns_of.setdefault(name, []).append(column)
    twice = [", ".join(found) for found in columns_of.values() if len(found) > 1]
    if twice:
        raise SchemaError(
            f"attributes differ by case only: {'; '.join(twice)}", place=place, remedy="rename or remove one of them"
        )
    return names


def kind_of(attributes: Iterable[str], *, names: Sequence[str] = ()) -> KindName | None:
    """The kind of a layer by its attributes, by the names where attributes cannot tell.

    Args:
        attributes: as `attribute_names` gives them.
        names: of the layer and of its file, innermost first.
    """
    have = set(attributes) - _NUMBERS
    named = next((kind for kind in map(kind_named, names) if kind), None)
    if pair_of("cs", have) and pair_of("us", have):
        return "ARTIF_DIFF" if pair_of("artif", have) or "artificialisation" in have else "DIFF"
    if {"cs_corr", "us_corr"} & have:
        return "PATCH"
    if {"code_cs", "code_us"} & have:
        return "ARTIF" if "artif" in have else "OCCUPATION_SOL"
    if {"numero", "classe"} <= have or (named == "COSIA" and {"numero", "classe"} & have):
        return "COSIA"
    if have == {"id", "millesime"} or named == "ZONE_CONSTRUITE":
        return "ZONE_CONSTRUITE"
    return None


def recognise(
    columns: Sequence[str], *, names: Sequence[str], place: str, kind: KindName | None = None
) -> Recognised | None:
    """What a layer is; None when neither its attributes nor its own name are those of a delivery.

    Args:
        columns: attributes as found, geometry apart.
        names: of the layer, its file and its folders, innermost first; the first two are the layer's own.
        place: for messages.
        kind: what the user says it is.

    Raises:
        SchemaError: attributes are missing for the kind given, named or found; two columns are the same attribute.
    """
    known = attribute_names(columns, place=place)
    own = tuple(names[:2])
    named = next((found for found in map(kind_named, names) if found), None)
    found = kind or kind_of(known.values(), names=own)
    if found is None:
        claimed = next((claim for claim in map(kind_named, own) if claim), None)
        if claimed is None:
            return None
        found = claimed  # named like a delivered layer: what it lacks is told below
    wanted = {name: column for column, name in _under_final_names(known, found).items()}
    missing = [name for name in REQUIRED[found] if name not in wanted]
    if missing:
        raise SchemaError(
            f"{found} lacks {', '.join(missing)}; attributes found: {', '.join(columns) or 'none'}",
            place=place,
            remedy="names are recognised in any case, code_cs or couverture, cs_2019 or cs_avant ...",
        )
    kept = {name: wanted[name] for name in COLUMNS[found] if name in wanted}
    unused = tuple(c for c in columns if c not in kept.values() and known[c] not in _NUMBERS)
    disagree = named is not None and named != found
    told = (f"its name is that of {named}, its attributes are those of {found}: read as {found}",) if disagree else ()
    return Recognised(found, MappingProxyType(kept), unused, _years(known.values(), found), told)


def _under_final_names(known: Mapping[str, str], kind: KindName) -> dict[str, str]:
    """Columns -> names of `COLUMNS`: years and avant / apres become before / after."""
    if kind not in DIFFERENCES:
        return dict(known)
    final = dict(known)
    for prefix in ("cs", "us", "artif"):
        pair = pair_of(prefix, set(known.values()))
        if pair is not None:
            sides = {pair[0]: f"{prefix}_before", pair[1]: f"{prefix}_after"}
            final = {column: sides.get(name, name) for column, name in final.items()}
    return final


def pair_of(prefix: str, have: set[str]) -> tuple[str, str] | None:
    """The attributes of the older and of the newer vintage: cs_2019 and cs_2022, cs_avant and cs_apres ...

    Args:
        prefix: 'cs', 'us' or 'artif'.
        have: as `attribute_names` gives them.
    """
    dated = sorted(name for name in have if (m := _DATED.fullmatch(name)) and m.group(1) == prefix)
    if len(dated) == 2:
        return dated[0], dated[1]
    for old, new in zip(("before", *_SIDES["before"]), ("after", *_SIDES["after"]), strict=True):
        if {f"{prefix}_{old}", f"{prefix}_{new}"} <= have:
            return f"{prefix}_{old}", f"{prefix}_{new}"
    return None


def _years(attributes: Iterable[str], kind: KindName) -> tuple[int, ...]:
    if kind not in DIFFERENCES:
        return ()
    have = set(attributes)
    return tuple(int(name[-4:]) for name in pair_of("cs", have) or () if _DATED.fullmatch(name))
