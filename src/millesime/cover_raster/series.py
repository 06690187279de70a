"""The same model over a series of years: which files each year has, and where its rasters go."""

from __future__ import annotations

import csv
import io
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from millesime.cover_raster.combine import Openable
from millesime.errors import ConfigError, raise_together
from millesime.imagery.choice import ROLES
from millesime.model.card import ModelCard
from millesime.model.runtimes import Choice, Runtime

_COLUMNS = ("year", *ROLES, "crs", "bands")
_REMEDY = f"give a CSV table with the columns year and some of {', '.join(_COLUMNS[1:])}"


@dataclass(frozen=True)
class YearFiles:
    """The imagery of one year, as a table tells it."""

    year: int
    files: tuple[tuple[str, str], ...]
    """Role (image, rgb, irc, dsm, dtm, height) and file, as written."""

    crs: str | None = None
    """Of files that tell none."""

    bands: tuple[int, ...] | None = None
    """Number in the image, from 1, of each band that the model reads, in its order."""


def parse_years(text: str, *, place: str = "") -> tuple[YearFiles, ...]:
    """Read a table of years.

    Args:
        text: CSV with a header: `year`, the files of each role (`image`, or `rgb`, `irc`, `dsm`, `dtm`, `height`),
            and where they are needed `crs` and `bands` (numbers with spaces between them: `4 1 2`).
        place: the file, for messages.

    Returns:
        the years, increasing.

    Raises:
        ConfigError: all faults together.
    """
    rows = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    header = [name.strip() for name in rows.fieldnames or ()]
    if "year" not in header or not set(header) <= set(_COLUMNS) or len(set(header)) != len(header):
        raise ConfigError(f"has the columns {', '.join(header) or 'none'}", place=place or None, remedy=_REMEDY)
    rows.fieldnames = header
    faults: list[str] = []
    years: dict[int, YearFiles] = {}
    for row in rows:
        if None in row or None in row.values():
            faults.append(f"line {rows.line_num} has not {len(header)} cells")
            continue
        cells = {key: value.strip() for key, value in row.items()}
        year = _year(cells, rows.line_num, faults)
        if year is None:
            continue
        if year.year in years:
            faults.append(f"line {rows.line_num}: {year.year} has another line already")
        years[year.year] = year
    if not years and not faults:
        faults.append("has no year")
    raise_together(faults, kind=ConfigError, place=place or None, remedy=_REMEDY)
    return tuple(years[year] for year in sorted(years))


def _year(cells: dict[str, str], line: int, faults: list[str]) -> YearFiles | None:
    wrong = []
    if not (cells["year"].isdecimal() and len(cells["year"]) == 4):
        wrong.append(f"line {line}: year {cells['year']!r} is not of four digits")
    files = tuple((role, cells[role]) for role in ROLES if cells.get(role))
    if not files:
        wrong.append(f"line {line} has no file")
    numbers = cells.get("bands", "").split()
    if not all(number.isdecimal() and int(number) > 0 for number in numbers):
        wrong.append(f"line {line}: bands {cells['bands']!r} are not numbers from 1 with spaces between them")
    faults += wrong
    if wrong:
        return None
    return YearFiles(
        int(cells["year"]), files, cells.get("crs") or None, tuple(int(number) for number in numbers) or None
    )


def path_of_year(pattern: Path, year: int) -> Path:
    """Where a year's raster goes: the pattern with the year for `{year}`, such as `cover_{year}.tif`.

    Raises:
        ConfigError: `{year}` is not in it, or other braces are.
    """
    try:
        fields = [field for _, field, _, _ in string.Formatter().parse(str(pattern)) if field is not None]
    except ValueError:
        fields = []
    if not fields or set(fields) != {"year"}:
        raise ConfigError(
            "does not tell the rasters of several years apart",
            place=pattern,
            remedy="put {year} into the name, and no other braces: cover_{year}.tif",
        )
    return Path(str(pattern).replace("{year}", f"{year:04d}"))


@dataclass(frozen=True)
class KeptOpen:
    """A model that is loaded once and serves again. It travels to other processes as it is on disk."""

    model: Openable

    @property
    def card(self) -> ModelCard:
        """The model's."""
        return self.model.card

    @property
    def weights(self) -> Path | None:
        """The model's."""
        return self.model.weights

    @property
    def notes(self) -> tuple[str, ...]:
        """The model's."""
        return self.model.notes

    def choose(self, runtime: str | None = None, precision: str | None = None) -> Choice:
        """The runtime that computes it here."""
        return self.model.choose(runtime, precision)

    def open(self, choice: Choice | None = None, *, threads: int = 1, window_px: int | None = None) -> Runtime:
        """The model, loaded now or before with the same choice; ready for windows of the first size asked for."""
        opened: dict[tuple[Choice | None, int], Runtime] = self.__dict__.setdefault("_opened", {})
        if (choice, threads) not in opened:
            opened[choice, threads] = self.model.open(choice, threads=threads, window_px=window_px)
        return opened[choice, threads]

    def __getstate__(self) -> dict[str, Any]:
        return {"model": self.model}
