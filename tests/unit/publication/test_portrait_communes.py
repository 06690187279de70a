"""Communes that the map holds a part of: a strip says nothing of a commune, and a part is not told as a whole."""

from __future__ import annotations

import geopandas
import pytest
from triennial_territory import AUBIN, BOURG, admin_express, box, polygons

from millesime.io.vector import write_geopackage
from millesime.publication.portrait import read_figures
from millesime.publication.portrait.answers import answers
from millesime.publication.portrait.figures import Figures, PlaceFigures, ThemeFigures
from millesime.publication.portrait.tables import commune_bars, commune_rows
from millesime.publication.portrait.wording import ENGLISH, FRENCH
from millesime.publication.portrait_of_files import assemble, vintage_of, whole_map
from millesime.sources.ocsge import read_delivery


def place(name, area_ha, artificial_ha, covered_pct):
    return PlaceFigures(name, name, area_ha, {2022: artificial_ha}, {2022: 0.0}, covered_pct)


def figures(*communes):
    whole = place("CC d'Essai", sum(c.area_ha for c in communes), sum(c.artificial_ha[2022] for c in communes), None)
    return Figures((2022,), whole, communes, ThemeFigures({2022: {}}), ThemeFigures({2022: {}}))


def where(told, words):
    return next(a.answer for a in answers(told, "", numbered=False, measured=False, words=words) if a.key == "where")


#: All of the first, 40 of the 80 ha of the second, a road of 1 of the 500 ha of the third.
WHOLE, HALF, ROAD = place("Aubin", 100, 20, 100.0), place("Bourg", 40, 10, 50.0), place("Étang", 1, 1, 0.2)


@pytest.mark.parametrize(
    ("words", "part", "in_part", "whole"),
    [
        (FRENCH, "Bourg, qui n'y est qu'en partie : 25,0 % de cette partie.", "Bourg (en partie)", "Aubin : 20,0 %"),
        (ENGLISH, "Bourg, which lies in it only in part: 25.0% of that part.", "Bourg (in part)", "Aubin: 20.0%"),
    ],
)
def test_a_part_of_a_commune_is_told_as_a_part_and_a_strip_is_not_ranked(words, part, in_part, whole):
    told = figures(WHOLE, HALF, ROAD)
    assert part in plain(where(told, words))
    assert [row.name for row in commune_bars(told, words)] == [in_part, "Aubin", "CC d'Essai"]
    assert [row.name for row in commune_rows(told, words)] == ["Aubin", "Bourg", "Étang", "CC d'Essai"]
    assert whole in plain(where(figures(WHOLE, ROAD), words))


def test_nothing_is_ranked_where_there_are_strips_alone():
    told = figures(ROAD)
    assert commune_bars(told) == ()
    assert "la plus artificialisée" not in where(told, FRENCH)


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'")


@pytest.mark.parametrize(("east", "counted"), [(200.01, [AUBIN]), (300, [AUBIN, BOURG])])
def test_a_commune_is_of_the_map_when_more_than_a_trace_of_it_is(tmp_path, east, counted):
    """One centimetre of Le Bourg along 300 m is 3 m²; 100 m of its 200 are half of it."""
    frame = geopandas.clip(polygons(2022), box(0, 0, east, 300), keep_geom_type=True).sort_index()
    write_geopackage(tmp_path / "map.gpkg", {"OCCUPATION_SOL": frame.reset_index(drop=True)})
    zone = whole_map(admin_express()["commune"], crs="EPSG:2154", name="Essai")
    of = assemble(zone, [vintage_of(read_delivery(tmp_path / "map.gpkg"), year=None, ground=None)])
    told = read_figures(of.material.indicators, years=(2022,)).communes
    assert [one.code for one in told] == counted
    assert [one.covered_pct for one in told] == pytest.approx([100, 50][: len(counted)])
