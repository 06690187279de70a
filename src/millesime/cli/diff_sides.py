"""The two vintages of `millesime diff` as they are read, each with its status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millesime.cli.status_options import StatusOptions, read_occupations

if TYPE_CHECKING:
    import geopandas

    from millesime.artificialisation import Artificialisation, Occupation, Parameters
    from millesime.sources.ocsge import Generation


@dataclass(frozen=True)
class Side:
    """One vintage as read, with its status."""

    path: Path
    occupations: tuple[Occupation, ...]
    not_read: tuple[str, ...]
    around: tuple[Occupation, ...]
    result: Artificialisation
    status: str
    """Where the status comes from, in words."""

    @property
    def names(self) -> str:
        """Of its layers, for messages."""
        return ", ".join(item.layer.name for item in self.occupations)

    @property
    def year(self) -> int | None:
        """The vintage of all its départements; None when it is not known or they differ."""
        found = {item.layer.year for item in self.occupations}
        return found.pop() if len(found) == 1 else None

    @property
    def generation(self) -> Generation:
        """That of all its départements; 'unknown' when they differ."""
        found: set[Generation] = {item.layer.generations[0] for item in self.occupations}
        return found.pop() if len(found) == 1 else "unknown"

    @property
    def is_delivered(self) -> bool:
        """Whether the status came with the file."""
        return self.status.startswith("delivered")

    def told(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "file": str(self.path),
            "year": self.year,
            "generation": self.generation,
            "status": self.status,
            "layers": [item.as_dict() for item in self.occupations],
            "context": [item.as_dict() for item in self.around],
            "not_read": list(self.not_read),
        }


def read_side(
    path: Path,
    context: Sequence[Path],
    rules: Parameters,
    *,
    status_from: str | None,
    limit: geopandas.GeoDataFrame | None,
    crs: str | None,
) -> Side:
    """One vintage with its status: the one that came with it, or the one decided here.

    Raises:
        ConfigError: `status_from` is none of the words that are known.
    """
    from millesime.artificialisation import StatusChoice, chosen_status, origin_of

    choice = StatusChoice(rules, origin=origin_of(status_from))
    occupations, not_read = read_occupations(path, kinds=choice.kinds, limit=limit, crs=crs)
    around = tuple(item for other in context for item in read_occupations(other, crs=crs)[0])
    found = chosen_status(occupations, choice, context=around)
    flags = f", {found.other_flags} of its crit_seuil contradict the matrix" if found.other_flags else ""
    told = f"delivered with the file{flags}" if found.is_delivered else "computed"
    return Side(path, occupations, not_read, around, found.result, told)


def require_effect(sides: Sequence[Side], status: StatusOptions, patch: Path | None) -> None:
    """Refuse options that would change nothing.

    Raises:
        ConfigError: names them.
    """
    from millesime.errors import ConfigError

    idle = [*status.given] if all(side.is_delivered for side in sides) else []
    named = zip(("context_first", "context_second"), sides, strict=False)
    idle += [name for name, side in named if side.around and side.is_delivered]
    idle += ["patch"] if patch is not None and sides[0].is_delivered else []
    if idle:
        raise ConfigError(
            f"the status that came with the file is taken; {', '.join(idle)} would not change it",
            place=" and ".join(side.names for side in sides),
            remedy="decide it here with --status computed, or leave the options out",
        )
    if patch is not None and len(sides[0].occupations) > 1:
        raise ConfigError("a patch is of one département", place=patch, remedy="give the vintages of that département")


def require_one_generation(sides: Sequence[Side], *, force: bool = False) -> tuple[str, ...]:
    """Refuse a flux between two generations, be it that départements of one vintage are of several.

    Returns:
        What a report of the flux must say.

    Raises:
        RefusedError: the generations differ, and it is not forced; names the files of each.
    """
    from millesime.errors import RefusedError
    from millesime.sources.ocsge import require_comparable

    files: dict[str, list[str]] = {}
    for side in sides:
        for item in side.occupations:
            files.setdefault(item.layer.generations[0], []).append(f"{side.path}: {item.layer.name}")
    alike = all(side.generation != "unknown" for side in sides)
    if alike or not {"old", "new"} <= set(files):
        return require_comparable(*(side.generation for side in sides), force=force)
    # 'unknown' for a side of both generations would pass with a warning that gives another reason.
    message = (
        f"of the old generation: {', '.join(files['old'])}; of the new one: {', '.join(files['new'])}; "
        "they are not statistically comparable, a flux between them measures the change of method"
    )
    if not force:
        raise RefusedError(message, remedy="compare départements of one generation; diff and sensitivity take --force")
    return (f"forced: {message}",)


def years_of(sides: Sequence[Side], given: tuple[int, int] | None) -> tuple[int, int]:
    """Both vintages, as said or as the files tell them.

    Raises:
        ConfigError: they are not known, or the wrong way round.
    """
    from millesime.errors import ConfigError

    found = given or tuple(side.year for side in sides)
    first, second = found
    names = " and ".join(side.names for side in sides)
    if first is None or second is None:
        raise ConfigError(
            "the vintage of a file is not known, or its départements are of several",
            place=names,
            remedy="give both with --years, such as --years 2019 2022",
        )
    if first >= second:
        raise ConfigError(
            f"the earlier vintage comes first, got {first} and {second}",
            place=names,
            remedy="give them the other way round, or say --years",
        )
    return first, second
