"""The territory's configuration: `territory.toml`, read once, with all its faults told together."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from millesime.errors import ConfigError, CrsError, raise_together
from millesime.io.crs import authority_code

FILE_NAME = "territory.toml"

#: A database is one file or folder, or a table from layer name to file.
Location = Path | dict[str, Path]


class _Closed(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sources(_Closed):
    """The databases of one vintage. What is left out is not used, and the summary of the step says so."""

    bd_topo: Location | None = None
    rpg: Location | None = None
    bd_foret: Location | None = None
    fichiers_fonciers: Location | None = None
    admin_express: Location | None = None


class Vintage(_Closed):
    """One vintage (millésime): the year of its imagery and everything that goes with it."""

    year: int = Field(ge=1900, le=2200)
    reference_vintage: int | None = None
    """Year of the vintage that this one is reconciled with and compared to."""

    ortho_rgb: Path | None = None
    ortho_irc: Path | None = None
    """Bands near infra-red, red, green."""

    dsm: Path | None = None
    dtm: Path | None = None
    crs: str | None = None
    """CRS of imagery that has none in its files."""

    operations: Path | None = None
    """Corrections to replay, a JSONL file."""

    sources: Sources = Sources()

    @field_validator("crs")
    @classmethod
    def _known_crs(cls, value: str | None) -> str | None:
        return None if value is None else _code(value)


class Territory(_Closed):
    """A territory: where it is, its vintages and the parameters of the steps."""

    code: str = Field(min_length=1, pattern=r"^[A-Za-z0-9_-]+$")
    name: str
    crs: str
    extent: tuple[float, float, float, float]
    """West, south, east, north in metres."""

    model: str = "builtin:demo"
    """`builtin:NAME` or the path of an ONNX file with its card beside it."""

    vintages: tuple[Vintage, ...] = Field(min_length=1)
    parameters: dict[str, dict[str, Any]] = {}
    """Parameters of the steps that differ from their defaults, by step."""

    @field_validator("crs")
    @classmethod
    def _known_crs(cls, value: str) -> str:
        return _code(value)

    @field_validator("extent")
    @classmethod
    def _positive(cls, value: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        west, south, east, north = value
        if not (west < east and south < north):
            raise ValueError(f"must be west, south, east, north in metres, got {list(value)}")
        if any(abs(edge * 100 - round(edge * 100)) > 1e-6 for edge in value):
            raise ValueError(f"must be whole centimetres, got {list(value)}")
        return value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        years = [vintage.year for vintage in self.vintages]
        faults = [
            f"vintage {year} is given {years.count(year)} times" for year in sorted(set(years)) if years.count(year) > 1
        ]
        references = {vintage.year: vintage.reference_vintage for vintage in self.vintages}
        for year, reference in references.items():
            if reference is not None and reference not in years:
                faults.append(f"vintage {year}: its reference vintage {reference} is not a vintage of the territory")
            seen = {year}
            while reference is not None and reference in references:
                if reference in seen:
                    faults.append(f"vintage {year}: reference vintages go in a circle")
                    break
                seen.add(reference)
                reference = references[reference]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def vintage(self, year: int) -> Vintage:
        """The vintage of a year.

        Raises:
            ConfigError: the territory has none of that year.
        """
        for vintage in self.vintages:
            if vintage.year == year:
                return vintage
        years = ", ".join(str(vintage.year) for vintage in self.vintages)
        raise ConfigError(f"no vintage {year}; vintages are {years}", remedy="choose one, or add it to territory.toml")

    def in_order(self) -> tuple[Vintage, ...]:
        """The vintages, each after its reference."""
        done: list[Vintage] = []
        waiting = sorted(self.vintages, key=lambda vintage: vintage.year)
        while waiting:
            ready = [v for v in waiting if v.reference_vintage in {None, *(d.year for d in done)}]
            done.append(ready[0])
            waiting.remove(ready[0])
        return tuple(done)


def _code(value: str) -> str:
    try:
        return authority_code(value)
    except CrsError as error:
        raise ValueError(error.message) from error


def read_territory(folder: str | Path) -> Territory:
    """Read and check `territory.toml` in a folder.

    Raises:
        ConfigError: it is missing, is not TOML, or has faults; all of them are told together.
    """
    file = Path(folder) / FILE_NAME
    if not file.is_file():
        raise ConfigError("no such file", place=file, remedy="make one with `millesime new DIR`, or give -C DIR")
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"is not TOML: {error}", place=file, remedy="correct the line it names") from error
    head = content.pop("territory", {})
    faults: list[str] = []
    if not isinstance(head, dict):
        raise ConfigError("[territory] must be a table", place=file)
    for name in sorted(set(content) - {"vintages", "parameters"}):
        faults.append(f"{name}: unknown section; sections are [territory], [[vintages]] and [parameters.STEP]")
    try:
        territory = Territory.model_validate(
            {**head, **{k: content[k] for k in ("vintages", "parameters") if k in content}}
        )
    except ValidationError as error:
        faults.extend(_fault(item) for item in error.errors())
        territory = None
    raise_together(
        faults, kind=ConfigError, place=file, remedy="correct territory.toml; docs/guides/territory.md lists the keys"
    )
    assert territory is not None
    return territory


def _fault(item: Any) -> str:
    # A location that fits neither of a union's forms is told once, without the forms' names.
    path = [
        part
        for part in item["loc"]
        if not (isinstance(part, str) and part.startswith(("dict[", "Path", "path", "lax")))
    ]
    place = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in path)
    section = "" if path and path[0] in {"vintages", "parameters"} else "territory."
    if item["type"] == "extra_forbidden":
        return f"{section}{place}: unknown key"
    message = item["msg"].removeprefix("Value error, ")
    found = "" if item["type"] in {"missing", "value_error"} else f", got {item['input']!r}"
    return f"{section}{place}: {message}{found}" if place else message
