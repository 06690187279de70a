"""What a report says, apart from how it is written: chapters, paragraphs, tables, figures, each number with its source.

The word processor's document, the PDF and the table of figures are all made from this one content, so that they cannot
differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from millesime.written_numbers import FIXED, THIN, number

Unit = Literal["ha", "%", "ha/year", "count"]

#: What would be shown as 0,00 ha though it is not nil, from half a square metre on.
NIL_HA = 0.00005
_LEAST_SHOWN_HA = 0.005

#: Room for a picture on a page, in millimetres.
_WIDEST_MM, _HIGHEST_MM = 162.0, 150.0

#: A table of at most so many rows is not split between pages.
_KEPT_WHOLE = 14


@dataclass(frozen=True)
class DataSource:
    """Where figures come from: a file, one of its layers, its vintage."""

    key: str
    title: str
    """'OCS GE, millésime 2019'."""

    file: str
    layer: str
    vintage: str
    """'2019', '2019 et 2022', '2009-2023'."""

    remark: str = ""
    """How it was read or made, in a sentence."""


@dataclass(frozen=True)
class Quantity:
    """One number of the report, with what it says and where it comes from."""

    value: float
    unit: Unit
    meaning: str
    """What the number is, in French: the definition of its indicator."""

    theme: str
    indicator: str
    place: tuple[str, str]
    """Code and name of the place that it is told of."""

    sources: tuple[str, ...]
    """Keys of its sources."""

    item: str = ""
    """Code, pair of codes, year or number that the indicator is split by."""

    year_from: int | None = None
    year_to: int | None = None
    signed: bool = False

    @property
    def is_nil(self) -> bool:
        """Less than half a square metre, or nought."""
        return abs(self.value) < (NIL_HA if self.unit in ("ha", "ha/year") else 1e-9)

    @property
    def bare(self) -> str:
        """The number without its unit, for a table that says it once."""
        if self.unit == "count":
            return number(self.value)
        if self.unit == "%":
            return number(self.value, decimals=2 if 0 < abs(self.value) < 1 else 1, signed=self.signed)
        if not self.is_nil and abs(self.value) < _LEAST_SHOWN_HA:
            return f"{'−' if self.value < 0 else ''}<{FIXED}0,01"
        return number(0.0 if self.is_nil else self.value, decimals=2, signed=self.signed)

    @property
    def text(self) -> str:
        """The number with its unit, for a sentence."""
        if self.unit == "count":
            return self.bare
        if self.unit == "%":
            return f"{self.bare}{THIN}%"
        shown = f"moins de{FIXED}0,01" if "<" in self.bare else self.bare
        return f"{shown}{FIXED}ha" + (" par an" if self.unit == "ha/year" else "")

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from the other numbers."""
        return (self.place[0], self.theme, self.indicator, self.item, self.year_from, self.year_to)


@dataclass(frozen=True)
class Strong:
    """Words that stand out."""

    text: str


Run = str | Strong | Quantity
Runs = tuple[Run, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; its sources are told after it."""

    runs: Runs
    style: Literal["text", "key", "note"] = "text"
    """'key' stands out as a finding, 'note' is a remark in small letters."""


@dataclass(frozen=True)
class Bullets:
    """A list of points."""

    items: tuple[Runs, ...]


@dataclass(frozen=True)
class Subheading:
    """Title of a part of a chapter."""

    title: str


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    title: str
    share: float = 1.0
    """Width, relative to the other columns."""

    is_number: bool = False


Cell = str | Strong | Quantity


@dataclass(frozen=True)
class Table:
    """A table, with a caption above and its sources below."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: bool = False
    """Whether the last row is a total."""

    sourced: bool = True
    """Whether the sources are told below: not for a table of words."""

    to_complete: bool = False
    """Whether the municipality fills it in."""

    @property
    def is_kept_whole(self) -> bool:
        """Whether it stays on one page."""
        return len(self.rows) <= _KEPT_WHOLE


@dataclass(frozen=True)
class Picture:
    """A map or a chart, with a caption, a text that stands for it, and its sources."""

    name: str
    """Of the file inside a document: 'situation'."""

    svg: str
    width_px: int
    height_px: int
    caption: str
    alternative: str
    sources: tuple[str, ...]

    @property
    def width_mm(self) -> float:
        """Width on the page: that of the text, or less for a picture that would fill the page."""
        return min(_WIDEST_MM, _HIGHEST_MM * self.width_px / self.height_px)


@dataclass(frozen=True)
class WriteIn:
    """A place where the municipality must write."""

    prompt: str
    lines: int = 4


Block = Paragraph | Bullets | Subheading | Table | Picture | WriteIn


@dataclass(frozen=True)
class Chapter:
    """A chapter, numbered in order; an appendix when it closes the report."""

    title: str
    blocks: tuple[Block, ...]
    appendix: bool = False
    fresh_page: bool = False
    """Whether it begins on a new page."""


@dataclass(frozen=True)
class Cover:
    """The first page."""

    title: str
    place: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    """Label and value, in order."""

    write_in: tuple[str, ...]
    """What the municipality writes on it."""

    warning: str


@dataclass(frozen=True)
class Report:
    """The whole report of one place."""

    code: str
    cover: Cover
    chapters: tuple[Chapter, ...]
    sources: tuple[DataSource, ...]
    keywords: tuple[str, ...] = ()

    def numbered(self, keys: tuple[str, ...]) -> tuple[int, ...]:
        """Numbers of sources in the list of sources, from 1, in order."""
        rank = {source.key: place for place, source in enumerate(self.sources, start=1)}
        return tuple(sorted({rank[key] for key in keys}))

    def quantities(self) -> Iterator[tuple[str, Quantity]]:
        """Title of the chapter and each number, in order, each told once."""
        seen: set[tuple[object, ...]] = set()
        for chapter in self.chapters:
            for block in chapter.blocks:
                for quantity in quantities_of(block):
                    if quantity.key not in seen:
                        seen.add(quantity.key)
                        yield chapter.title, quantity

    def pictures(self) -> tuple[Picture, ...]:
        """All pictures, in order."""
        return tuple(block for chapter in self.chapters for block in chapter.blocks if isinstance(block, Picture))


def quantities_of(block: Block) -> Iterator[Quantity]:
    """The numbers of a block, in order."""
    runs: Iterator[object]
    if isinstance(block, Paragraph):
        runs = iter(block.runs)
    elif isinstance(block, Bullets):
        runs = (run for item in block.items for run in item)
    elif isinstance(block, Table):
        runs = (cell for row in block.rows for cell in row)
    else:
        runs = iter(())
    yield from (run for run in runs if isinstance(run, Quantity))


def sources_of(block: Block) -> tuple[str, ...]:
    """Keys of the sources of a block, each once, in order."""
    if isinstance(block, Picture):
        return block.sources
    return tuple(dict.fromkeys(key for quantity in quantities_of(block) for key in quantity.sources))


def marks(report: Report, block: Block) -> str:
    """'[1, 2]', the sources of a paragraph; '' without a number."""
    numbers = report.numbered(sources_of(block))
    return f"[{', '.join(map(str, numbers))}]" if numbers else ""


def source_line(report: Report, block: Block) -> str:
    """What is written below a table: 'Sources : OCS GE, millésime 2019 [1] ; …'."""
    numbers = report.numbered(sources_of(block))
    if not numbers:
        return ""
    named = " ; ".join(f"{report.sources[rank - 1].title} [{rank}]" for rank in numbers)
    return f"{'Source' if len(numbers) == 1 else 'Sources'}{FIXED}: {named}."
