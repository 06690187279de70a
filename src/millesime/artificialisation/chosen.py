"""Which status a vintage has: the one that came with the file, or the one decided here. One rule for all commands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from millesime.artificialisation.parameters import Parameters
from millesime.artificialisation.product import Artificialisation
from millesime.artificialisation.reading import Occupation
from millesime.artificialisation.territories import artificialise_together, delivered_together
from millesime.errors import ConfigError
from millesime.sources.ocsge import KindName

StatusFrom = Literal["delivered", "computed"]

#: Words of `StatusFrom`.
ORIGINS: tuple[StatusFrom, ...] = ("delivered", "computed")


@dataclass(frozen=True)
class StatusChoice:
    """What was asked of the status."""

    parameters: Parameters = field(default_factory=Parameters)

    given: tuple[str, ...] = ()
    """Names of the parameters that were asked for, whatever their value."""

    origin: StatusFrom | None = None
    """None: computed from OCCUPATION_SOL, delivered where a file has ARTIF alone."""

    @property
    def kinds(self) -> tuple[KindName, ...]:
        """Layers to read, the first of them that a file has."""
        return ("ARTIF",) if self.origin == "delivered" else ("OCCUPATION_SOL", "ARTIF")

    def takes_delivered(self, kind: KindName) -> bool:
        """Whether the status of a layer of this kind is taken as it is."""
        return kind == "ARTIF" and self.origin != "computed"

    def require_effect(self, *, all_delivered: bool, place: str) -> None:
        """Refuse parameters that change nothing because every status came with its file.

        Raises:
            ConfigError: names them.
        """
        if all_delivered and self.given:
            raise ConfigError(
                f"the status that came with the file is taken; {', '.join(self.given)} would not change it",
                place=place,
                remedy="decide it here with --status computed, or leave the options out",
            )


@dataclass(frozen=True)
class ChosenStatus:
    """A status and where it comes from."""

    result: Artificialisation
    origin: StatusFrom

    other_flags: int = 0
    """Of a delivered status: polygons whose `crit_seuil` contradicts status and matrix."""

    @property
    def is_delivered(self) -> bool:
        """Whether it came with the file."""
        return self.origin == "delivered"


def origin_of(word: str | None) -> StatusFrom | None:
    """The origin that a word names.

    Raises:
        ConfigError: it names none.
    """
    if word is None:
        return None
    found = next((origin for origin in ORIGINS if origin == word), None)
    if found is None:
        raise ConfigError(f"--status {word} is not known", remedy=f"use {' or '.join(ORIGINS)}")
    return found


def chosen_status(
    occupations: Sequence[Occupation], choice: StatusChoice | None = None, *, context: Sequence[Occupation] = ()
) -> ChosenStatus:
    """Status of départements that were delivered together.

    Args:
        occupations: of layers of one kind, OCCUPATION_SOL or ARTIF, in one CRS.
        choice: what was asked; the default rule and parameters when nothing was.
        context: neighbours that take part in a decision and are not wanted in the answer.

    Raises:
        CrsError: they are in several CRS.
        GeometryError: two of them hold the same ground, or one overlaps with itself.
        ConfigError: neighbours in mode `sparte-2024`.
    """
    choice = choice or StatusChoice()
    if choice.takes_delivered(occupations[0].layer.kind):
        found = delivered_together(occupations)
        return ChosenStatus(found.result, "delivered", found.other_flags)
    result = artificialise_together(occupations, parameters=choice.parameters, context=context)
    return ChosenStatus(result, "computed")
