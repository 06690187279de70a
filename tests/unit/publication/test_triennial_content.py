"""What the triennial report says: figures worked out by hand, sentences for every case, two measures kept apart."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from triennial_territory import AUBIN, BOURG, EPCI, ETANG, YEARS, plan, polygons, request_of, write_files

from millesime.errors import ConfigError, SchemaError
from millesime.io.vector import write_geopackage
from millesime.production.triennial import make_case
from millesime.publication.triennial import Ground, Quantity, build_report
from millesime.publication.triennial.chapters.frame import (
    ARTIFICIAL_TITLE,
    ENAF_TITLE,
    IMPERVIOUS_TITLE,
    PLANNING_TITLE,
)
from millesime.publication.triennial.content import Bullets, Paragraph, Picture, Table, WriteIn, quantities_of
from millesime.publication.triennial.words import french


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    return write_files(tmp_path_factory.mktemp("triennial"))


@pytest.fixture(scope="module")
def case(files):
    return make_case(request_of(files, EPCI))


@pytest.fixture(scope="module")
def reports(case):
    ground = Ground(case)
    return {place.code: build_report(case, place, ground) for place in case.places}


def figure(report, theme, indicator, *, item="", year=2022):
    found = [
        q.value
        for _, q in report.quantities()
        if (q.theme, q.indicator, q.item, q.year_to) == (theme, indicator, item, year) and q.place[0] == report.code
    ]
    assert len(found) == 1, (theme, indicator, item, found)
    return found[0]


def words(report, title):
    chapter = next(c for c in report.chapters if c.title == french(title))
    texts = []
    for block in chapter.blocks:
        if isinstance(block, Paragraph):
            texts.append("".join(run if isinstance(run, str) else run.text for run in block.runs))
        elif isinstance(block, WriteIn):
            texts.append(block.prompt)
    return " ".join(texts)


def table(report, start):
    found = [
        b for c in report.chapters for b in c.blocks if isinstance(b, Table) and b.caption.startswith(french(start))
    ]
    assert len(found) == 1, [t.caption for t in found]
    return found[0]


def test_one_report_for_the_epci_and_one_for_each_commune(reports):
    assert list(reports) == [EPCI, AUBIN, BOURG, ETANG]


@pytest.mark.parametrize(
    ("code", "before", "after", "gain", "loss", "area"),
    [
        (EPCI, 1.36, 1.60, 0.60, 0.36, 15.0),
        (AUBIN, 0.66, 0.90, 0.60, 0.36, 6.0),
        (BOURG, 0.40, 0.40, 0.0, 0.0, 6.0),
        (ETANG, 0.30, 0.30, 0.0, 0.0, 3.0),
    ],
)
def test_figures_worked_out_by_hand(reports, code, before, after, gain, loss, area):
    report = reports[code]
    for theme in ("artificialisation", "imperviousness"):  # all that is artificial here is sealed
        assert figure(report, theme, "stock", year=2019) == pytest.approx(before)
        assert figure(report, theme, "stock") == pytest.approx(after)
        assert figure(report, theme, "gain") == pytest.approx(gain)
        assert figure(report, theme, "loss") == pytest.approx(loss)
        assert figure(report, theme, "net") == pytest.approx(gain - loss)
    assert figure(report, "artificialisation", "net_per_year") == pytest.approx((gain - loss) / 3)
    assert figure(report, "territory", "area") == pytest.approx(area)


def test_every_number_has_a_source_that_the_report_lists(reports):
    for report in reports.values():
        for _, quantity in report.quantities():
            assert quantity.sources
            assert report.numbered(quantity.sources)


def test_the_two_measures_never_meet(reports):
    for report in reports.values():
        for chapter in report.chapters:
            themes = {q.theme for block in chapter.blocks for q in quantities_of(block)}
            if chapter.title == french(ENAF_TITLE):
                assert themes == {"enaf"}
            else:
                assert "enaf" not in themes


def test_sentences_of_gain_and_loss(reports):
    text = words(reports[AUBIN], ARTIFICIAL_TITLE)
    assert french("0,60 ha ont été artificialisés et 0,36 ha désartificialisés : le solde est de +0,24 ha") in text


def test_sentences_of_no_change(reports):
    assert french("la carte ne montre aucun sol artificialisé ni désartificialisé") in words(
        reports[BOURG], ARTIFICIAL_TITLE
    )
    assert "aucun changement de ces surfaces" in words(reports[BOURG], IMPERVIOUS_TITLE)


def test_a_map_that_covers_half_of_a_commune_is_told(reports, case):
    assert set(case.coverage) == {EPCI, ETANG}
    assert case.coverage[ETANG].before_pct == pytest.approx(100)
    assert case.coverage[ETANG].after_pct == pytest.approx(50)
    assert french("La carte de 2022 ne couvre qu'une partie de la commune.") in words(reports[ETANG], "Le territoire")
    assert "partie" not in words(reports[AUBIN], "Le territoire")


def test_consumption_of_enaf_and_its_trajectory(reports):
    # 10 x 1 000 m² then 2 x 400 m²: 1.08 ha of 6 ha; half of the reference is 0.5 ha.
    report = reports[AUBIN]
    assert sum(q.value for _, q in report.quantities() if q.indicator == "annual") == pytest.approx(1.08)
    rows = table(report, "Consommation d'ENAF au regard").rows
    assert [row[1].value for row in rows] == pytest.approx([1.0, 0.5, 0.08])
    share = next(q for _, q in report.quantities() if (q.theme, q.indicator) == ("enaf", "share"))
    assert share.value == pytest.approx(18.0)


def test_zones_of_the_plan(reports):
    # The estate lies in AU, the car park that went in A, the old houses in U.
    rows = {str(row[0]): row for row in table(reports[AUBIN], "Artificialisation par zone").rows}
    assert list(rows) == ["Zones urbaines (U)", "Zones à urbaniser (AU)", "Zones agricoles (A)"]
    urban, coming, fields = rows.values()
    assert [cell.value for cell in urban[1:]] == pytest.approx([1.4, 0.3, 100 * 0.3 / 1.4, 0, 0])
    assert [cell.value for cell in coming[1:]] == pytest.approx([2.8, 0.6, 100 * 0.6 / 2.8, 0.6, 0])
    assert [cell.value for cell in fields[1:]] == pytest.approx([1.8, 0, 0, 0, 0.36])


def test_without_its_files_a_chapter_says_what_is_missing(files):
    case = make_case(request_of(files, AUBIN, beside=False))
    report = build_report(case, case.places[0], Ground(case))
    assert french("Aucun fichier de consommation d'ENAF n'a été fourni") in words(report, ENAF_TITLE)
    assert "--planning FICHIER" in words(report, PLANNING_TITLE)
    assert all(q.theme != "enaf" for _, q in report.quantities())


def test_a_commune_alone_says_what_it_says_in_its_epci(files, case, reports):
    alone = make_case(request_of(files, AUBIN))
    report = build_report(alone, alone.places[0], Ground(alone))
    told = {q.key: q.text for _, q in report.quantities()}
    assert told == {q.key: q.text for _, q in reports[AUBIN].quantities()}
    for own, other in zip(report.chapters, reports[AUBIN].chapters, strict=True):
        # Maps are drawn from pieces that reach out of the commune or do not; what is outside is hidden.
        assert [b for b in own.blocks if not isinstance(b, Picture)] == [
            b for b in other.blocks if not isinstance(b, Picture)
        ]


def test_places_of_change_are_those_that_changed(reports):
    rows = table(reports[AUBIN], "Les 2 plus grands lieux").rows
    assert [(str(row[0]), str(row[1]), row[-1].value) for row in rows] == [
        ("1", "Artificialisé", pytest.approx(0.6)),
        ("2", "Désartificialisé", pytest.approx(0.36)),
    ]


def test_the_municipality_has_room_to_write(reports):
    for report in reports.values():
        rooms = [c.title for c in report.chapters for b in c.blocks if isinstance(b, WriteIn)]
        asked = (ENAF_TITLE, ARTIFICIAL_TITLE, IMPERVIOUS_TITLE, PLANNING_TITLE, "Débat, vote et transmission")
        assert {french(title) for title in asked} <= set(rooms)


def test_maps_carry_their_legend_scale_north_and_source(reports):
    for report in reports.values():
        assert [picture.name for picture in report.pictures()] == ["situation", "artificialisation", "changements"]
        for picture in report.pictures():
            assert picture.alternative
            for mark in (">N</text>", "Limite du territoire", "Sources", " m</text>".replace(" ", "\u00a0")):
                assert mark in picture.svg, (picture.name, mark)


def test_a_departement_owes_no_report(files):
    with pytest.raises(ConfigError, match="communes and EPCI"):
        make_case(request_of(files, "99"))


@pytest.mark.parametrize(
    ("delivered", "told", "warned"),
    [
        ((), "Le statut artificialisé. Il est calculé à partir de la couverture", False),
        ((2022,), "Pour 2022, il est celui que donne le fichier officiel. Pour 2019, il est calculé à partir", True),
        (YEARS, "Le statut artificialisé. Il est celui que donnent les fichiers officiels. Rien n'assure", True),
    ],
)
def test_a_status_of_two_origins_is_told(files, tmp_path, delivered, told, warned):
    """The delivered status is that of the matrix, so that figures are the same, and tells no rules."""
    request = request_of(files, AUBIN)
    for year in delivered:
        frame = polygons(year)
        frame["artif"] = np.where(frame["code_cs"].str.startswith("CS1"), "artif", "non artif")
        write_geopackage(tmp_path / f"artif_{year}.gpkg", {"ARTIF": frame.assign(crit_seuil=False)})
    paths = [tmp_path / f"artif_{y}.gpkg" if y in delivered else files / f"ocsge_{y}.gpkg" for y in YEARS]
    case = make_case(replace(request, files=tuple(paths)))
    report = build_report(case, case.places[0], Ground(case))
    frame = next(c for c in report.chapters if c.title == "Cadre du rapport")
    points = [point for block in frame.blocks if isinstance(block, Bullets) for point in block.items]
    texts = " ".join("".join(run if isinstance(run, str) else run.text for run in point) for point in points)
    assert french(told) in texts
    assert (french("Rien n'assure que les deux statuts ont été décidés selon les mêmes réglages") in texts) == warned
    assert bool(case.status_warnings) == warned
    assert figure(report, "artificialisation", "gain") == pytest.approx(0.60)


def test_a_plan_without_zones_is_refused_by_name(files, tmp_path):
    write_geopackage(tmp_path / "plan.gpkg", {"PLAN": plan().rename(columns={"typezone": "x"})})
    with pytest.raises(SchemaError, match="typezone"):
        make_case(replace(request_of(files, AUBIN), planning=tmp_path / "plan.gpkg"))


@pytest.mark.parametrize("others", [(), ("PRESCRIPTION_SURF",)])
def test_a_plan_is_read_as_it_is_delivered(files, tmp_path, others):
    """In degrees, alone or among other layers: the estate is 0.6 ha of AU all the same, to what degrees round."""
    delivered = plan().to_crs("EPSG:4326")
    write_geopackage(tmp_path / "plu.gpkg", dict.fromkeys((*others, "ZONE_URBA"), delivered))
    case = make_case(replace(request_of(files, AUBIN), planning=tmp_path / "plu.gpkg"))
    shown = table(build_report(case, case.places[0], Ground(case)), "Artificialisation par zone")
    coming = next(row for row in shown.rows if str(row[0]) == "Zones à urbaniser (AU)")
    assert coming[2].value == pytest.approx(0.6, abs=1e-3)
    assert case.warnings == ("plu.gpkg: reprojected from EPSG:4326 to EPSG:2154",)


@given(st.floats(min_value=-99_999, max_value=99_999), st.sampled_from(["ha", "%", "ha/year"]), st.booleans())
def test_a_number_is_shown_as_it_is(value, unit, signed):
    quantity = Quantity(value, unit, "", "t", "i", ("c", "n"), ("before",), signed=signed)
    shown = quantity.bare.replace("\u202f", "").replace("\u00a0", "").replace("−", "-").replace(",", ".")
    if "<" in shown:
        assert 0 < abs(value) < 0.005
        assert shown.startswith("-") == (value < 0)
    else:
        assert math.isclose(float(shown), value, abs_tol=0.0501 if unit == "%" and abs(value) >= 1 else 0.00501)
        assert shown.lstrip("+-0.") or not shown.startswith(("-", "+"))


@given(st.text(alphabet="a'é :;?%«»12 0ha.,", max_size=40))
def test_typography_is_done_once(text):
    assert french(french(text)) == french(text)
