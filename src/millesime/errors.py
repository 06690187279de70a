"""The error tree: every failure that a user can cause or repair has a class here.

::

    MillesimeError                 exit code 70 unless a subclass says otherwise
    ├── InputError             2   wrong use or unreadable input
    │   ├── ConfigError        2   territory.toml or a command's options
    │   ├── CrsError           2   missing, unrecognised or contradictory CRS
    │   ├── ImageryError       2   bands, grid or extent of rasters
    │   ├── SchemaError        2   missing layer or attribute
    │   ├── CodeError          2   a code that the nomenclature does not know
    │   ├── GeometryError      2   empty, invalid or out-of-range geometry
    │   └── ModelError         2   a model that does not load or does not fit the imagery
    ├── RefusedError           1   the content was read and is refused by the checks
    ├── IncompleteError        3   finished, with parts missing
    ├── DiskFullError         70   no space left where a product is written
    └── InternalError         70   a fault of millesime itself

A message names the place (file, layer, row or window), the value found, what was expected and the remedy.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class MillesimeError(Exception):
    """Base of all errors that millesime raises on purpose.

    Args:
        message: what is wrong, with the bad value and what was expected.
        place: file, layer, row or pixel window where it was found.
        remedy: what the user can do about it.
    """

    exit_code = 70

    def __init__(self, message: str, *, place: str | Path | None = None, remedy: str | None = None) -> None:
        self.message = message
        self.place = str(place) if place is not None else None
        self.remedy = remedy
        super().__init__(message)

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text}\n  -> {self.remedy}" if self.remedy else text

    def __reduce__(self) -> tuple[object, ...]:
        # Errors travel from worker processes: rebuild them with their keyword arguments.
        return (_rebuild, (type(self), self.message, self.place, self.remedy))


def _rebuild(kind: type[MillesimeError], message: str, place: str | None, remedy: str | None) -> MillesimeError:
    return kind(message, place=place, remedy=remedy)


class InputError(MillesimeError):
    """Wrong use of a command, or an input that cannot be read."""

    exit_code = 2


class ConfigError(InputError):
    """A faulty territory.toml or command option."""


class CrsError(InputError):
    """A CRS that is missing, not recognised, or not the one of the territory."""


class ImageryError(InputError):
    """Rasters whose bands, grid, type or extent do not serve."""


class SchemaError(InputError):
    """A vector source that lacks a layer or an attribute."""


class CodeError(InputError):
    """A code that the nomenclature does not know."""


class GeometryError(InputError):
    """Geometries that are empty, invalid beyond repair, or out of range."""


class ModelError(InputError):
    """A model that does not load, or does not fit the imagery it is given."""


class RefusedError(MillesimeError):
    """The content was read and is refused by the checks."""

    exit_code = 1


class IncompleteError(MillesimeError):
    """The work is finished with parts missing."""

    exit_code = 3


class DiskFullError(MillesimeError):
    """No space left where a product is written."""


class InternalError(MillesimeError):
    """A fault of millesime itself."""


def raise_together(
    faults: Sequence[str],
    *,
    kind: type[MillesimeError],
    place: str | Path | None = None,
    remedy: str | None = None,
) -> None:
    """Raise one error that tells all the faults of an input; do nothing when there are none."""
    if not faults:
        return
    if len(faults) == 1:
        raise kind(faults[0], place=place, remedy=remedy)
    listing = "\n".join(f"  - {fault}" for fault in faults)
    raise kind(f"{len(faults)} faults:\n{listing}", place=place, remedy=remedy)
