"""From products and figures to the page: every text, map, chart and table of the portrait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely

from millesime.geo.grid import Grid
from millesime.nomenclature import CS, US, CodeTable
from millesime.publication.material import Material
from millesime.publication.portrait.cards import cards
from millesime.publication.portrait.cautions import Caution, cautions
from millesime.publication.portrait.charts import balances, heat_matrix, stock_bars
from millesime.publication.portrait.figures import Figures, ThemeFigures
from millesime.publication.portrait.maps import outline_path, scale_bar
from millesime.publication.portrait.markers import markers
from millesime.publication.portrait.numbers import hectares, plural
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
from millesime.publication.portrait.reading import enlarged_built
from millesime.publication.portrait.sites import Site
from millesime.publication.portrait.tables import commune_bars, commune_rows, composition_rows, site_rows, stock_rows

_COMMUNE_STOCK = ("Superficie", "Artificialisé", "Part")
_COMMUNE_FLUX = ("Artificiali\u00adsation", "Désartificiali\u00adsation", "Flux net", "Flux net par an")


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
    """How far the key figures can be trusted."""

    made_up: bool = False
    """Whether the territory, its images and its databases are made up."""

    errors: str = ""
    """Where the errors of the map come from, when it was not made by the chain."""

    more_cautions: tuple[Caution, ...] = ()
    """Cautions that hold for this portrait alone, told before the others."""


def build_page(
    material: Material, figures: Figures, grid: Grid, *, sites: Sequence[Site], photos: Photos, background: Background
) -> Page:
    """Assemble the page.

    Args:
        material: the products.
        figures: the figures, read from the indicators.
        grid: pixels of the maps.
        sites: the sites of change, numbered.
        photos: the photographs of the maps and of the sites.
        background: sources, provenance and quality.
    """
    figures = replace(figures, enlarged_built=enlarged_built(material.current))
    panels = _panels(material, photos, grid)
    change, uris = _change_map(material, photos, grid), _uris(panels)
    if change is not None:
        uris[change.key] = data_uri(change.png, "image/png")
    years_text = " et ".join(str(year) for year in figures.years)
    rows = site_rows(sites)
    return Page(
        territory=material.territory_name,
        subtitle=_subtitle(figures, years_text, made_up=background.made_up),
        years=figures.years,
        years_text=years_text,
        period=figures.period,
        strip=strip_parts(figures.covers.stock_ha[figures.year], [(leaf.code, leaf.colour) for leaf in CS.leaves]),
        cards=cards(figures),
        reading=_READING,
        trust=background.trust,
        maps_intro=_MAPS_INTRO_TWO if figures.period else _MAPS_INTRO_ONE,
        view=_view(material, grid),
        photos={year: data_uri(content, "image/jpeg") for year, content in sorted(photos.maps.items())},
        panels=panels,
        uris=uris,
        patterns=svg_patterns(),
        composition_intro=_composition_intro(figures),
        compositions=(
            _composition("artif-cs", "Sols artificialisés par couverture", CS, figures.covers),
            _composition("artif-us", "Sols artificialisés par usage", US, figures.uses),
        ),
        themes=(
            _theme("couverture", "Couverture du sol", "couverture", _COVER_INTRO, CS, figures.covers, figures),
            _theme("usage", "Usage du sol", "usage", _USE_INTRO, US, figures.uses, figures),
        ),
        communes=commune_rows(figures) if figures.communes else (),
        commune_bars=commune_bars(figures),
        commune_columns=(*_COMMUNE_STOCK, *(_COMMUNE_FLUX if figures.period else ()), "Imperméable"),
        communes_intro=_communes_intro(figures),
        cautions=(
            *background.more_cautions,
            *cautions(figures, measured=bool(background.quality), errors=background.errors),
        ),
        quality_intro=background.quality_intro,
        quality=background.quality,
        facts=background.facts,
        sources=background.sources,
        steps=background.steps,
        footer=_footer(material, years_text),
        change=change,
        change_legend=change_legend(),
        sites_intro=_SITES_INTRO if sites else "",
        sites=rows,
        marks=markers(sites, grid),
        shots=tuple(
            Shot(
                row,
                photos.site_px,
                data_uri(photos.sites[(row.number, figures.years[0])], "image/jpeg"),
                data_uri(photos.sites[(row.number, figures.years[1])], "image/jpeg"),
            )
            for row in rows
            if all((row.number, year) in photos.sites for year in figures.years)
        ),
    )


def _subtitle(figures: Figures, years_text: str, *, made_up: bool) -> str:
    place = figures.territory
    communes = f", {plural(len(figures.communes), 'commune', 'communes')}" if figures.communes else ""
    noun = "Millésimes" if figures.period else "Millésime"
    warning = " Territoire fictif : lieu, images et bases simulés." if made_up else ""
    return f"{noun} {years_text}, {hectares(place.area_ha)}{communes}.{warning}"


def _panels(material: Material, photos: Photos, grid: Grid) -> tuple[Panel, ...]:
    vintages = material.vintages
    panels = []
    if photos.maps and all(layers.year in photos.maps for layers in vintages):
        pictures = tuple(
            MapPicture(
                f"photo-vue-{layers.year}",
                layers.year,
                f"Photographie aérienne de {layers.year}",
                f"Vue aérienne verticale de tout le territoire en {layers.year}.",
                b"",
            )
            for layers in vintages
        )
        panels.append(Panel("photo", "Photographie", _PHOTO_NOTE, pictures, ()))
    return (
        *panels,
        code_panel("cs", "Couverture", _COVER_NOTE, CS, vintages, grid),
        code_panel("us", "Usage", _USE_NOTE, US, vintages, grid),
        artificial_panel("artif", _ARTIFICIAL_NOTE, vintages, grid),
    )


def _uris(panels: Sequence[Panel]) -> dict[str, str]:
    return {
        picture.key: data_uri(picture.png, "image/png") for panel in panels for picture in panel.pictures if picture.png
    }


def _change_map(material: Material, photos: Photos, grid: Grid) -> MapPicture | None:
    if material.differential is None:
        return None
    ground = None if photos.maps else material.vintages[0].ocsge
    return change_picture(material.differential, material.delivery.period, grid, ground=ground)


def _view(material: Material, grid: Grid) -> View:
    limits: tuple[str, ...] = ()
    if len(material.communes) > 1:
        frame: Any = shapely.box(*grid.bounds)
        clipped = shapely.intersection(material.communes.geometry.to_numpy(), frame)
        limits = tuple(outline_path(geometry, grid) for geometry in clipped if not geometry.is_empty)
    return View(grid.width, grid.height, scale_bar(grid), limits)


def _composition(key: str, title: str, table: CodeTable, theme: ThemeFigures) -> Composition:
    return Composition(key, title, stock_bars(table, theme.artificial_ha), composition_rows(table, theme.artificial_ha))


def _composition_intro(figures: Figures) -> str:
    return (
        f"Les {hectares(figures.territory.artificial_ha[figures.year])} artificialisés en {figures.year}, selon ce qui "
        "les couvre, puis selon ce à quoi ils servent."
    )


def _theme(
    key: str, title: str, noun: str, intro: str, table: CodeTable, theme: ThemeFigures, figures: Figures
) -> ThemeSection:
    period = figures.period
    before = theme.stock_ha[period[0]] if period else None
    span = f"de {period[0]} à {period[1]}" if period else ""
    return ThemeSection(
        key=key,
        title=title,
        noun=noun,
        intro=intro,
        stock_title=f"Surface par {noun} en {figures.year}",
        bars=stock_bars(table, theme.stock_ha[figures.year], before),
        rows=stock_rows(table, theme, figures),
        balance_title=f"Surface gagnée et perdue par {noun}" if period else "",
        balances=balances(table, theme.gains_ha, theme.losses_ha) if period else (),
        matrix_title=f"Matrice de transition, {noun}, {span}" if period else "",
        matrix=heat_matrix(table, theme.transitions_ha) if period else None,
    )


def _communes_intro(figures: Figures) -> str:
    if figures.period is None:
        return "Surfaces de chaque commune à l'intérieur du territoire."
    return (
        "Surfaces de chaque commune à l'intérieur du territoire. Les flux sont calculés commune par commune, puis "
        "additionnés. La désartificialisation est comptée en négatif."
    )


def _footer(material: Material, years_text: str) -> str:
    return (
        f"Portrait de {material.territory_name}, occupation du sol à grande échelle, {years_text}. Document produit "
        "par le logiciel libre millesime ; il ne remplace pas les données officielles. Page autonome, lisible "
        "sans réseau."
    )


_READING = (
    "Un sol est dit artificialisé quand ses fonctions biologiques et hydriques sont altérées durablement par son "
    "occupation ou son usage (article L. 101-2-1 du code de l'urbanisme). Flux net : ce qui est devenu artificialisé, "
    "moins ce qui a cessé de l'être."
)
_MAPS_INTRO_TWO = (
    "Choisissez une carte : elle est montrée aux deux millésimes. Le volet se déplace à la souris, au doigt ou avec "
    "les flèches du clavier."
)
_MAPS_INTRO_ONE = "Choisissez la carte à montrer."
_PHOTO_NOTE = "Orthophotographies utilisées pour produire la carte."
_COVER_NOTE = (
    "Couverture (CS) : ce qui est physiquement au sol. Couleurs de la nomenclature nationale ; des hachures "
    "distinguent les teintes proches."
)
_USE_NOTE = (
    "Usage (US) : ce à quoi le sol sert. US2 et US235 ont la même couleur officielle : US235 est hachuré de blanc."
)
_ARTIFICIAL_NOTE = (
    "Statut au sens du code de l'urbanisme, seuils compris. Les hachures noires marquent ce qu'un seuil a fait changer "
    "de statut."
)
_COVER_INTRO = "Ce qui est physiquement présent au sol : bâti, revêtement, eau, arbres, herbe."
_USE_INTRO = "Ce à quoi le sol sert : habiter, cultiver, circuler, produire."
_SITES_INTRO = (
    "Les polygones voisins qui ont le même effet sont réunis en sites ; les plus grands sont numérotés, d'abord ceux "
    "qui changent l'artificialisation."
)
