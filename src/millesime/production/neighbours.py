"""Neighbouring territories that take part in the decision of a status, by the vintage that they tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from millesime.artificialisation import Occupation, occupations_of
from millesime.errors import ConfigError
from millesime.publication.portrait_of_files import FileVintage
from millesime.sources.ocsge import read_delivery


def read_context(paths: Sequence[Path], *, crs: str | None) -> dict[int | None, tuple[Occupation, ...]]:
    """Neighbouring territories by the vintage that they tell."""
    found: dict[int | None, tuple[Occupation, ...]] = {}
    for path in paths:
        for item in occupations_of(read_delivery(path, kind=("OCCUPATION_SOL", "ARTIF"), crs=crs)):
            found[item.layer.year] = (*found.get(item.layer.year, ()), item)
    return found


def require_all_used(around: Mapping[int | None, Sequence[Occupation]], vintages: Sequence[FileVintage]) -> None:
    """Refuse neighbours that take part in no decision.

    Raises:
        ConfigError: they are of another vintage, or the status of theirs came with the file.
    """
    computed = {vintage.year for vintage in vintages if not vintage.is_official_status}
    idle = [item.layer.name for year, items in around.items() if year not in computed for item in items]
    if idle:
        told = ", ".join(map(str, sorted(computed))) or "none"
        raise ConfigError(
            f"the neighbours {', '.join(idle)} are of none of the vintages whose status is computed here: {told}",
            remedy="give neighbours of these vintages with --context; their files must tell their vintage",
        )
