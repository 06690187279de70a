"""From products and figures to the page: every text, map, chart and table of the portrait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely

from millesime.geo.grid import Grid
from millesime.nomenclature import CS, US, CodeTable
from millesime.publication.material import Material
from millesime.publication.portrait.answers import answers
from millesime.publication.portrait.cards import cards
from millesime.publication.portrait.cautions import Caution, cautions
from millesime.publication.portrait.charts import balance_sentence, balances, heat_matrix, stock_bars, stock_sentence
from millesime.publication.portrait.figures import Figures, ThemeFigures
from millesime.publication.portrait.maps import outline_path, scale_bar
from millesime.publication.portrait.markers import markers
from millesime.publication.portrait.page import (
    Composition,
    Fact,
    Page,
    Shot,
    SourceFact,
    StepFact,
    ThemeSection,
    View,
    data_uri,
    strip_parts,
)
from millesime.publication.portrait.panels import (
    MapPicture,
    Panel,
    artificial_panel,
    change_legend,
    change_picture,
    code_panel,
)
from millesime.publication.portrait.patterns import svg_patterns
from millesime.publication.portrait.quality import QualityTable
from millesime.publication.portrait.reading import least_built
from millesime.publication.portrait.sites import Site
from millesime.publication.portrait.tables import (
    SiteRow,
    commune_bars,
    commune_rows,
    composition_rows,
    site_rows,
    stock_rows,
)
from millesime.publication.portrait.wording import Language, Words, words


@dataclass(frozen=True)
class Photos:
    """Aerial photographs as JPEG files, encoded."""

    maps: Mapping[int, bytes]
    """The whole territory, by year; empty when there is no imagery."""

    sites: Mapping[tuple[int, int], bytes]
    """By number of the site and year."""

    site_px: int
    """Side of the pictures of sites."""


@dataclass(frozen=True)
class Background:
    """What the portrait tells of how it was made."""

    facts: tuple[Fact, ...]
    sources: tuple[SourceFact, ...]
    steps: tuple[StepFact, ...]
    quality_intro: str
    quality: tuple[QualityTable, ...]

    trust: str
    """How far the key figures can be trusted; texts are in the language of the page."""

    made_up: bool = False
    """Whether the territory, its images and its databases are made up."""

    errors: str = ""
    """Where the errors of the map come from, when it was not made by the chain."""

    measured_told: str = ""
    """What the measures of the quality tell, when they are not those of the chain."""

    more_cautions: tuple[Caution, ...] = ()
    """Cautions that hold for this portrait alone, told before the others."""


def build_page(
    material: Material,
    figures: Figures,
    grid: Grid,
    *,
    sites: Sequence[Site],
    photos: Photos,
    background: Background,
    language: Language = "fr",
) -> Page:
    """Assemble the page.

    Args:
        material: the products.
        figures: the figures, read from the indicators.
        grid: pixels of the maps.
        sites: the sites of change, numbered.
        photos: the photographs of the maps and of the sites.
        background: sources, provenance and quality, in the same language.
        language: of the page.
    """
    said = words(language)
    texts = said.texts
    figures = replace(figures, least_built=least_built(material.current))
    panels = _panels(material, photos, grid, said)
    change, uris = _change_map(material, photos, grid, said), _uris(panels)
    if change is not None:
        uris[change.key] = data_uri(change.png, "image/png")
    years = said.years(*figures.years)
    rows = site_rows(sites, said)
    measured = bool(background.quality)
    return Page(
        territory=material.territory_name,
        subtitle=_subtitle(figures, years, said, made_up=background.made_up),
        years=figures.years,
        years_text=years,
        period=figures.period,
        strip=strip_parts(figures.covers.stock_ha[figures.year], [(leaf.code, leaf.colour) for leaf in CS.leaves]),
        answers=answers(figures, background.trust, numbered=bool(sites), measured=measured, words=said),
        cards=cards(figures, said),
        reading=texts.cards.reading,
        trust=background.trust,
        maps_intro=texts.maps.intro_two if figures.period else texts.maps.intro_one,
        view=_view(material, grid, said),
        photos={year: data_uri(content, "image/jpeg") for year, content in sorted(photos.maps.items())},
        panels=panels,
        uris=uris,
        patterns=svg_patterns(),
        composition_intro=_composition_intro(figures, said),
        compositions=(
            _composition("artif-cs", texts.themes.composition_cover, CS, figures.covers, said),
            _composition("artif-us", texts.themes.composition_use, US, figures.uses, said),
        ),
        themes=(_theme(CS, figures.covers, figures, said), _theme(US, figures.uses, figures, said)),
        communes=commune_rows(figures, said) if figures.communes else (),
        commune_bars=commune_bars(figures, said),
        commune_columns=_commune_columns(figures, said),
        communes_intro=texts.communes.intro_flux if figures.period else texts.communes.intro,
        commune_sentence=_commune_sentence(figures, said),
        cautions=(
            *background.more_cautions,
            *cautions(
                figures,
                measured=measured,
                errors=background.errors,
                measured_told=background.measured_told,
                words=said,
            ),
        ),
        quality_intro=background.quality_intro,
        quality=background.quality,
        facts=background.facts,
        sources=background.sources,
        steps=background.steps,
        footer=texts.frame.footer.format(territory=material.territory_name, years=years),
        change=change,
        change_legend=change_legend(said),
        sites_intro=texts.changes.sites_intro if sites else "",
        sites=rows,
        marks=markers(sites, grid, () if material.differential is None else material.differential.geometry.to_numpy()),
        shots=_shots(rows, photos, figures, said),
        language=language,
    )


def _subtitle(figures: Figures, years: str, words: Words, *, made_up: bool) -> str:
    texts = words.texts.frame
    area = words.numbers.hectares(figures.territory.area_ha)
    if figures.communes:
        text = texts.subtitle_communes_two if figures.period else texts.subtitle_communes_one
    else:
        text = texts.subtitle_two if figures.period else texts.subtitle_one
    told = text.format(years=years, area=area, communes=words.count(texts.communes, len(figures.communes)))
    return f"{told} {texts.made_up}" if made_up else told


def _panels(material: Material, photos: Photos, grid: Grid, words: Words) -> tuple[Panel, ...]:
    texts, vintages = words.texts.maps, material.vintages
    panels = []
    if photos.maps and all(layers.year in photos.maps for layers in vintages):
        pictures = tuple(
            MapPicture(
                f"photo-vue-{layers.year}",
                layers.year,
                texts.photo_title.format(year=layers.year),
                texts.photo_description.format(year=layers.year),
                b"",
            )
            for layers in vintages
        )
        panels.append(Panel("photo", texts.photo, texts.photo_note, pictures, ()))
    return (
        *panels,
        code_panel("cs", texts.cover, texts.cover_note, CS, vintages, grid, words),
        code_panel("us", texts.use, texts.use_note, US, vintages, grid, words),
        artificial_panel("artif", vintages, grid, words),
    )


def _uris(panels: Sequence[Panel]) -> dict[str, str]:
    return {
        picture.key: data_uri(picture.png, "image/png") for panel in panels for picture in panel.pictures if picture.png
    }


def _change_map(material: Material, photos: Photos, grid: Grid, words: Words) -> MapPicture | None:
    if material.differential is None:
        return None
    ground = None if photos.maps else material.vintages[0].ocsge
    return change_picture(material.differential, material.delivery.period, grid, ground=ground, words=words)


def _view(material: Material, grid: Grid, words: Words) -> View:
    limits: tuple[str, ...] = ()
    if len(material.communes) > 1:
        frame: Any = shapely.box(*grid.bounds)
        clipped = shapely.intersection(material.communes.geometry.to_numpy(), frame)
        limits = tuple(outline_path(geometry, grid) for geometry in clipped if not geometry.is_empty)
    return View(grid.width, grid.height, scale_bar(grid, words.numbers), limits, round(grid.width / 1100, 3))


def _composition(key: str, title: str, table: CodeTable, theme: ThemeFigures, words: Words) -> Composition:
    return Composition(
        key,
        title,
        stock_bars(table, theme.artificial_ha, words=words),
        composition_rows(table, theme.artificial_ha, words),
        stock_sentence(title, table, theme.artificial_ha, words),
    )


def _composition_intro(figures: Figures, words: Words) -> str:
    area = words.numbers.hectares(figures.territory.artificial_ha[figures.year])
    return words.texts.themes.composition_intro.format(area=area, year=figures.year)


def _theme(table: CodeTable, theme: ThemeFigures, figures: Figures, words: Words) -> ThemeSection:
    period, is_cover = figures.period, table is CS
    texts = words.texts.themes.cover if is_cover else words.texts.themes.use
    before = theme.stock_ha[period[0]] if period else None
    stock = theme.stock_ha[figures.year]
    stock_title = texts.stock.format(year=figures.year)
    balance_title = texts.balance
    return ThemeSection(
        key="couverture" if is_cover else "usage",
        title=texts.title,
        intro=texts.intro,
        stock_title=stock_title,
        bars=stock_bars(table, stock, before, words),
        rows=stock_rows(table, theme, figures, words),
        balance_title=balance_title if period else "",
        balances=balances(table, theme.gains_ha, theme.losses_ha, words) if period else (),
        matrix_title=texts.matrix.format(first=period[0], second=period[1]) if period else "",
        matrix=heat_matrix(table, theme.transitions_ha, words) if period else None,
        stock_sentence=stock_sentence(stock_title, table, stock, words),
        balance_sentence=balance_sentence(balance_title, table, theme.gains_ha, theme.losses_ha, words),
        unchanged=texts.unchanged,
    )


def _commune_columns(figures: Figures, words: Words) -> tuple[str, ...]:
    texts = words.texts.communes
    flux = (texts.gained, texts.lost, texts.net, texts.net_per_year) if figures.period else ()
    return (texts.area, texts.artificial, texts.share, *flux, texts.impervious)


def _commune_sentence(figures: Figures, words: Words) -> str:
    bars = commune_bars(figures, words)
    if not bars:
        return ""
    return words.texts.communes.chart_sentence.format(
        year=figures.year, first=bars[0].name, first_share=bars[0].cells[2].text, share=bars[-1].cells[2].text
    )


def _shots(rows: Sequence[SiteRow], photos: Photos, figures: Figures, words: Words) -> tuple[Shot, ...]:
    if figures.period is None:
        return ()
    (first, second), texts = figures.period, words.texts.changes
    return tuple(
        Shot(
            row,
            photos.site_px,
            data_uri(photos.sites[row.number, first], "image/jpeg"),
            data_uri(photos.sites[row.number, second], "image/jpeg"),
            texts.site_picture.format(number=row.number, year=first, state=row.before),
            texts.site_picture.format(number=row.number, year=second, state=row.after),
            texts.site_title.format(area=row.area.text, commune=row.commune) if row.commune else row.area.text,
        )
        for row in rows
        if (row.number, first) in photos.sites and (row.number, second) in photos.sites
    )
