"""Zones that reach out of the maps, as an EPCI that straddles two départements: they are whole all the same.

The maps are cut at x = 200: they hold Aubin (6 ha), touch Le Bourg (6 ha) along a line and leave L'Étang (6 ha) out.
"""

from __future__ import annotations

from dataclasses import replace

import geopandas
import pytest
from triennial_territory import AUBIN, BOURG, EPCI, ETANG, YEARS, box, polygons, request_of, write_files

from millesime.io.vector import write_geopackage
from millesime.production.portraits import PortraitRequest, make_portrait
from millesime.production.triennial import TriennialRequest, make_case
from millesime.publication.triennial import Ground, build_report


def request_of_maps_until(east, home, folder):
    """The territory, its maps cut at `east` metres."""
    write_files(home)
    for year in YEARS:
        frame = geopandas.clip(polygons(year), box(0, 0, east, 300), keep_geom_type=True).sort_index()
        write_geopackage(folder / f"ocsge_{year}.gpkg", {"OCCUPATION_SOL": frame.reset_index(drop=True)})
    request = request_of(home, EPCI)
    return replace(request, files=tuple(folder / f"ocsge_{year}.gpkg" for year in YEARS))


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
