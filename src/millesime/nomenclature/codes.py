"""The codes of OCS GE: cover (couverture, CS) and use (usage, US), as trees whose leaves are delivered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from millesime.errors import CodeError
from millesime.nomenclature.tables import read_table


@dataclass(frozen=True)
class Code:
    """One code of a tree of codes."""

    code: str
    """As delivered, with its prefix: 'CS2.2.1', 'US5'."""

    label_fr: str
    label_en: str

    colour: str
    """Official display colour, '#rrggbb'."""

    parent: str | None
    """Code of the parent, None at the root. US235 is itself delivered and the parent of US2, US3 and US5."""

    is_leaf: bool
    """Whether deliveries carry this code."""

    is_impermeable: bool = False
    """Whether the ground is impervious (CS1.1.1.1 and CS1.1.1.2); False for every use."""

    @property
    def rgb(self) -> tuple[int, int, int]:
        """The colour as three integers from 0 to 255."""
        return int(self.colour[1:3], 16), int(self.colour[3:5], 16), int(self.colour[5:7], 16)


@dataclass(frozen=True)
class CodeTable:
    """A tree of codes; `code in table` tells whether deliveries may carry the code."""

    name: str
    """'CS' or 'US'."""

    codes: tuple[Code, ...]
    """All codes, branches included, in the order of the specification."""

    _by_code: dict[str, Code] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", {code.code: code for code in self.codes})
        if len(self._by_code) != len(self.codes):
            raise CodeError(f"nomenclature {self.name} holds a code twice")

    @property
    def leaves(self) -> tuple[Code, ...]:
        """The delivered codes, in the order of the specification."""
        return tuple(code for code in self.codes if code.is_leaf)

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def __contains__(self, code: object) -> bool:
        known = self._by_code.get(code) if isinstance(code, str) else None
        return known is not None and known.is_leaf

    def get(self, code: str) -> Code:
        """The code, branch or leaf.

        Raises:
            CodeError: the nomenclature does not hold it.
        """
        if code not in self._by_code:
            raise CodeError(f"{code!r} is not a code of {self.name}", remedy=self._remedy())
        return self._by_code[code]

    def unknown(self, codes: Iterable[object]) -> dict[str, int]:
        """The codes that are not delivered leaves, with how often each occurs, in order of appearance."""
        return {str(code): count for code, count in Counter(codes).items() if code not in self}

    def require(self, codes: Iterable[object], *, place: str | Path | None = None) -> None:
        """Check that every code is a delivered leaf.

        Raises:
            CodeError: tells all the unknown codes together, with their counts.
        """
        unknown = self.unknown(codes)
        if unknown:
            listing = ", ".join(f"{code!r} ({count} x)" for code, count in sorted(unknown.items()))
            raise CodeError(f"unknown {self.name} codes: {listing}", place=place, remedy=self._remedy())

    def _remedy(self) -> str:
        return f"use one of {', '.join(code.code for code in self.leaves)}"


def _read(name: str) -> CodeTable:
    return CodeTable(
        name=name,
        codes=tuple(
            Code(
                code=row["code"],
                label_fr=row["label_fr"],
                label_en=row["label_en"],
                colour=row["colour"],
                parent=row["parent"] or None,
                is_leaf=row["is_delivered_leaf"] == "1",
                is_impermeable=row.get("is_impermeable") == "1",
            )
            for row in read_table(name.lower())
        ),
    )


#: Land cover (couverture): 23 codes, 14 of them delivered.
CS = _read("CS")

#: Land use (usage): 24 codes, 20 of them delivered.
US = _read("US")
