"""Cerema's table of yearly flows, in every form that editions and people give it."""

from __future__ import annotations

import geopandas
import pandas as pd
import pytest
import shapely
from made_up_enaf import DESTINATIONS, table_of

from millesime.errors import InputError, RefusedError, SchemaError
from millesime.indicators.enaf import enaf_of
from millesime.io.attribute_tables import read_attributes
from millesime.io.vector import write_geopackage
from millesime.sources.enaf import normalise_enaf, read_enaf


def _written(tmp_path, frame, name="conso.csv", **options):
    path = tmp_path / name
    frame.to_csv(path, index=False, **options)
    return path


def _flow(flows, code, year, destination):
    table = flows.table
    found = table[(table["code"] == code) & (table["year"] == year) & (table["destination"] == destination)]
    return found["area_ha"].tolist()


def test_a_flow_is_of_the_year_that_it_begins_in(tmp_path):
    """naf20art21 goes from 1 January 2020 to 1 January 2021: 1 200 m² of housing and 300 of roads make 1 500."""
    frame = table_of(["01001"], {2020: {"hab": 1200, "rou": 300}}, first=2019, last=2020)
    flows = read_enaf(_written(tmp_path, frame))
    assert flows.unit == "m2"
    assert _flow(flows, "01001", 2020, "housing") == [0.12]
    assert _flow(flows, "01001", 2020, "road") == [0.03]
    assert _flow(flows, "01001", 2019, "housing") == [0.0]
    assert enaf_of(flows).annual_ha().to_dict() == pytest.approx({2019: 0.0, 2020: 0.15})


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1"])
def test_text_files(tmp_path, separator, encoding):
    frame = table_of(["01001"], {2011: {"act": 5000}}, names=["Cœur d’Été" if encoding != "latin-1" else "Été"])
    flows = read_enaf(_written(tmp_path, frame, sep=separator, encoding=encoding))
    assert flows.communes["name"].tolist() == frame["idcomtxt"].tolist()
    assert _flow(flows, "01001", 2011, "activity") == [0.5]


def test_what_spreadsheets_do(tmp_path):
    """Codes without their zero, decimal commas, narrow spaces between thousands, names in capitals."""
    frame = table_of(["01001", "2A004"], {2011: {"hab": 12345.5}}).astype(object)
    frame["idcom"] = ["1001", "2a004"]
    for name in ("naf11art12", "art11hab12"):
        frame[name] = ["12\u202f345,5", "12345,5"]
    flows = read_enaf(_written(tmp_path, frame.rename(columns=str.upper), sep=";"))
    assert flows.communes["code"].tolist() == ["01001", "2A004"]
    assert _flow(flows, "01001", 2011, "housing") == [1.23455]


def test_the_same_table_from_a_geopackage(tmp_path):
    frame = table_of(["01001", "01002"], {2012: {"mix": 4000}})
    geoms = [shapely.box(k, 0, k + 1, 1) for k in range(2)]
    write_geopackage(tmp_path / "conso.gpkg", {"conso": geopandas.GeoDataFrame(frame, geometry=geoms, crs=2154)})
    from_text = read_enaf(_written(tmp_path, frame))
    pd.testing.assert_frame_equal(read_enaf(tmp_path / "conso.gpkg").table, from_text.table)
    frame.to_parquet(tmp_path / "conso.parquet")
    pd.testing.assert_frame_equal(read_enaf(tmp_path / "conso.parquet").table, from_text.table)


def test_an_edition_without_roads_and_rail():
    frame = table_of(["01001"], {2009: {"inc": 700}}, first=2009, last=2012, letters=("act", "hab", "mix", "inc"))
    flows = normalise_enaf(read_as_text(frame), source="conso")
    assert set(flows.table["destination"]) == {"housing", "activity", "mixed", "unknown"}
    assert "this edition does not tell apart: road, rail" in flows.told


def test_sums_over_several_years_are_no_flows():
    frame = table_of(["01001"], {2011: {"hab": 1000}}).assign(
        naf11art21=1e9, naf11art13=7e8, nafart1121=5, surfcom2024=2
    )
    flows = normalise_enaf(read_as_text(frame), source="conso")
    assert flows.table["area_ha"].sum() == pytest.approx(0.1)


def test_hectares_are_known_by_their_size():
    in_ha = table_of(["01001", "01002"], {year: {"hab": 0.4, "act": 1.2} for year in range(2011, 2015)})
    flows = normalise_enaf(read_as_text(in_ha), source="conso")
    assert flows.unit == "ha"
    assert _flow(flows, "01001", 2011, "activity") == [1.2]


def test_a_size_that_tells_nothing_is_refused():
    frame = table_of(["01001"], {2011: {"hab": 50}})
    with pytest.raises(RefusedError, match="does not tell"):
        normalise_enaf(read_as_text(frame), source="conso")
    assert normalise_enaf(read_as_text(frame), source="conso", unit="m2").unit == "m2"


@pytest.mark.parametrize(("flow", "unit", "words"), [(5000, "ha", "above 1000 ha"), (1.5, "m2", "look like hectares")])
def test_the_wrong_unit_is_refused(flow, unit, words):
    frame = table_of(["01001", "01002"], {2011: {"hab": flow}, 2012: {"hab": flow}})
    with pytest.raises(RefusedError, match=words):
        normalise_enaf(read_as_text(frame), source="conso", unit=unit)


def test_rounding_of_the_unknown_destination_is_no_fault():
    frame = table_of(["01001"], {2011: {"hab": 2000, "inc": -2}})
    flows = normalise_enaf(read_as_text(frame), source="conso")
    assert flows.table["area_ha"].sum() == pytest.approx(0.1998)


def test_faults_are_told_together():
    codes = ["01001", "01001", "9999999"]
    frame = table_of(codes, {2011: {"hab": 2000}}).astype(object)
    frame.loc[0, "art12hab13"] = "beaucoup"
    with pytest.raises(RefusedError) as error:
        normalise_enaf(read_as_text(frame), source="conso")
    for words in ("not of communes: 9999999", "there twice: 01001", "no numbers: 01001: art12hab13"):
        assert words in str(error.value)


def test_areas_that_cannot_be_are_told_together():
    frame = table_of(["01001", "01002", "01003"], {2011: {"hab": 2000}})
    frame.loc[0, "art11hab12"] = -500
    frame.loc[1, "naf11art12"] = 9000
    with pytest.raises(RefusedError) as error:
        normalise_enaf(read_as_text(frame), source="conso")
    assert "1 flows are negative: 01001 in 2011" in str(error.value)
    assert "2 flows are not the sum of their destinations: 01001 in 2011, 01002 in 2011" in str(error.value)


def test_a_commune_without_figures_is_set_aside():
    frame = table_of(["01001", "29083"], {2011: {"hab": 2000}}).astype(object)
    frame.loc[1, "naf12art13"] = ""
    flows = normalise_enaf(read_as_text(frame), source="conso")
    assert flows.rows == 2 == len(flows.communes) + len(flows.set_aside)
    assert dict(flows.set_aside) == {"29083": "a year without a figure"}
    assert set(flows.table["code"]) == {"01001"}


def test_tables_of_something_else(tmp_path):
    with pytest.raises(SchemaError, match="column of communes"):
        normalise_enaf(pd.DataFrame({"a": ["1"], "naf11art12": ["2"]}), source="conso")
    with pytest.raises(SchemaError, match="flows of a year"):
        normalise_enaf(pd.DataFrame({"idcom": ["01001"], "naf11art21": ["2"]}), source="conso")
    gap = table_of(["01001"], {}).drop(columns="naf12art13")
    with pytest.raises(SchemaError, match="lack 2012"):
        normalise_enaf(read_as_text(gap), source="conso")
    with pytest.raises(InputError, match="no such file"):
        read_enaf(tmp_path / "none.csv")
    twice = tmp_path / "twice.csv"
    twice.write_text("idcom,a,A\n01001,1,2\n")
    with pytest.raises(SchemaError, match="there twice: a"):
        read_attributes(twice)


def test_rows_in_another_order_give_the_same_table():
    frame = table_of(["01003", "01001", "01002"], {2011: {"hab": 2000, "act": 100}, 2013: {"fer": 900}})
    one, other = (normalise_enaf(read_as_text(f), source="conso") for f in (frame, frame.iloc[::-1]))
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.communes, other.communes)


def test_destinations_make_the_whole():
    frame = table_of(["01001"], {2011: {letters: 100 * (k + 1) for k, letters in enumerate(DESTINATIONS)}})
    enaf = enaf_of(normalise_enaf(read_as_text(frame), source="conso"))
    assert enaf.by_destination_ha(first=2011, last=2011).sum() == pytest.approx(0.21)
    assert enaf.annual_ha()[2011] == pytest.approx(0.21)


def read_as_text(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype(str).rename(columns=str.lower)
