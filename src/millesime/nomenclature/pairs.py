"""Tables that hold one cell for each delivered pair of cover and use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Generic, Protocol, TypeVar

from millesime.errors import CodeError
from millesime.nomenclature.codes import CS, US


class Pair(Protocol):
    """A pair of codes."""

    @property
    def cs(self) -> str:
        """Cover."""

    @property
    def us(self) -> str:
        """Use."""


Cell = TypeVar("Cell", bound=Pair)


@dataclass(frozen=True)
class PairTable(Generic[Cell]):
    """The 14 x 20 pairs, each once. It checks itself when made."""

    title: ClassVar[str]
    """What errors call it."""

    cells: tuple[Cell, ...]
    _by_pair: dict[tuple[str, str], Cell] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_pair", {(cell.cs, cell.us): cell for cell in self.cells})
        expected = {(cs.code, us.code) for cs in CS.leaves for us in US.leaves}
        if set(self._by_pair) != expected or len(self.cells) != len(expected):
            raise CodeError(f"{self.title} does not hold each delivered pair once")

    def cell(self, cs: str, us: str) -> Cell:
        """The cell of a pair.

        Raises:
            CodeError: a code is not delivered.
        """
        if (cs, us) not in self._by_pair:
            CS.require([cs])
            US.require([us])
        return self._by_pair[(cs, us)]
