"""Zones that reach out of the maps, as an EPCI that straddles two départements: they are whole all the same.

The maps are cut at x = 200: they hold Aubin (6 ha), touch Le Bourg (6 ha) along a line and leave L'Étang (6 ha) out.
"""

from __future__ import annotations

from dataclasses import replace

import geopandas
import pytest
from triennial_territory import AUBIN, BOURG, EPCI, ETANG, YEARS, box, polygons, request_of, write_files

from millesime.errors import InputError
from millesime.io.vector import write_geopackage
from millesime.production.portraits import PortraitRequest, make_portrait
from millesime.production.triennial import TriennialRequest, make_case
from millesime.publication.triennial import Ground, build_report
from millesime.publication.triennial.content import Paragraph
from millesime.publication.triennial.words import french


def request_of_maps_until(east, home, folder):
    """The territory, its maps cut at `east` metres."""
    write_files(home)
    for year in YEARS:
        frame = geopandas.clip(polygons(year), box(0, 0, east, 300), keep_geom_type=True).sort_index()
        write_geopackage(folder / f"ocsge_{year}.gpkg", {"OCCUPATION_SOL": frame.reset_index(drop=True)})
    request = request_of(home, EPCI)
    return replace(request, files=tuple(folder / f"ocsge_{year}.gpkg" for year in YEARS))


def words(report):
    runs = [run for c in report.chapters for block in c.blocks if isinstance(block, Paragraph) for run in block.runs]
    return " ".join(run if isinstance(run, str) else run.text for run in runs)


@pytest.fixture(scope="module")
def request_aubin(tmp_path_factory) -> TriennialRequest:
    return request_of_maps_until(200, tmp_path_factory.mktemp("beside"), tmp_path_factory.mktemp("maps"))


@pytest.fixture(scope="module")
def case(request_aubin):
    return make_case(request_aubin)


def test_an_epci_has_all_its_communes_on_the_maps_or_not(case):
    """6 of its 18 ha are on the maps, and all of its consumption of ENAF is its own."""
    epci = case.places[0]
    assert epci.communes == (AUBIN, BOURG, ETANG)
    assert epci.ground.area == pytest.approx(180_000)
    told = case.coverage[EPCI]
    assert (told.before_pct, told.after_pct) == pytest.approx((100 / 3, 100 / 3))
    figures = [quantity for _, quantity in build_report(case, epci, Ground(case)).quantities()]
    total = next(q.value for q in figures if (q.theme, q.indicator) == ("enaf", "total"))
    # Ten years of 1 000 + 500 m², two of 400 + 700 m².
    assert total == pytest.approx((10 * 1500 + 2 * 1100) / 10_000)
    share = next(q.value for q in figures if (q.theme, q.indicator) == ("enaf", "share"))
    assert share == pytest.approx(100 * 1.72 / 18)


@pytest.mark.parametrize("code", [EPCI, "99"])
def test_a_portrait_tells_how_much_of_an_epci_or_a_departement_the_map_leaves_out(request_aubin, code):
    made = make_portrait(PortraitRequest(files=request_aubin.files[:1], zone=code, communes=request_aubin.communes))
    assert made.of.zone_ha == pytest.approx(18)
    assert made.of.covered_ha == pytest.approx(6)
    assert list(made.of.zone.communes["insee"]) == [AUBIN, BOURG, ETANG]


def test_communes_that_the_maps_only_touch_get_no_report_and_are_named(case):
    assert [place.code for place in case.places] == [EPCI, AUBIN]
    assert case.not_reached == ((BOURG, "Le Bourg d'Essai"), (ETANG, "L'Étang"))
    told = "Communes hors des cartes : Le Bourg d'Essai (99002), L'Étang (99003)."
    epci, commune = (words(build_report(case, place, Ground(case))) for place in case.places)
    assert french(told) in epci
    assert "hors des cartes" not in commune


@pytest.mark.parametrize(("east", "reported"), [(200.5, [EPCI, AUBIN]), (210, [EPCI, AUBIN, BOURG])])
def test_a_trace_of_a_commune_is_not_the_commune(tmp_path, east, reported):
    """Half a metre of Le Bourg's 200 is 0.25 % of it, 10 m are 5 %; limits differ by 0.5 % at most."""
    (tmp_path / "beside").mkdir()
    request = request_of_maps_until(east, tmp_path / "beside", tmp_path)
    assert [place.code for place in make_case(request).places] == reported
    if BOURG not in reported:
        with pytest.raises(InputError, match="a trace of it"):
            make_case(replace(request, zone=BOURG))
