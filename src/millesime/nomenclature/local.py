"""A local nomenclature (mode d'occupation du sol, MOS) beside OCS GE: a crosswalk in both directions.

A region's or an agency's MOS has one code per polygon where OCS GE has a cover and a use. The crosswalk is a table of
rows (local code, CS, US) that its owner writes:

- several rows of one code: the one marked as preferred is what the code becomes in OCS GE;
- `*` for the cover or the use: all those that no more exact row names; such a row only leads from OCS GE to the code;
- `direction` 'in' (to OCS GE), 'out' (from it) or 'both', which is meant where nothing is said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from millesime.errors import CodeError, raise_together
from millesime.nomenclature.codes import CS, US, CodeTable

ANY = "*"

#: Column wanted -> other names that it may have in the table.
CROSSWALK_COLUMNS: Mapping[str, Sequence[str]] = {
    "code": ("code_local", "code_mos", "mos", "local"),
    "cs": ("code_cs", "couverture"),
    "us": ("code_us", "usage"),
    "label": ("libelle", "libellé", "nom", "name"),
    "direction": ("sens",),
    "preferred": ("prefere", "préféré", "preference"),
}

_DIRECTIONS = {"": "both", "both": "both", "in": "in", "out": "out", "entree": "in", "entrée": "in", "sortie": "out"}
_YES, _NO = {"1", "x", "oui", "yes", "true", "vrai"}, {"", "0", "non", "no", "false", "faux"}

Pair = tuple[str, str]


@dataclass(frozen=True)
class CrosswalkRow:
    """One line of a crosswalk."""

    code: str
    cs: str
    us: str
    label: str = ""
    direction: str = "both"
    preferred: bool = False

    @property
    def leads_in(self) -> bool:
        """Whether it gives the cover and the use of its code."""
        return self.direction in ("both", "in") and ANY not in (self.cs, self.us)

    @property
    def leads_out(self) -> bool:
        """Whether it gives the code of its cover and use."""
        return self.direction in ("both", "out")

    @property
    def exactness(self) -> int:
        """How many of its two codes it names."""
        return (self.cs != ANY) + (self.us != ANY)

    def matches(self, pair: Pair) -> bool:
        """Whether it is of a pair of cover and use."""
        return self.cs in (ANY, pair[0]) and self.us in (ANY, pair[1])


@dataclass(frozen=True)
class LocalNomenclature:
    """A local nomenclature with its crosswalk; made by `local_nomenclature`, which checks it."""

    rows: tuple[CrosswalkRow, ...]
    _to_pair: Mapping[str, Pair] = field(init=False, repr=False, compare=False)
    _to_code: Mapping[Pair, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        pairs = {code: (row.cs, row.us) for code, row in _preferred(self.rows)}
        codes = {pair: found[0] for pair, found in _codes_of_pairs(self.rows) if len(found) == 1}
        object.__setattr__(self, "_to_pair", pairs)
        object.__setattr__(self, "_to_code", codes)

    @property
    def codes(self) -> tuple[str, ...]:
        """The local codes, in the order of the table."""
        return tuple(dict.fromkeys(row.code for row in self.rows))

    def label(self, code: str) -> str:
        """What a local code is called; '' where the table does not tell."""
        return next((row.label for row in self.rows if row.code == code and row.label), "")

    def pair(self, code: str) -> Pair | None:
        """Cover and use of a local code; None where the table does not lead from it."""
        return self._to_pair.get(code)

    def code(self, cs: str, us: str, *, original: str = "") -> str | None:
        """Local code of a cover and a use; None where there is none.

        Args:
            cs: cover.
            us: use.
            original: local code that the polygon once had. It is kept where the table says that it can be this pair,
                because several local codes may be one pair.
        """
        if original and any(row.code == original and row.matches((cs, us)) for row in self.rows):
            return original
        return self._to_code.get((cs, us))

    @property
    def codes_without_pair(self) -> tuple[str, ...]:
        """Local codes that do not lead to OCS GE."""
        return tuple(code for code in self.codes if code not in self._to_pair)

    @property
    def pairs_without_code(self) -> tuple[Pair, ...]:
        """Pairs of cover and use, of the 280, that do not lead to a local code."""
        return tuple(pair for pair in _pairs() if pair not in self._to_code)


def local_nomenclature(rows: Iterable[Mapping[str, str]], *, place: str | Path | None = None) -> LocalNomenclature:
    """Read and check a crosswalk.

    Args:
        rows: `code`, `cs`, `us`, and where the table has them `label`, `direction`, `preferred`. Codes of OCS GE may
            come without their prefix.
        place: name of the table, for errors.

    Raises:
        CodeError: no row; fields that are missing; codes that OCS GE does not deliver; a local code with several
            pairs and no preferred one, or several; a pair that leads to several local codes; one code with two labels.
            All told together.
    """
    faults: list[str] = []
    read = [row for line, entry in enumerate(rows, start=2) if (row := _row(entry, line, faults)) is not None]
    if not read and not faults:
        faults.append("the table has no row")
    faults += [*_ambiguous_in(read), *_ambiguous_out(read), *_labels(read)]
    raise_together(faults, kind=CodeError, place=place, remedy="correct the crosswalk; one row is code, cs, us")
    return LocalNomenclature(tuple(read))


def _row(entry: Mapping[str, str], line: int, faults: list[str]) -> CrosswalkRow | None:
    values = {name: str(entry.get(name) or "").strip() for name in CROSSWALK_COLUMNS}
    own = [f"{name} is missing" for name in ("code", "cs", "us") if not values[name]]
    cs, us = _with_prefix(values["cs"], "CS"), _with_prefix(values["us"], "US")
    own += [*_unknown(cs, CS), *_unknown(us, US)]
    direction, preferred = _DIRECTIONS.get(values["direction"].lower()), values["preferred"].lower()
    if direction is None:
        own.append(f"direction {values['direction']!r} is none of in, out, both")
    if preferred not in _YES | _NO:
        own.append(f"preferred {values['preferred']!r} is neither 1 nor 0")
    if direction == "in" and ANY in (cs, us):
        own.append(f"{ANY} cannot lead to OCS GE")
    if own:
        faults.append(f"line {line}: {', '.join(own)}")
        return None
    return CrosswalkRow(values["code"], cs, us, values["label"], direction or "both", preferred in _YES)


def _with_prefix(text: str, prefix: str) -> str:
    if text in ("", ANY):
        return text
    bare = text.upper().removeprefix(prefix).strip()
    return f"{prefix}{bare}"


def _unknown(code: str, table: CodeTable) -> Iterator[str]:
    if code not in ("", ANY) and code not in table:
        yield f"{code} is not a delivered code of {table.name}"


def _by_code(rows: Iterable[CrosswalkRow]) -> dict[str, list[CrosswalkRow]]:
    found: dict[str, list[CrosswalkRow]] = defaultdict(list)
    for row in rows:
        if row.leads_in:
            found[row.code].append(row)
    return found


def _preferred(rows: Iterable[CrosswalkRow]) -> Iterator[tuple[str, CrosswalkRow]]:
    """The row that tells what each code becomes; an ambiguous one is a fault told before."""
    for code, own in _by_code(rows).items():
        yield code, next((row for row in own if row.preferred), own[0])


def _ambiguous_in(rows: Sequence[CrosswalkRow]) -> Iterator[str]:
    for code, own in _by_code(rows).items():
        distinct = {(row.cs, row.us) for row in own}
        marked = {(row.cs, row.us) for row in own if row.preferred}
        if len(distinct) > 1 and len(marked) != 1:
            pairs = ", ".join(f"{cs} x {us}" for cs, us in sorted(distinct))
            how = "none is preferred" if not marked else f"{len(marked)} are preferred"
            yield f"code {code} can be {pairs}, and {how}"


def _pairs() -> Iterator[Pair]:
    for cs in CS.leaves:
        for us in US.leaves:
            yield cs.code, us.code


def _codes_of_pairs(rows: Sequence[CrosswalkRow]) -> Iterator[tuple[Pair, tuple[str, ...]]]:
    """Each pair with the codes that its most exact rows lead to."""
    out = [row for row in rows if row.leads_out]
    for pair in _pairs():
        own = [row for row in out if row.matches(pair)]
        best = max((row.exactness for row in own), default=0)
        yield pair, tuple(dict.fromkeys(row.code for row in own if row.exactness == best))


def _ambiguous_out(rows: Sequence[CrosswalkRow]) -> Iterator[str]:
    together: dict[tuple[str, ...], list[Pair]] = defaultdict(list)
    for pair, codes in _codes_of_pairs(rows):
        if len(codes) > 1:
            together[codes].append(pair)
    for codes, pairs in together.items():
        more = f" and {len(pairs) - 1} other pairs" if len(pairs) > 1 else ""
        yield (
            f"{pairs[0][0]} x {pairs[0][1]}{more} can be code {' or '.join(codes)}: give all but one the direction 'in'"
        )


def _labels(rows: Sequence[CrosswalkRow]) -> Iterator[str]:
    known: dict[str, str] = {}
    for row in rows:
        if row.label and known.setdefault(row.code, row.label) != row.label:
            yield f"code {row.code} has two labels: {known[row.code]!r} and {row.label!r}"
