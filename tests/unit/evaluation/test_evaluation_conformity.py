"""Each check on a map of four squares, whose faults are made by hand."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from millesime.errors import InputError
from millesime.evaluation.conformity import RULES, Settings, check_layer, check_layers, detect, layer_of, located

SIDE_M = 60  # 3 600 m²: above every minimum unit


def _square(column: int, row: int, side: float = SIDE_M) -> shapely.Polygon:
    return shapely.box(column * SIDE_M, row * SIDE_M, column * SIDE_M + side, row * SIDE_M + side)


def occupation_sol(n: int = 3) -> geopandas.GeoDataFrame:
    """A sound map of n x n fields."""
    cells = [(column, row) for row in range(n) for column in range(n)]
    count = len(cells)
    return geopandas.GeoDataFrame(
        {
            "id": [f"OCSGE{k:04d}" for k in range(count)],
            "code_cs": ["CS2.2.1"] * count,
            "code_us": ["US1.1"] * count,
            "millesime": ["2022"] * count,
            "source": ["images"] * count,
            "ossature": np.zeros(count, dtype=np.int64),
            "id_origine": np.array([None] * count, dtype=object),
            "code_or": np.array([None] * count, dtype=object),
        },
        geometry=[_square(*cell) for cell in cells],
        crs="EPSG:2154",
    )


def found(frame: geopandas.GeoDataFrame, *, name: str = "OCCUPATION_SOL", **kwargs) -> dict[str, int]:
    """Rule -> count."""
    layer = layer_of(frame, name=name)
    assert layer is not None
    counts: dict[str, int] = {}
    for anomaly in check_layer(layer, **kwargs):
        counts[anomaly.rule] = counts.get(anomaly.rule, 0) + 1
    return counts


def test_a_sound_map_has_no_anomaly():
    assert found(occupation_sol()) == {}


def test_upper_case_attributes_and_variants_are_accepted():
    frame = occupation_sol().rename(columns=str.upper).rename(columns={"GEOMETRY": "the_geom"})
    frame = frame.set_geometry("the_geom").rename(columns={"CODE_CS": "COUVERTURE", "CODE_US": "USAGE"})
    assert found(frame) == {}
    assert found(occupation_sol().assign(millesime=2022)) == {}


def test_shifted_polygon_and_unknown_code_are_both_named():
    """The middle square of 60 m moved 1 m east: it overlaps its eastern neighbour by 60 m² and leaves 60 m² empty."""
    frame = occupation_sol()
    frame.loc[4, "geometry"] = shapely.affinity.translate(frame.geometry[4], 1, 0)
    frame.loc[7, "code_us"] = "US9"
    counts = found(frame)
    assert counts["overlap"] == 1
    assert counts["gap"] == 1
    assert counts["unknown_code"] == 1
    assert counts["invalid_edge"] >= 2
    assert set(counts) == {"overlap", "gap", "unknown_code", "invalid_edge"}
    by_rule = {a.rule: a for a in check_layer(layer_of(frame, name="OCCUPATION_SOL"))}
    assert by_rule["overlap"].geometry.area == pytest.approx(60)
    assert by_rule["gap"].geometry.area == pytest.approx(60)
    assert "US9" in by_rule["unknown_code"].message
    assert by_rule["unknown_code"].object_id == "OCSGE0007"


def test_missing_polygon_is_a_hole():
    """The middle square is not there: 60 m x 60 m, mean width 2 x 3600 / 240 = 30 m: a hole, not a gap."""
    assert found(occupation_sol().drop(index=4)) == {"hole": 1}


def test_vertex_without_twin_is_an_invalid_edge():
    """A vertex in the middle of a border that only one side has, 5 mm off: below any overlap that matters."""
    frame = occupation_sol(2)
    frame.loc[0, "geometry"] = shapely.Polygon([(0, 0), (60, 0), (60, 30), (60, 60), (0, 60)])
    assert found(frame) == {"invalid_edge": 2}


def test_geometry_faults():
    """A bow tie, an empty row, a row without geometry, two parts, the same square twice."""
    frame = occupation_sol()
    far = [shapely.affinity.translate(_square(0, 0), 1000 * (k + 1), 0) for k in range(3)]
    extra = frame.iloc[[0] * 6].copy().reset_index(drop=True)
    extra["id"] = [f"X{k}" for k in range(6)]
    bow_tie = shapely.Polygon([(5000, 0), (5100, 100), (5100, 0), (5000, 100)])
    two = shapely.MultiPolygon([far[1], far[2]])
    extra["geometry"] = [bow_tie, shapely.Polygon(), None, two, far[0], far[0]]
    counts = found(geopandas.GeoDataFrame(geopandas.pd.concat([frame, extra], ignore_index=True), crs=2154))
    assert counts["invalid_geometry"] == 1
    assert counts["empty_geometry"] == 2
    assert counts["multipart"] == 1
    assert counts["duplicate_geometry"] == 1
    assert counts["overlap"] == 1


def test_slivers():
    """A strip of 0.4 m x 60 m: mean width 2 x 24 / 120.8 = 0.40 m."""
    frame = occupation_sol(1)
    frame = geopandas.GeoDataFrame(geopandas.pd.concat([frame, frame], ignore_index=True), crs=2154)
    frame["id"] = ["a", "b"]
    frame["geometry"] = [shapely.box(0, 0, 59.6, 60), shapely.box(59.6, 0, 60, 60)]
    assert found(frame) == {"sliver": 1, "minimum_unit": 1}
    layer = layer_of(frame, name="x")
    assert check_layers([layer]).accepted
    assert not check_layers([layer], settings=Settings(strict=True)).accepted


def _with_small(cs: str, area_m2: float, **others) -> geopandas.GeoDataFrame:
    """A field of 60 m x 60 m with an object of `area_m2` in its middle."""
    frame = occupation_sol(1)
    frame = geopandas.GeoDataFrame(geopandas.pd.concat([frame, frame], ignore_index=True), crs=2154)
    small = shapely.box(10, 10, 10 + area_m2 / 20, 30)
    return frame.assign(
        id=["field", "small"], code_cs=["CS2.2.1", cs], geometry=[_square(0, 0).difference(small), small], **others
    )


@pytest.mark.parametrize(
    ("cs", "area_m2", "expected"),
    [
        ("CS1.1.1.1", 199, {"minimum_unit": 1}),
        ("CS1.1.1.1", 200, {}),
        ("CS1.1.1.2", 499, {"minimum_unit": 1}),
        ("CS1.1.1.2", 500, {}),
        ("CS1.1.1.2", 499.8, {}),  # within the tolerance of 0.5 m²
    ],
)
def test_minimum_units_without_built_zone(cs, area_m2, expected):
    assert found(_with_small(cs, area_m2)) == expected


def test_minimum_units_with_built_zone():
    """A sealed object of 600 m²: above 500 m² inside the built zone, below 2 500 m² outside it."""
    frame = _with_small("CS1.1.1.2", 600)
    inside, outside = np.array([shapely.box(0, 0, 30, 30)]), np.array([shapely.box(900, 0, 930, 30)])
    assert found(frame, built_zone=inside) == {}
    assert found(frame, built_zone=outside) == {"minimum_unit": 1}


def test_ossature_and_what_it_closes_in_are_exempt():
    """The object is ossature: exempt. The object is closed in by ossature (a roundabout's centre): told apart."""
    assert found(_with_small("CS1.1.1.2", 100, ossature=[0, 1])) == {}
    assert found(_with_small("CS2.2.1", 100, ossature=[1, 0])) == {"minimum_unit_exempt": 1}


def test_attributes():
    frame = occupation_sol().drop(columns=["source", "code_or"]).assign(surface=1.0)
    frame["ossature"] = [0, 1, 2, 0, 0, 0, 0, 0, 0]
    frame["millesime"] = ["2022"] * 8 + [None]
    counts = found(frame)
    assert counts == {"missing_attribute": 2, "extra_attribute": 1, "unknown_value": 1, "null_value": 1}
    assert found(occupation_sol().assign(millesime="an 2022", ossature="0")) == {"wrong_type": 2}


def test_own_attributes_of_the_chain_are_known():
    assert found(occupation_sol().assign(cs_rule="a", us_rule="b")) == {}


def test_duplicate_ids():
    frame = occupation_sol()
    frame.loc[[1, 2], "id"] = "OCSGE0000"
    assert found(frame) == {"duplicate_id": 2}


def test_cosia():
    """Names are the key: number 5 of Sol nu is right, 6 is another coding, 'Gazon' is no class."""
    frame = occupation_sol(2)[["geometry"]].assign(
        numero=[5, 6, 12, 1], classe=["Sol nu", "Sol nu", "Gazon", "Bâtiment"]
    )
    assert found(frame, name="D034") == {"class_disagrees": 1, "unknown_code": 1}


def test_artif():
    frame = occupation_sol().assign(aire=3600.0, artif="non artif", crit_seuil=False)
    assert found(frame) == {}
    frame.loc[0, "aire"], frame.loc[1, "artif"] = 3000.0, "oui"
    assert found(frame) == {"wrong_area": 1, "unknown_value": 1}


def test_differences():
    frame = occupation_sol(2)[["geometry"]].assign(
        cs_2019="CS2.2.1", cs_2022="CS1.1.1.1", us_2019="US1.1", us_2022="US5"
    )
    assert found(frame) == {}
    assert found(frame.assign(cs_2022=["CS1.1.1.1", "CS9", None, "CS1.1.1.1"])) == {"unknown_code": 1, "null_value": 1}
    artif = frame.assign(artif_2019="non artif", artif_2022="artif", artificialisation=1)
    assert found(artif) == {}
    assert found(artif.assign(artificialisation=[1, 1, 2, -1])) == {"unknown_value": 1, "flux_disagrees": 1}


@pytest.mark.parametrize(
    ("columns", "name", "kind"),
    [
        (["id", "code_cs", "code_us"], "whatever", "OCCUPATION_SOL"),
        (["id", "artif", "crit_seuil", "code_cs", "code_us"], "artif_2022_32", "ARTIF"),
        (["cs_2019", "cs_2022", "us_2019", "us_2022"], "", "DIFF"),
        (["cs_avant", "cs_apres", "us_avant", "us_apres"], "", "DIFF"),
        (["cs_2019", "cs_2022", "us_2019", "us_2022", "artif_2019", "artif_2022"], "", "ARTIF_DIFF"),
        (["numero", "classe"], "", "COSIA"),
        (["id", "millesime"], "", "ZONE_CONSTRUITE"),
        (["id"], "ZONE_CONSTRUITE", "ZONE_CONSTRUITE"),
    ],
)
def test_kinds(columns, name, kind):
    detected = detect(columns, name=name)
    assert detected is not None
    assert detected.name == kind


def test_other_layers_are_of_no_kind():
    assert detect(["id", "nature", "usage_1"], name="batiment") is None
    assert layer_of(occupation_sol()[["geometry"]].assign(nom="x"), name="commune") is None


def test_attributes_that_differ_by_case_only():
    with pytest.raises(InputError, match="case"):
        layer_of(occupation_sol().assign(ID=1), name="x")


def test_located():
    frame = occupation_sol()
    frame.loc[4, "geometry"] = shapely.affinity.translate(frame.geometry[4], 1, 0)
    frame = frame.drop(columns="source")
    report = check_layers([layer_of(frame, name="OCCUPATION_SOL")])
    layers = located(report.anomalies, crs="EPSG:2154")
    assert len(layers["anomalies"]) == len(report.anomalies)
    assert set(layers["zones"]["rule"]) == {"overlap", "gap"}
    assert set(layers["edges"]["rule"]) == {"invalid_edge"}
    assert set(layers["anomalies"]["rule"]) <= set(RULES)
    assert not report.accepted
