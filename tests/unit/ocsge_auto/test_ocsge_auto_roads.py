"""Roads and railways: hand-drawn lines, widths worked out in the comments."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from millesime.ocsge_auto.ossature import OssatureRules, draw_networks
from millesime.ocsge_auto.roads import RoadRules, continuous_roads, road_widths, select_roads

RULES = RoadRules()
NAN = float("nan")


def section(start, end, *, width=NAN, lanes=NAN, nature="Route à 1 chaussée", importance="4", level=0, name=""):
    line = shapely.LineString([start, end])
    return {
        "nature": nature, "importance": importance, "largeur_de_chaussee": width, "nombre_de_voies": lanes,
        "level": level, "nom_collaboratif_gauche": name, "cpx_numero": "", "geometry": line,
    }  # fmt: skip


def roads(*rows) -> geopandas.GeoDataFrame:
    frame = geopandas.GeoDataFrame(list(rows), geometry="geometry", crs="EPSG:2154")
    return frame.assign(cleabs=[f"r{n}" for n in range(len(frame))], row=range(len(frame)))


def no_roads() -> geopandas.GeoDataFrame:
    return roads(section((0, 0), (1, 0))).iloc[:0]


def railways(*rows: tuple[str, float, int, str]) -> geopandas.GeoDataFrame:
    nature, tracks, level, state = zip(*rows, strict=True) if rows else ((), (), (), ())
    return geopandas.GeoDataFrame(
        {"nature": nature, "nombre_de_voies": tracks, "level": level, "etat_de_l_objet": state,
         "cleabs": [f"v{n}" for n in range(len(rows))], "row": range(len(rows))},
        geometry=[shapely.LineString([(0, 50), (100, 50)])] * len(rows), crs="EPSG:2154",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "width"),
    [
        (section((0, 0), (9, 0), width=6.0, lanes=1), 6.0),  # the carriageway comes first
        (section((0, 0), (9, 0), lanes=2), 7.0),  # else lanes x 3.5 m
        (section((0, 0), (9, 0)), 5.0),  # else the default of the nature
        (section((0, 0), (9, 0), importance="5"), 4.0),  # a minor road is narrower
        (section((0, 0), (9, 0), nature="Rond-point"), 7.0),
        (section((0, 0), (9, 0), width=0.0, lanes=2), 7.0),  # zero means empty
    ],
)
def test_width_of_a_road(row, width):
    frame = roads(row)
    assert road_widths(frame, continuous_roads(frame), rules=RULES).tolist() == [width]


def test_a_road_below_five_metres_is_out_and_listed():
    chosen = select_roads(roads(section((0, 0), (9, 0), width=4.9), section((0, 9), (9, 9), width=5.0)), rules=RULES)
    assert chosen.drawn["cleabs"].tolist() == ["r1"]
    assert chosen.set_aside[["key", "reason"]].to_numpy().tolist() == [["r0", "road below 5 m"]]


def test_tunnels_and_paths_are_out_and_listed():
    chosen = select_roads(
        roads(section((0, 0), (9, 0), width=7, level=-1), section((0, 9), (9, 9), width=7, nature="Chemin")),
        rules=RULES,
    )
    assert len(chosen.drawn) == 0
    assert sorted(chosen.set_aside["reason"]) == ["below ground", "not a road: Chemin"]


def test_width_is_decided_per_road_not_per_section():
    """One street in three sections of 100, 20 and 50 m; median by length of 6, 4, 6 m is 6 m: the stretch of 4 m
    is drawn at 5 m, and the section without a width takes 6 m."""
    street = roads(
        section((0, 0), (100, 0), width=6, name="RUE A"),
        section((100, 0), (120, 0), width=4, name="RUE A"),
        section((120, 0), (170, 0), name="RUE A"),
    )
    chosen = select_roads(street, rules=RULES)
    assert chosen.drawn["width_m"].tolist() == [6.0, 5.0, 6.0]


def test_a_wide_stretch_does_not_make_a_narrow_road():
    """200 m of 4 m and 20 m of 9 m: the median is 4 m, the road is out whole."""
    lane = roads(section((0, 0), (200, 0), width=4), section((200, 0), (220, 0), width=9))
    assert len(select_roads(lane, rules=RULES).drawn) == 0


def test_sections_of_other_names_or_importance_are_other_roads():
    crossing = roads(
        section((0, 0), (9, 0), name="RUE A"),
        section((9, 0), (18, 0), name="RUE A"),
        section((9, 0), (9, 9), name="RUE B"),
        section((18, 0), (27, 0), name="RUE A", importance="5"),
    )
    assert continuous_roads(crossing).tolist() == [0, 0, 1, 2]


def test_a_nameless_road_goes_on_where_only_two_sections_meet():
    assert continuous_roads(roads(section((0, 0), (9, 0)), section((9, 0), (18, 0)))).tolist() == [0, 0]
    fork = roads(section((0, 0), (9, 0)), section((9, 0), (18, 0)), section((9, 0), (9, 9)))
    assert continuous_roads(fork).tolist() == [0, 1, 2]


def test_road_polygon_has_the_width_and_stays_in_the_extent():
    """A road of 6 m across 100 m: 600 m², the round ends cut at the extent."""
    found = draw_networks(
        roads(section((-20, 50), (120, 50), width=6)), railways(), (0, 0, 100, 100), rules=OssatureRules()
    )
    assert found.polygons.area.tolist() == pytest.approx([600.0])
    assert found.polygons[["code_cs", "code_us", "is_ossature"]].to_numpy().tolist() == [["CS1.1.1.2", "US4.1.1", True]]


def test_minor_roads_are_drawn_but_are_no_ossature():
    found = draw_networks(
        roads(section((-20, 50), (120, 50), width=6, importance="5")),
        railways(),
        (0, 0, 100, 100),
        rules=OssatureRules(),
    )
    assert found.polygons["is_ossature"].tolist() == [False]


@pytest.mark.parametrize(("level", "rail_area"), [(0, 100 * 12 - 12 * 6), (1, 100 * 12)])
def test_the_upper_one_is_drawn_over_the_lower(level, rail_area):
    """Two tracks take 2 x 4 + 4 = 12 m; a road of 6 m crosses them: over them at equal level, under a viaduct."""
    found = draw_networks(
        roads(section((50, -20), (50, 120), width=6)),
        railways(("Voie ferrée principale", 2, level, "En service")),
        (0, 0, 100, 100),
        rules=OssatureRules(),
    )
    rail = found.polygons[found.polygons["code_us"] == "US4.1.2"]
    assert rail.area.sum() == pytest.approx(rail_area, abs=0.5)
    assert set(rail["code_cs"]) == {"CS1.1.2.1"}
    assert shapely.area(shapely.union_all(found.polygons.geometry)) == pytest.approx(
        found.polygons.area.sum(), abs=0.01
    )


def test_railways_below_ground_or_disused_are_out_and_listed():
    found = draw_networks(
        no_roads(),
        railways(
            ("Voie ferrée principale", 1, -1, "En service"),
            ("Voie ferrée principale", 1, 0, "Déclassé"),
            ("Sans objet", 1, 0, "En service"),
        ),
        (0, 0, 100, 100),
        rules=OssatureRules(),
    )
    assert len(found.polygons) == 0
    assert sorted(found.set_aside["reason"]) == [
        "below ground", "no nature: mostly disused", "not in service: Déclassé",
    ]  # fmt: skip


def test_small_holes_are_filled_islands_stay():
    """A ring road around an island of 8 m radius (about 200 m²) keeps it; around one of 4 m (50 m²) it does not."""

    def ring(x: float, radius: float) -> dict:
        circle = shapely.Point(x, 50).buffer(radius).exterior
        return section((0, 0), (1, 0), width=6, nature="Rond-point") | {"geometry": circle}

    found = draw_networks(roads(ring(30, 11), ring(70, 7)), railways(), (0, 0, 100, 100), rules=OssatureRules())
    holes = sorted(len(shapely.get_rings(polygon)) - 1 for polygon in found.polygons.geometry)
    assert holes == [0, 1]
    assert np.isclose(found.polygons.geometry.area.min(), np.pi * 10**2, rtol=0.02)
