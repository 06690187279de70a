"""Tables of the portrait: texts to show, and values to sort by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from millesime.nomenclature import CS, US, CodeTable
from millesime.publication.portrait.charts import Swatch, swatch
from millesime.publication.portrait.figures import Figures, PlaceFigures, ThemeFigures
from millesime.publication.portrait.sites import Site
from millesime.publication.portrait.wording import FRENCH, Words

#: Communes that the chart shows at most; the table has them all.
_COMMUNE_BARS = 15


@dataclass(frozen=True)
class Cell:
    """One cell: what is shown, and the number behind it for sorting."""

    text: str
    value: float | None = None


@dataclass(frozen=True)
class StockRow:
    """One code: its area at each vintage, its change, its share."""

    swatch: Swatch
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class CommuneRow:
    """One commune."""

    name: str
    code: str
    cells: tuple[Cell, ...]
    share_pct: float
    """Artificial share, for the bar."""


@dataclass(frozen=True)
class SiteRow:
    """One site of change, in words."""

    number: int
    key: str
    """'plus', 'minus' or 'none'."""

    effect_short: str
    area: Cell
    commune: str
    before: str
    after: str
    story: str
    """What changed, as one phrase."""

    rest: str
    """What else changed there, '' when one transition tells all."""


def stock_rows(table: CodeTable, theme: ThemeFigures, figures: Figures, words: Words = FRENCH) -> tuple[StockRow, ...]:
    """The codes present at any vintage, the largest first."""
    last = theme.stock_ha[figures.year]
    present = [leaf for leaf in table.leaves if any(stock.get(leaf.code, 0) > 0 for stock in theme.stock_ha.values())]
    rows = []
    for leaf in sorted(present, key=lambda leaf: -last.get(leaf.code, 0.0)):
        areas = [theme.stock_ha[year].get(leaf.code, 0.0) for year in figures.years]
        cells = [Cell(words.numbers.bare_hectares(area), area) for area in areas]
        if figures.period is not None:
            change = areas[1] - areas[0]
            cells.append(Cell(words.numbers.bare_hectares(change, signed=True), change))
        share = 100 * areas[-1] / figures.territory.area_ha
        cells.append(Cell(words.numbers.percent(share), share))
        rows.append(StockRow(swatch(leaf, words), tuple(cells)))
    return tuple(rows)


def composition_rows(table: CodeTable, areas_ha: Mapping[str, float], words: Words = FRENCH) -> tuple[StockRow, ...]:
    """The codes that artificial land is made of, with their share of it."""
    total = sum(areas_ha.values()) or 1.0
    present = [leaf for leaf in table.leaves if areas_ha.get(leaf.code, 0.0) > 0]
    return tuple(
        StockRow(
            swatch(leaf, words),
            (
                Cell(words.numbers.bare_hectares(areas_ha[leaf.code]), areas_ha[leaf.code]),
                Cell(words.numbers.percent(100 * areas_ha[leaf.code] / total), 100 * areas_ha[leaf.code] / total),
            ),
        )
        for leaf in sorted(present, key=lambda leaf: -areas_ha[leaf.code])
    )


def commune_rows(figures: Figures, words: Words = FRENCH) -> tuple[CommuneRow, ...]:
    """The communes by name, then the territory as a whole."""
    return tuple(_commune(place, figures, words) for place in (*figures.communes, figures.territory))


def commune_bars(figures: Figures, words: Words = FRENCH) -> tuple[CommuneRow, ...]:
    """What the chart of communes shows: the most artificial ones, then the territory; none without any to compare."""
    if not figures.ranked:
        return ()
    leading = [_named_as_counted(_commune(p, figures, words), p, words) for p in figures.ranked[:_COMMUNE_BARS]]
    return (*leading, _commune(figures.territory, figures, words))


def _named_as_counted(row: CommuneRow, place: PlaceFigures, words: Words) -> CommuneRow:
    return row if place.is_whole else replace(row, name=words.texts.communes.in_part.format(commune=row.name))


def _commune(place: PlaceFigures, figures: Figures, words: Words) -> CommuneRow:
    artificial = place.artificial_ha[figures.year]
    impervious = place.impervious_ha[figures.year]
    share = place.artificial_pct(figures.year)
    cells = [
        Cell(words.numbers.bare_hectares(place.area_ha), place.area_ha),
        Cell(words.numbers.bare_hectares(artificial), artificial),
        Cell(words.numbers.percent(share), share),
    ]
    if figures.period is not None:
        years = figures.period[1] - figures.period[0]
        cells += [
            Cell(words.numbers.bare_hectares(place.artificialised_ha, signed=True), place.artificialised_ha),
            Cell(words.numbers.bare_hectares(-place.renatured_ha), -place.renatured_ha),
            Cell(words.numbers.bare_hectares(place.net_ha, signed=True), place.net_ha),
            Cell(words.numbers.bare_hectares(place.net_ha / years, signed=True), place.net_ha / years),
        ]
    cells.append(Cell(words.numbers.bare_hectares(impervious), impervious))
    return CommuneRow(place.name, place.code, tuple(cells), round(share, 2))


def site_rows(sites: Sequence[Site], words: Words = FRENCH) -> tuple[SiteRow, ...]:
    """The numbered sites of change."""
    return tuple(_site(site, words) for site in sites)


def _site(site: Site, words: Words) -> SiteRow:
    texts = words.texts.changes
    rest = ""
    if site.transition_share < 0.995:
        rest = texts.rest.format(share=words.numbers.percent(100 * site.transition_share, decimals=0))
    return SiteRow(
        site.number,
        {1: "plus", -1: "minus", 0: "none"}[site.flux],
        {1: texts.effect_gain, -1: texts.effect_loss, 0: texts.effect_none}[site.flux],
        Cell(words.numbers.hectares(site.area_ha), site.area_ha),
        site.commune,
        _state(site, 0, words),
        _state(site, 1, words),
        _story(site, words),
        rest,
    )


def _state(site: Site, rank: int, words: Words) -> str:
    cover, use = words.short(CS.get(site.covers[rank])), words.short(US.get(site.uses[rank])).lower()
    return words.texts.changes.state.format(cover=cover, use=use)


def _story(site: Site, words: Words) -> str:
    """What changed, told once: the use alone, the cover alone, or both."""
    texts = words.texts.changes
    covers = [words.short(CS.get(code)) for code in site.covers]
    uses = [words.short(US.get(code)) for code in site.uses]
    if site.covers[0] == site.covers[1] and site.uses[0] == site.uses[1]:
        return texts.story_threshold.format(cover=covers[0], use=uses[0].lower())
    if site.covers[0] == site.covers[1]:
        return texts.story_use.format(before=uses[0], after=uses[1], cover=covers[0].lower())
    if site.uses[0] == site.uses[1]:
        use = uses[0].lower().removeprefix("usage ")
        return texts.story_cover.format(before=covers[0], after=covers[1], use=use)
    return texts.story_both.format(
        cover_before=covers[0], use_before=uses[0].lower(), cover_after=covers[1], use_after=uses[1].lower()
    )
