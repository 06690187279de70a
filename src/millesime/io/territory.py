"""The territory's configuration: `territory.toml`, read once, with all its faults told together."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Self

import pyproj
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
        faults = _faults_between([(vintage.year, vintage.reference_vintage) for vintage in self.vintages])
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


def _faults_between(vintages: Sequence[tuple[int, int | None]]) -> list[str]:
    """Faults of the years and reference years of all vintages."""
    years = [year for year, _ in vintages]
    faults = [
        f"vintage {year} is given {years.count(year)} times" for year in sorted(set(years)) if years.count(year) > 1
    ]
    references = dict(vintages)
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
    return faults


def _code(value: str) -> str:
    try:
        code = authority_code(value)
    except CrsError as error:
        raise ValueError(error.message) from error
    parsed = pyproj.CRS.from_user_input(code)
    units = {axis.unit_name for axis in parsed.axis_info}
    if not parsed.is_projected or units != {"metre"}:
        found = "geographic, in degrees" if parsed.is_geographic else f"in {', '.join(sorted(units)) or 'no unit'}"
        raise ValueError(f"{code} is {found}; must be a projected CRS in metres, such as EPSG:2154 (Lambert-93)")
    return code


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
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not text in UTF-8: {error.reason}", place=file, remedy="save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        # At the end of the document the parser knows no line.
        named = "(at line" in str(error)
        remedy = "correct the line it names" if named else "close what is left open: a quote, a [ or a { further up"
        raise ConfigError(f"is not TOML: {error}", place=file, remedy=remedy) from error
    head = content.pop("territory", {})
    faults: list[str] = []
    if not isinstance(head, dict):
        raise ConfigError("[territory] must be a table", place=file)
    for name in sorted(set(content) - {"vintages", "parameters"}):
        meant = did_you_mean(name, ("territory", "vintages", "parameters"))
        faults.append(f"{name}: unknown section{meant}; sections are [territory], [[vintages]] and [parameters.STEP]")
    given = {**head, **{k: content[k] for k in ("vintages", "parameters") if k in content}}
    territory: Territory | None = None
    try:
        territory = Territory.model_validate(given)
    except ValidationError as error:
        faults.extend(_faults_of(error, given))
    raise_together(
        faults, kind=ConfigError, place=file, remedy="correct territory.toml; docs/guides/territory.md lists the keys"
    )
    assert territory is not None
    return territory


def did_you_mean(name: str, known: Collection[str]) -> str:
    """A suggestion to put after the name of an unknown key; empty when none of the known ones is like it."""
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    return f"; did you mean `{near[0]}`?" if near else ""


def _faults_of(error: ValidationError, given: dict[str, Any]) -> list[str]:
    """What is wrong, one sentence a place."""
    vintages = given.get("vintages")
    tables = [item if isinstance(item, dict) else {} for item in vintages] if isinstance(vintages, list) else []
    told: dict[str, str] = {}
    for item in error.errors():
        if item["type"] == "too_short" and item["loc"] == ("vintages",) and tables:
            continue  # pydantic counts no vintage when each has a fault; those faults are told
        place, fault = _fault(item, tables)
        # A location that fits neither of a union's forms is told once.
        told.setdefault(place or fault, fault)
    if "value_error" not in {item["type"] for item in error.errors() if not item["loc"]}:
        # Pydantic looks at what lies between the keys only when each key is good.
        pairs = [(table.get("year"), table.get("reference_vintage")) for table in tables]
        if all(type(year) is int and (reference is None or type(reference) is int) for year, reference in pairs):
            return [*told.values(), *_faults_between(pairs)]  # type: ignore[arg-type]
    return list(told.values())


def _fault(item: Any, vintages: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """The place of a fault, and the fault with its place."""
    path = [
        part
        for part in item["loc"]
        if not (isinstance(part, str) and part.startswith(("dict[", "Path", "path", "lax")))
    ]
    place = ".".join(_names(path, vintages))
    if item["type"] == "extra_forbidden":
        return place, f"{place}: unknown key{did_you_mean(str(path[-1]), _known_keys(path))}"
    message = item["msg"].removeprefix("Value error, ")
    found = "" if item["type"] in {"missing", "value_error"} else f", got {_shortened(item['input'])}"
    return place, f"{place}: {message}{found}" if place else message


def _names(path: Sequence[str | int], vintages: Sequence[dict[str, Any]]) -> list[str]:
    """The path as people know it: a vintage by its year, or by its rank when the year does not tell it."""
    if not path or path[0] not in {"vintages", "parameters"}:
        return ["territory", *map(str, path)] if path else []
    names = [str(part + 1) if isinstance(part, int) else str(part) for part in path]
    if path[0] == "vintages" and len(path) > 1 and isinstance(path[1], int) and path[1] < len(vintages):
        years = [vintage.get("year") for vintage in vintages]
        year = years[path[1]]
        if type(year) is int and years.count(year) == 1:
            names[1] = str(year)
    return names


def _known_keys(path: Sequence[str | int]) -> Collection[str]:
    if path[0] != "vintages":
        return [name for name in Territory.model_fields if name not in {"vintages", "parameters"}]
    return list(Sources.model_fields if "sources" in path[:-1] else Vintage.model_fields)


def _shortened(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
