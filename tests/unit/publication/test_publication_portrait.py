"""The portrait: self-contained, in French, its figures those of the indicators."""

from __future__ import annotations

import re
import struct
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import geopandas
import numpy as np
import pytest
import shapely

from millesime.errors import InternalError, SchemaError
from millesime.geo.grid import Grid
from millesime.nomenclature import CS
from millesime.publication.material import VintageLayers
from millesime.publication.portrait import biggest_sites, describe_production, read_figures, site_bounds
from millesime.publication.portrait.cards import cards
from millesime.publication.portrait.charts import balances, heat_matrix
from millesime.publication.portrait.maps import Paint, hatch_mask, outline_path, paint, scale_bar, view
from millesime.publication.portrait.markers import markers
from millesime.publication.portrait.png import palette_png
from millesime.publication.portrait.provenance import DatabaseRecord, StepRecord, source_facts, step_facts
from millesime.publication.portrait.quality import quality_tables, trust_sentence
from millesime.publication.portrait.reading import least_built
from millesime.written_numbers import bare_hectares, hectares, number, percent, plural

THIN, FIXED, MINUS = "\u202f", "\u00a0", "\u2212"


class Outline(HTMLParser):
    """Links to resources, headings, identifiers and images of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.resources: list[str] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.anchors: list[str] = []
        self.silent_images = 0
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag in {"img", "script", "link", "image", "use", "iframe", "source", "video", "audio", "object"}:
            self.resources += [given[name] for name in ("src", "href", "xlink:href", "data", "srcset") if name in given]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.anchors.append(given.get("href", ""))
        if tag == "img" and not given.get("alt"):
            self.silent_images += 1


def decoded(png: bytes) -> tuple[np.ndarray, list[tuple[int, int, int]]]:
    """Pixels and palette of a PNG of 8-bit indices, by its chunks: length, name, body, checksum."""
    chunks, place = {}, 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        chunks[png[place + 4 : place + 8]] = png[place + 8 : place + 8 + length]
        place += length + 12
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(height, width + 1)
    return rows[:, 1:], [tuple(colour) for colour in np.frombuffer(chunks[b"PLTE"], np.uint8).reshape(-1, 3).tolist()]


@pytest.fixture(scope="module")
def html(delivered) -> str:
    return (delivered.folder / "portrait.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def outline(html) -> Outline:
    return Outline(html)


def test_nothing_is_fetched_from_elsewhere(html, outline):
    assert outline.resources
    assert all(
        item.startswith(("data:image/png;base64,", "data:image/jpeg;base64,", "#")) for item in outline.resources
    )
    assert not re.search(r"url\((?!#)", html)
    assert "@import" not in html
    assert not re.search(r"https?://", html)


def test_structure_serves_screen_readers(html, outline):
    assert '<html lang="fr">' in html
    assert outline.headings[0] == 1
    assert outline.headings.count(1) == 1
    assert all(after - before <= 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert len(set(outline.ids)) == len(outline.ids)
    assert outline.silent_images == 0
    assert all(anchor[1:] in outline.ids for anchor in outline.anchors if anchor.startswith("#"))
    assert (
        html.count('<svg class="map"')
        == html.count('class="map" viewBox')
        == len(re.findall(r'<svg class="map"[^>]*role="img"', html))
    )
    assert html.count("<table") == html.count("<caption>")


def test_names_are_escaped(html):
    assert "<& Co>" not in html
    assert "&lt;&amp; Co&gt;" in html


def test_key_figures_are_those_of_the_indicators(delivered, html):
    """Artificial net flux: the estate (144 cells) and the workshop (30 cells) of 64 m² = 1.1136 ha."""
    table = delivered.indicators
    net = table.value("artificialisation", "net", year=2022, code="TEST")
    assert net == pytest.approx(174 * 64 / 10_000)
    assert f">+1,11{FIXED}ha<" in html
    stock = table.value("artificialisation", "stock", year=2022, code="TEST")
    assert f'<p class="figure">{hectares(stock)}</p>' in html


def test_tables_say_what_the_indicators_say(delivered, html):
    table = delivered.indicators.table
    rows = table[(table["level"] == "territory") & (table["theme"] == "cover") & (table["indicator"] == "stock")]
    for item, area in zip(rows["item"], rows["value"], strict=True):
        assert f"<b>{item}</b>" in html
        assert bare_hectares(area) in html
    communes = table[
        (table["level"] == "commune") & (table["indicator"] == "net") & (table["theme"] == "artificialisation")
    ]
    assert len(communes) == 2
    for area in communes["value"]:
        assert f">{bare_hectares(area, signed=True)}</td>" in html


def test_identities_of_the_figures(delivered):
    figures = read_figures(delivered.indicators, years=(2019, 2022))
    for theme in (figures.covers, figures.uses):
        codes = set(theme.stock_ha[2019]) | set(theme.stock_ha[2022])
        for code in codes:
            change = theme.stock_ha[2022].get(code, 0) - theme.stock_ha[2019].get(code, 0)
            assert change == pytest.approx(theme.gains_ha.get(code, 0) - theme.losses_ha.get(code, 0), abs=1e-9)
            gained = sum(area for (_, new), area in theme.transitions_ha.items() if new == code)
            assert gained == pytest.approx(theme.gains_ha.get(code, 0))
        assert sum(theme.artificial_ha.values()) == pytest.approx(figures.territory.artificial_ha[2022])
    assert sum(place.net_ha for place in figures.communes) == pytest.approx(figures.territory.net_ha)
    place = figures.territory
    assert place.artificial_ha[2022] - place.artificial_ha[2019] == pytest.approx(place.net_ha)


def test_a_portrait_of_one_vintage_tells_the_stock_alone(delivered):
    text = (delivered.folder.with_name("2019") / "portrait.html").read_text(encoding="utf-8")
    assert "Sols artificialisés en 2019" in text
    for word in ("Ce qui a changé", "Matrice de transition", "Côte à côte", "Nette par an"):
        assert word not in text


def test_figures_of_another_year_are_refused(delivered):
    with pytest.raises(SchemaError, match=r"not of \[2016\]"):
        read_figures(delivered.indicators, years=(2016,))


def test_cards_speak_plainly(delivered):
    figures = read_figures(delivered.indicators, years=(2019, 2022))
    flux = next(card for card in cards(figures) if card.key == "flux")
    assert flux.value == f"+1,11{FIXED}ha"
    assert flux.detail == f"+0,37{FIXED}ha par an"
    assert (
        flux.sentence
        == f"1,11{FIXED}ha de sols sont devenus artificialisés et aucun n'a cessé de l'être en 3{FIXED}ans."
    )


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (number(1234567.891, decimals=2), f"1{THIN}234{THIN}567,89"),
        (number(-0.001, decimals=2), "0,00"),
        (number(3.2, decimals=1, signed=True), "+3,2"),
        (hectares(12.344), f"12,34{FIXED}ha"),
        (hectares(-0.69), f"{MINUS}0,69{FIXED}ha"),
        (hectares(72_000), f"72{THIN}000{FIXED}ha"),
        (bare_hectares(12.344, signed=True), "+12,34"),
        (percent(12.34), f"12,3{THIN}%"),
        (percent(0.126), f"0,13{THIN}%"),
        (plural(1, "commune", "communes"), f"1{FIXED}commune"),
        (plural(1200, "commune", "communes"), f"1{THIN}200{FIXED}communes"),
    ],
)
def test_numbers_are_french(made, expected):
    assert made == expected


def test_sites_join_what_touches_and_rank_what_matters_first(delivered):
    """Estate 144 cells of which 126 lawn, workshop 30 cells; then the clear cut 100 and the demolition 9."""
    sites = biggest_sites(delivered.differential, None, years=(2019, 2022), with_effect=5, without_effect=1, gap_m=1.0)
    assert [(site.number, site.flux, round(site.area_ha * 10_000 / 64)) for site in sites] == [
        (1, 1, 144),
        (2, 1, 30),
        (3, 0, 100),
    ]
    assert sites[0].polygons == 3
    assert sites[0].transition_share == pytest.approx(126 / 144)
    assert (sites[0].covers, sites[0].uses) == (("CS2.2.1", "CS2.2.1"), ("US1.1", "US5"))
    extent = (650_000.0, 6_860_000.0, 650_400.0, 6_860_400.0)
    west, south, east, north = site_bounds(sites[1], extent)
    assert east - west == pytest.approx(north - south)
    assert west >= extent[0]
    assert north <= extent[3]
    assert (
        biggest_sites(delivered.differential[:0], None, years=(2019, 2022), with_effect=5, without_effect=1, gap_m=1)
        == ()
    )


def test_markers_stand_apart_and_beside_what_they_mean(delivered):
    """On a map of 1100 px the circles of a phone, 33 px in radius, touch neither each other nor a change."""
    sites = biggest_sites(delivered.differential, None, years=(2019, 2022), with_effect=5, without_effect=5, gap_m=1.0)
    grid = view((650_000, 6_860_000, 650_400, 6_860_400), crs="EPSG:2154", longest_px=1100)
    changed = delivered.differential.geometry.to_numpy()
    placed = markers(sites, grid, changed)
    assert [marker.number for marker in placed] == [site.number for site in sites]
    for rank, (one, site) in enumerate(zip(placed, sites, strict=True)):
        assert all(np.hypot(one.x_px - other.x_px, one.y_px - other.y_px) >= 66 for other in placed[:rank])
        assert 33 <= one.x_px <= grid.width - 33
        assert 33 <= one.y_px <= grid.height - 33
        centre, place = (
            shapely.Point(grid.west + x * grid.pixel_m, grid.north - y * grid.pixel_m)
            for x, y in ((one.x_px, one.y_px), (one.place_x_px, one.place_y_px))
        )
        assert shapely.distance(changed, centre).min() >= 33 * grid.pixel_m
        assert site.geometry.contains(place)


def test_markers_find_a_place_where_all_has_changed(delivered):
    (site, *_) = biggest_sites(
        delivered.differential, None, years=(2019, 2022), with_effect=1, without_effect=0, gap_m=1
    )
    grid = view((650_000, 6_860_000, 650_400, 6_860_400), crs="EPSG:2154", longest_px=300)
    everywhere = replace(site, geometry=shapely.box(650_000, 6_860_000, 650_400, 6_860_400))
    (marker,) = markers([everywhere], grid, [everywhere.geometry])
    assert 0 < marker.x_px < 300
    assert 0 < marker.y_px < 300


def test_nothing_lies_over_the_maps_but_limits_codes_and_markers(html):
    pictures = re.findall(r'<svg class="map".*?</svg>', html, flags=re.DOTALL)
    assert len(pictures) == 9
    drawn = {name for picture in pictures for name in re.findall(r'<g class="(\w+)"', picture)}
    assert drawn == {"limits", "codes", "mark"}
    assert html.count('<p class="furniture">') == 9


def test_what_would_be_nought_hectares_is_no_site(delivered):
    """A change of 49 m² alone, far from the others, is not told as a site of 0,00 ha."""
    tiny = delivered.differential[:1].assign(area_m2=49.0)
    tiny = tiny.set_geometry([shapely.box(0, 0, 7, 7)], crs=delivered.differential.crs)
    assert biggest_sites(tiny, None, years=(2019, 2022), with_effect=9, without_effect=9, gap_m=1.0) == ()


def test_outlines_belong_to_the_paints_that_want_them():
    """Two squares of 8 px side by side: the border of the first is dark, that of the second, pale, is not drawn."""
    grid = Grid("EPSG:2154", 0.0, 8.0, 1.0, 16, 8)
    squares = [shapely.box(0, 0, 8, 8), shapely.box(8, 0, 16, 8)]
    paints = [Paint("#ff0000"), Paint("#eeeeee", outlined=False)]
    pixels, palette = decoded(paint(squares, np.array([0, 1]), paints, grid))
    assert [palette[index] for index in pixels[3, 6:10]] == [(255, 0, 0), (140, 0, 0), *[(238, 238, 238)] * 2]
    pixels, palette = decoded(paint(squares[::-1], np.array([1, 0]), paints, grid))
    assert {palette[index] for index in pixels[3, 8:]} == {(238, 238, 238)}


def test_paint_is_exact_where_it_can_be_counted():
    """A square of 4 x 4 px over the left half of 8 x 4 px: 16 pixels of the first colour, 16 see-through."""
    grid = Grid("EPSG:2154", 0.0, 4.0, 1.0, 8, 4)
    png = paint([shapely.box(0, 0, 4, 4)], np.array([0]), [Paint("#ff0000", outlined=False)], grid)
    assert png.startswith(b"\x89PNG")
    pixels, palette = decoded(png)
    assert pixels.tolist() == [[1] * 4 + [0] * 4] * 4
    assert palette[1] == (255, 0, 0)


def test_hatches_run_as_named():
    """At 0 degrees lines are rows, at 90 columns, at 45 they rise to the right."""
    rows, columns, rising = (hatch_mask(angle, (20, 20)) for angle in (0, 90, 45))
    assert rows[0].all()
    assert columns[:, 0].all()
    assert rising[8, 1]
    assert rising[1, 8]
    assert not rising[1, 1] or rising[0, 2]


def test_a_palette_must_serve_its_pixels():
    with pytest.raises(InternalError):
        palette_png(np.full((2, 2), 3, dtype=np.uint8), [(0, 0, 0)])


def test_scale_bars_are_round():
    """1500 m on 1000 px: a quarter is 375 m, so 200 m = 133.3 px. 40 km: 10 km."""
    assert scale_bar(view((0, 0, 1500, 1500), crs="EPSG:2154", longest_px=1000)).label == f"200{FIXED}m"
    assert scale_bar(view((0, 0, 1500, 1500), crs="EPSG:2154", longest_px=1000)).width_px == 133.3
    assert scale_bar(view((0, 0, 40_000, 20_000), crs="EPSG:2154", longest_px=1000)).label == f"10{FIXED}km"


def test_limits_become_closed_paths():
    grid = Grid("EPSG:2154", 0.0, 10.0, 1.0, 10, 10)
    assert outline_path(shapely.box(0, 0, 5, 5), grid).count("Z") == 1


def test_charts_stay_within_the_page():
    lines = balances(CS, {"CS1.1.1.1": 5.0}, {"CS2.2.1": 10.0, "CS1.1.1.1": 0.5})
    assert [line.swatch.code for line in lines] == ["CS1.1.1.1", "CS2.2.1"]
    assert max(line.loss_pct for line in lines) == 26.0
    assert lines[0].cells == ("+5,00", f"{MINUS}0,50", "+4,50")


def test_the_matrix_has_the_codes_that_moved():
    matrix = heat_matrix(CS, {("CS2.2.1", "CS1.1.1.1"): 2.0, ("CS2.2.1", "CS1.2.2"): 0.5})
    assert matrix is not None
    assert [column.code for column in matrix.columns] == ["CS1.1.1.1", "CS1.2.2"]
    assert [cell.value for cell in matrix.rows[0].cells] == ["2,00", "0,50"]
    assert (matrix.rows[0].total, matrix.total) == ("2,50", "2,50")
    assert heat_matrix(CS, {}) is None


def test_quality_is_told_when_it_was_measured():
    confusion = {
        "overall_accuracy": 0.9,
        "mean_iou": 0.7,
        "total": 100.0,
        "classes": [
            {"code": "CS1.1.1.1", "label": "Zones bâties", "truth": 20_000.0, "mapped": 10_000.0}
            | {"users_accuracy": 0.8, "producers_accuracy": 0.4, "iou": 0.36},
            {"code": "CS1.2.3", "label": "Névés", "truth": 0.0, "mapped": 0.0}
            | {"users_accuracy": None, "producers_accuracy": None, "iou": None},
        ],
    }
    uses = {**confusion, "classes": []}
    artificial = {"artificial_ha": 11.0, "true_ha": 10.0, "true_by_matrix_ha": 9.0, "confusion": confusion}
    report = {"vintages": {"2022": {"cover": confusion, "cs": confusion, "us": uses, "artificial": artificial}}}
    tables = quality_tables({"measures": report}, year=2022)
    assert [table.title for table in tables][1:3] == ["Sols imperméables en 2022", "Couverture (CS) en 2022"]
    assert f"imperméables (CS1.1.1), la vérité 2,00{FIXED}ha" in tables[1].sentence
    assert f"{MINUS}1,00{FIXED}ha" in tables[1].overall
    assert tables[2].rows[0].values == (
        f"2,00{FIXED}ha",
        f"1,00{FIXED}ha",
        f"80,0{THIN}%",
        f"40,0{THIN}%",
        f"36,0{THIN}%",
    )
    assert len(tables[2].rows) == 1
    assert f"+1,00{FIXED}ha" in tables[0].sentence
    assert quality_tables(report, year=2019) == ()
    assert f"90,0{THIN}% de la surface a le bon statut" in trust_sentence(report, year=2022)
    for evaluation in (None, report):
        assert "n'a pas été mesurée" in trust_sentence(evaluation, year=2019)


def test_sources_are_told_once_and_a_made_up_territory_says_so():
    inputs = {
        "bd_topo/bd_topo": "ab" * 32,
        "ortho/ortho_rgb": "cd" * 32,
        "cover_vector/cover_vector.parquet": "ef" * 32,
    }
    records = [StepRecord("built_zone", 1, inputs), StepRecord("ocsge_auto", 2, {**inputs, "bd_topo@reference/x": "0"})]
    databases = {"bd_topo": DatabaseRecord("BD TOPO", "IGN", "Licence Ouverte 2.0")}
    real, simulated = (source_facts(records, databases, made_up=made_up) for made_up in (False, True))
    assert [(fact.name, fact.producer, fact.fingerprint) for fact in real] == [
        ("BD TOPO", "IGN", "abababababab"),
        ("Orthophotographie couleur", "fourni avec le territoire", "cdcdcdcdcdcd"),
    ]
    assert [fact.producer for fact in simulated] == ["simulé, au schéma de l'IGN", "simulé"]
    restricted = {"bd_topo": DatabaseRecord("BD TOPO", "IGN", "restricted: no export", restricted=True)}
    assert source_facts(records, restricted, made_up=False)[0].licence == "accès réservé, jamais rediffusé"
    assert [fact.version for fact in step_facts(records)] == ["1", "2"]
    model = [StepRecord("cover_raster", 1, {"model/model.onnx": "ef" * 32})]
    (fact,) = source_facts(model, {}, made_up=True, builtin_model_licence="Apache-2.0")
    assert (fact.producer, fact.licence) == ("livré avec millesime", "Apache-2.0")


def told_quality(corrections: dict[int, int], *, made_up: bool) -> str:
    confusion = {"overall_accuracy": 0.9, "mean_iou": 0.7, "total": 1.0, "classes": []}
    artificial = {"artificial_ha": 1.0, "true_ha": 1.0, "confusion": confusion}
    vintage = {"cover": confusion, "cs": confusion, "us": confusion, "artificial": artificial}
    return describe_production(
        [],
        {},
        years=[2019, 2022],
        crs="EPSG:2154",
        evaluation={"vintages": {"2022": vintage}},
        made_up=made_up,
        corrections=corrections,
    ).quality_intro


def test_the_measure_says_that_corrections_are_in_the_map():
    assert "corrections" not in told_quality({2019: 0, 2022: 0}, made_up=True)
    assert "simulées à partir de cette vérité, rejouées : 3 en 2019, 0 en 2022" in told_quality(
        {2019: 3, 2022: 0}, made_up=True
    )
    assert "simulées" not in told_quality({2019: 3, 2022: 1}, made_up=False)


def test_enlarged_footprints_are_those_of_the_minimum_area():
    """Of 200.00, 200.49, 200.50, 199.99 and 450 m², the first two; a road of 200 m² is not built."""
    table = geopandas.GeoDataFrame(
        {"code_cs": ["CS1.1.1.1"] * 5 + ["CS1.1.1.2"], "aire": [200.0, 200.49, 200.5, 199.99, 450.0, 200.0]},
        geometry=[shapely.box(0, 0, 1, 1)] * 6,
    )
    found = least_built(VintageLayers(2022, table, table))
    assert found is not None
    assert (found.polygons, found.of_polygons, found.area_ha) == (2, 5, pytest.approx(0.040049))
    assert least_built(VintageLayers(2022, table[4:], table[4:])) is None
