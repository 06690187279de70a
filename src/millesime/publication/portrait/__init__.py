"""The portrait of a territory: one self-contained page with maps, charts, tables and what they do not say."""

from __future__ import annotations

from millesime.publication.portrait.build import Background, Photos, build_page
from millesime.publication.portrait.figures import Figures, PlaceFigures, ThemeFigures
from millesime.publication.portrait.maps import view
from millesime.publication.portrait.page import Page, render
from millesime.publication.portrait.production import describe_production
from millesime.publication.portrait.provenance import DatabaseRecord, StepRecord
from millesime.publication.portrait.reading import read_figures
from millesime.publication.portrait.sites import Site, biggest_sites, site_bounds

__all__ = [
    "Background",
    "DatabaseRecord",
    "Figures",
    "Page",
    "Photos",
    "PlaceFigures",
    "Site",
    "StepRecord",
    "ThemeFigures",
    "biggest_sites",
    "build_page",
    "describe_production",
    "read_figures",
    "render",
    "site_bounds",
    "view",
]
