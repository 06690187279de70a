"""The page: everything the template shows, and its rendering."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from millesime.publication.portrait.answers import Answer
from millesime.publication.portrait.cards import Card
from millesime.publication.portrait.cautions import Caution
from millesime.publication.portrait.charts import Balance, Bar, HeatMatrix
from millesime.publication.portrait.maps import ScaleBar
from millesime.publication.portrait.markers import Marker
from millesime.publication.portrait.panels import LegendItem, MapPicture, Panel
from millesime.publication.portrait.patterns import SvgPattern
from millesime.publication.portrait.quality import QualityTable
from millesime.publication.portrait.resting import Resting
from millesime.publication.portrait.tables import CommuneRow, SiteRow, StockRow
from millesime.publication.portrait.wording import Language, words


@dataclass(frozen=True)
class View:
    """Size and furniture that all the maps share."""

    width: int
    height: int
    scale: ScaleBar
    limits: tuple[str, ...]
    """SVG paths of the communes."""

    unit: float = 1.0
    """A width of 1100 pixels is one; strokes, letters and markers of the maps are told in it."""


@dataclass(frozen=True)
class StripPart:
    """One colour of the strip under the title: the territory's covers, in proportion."""

    start: float
    width: float
    colour: str


@dataclass(frozen=True)
class ThemeSection:
    """The section of the covers, or of the uses."""

    key: str
    title: str
    intro: str
    stock_title: str
    bars: tuple[Bar, ...]
    rows: tuple[StockRow, ...]
    balance_title: str
    balances: tuple[Balance, ...]
    matrix_title: str
    matrix: HeatMatrix | None
    stock_sentence: str
    """What the chart of stocks shows."""

    balance_sentence: str
    unchanged: str
    """Said where neither gains nor losses are."""


@dataclass(frozen=True)
class Composition:
    """What artificial land is made of, by cover or by use."""

    key: str
    title: str
    bars: tuple[Bar, ...]
    rows: tuple[StockRow, ...]
    sentence: str
    """What the chart shows."""


@dataclass(frozen=True)
class Shot:
    """A site seen from above at both vintages."""

    row: SiteRow
    size_px: int
    before: str
    """JPEG as a data address."""

    after: str
    before_alt: str
    after_alt: str
    title: str


@dataclass(frozen=True)
class Fact:
    """A line of the sources."""

    name: str
    value: str


@dataclass(frozen=True)
class SourceFact:
    """An input of the chain."""

    name: str
    producer: str
    licence: str
    fingerprint: str


@dataclass(frozen=True)
class StepFact:
    """A step of the chain, as run."""

    name: str
    version: str
    fingerprint: str
    """Of all that it read."""


@dataclass(frozen=True)
class Page:
    """All that the template shows; texts are ready to read."""

    territory: str
    subtitle: str
    years: tuple[int, ...]
    years_text: str
    period: tuple[int, int] | None
    strip: tuple[StripPart, ...]
    cards: tuple[Card, ...]
    reading: str
    trust: str
    maps_intro: str
    view: View
    photos: Mapping[int, str]
    panels: tuple[Panel, ...]
    uris: Mapping[str, str]
    patterns: tuple[SvgPattern, ...]
    composition_intro: str
    compositions: tuple[Composition, ...]
    themes: tuple[ThemeSection, ...]
    communes: tuple[CommuneRow, ...]
    commune_bars: tuple[CommuneRow, ...]
    commune_columns: tuple[str, ...]
    communes_intro: str
    cautions: tuple[Caution, ...]
    quality_intro: str
    quality: tuple[QualityTable, ...]
    facts: tuple[Fact, ...]
    sources: tuple[SourceFact, ...]
    steps: tuple[StepFact, ...]
    footer: str
    change: MapPicture | None = None
    change_legend: tuple[LegendItem, ...] = ()
    sites_intro: str = ""
    sites: tuple[SiteRow, ...] = ()
    marks: tuple[Marker, ...] = ()
    shots: tuple[Shot, ...] = ()
    answers: tuple[Answer, ...] = ()
    commune_sentence: str = ""
    """What the chart of communes shows."""

    language: Language = "fr"
    """Of every text; `wording` holds those that all portraits share."""
    resting: Resting | None = None


def render(page: Page) -> str:
    """The page as one HTML document that needs nothing else."""
    environment = Environment(
        loader=PackageLoader("millesime.publication"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: typeset(value, page.language),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("portrait.html.jinja").render(page=page, texts=words(page.language).texts)


def typeset(value: Any, language: Language = "fr") -> Any:
    """The typography of a language for the texts of the page: curly apostrophes, French no-break spaces."""
    if type(value) is not str:  # what is marked as safe is not touched, nor are numbers
        return value
    return words(language).typeset(value)


def data_uri(content: bytes, kind: str) -> str:
    """Bytes as a data address, `kind` being their media type."""
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def strip_parts(stock_ha: Mapping[str, float], colours: Sequence[tuple[str, str]]) -> tuple[StripPart, ...]:
    """Parts of a strip 1000 wide, one per code in the order of `colours` (code, colour)."""
    total = sum(stock_ha.values()) or 1.0
    parts, start = [], 0.0
    for code, colour in colours:
        width = 1000 * stock_ha.get(code, 0.0) / total
        if width > 0:
            parts.append(StripPart(round(start, 2), round(width, 2), colour))
            start += width
    return tuple(parts)
