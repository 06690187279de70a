"""Parameters of the artificial status, each with its standing: law, published rule, or our own reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import pydantic

from millesime.errors import ConfigError
from millesime.nomenclature import threshold

Mode = Literal["millesime", "sparte-2024"]
Connectivity = Literal["edge", "touch"]
Enclosure = Literal["limit", "single"]
Order = Literal["fill_first", "remove_first"]
BuiltForcing = Literal["self", "adjacent"]

#: What the mode `sparte-2024` fixes by itself.
_READINGS = ("t_built_m2", "connectivity", "enclosure", "order", "built_forcing")

#: Who says what: a parameter is a value of the law or our reading of it; a mode is ours or a published computation.
STANDING: Mapping[str, str] = {
    "t_other_m2": "law",
    "t_built_m2": "law",
    "connectivity": "reading",
    "enclosure": "reading",
    "order": "reading",
    "built_forcing": "reading",
    "margin_m": "reading",
    "millesime": "reading",
    "sparte-2024": "published computation, given up since by its authors",
    "category": "reading",
}


class Parameters(pydantic.BaseModel, frozen=True, extra="forbid"):
    """How thresholds are applied to the crossing matrix.

    **Law** (annex of article R.101-1, code de l'urbanisme): the reference thresholds, 50 m² of footprint for built
    ground and 2 500 m² for the other categories. **Published with the national tool**: small enclosed patches take
    the status around them, built patches of 50 m² and more stay artificial. **Our reading**, because no text fixes
    it: what counts as enclosed, what connects two polygons, the order of the passes, how far a building protects.
    """

    mode: Mode = "millesime"
    """`millesime`, our reading in passes; `sparte-2024`, the national tool's own computation of summer 2024, kept for
    comparison: polygons that touch make a patch, one single pass, no test of enclosure, every small built polygon
    kept. It fixes all the readings below; only the threshold of 2 500 m² can be changed."""

    t_other_m2: float = pydantic.Field(default=threshold("decree_other").value, ge=0)
    """Law: a patch strictly smaller than this, in square metres, is below the threshold."""

    t_built_m2: float = pydantic.Field(default=threshold("decree_built").value, ge=0)
    """Law: a built patch of at least this many square metres stays artificial."""

    connectivity: Connectivity = "edge"
    """Our reading: `edge`, polygons connect along an edge of positive length; `touch`, a corner is enough."""

    enclosure: Enclosure = "limit"
    """Our reading: `limit`, a patch is enclosed unless it lies along the limit of the known data; `single`, one
    single patch of the other status must moreover surround it."""

    order: Order = "fill_first"
    """Our reading: which pass comes first, filling non-artificial enclaves or removing artificial ones."""

    built_forcing: BuiltForcing = "self"
    """Our reading of "adjacent to built land": `self`, the built patch alone survives in a small artificial patch;
    `adjacent`, the artificial polygons of that patch that share an edge with it survive too."""

    margin_m: float = pydantic.Field(default=1000.0, ge=0)
    """Our reading: polygons of the neighbouring territories at most this far take part in the decision."""

    @pydantic.model_validator(mode="after")
    def _sparte_has_no_readings(self) -> Parameters:
        fields = type(self).model_fields
        changed = [name for name in _READINGS if getattr(self, name) != fields[name].default]
        if self.mode == "sparte-2024" and changed:
            raise ValueError(f"mode sparte-2024 fixes {', '.join(changed)}: leave them out, or use mode millesime")
        return self

    def as_rules(self) -> str:
        """One line that holds every parameter: written beside each status, so that a row explains itself."""
        return " ".join(f"{name}={_written(value)}" for name, value in self.in_force().items())

    def in_force(self) -> dict[str, Any]:
        """The parameters that have a say: mode `sparte-2024` fixes all readings by itself."""
        alone = {*_READINGS, "margin_m"} if self.mode == "sparte-2024" else set()
        return self.model_dump(exclude=alone)

    def not_by_default(self) -> tuple[tuple[str, str], ...]:
        """The parameters in force whose value is not the default one, as texts."""
        fields = type(self).model_fields
        return tuple(
            (name, _written(value)) for name, value in self.in_force().items() if value != fields[name].default
        )

    @classmethod
    def from_rules(cls, rules: str) -> Parameters:
        """The parameters of a line made by `as_rules`.

        Raises:
            ConfigError: the line is not one.
        """
        try:
            return cls.model_validate(dict(part.split("=", 1) for part in rules.split()))
        except ValueError as error:
            raise ConfigError(
                f"{rules!r} does not name the rules of a status", remedy="make the file again with `millesime artif`"
            ) from error

    def is_law(self, name: str) -> bool:
        """Whether a parameter has the value that the law gives it; False where the law gives none."""
        return STANDING.get(name) == "law" and getattr(self, name) == type(self).model_fields[name].default


def parameters_from(values: Mapping[str, Any]) -> Parameters:
    """Parameters from the options of a command.

    Raises:
        ConfigError: values that are not allowed, all told together.
    """
    try:
        return Parameters.model_validate(values)
    except pydantic.ValidationError as error:
        faults = [
            f"{'.'.join(str(part) for part in fault['loc']) or 'options'}: {fault['msg']}" for fault in error.errors()
        ]
        raise ConfigError("; ".join(faults), remedy="see `millesime artif --help`") from error


def _written(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
