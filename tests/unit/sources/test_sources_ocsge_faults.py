"""Every fault of a delivery: the rows are set aside and told, or the delivery is refused by name."""

from __future__ import annotations

import geopandas
import pandas as pd
import pytest
import shapely
from made_up_deliveries import SQUARES, artif, artif_diff, cosia, diff, occupation_sol, patch, write, zone_construite

from millesime.errors import CrsError, GeometryError, InputError, RefusedError
from millesime.sources.ocsge import MAX_DUPLICATE_ZONES, MAX_NULL_CODES, read_delivery, read_limit, require_comparable

BOW_TIE = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


def moved(frame, row, geometry):
    geometries = list(frame.geometry)
    geometries[row] = geometry
    return frame.set_geometry(geometries, crs=frame.crs)


def repeated(frame, row, times, **changes):
    """The frame with one of its rows again, `times` times."""
    again = pd.concat([frame.iloc[[row]]] * times).assign(**changes)
    return geopandas.GeoDataFrame(pd.concat([frame, again], ignore_index=True), crs=frame.crs)


def stretched(frame, times):
    """The same four rows many times, each copy further east: no polygon twice."""
    copies = [frame.set_geometry(frame.translate(1000 * number)) for number in range(times)]
    return geopandas.GeoDataFrame(pd.concat(copies, ignore_index=True), crs=frame.crs)


#: What is set aside with a warning: name -> frame, reason, number of rows.
SET_ASIDE = {
    "no geometry": (moved(occupation_sol(), 1, None), "empty geometry", 1),
    "empty geometry": (moved(occupation_sol(), 1, shapely.Polygon()), "empty geometry", 1),
    "a line": (moved(zone_construite(), 1, shapely.LineString([(0, 0), (1, 1)])), "expected a polygon, found", 1),
    "a flat polygon": (moved(diff(), 1, shapely.Polygon([(0, 0), (9, 0), (3, 0)])), "", 1),
    "a row twice": (repeated(occupation_sol(), 2, 1), "repeats an earlier row", 1),
    "a polygon twice, same codes": (
        repeated(occupation_sol(), 2, 1, id="other"),
        "same polygon and codes as an earlier row",
        1,
    ),
    "a change twice": (repeated(artif_diff(), 2, 2), "same polygon and codes as an earlier row", 2),
    "zones twice": (
        repeated(zone_construite(), 2, MAX_DUPLICATE_ZONES, id=[f"n{k}" for k in range(MAX_DUPLICATE_ZONES)]),
        "same polygon as an earlier row",
        MAX_DUPLICATE_ZONES,
    ),
    "a change without a code": (diff(cs_2022=["CS1.1.1.1", None, "CS2.1.1.1", "CS2.2.1"]), "no value in cs_after", 1),
    "100 changes without a code": (
        stretched(diff(us_2019=[None, "US1.1", "US1.2", "US3"]), MAX_NULL_CODES),
        "no value in us_before",
        MAX_NULL_CODES,
    ),
}

#: What refuses a delivery: name -> frame, the words that say why, rows set aside when the caller is tolerant.
REFUSED = {
    "an id twice": (occupation_sol(id=["a", "b", "b", "d"]), "1 rows, id used by an earlier row: b", 1),
    "an unknown cover": (
        occupation_sol(code_cs=["CS2.2.3", "CS9", "CS2.2.1", "CS2.1.1.1"]),
        "2 rows, code_cs is not a delivered cover code: CS2.2.3, CS9",
        2,
    ),
    "a branch of the uses": (
        artif(code_us=["US4", "US3", "US1.1", "US1.2"]),
        "1 rows, code_us is not a delivered use code: US4",
        1,
    ),
    "a missing cover": (
        occupation_sol(code_cs=["CS1.1.1.1", None, "", "CS2.1.1.1"]),
        "2 rows, code_cs has no value",
        2,
    ),
    "an unknown code of a change": (
        diff(us_2022=["US7", "US4.1.1", "US6.3", "US6.3"]),
        "1 rows, us_after is not a delivered use code: US7",
        1,
    ),
    "101 changes without a code": (
        stretched(diff(us_2019=[None, "US1.1", "US1.2", "US3"]), MAX_NULL_CODES + 1),
        "101 rows, no value in us_before",
        MAX_NULL_CODES + 1,
    ),
    "51 changes without a cover and 51 without a use": (
        stretched(diff(us_2019=[None, "US1.1", "US1.2", "US3"], cs_2022=["CS1.1.1.1", "CS2.2.1", None, "CS2.2.1"]), 51),
        "102 rows, no value in cs_after, us_before",
        102,
    ),
    "a polygon twice, other codes": (
        repeated(occupation_sol(), 2, 1, id="other", code_us="US5"),
        "1 rows, same polygon as an earlier row, other codes",
        1,
    ),
    "six zones twice": (
        repeated(zone_construite(), 2, MAX_DUPLICATE_ZONES + 1, id=[f"n{k}" for k in range(MAX_DUPLICATE_ZONES + 1)]),
        "6 rows, same polygon as an earlier row",
        6,
    ),
    "a flux of 0 and of 2": (
        artif_diff(artificialisation=[0, 2, 1, -1]),
        "2 rows, artificialisation is neither -1 nor +1: '0', '2'",
        2,
    ),
    "a flux that is missing": (
        artif_diff(artificialisation=[None, 1, 1, -1]),
        "1 rows, artificialisation is neither -1 nor +1",
        1,
    ),
    "an unknown status": (
        artif(artif=["oui", "artif", "non artif", "non artif"]),
        "1 rows, artif is neither 'artif' nor 'non artif': 'oui'",
        1,
    ),
    "an unknown threshold flag": (
        artif(crit_seuil=["true", "false", "maybe", "1"]),
        "1 rows, crit_seuil is neither true nor false",
        1,
    ),
    "an unknown correction": (
        patch(us_corr=["US3", "RAS", "US8", "US6.3"]),
        "1 rows, us_corr is not a delivered use code: US8",
        1,
    ),
    "an unknown class": (
        cosia(classe=["Bâtiment", "Zone imperméable", "Gazon", "Pelouse"]),
        "1 rows, classe is not a class of CoSIA: 'Gazon'",
        1,
    ),
}


@pytest.fixture
def read(tmp_path):
    """Write a frame and read the file that it makes, `a.gpkg` unless told otherwise."""

    def write_and_read(frame, *, name="a", **options):
        return read_delivery(write(frame, tmp_path / f"{name}.gpkg"), **options).layers[0]

    return write_and_read


def accounts_for_every_row(layer, count):
    """Rows in = rows used + rows told."""
    aside = {name: n for name, n in layer.counts.items() if name.startswith("set aside, ")}
    assert layer.counts["read"] == count
    assert layer.counts["read"] == layer.counts["used"] + sum(aside.values())
    assert sum(aside.values()) == len(layer.set_aside)
    assert sorted([*layer.frame["row"].unique(), *layer.set_aside["row"]]) == list(range(count))
    assert all(f"set aside, {reason}" in aside for reason in layer.set_aside["reason"])


@pytest.mark.parametrize("name", SET_ASIDE)
def test_set_aside_and_told(read, name):
    frame, reason, rows = SET_ASIDE[name]
    layer = read(frame, name="ZONE_CONSTRUITE" if len(frame.columns) == 3 else "a")
    accounts_for_every_row(layer, len(frame))
    assert len(layer.set_aside) == rows
    assert layer.set_aside["reason"].str.startswith(reason).all()
    assert [fault.severity for fault in layer.faults] == ["warning"]


@pytest.mark.parametrize("name", REFUSED)
def test_refused_by_name_or_set_aside_when_tolerant(read, tmp_path, name):
    frame, words, rows = REFUSED[name]
    with pytest.raises(RefusedError) as caught:
        read(frame)
    assert words in str(caught.value)
    assert str(tmp_path / "a.gpkg") in str(caught.value)
    layer = read(frame, tolerant=True)
    accounts_for_every_row(layer, len(frame))
    assert len(layer.set_aside) == rows
    assert [fault.severity for fault in layer.faults] == ["error"]


def test_all_errors_are_told_together(read):
    frame = occupation_sol(id=["a", "a", "c", "d"], code_us=["US9", "US3", "US1.1", "US1.2"])
    with pytest.raises(RefusedError, match=r"(?s)2 faults.*US9.*id used by an earlier row"):
        read(frame)


def test_a_row_with_two_faults_is_told_once(read):
    frame = moved(occupation_sol(code_us=["US9", "US3", "US1.1", "US1.2"]), 0, None)
    layer = read(frame, tolerant=True)
    accounts_for_every_row(layer, 4)
    assert len(layer.faults) == 2


def test_a_row_set_aside_takes_nobody_s_place(read):
    """The same polygon twice, the first time with an unknown code: the second one is used."""
    frame = repeated(occupation_sol(), 2, 1, id="second")
    frame.loc[2, "code_us"] = "US9"
    layer = read(frame, tolerant=True)
    assert layer.set_aside["row"].tolist() == [2]
    assert layer.frame["id"].tolist()[-1] == "second"


def test_invalid_polygons_are_repaired_and_counted(read):
    """A bow tie of two triangles of 2 500 m² is repaired into two parts."""
    layer = read(moved(occupation_sol(), 0, BOW_TIE))
    accounts_for_every_row(layer, 4)
    assert layer.counts["invalid geometry repaired"] == 1
    assert layer.counts["multipart split"] == 1
    assert layer.frame["part"].tolist() == [0, 1, 0, 0, 0]
    assert layer.frame.area.tolist() == [2500, 2500, 10_000, 10_000, 10_000]
    assert layer.frame.is_valid.all()


def test_multiparts_are_split_and_counted(read):
    """Two squares under one id: two polygons, the id kept by both."""
    two = shapely.MultiPolygon([SQUARES[0], shapely.box(500, 0, 600, 100)])
    layer = read(moved(occupation_sol(), 0, two))
    assert layer.frame["id"].tolist() == ["OCSGE0", "OCSGE0", "OCSGE1", "OCSGE2", "OCSGE3"]
    assert layer.frame["row"].tolist() == [0, 0, 1, 2, 3]
    assert layer.counts == {"read": 4, "used": 4, "multipart split": 1}


def test_rings_that_start_elsewhere_are_the_same_polygon(read):
    """The same square from another corner and the other way round is found; one vertex more is another polygon."""
    turned = shapely.Polygon([(100, 100), (100, 0), (0, 0), (0, 100)])
    frame = moved(repeated(zone_construite(), 0, 2, id=["x", "y"]), 4, turned)
    frame = moved(frame, 5, shapely.Polygon([(0, 0), (50, 0), (100, 0), (100, 100), (0, 100)]))
    layer = read(frame, name="ZONE_CONSTRUITE")
    assert layer.set_aside["id"].tolist() == ["x"]


def test_a_badly_cut_border_is_cut_again(read):
    """The limit leaves 90 m of the two eastern squares, and nothing of a fifth one further east: 2 000 + 400 m² go."""
    far = repeated(occupation_sol(), 0, 1, id="far")
    frame = moved(far, 4, shapely.box(300, 0, 320, 20))
    limit = geopandas.GeoDataFrame(geometry=[shapely.box(-50, -50, 190, 250)], crs="EPSG:2154")
    layer = read(frame, limit=limit)
    accounts_for_every_row(layer, 5)
    assert layer.removed_m2 == pytest.approx(2400)
    assert layer.frame.area.tolist() == [10_000, 9_000, 10_000, 9_000]
    assert layer.set_aside["id"].tolist() == ["far"]
    assert layer.counts["set aside, outside the limit"] == 1
    assert "cut along the limit: 2400.0 m² removed, 2 polygons cut, 1 rows outside" in layer.told
    inside = read(frame, limit=limit.buffer(1000))
    assert (inside.removed_m2, len(inside.set_aside)) == (0, 0)


def test_a_limit_that_cuts_a_polygon_in_two(read):
    """A limit of two strips: the square keeps both ends, as two parts of one row."""
    limit = geopandas.GeoSeries([shapely.box(0, 0, 40, 200), shapely.box(60, 0, 200, 200)], crs="EPSG:2154")
    layer = read(occupation_sol(), limit=limit)
    first = layer.frame[layer.frame["row"] == 0]
    assert first["part"].tolist() == [0, 1]
    assert sorted(first.area) == [4000, 4000]
    assert layer.removed_m2 == pytest.approx(4000)


def test_limits_that_cannot_be_used(read):
    with pytest.raises(CrsError, match="EPSG:2975"):
        read(occupation_sol(), limit=geopandas.GeoSeries([SQUARES[0]], crs="EPSG:2975"))
    with pytest.raises(GeometryError, match="no polygon"):
        read(occupation_sol(), limit=geopandas.GeoSeries([shapely.Point(0, 0)], crs="EPSG:2154"))


def departements():
    """D32 up to x = 190, D65 from there on, as Admin Express has them."""
    return geopandas.GeoDataFrame(
        {"INSEE_DEP": ["32", "65"], "NOM": ["Gers", "Hautes-Pyrénées"]},
        geometry=[shapely.box(-50, -50, 190, 250), shapely.box(190, -50, 500, 250)],
        crs="EPSG:2154",
    )


def test_each_departement_takes_its_own_limit(read):
    """Of the four squares of 10 000 m², D32 keeps 38 000 m² and D65 the strip of 10 m."""
    frame = occupation_sol()
    assert read(frame, name="OCS-GE_D032_2022", limit=departements()).removed_m2 == pytest.approx(2_000)
    assert read(frame, name="OCS-GE_D065_2022", limit=departements()).removed_m2 == pytest.approx(38_000)
    assert read(frame, limit=departements().iloc[:1]).removed_m2 == pytest.approx(2_000)
    with pytest.raises(GeometryError, match="no département 09"):
        read(frame, name="OCS-GE_D009_2022", limit=departements())
    with pytest.raises(GeometryError, match="several départements"):
        read(frame, limit=departements())


def test_limits_as_admin_express_delivers_them(tmp_path):
    """Its layer of départements is found among the others, whatever its case; a file of one layer is taken as it is."""
    write(departements(), tmp_path / "ADMIN-EXPRESS.gpkg", layer="COMMUNE")
    with pytest.raises(InputError, match="holds 2 layers"):
        read_limit(write(departements(), tmp_path / "ADMIN-EXPRESS.gpkg", layer="REGION"))
    path = write(departements(), tmp_path / "ADMIN-EXPRESS.gpkg", layer="Departement")
    assert read_limit(path)["INSEE_DEP"].tolist() == ["32", "65"]
    assert len(read_limit(write(departements().iloc[:1], tmp_path / "limit.gpkg"))) == 1


def test_a_flux_across_generations_is_refused_unless_forced():
    assert require_comparable("new", "new") == ()
    assert require_comparable("old", "old") == ()
    with pytest.raises(RefusedError, match=r"old generation.*new one"):
        require_comparable("old", "new")
    (sentence,) = require_comparable("old", "new", force=True)
    assert sentence.startswith("forced: ")
    assert "not statistically comparable" in sentence
    (sentence,) = require_comparable("unknown", "new")
    assert "not known" in sentence
