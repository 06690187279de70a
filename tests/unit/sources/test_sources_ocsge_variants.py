"""Every variant in which deliveries come: one file each, read to the same layer."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
from made_up_deliveries import (
    CODES,
    MAKERS,
    SQUARES,
    artif,
    artif_diff,
    as_multi,
    cosia,
    diff,
    occupation_sol,
    pack,
    patch,
    shifted,
    write,
    zone_construite,
)

from millesime.errors import CrsError, InputError, RefusedError, SchemaError
from millesime.io.vector import write_geopackage
from millesime.sources.ocsge import read_delivery
from millesime.sources.ocsge.kinds import COLUMNS, attribute_names


def without_prefix(frame):
    frame = frame.copy()
    for column in frame.columns:
        if column.lower()[:2] in {"cs", "us"} or column.lower() in {"code_cs", "code_us"}:
            frame[column] = [code.removeprefix("CS").removeprefix("US") for code in frame[column]]
    return frame


def upper(frame):
    return frame.rename(columns={name: name.upper() for name in frame.columns if name != "geometry"})


FRAME_VARIANTS = {
    "as delivered": lambda frame: frame,
    "upper case": upper,
    "multipolygons": as_multi,
    "vintage as integer": lambda frame: frame.assign(millesime=2022) if "millesime" in frame.columns else frame,
    "codes without prefix": without_prefix,
    "couverture and usage": lambda frame: frame.rename(columns={"code_cs": "couverture", "code_us": "usage"}),
    "COUVERTURE and USAGE": lambda frame: frame.rename(columns={"code_cs": "COUVERTURE", "code_us": "USAGE"}),
    "columns in another order": lambda frame: frame[[*reversed(frame.columns)]],
    "three dimensions": lambda frame: frame.set_geometry(shapely.force_3d(frame.geometry, 12.5)),
}
FILES = [(variant, ".gpkg", "the_geom") for variant in FRAME_VARIANTS]
FILES += [(variant, ".shp", None) for variant in FRAME_VARIANTS]
FILES += [("as delivered", ".gpkg", "geom"), ("as delivered", ".gpkg", "geometry")]


def expected(kind):
    """What every variant of a kind is read to."""
    frame = MAKERS[kind]()
    codes = {"code_cs": [cs for cs, _ in CODES], "code_us": [us for _, us in CODES]}
    if kind == "PATCH":
        return codes | {"cs_corr": frame["cs_corr"].tolist(), "us_corr": frame["us_corr"].tolist()}
    if kind in {"DIFF", "ARTIF_DIFF"}:
        sides = {f"{word}_{side}": f"{word}_{year}" for word in ("cs", "us") for side, year in SIDES}
        flux = {"artificialisation": [1, 1, 1, -1]} if kind == "ARTIF_DIFF" else {}
        return {name: frame[column].tolist() for name, column in sides.items()} | flux
    if kind == "COSIA":
        return {"numero": [1, 3, 5, 12], "classe": frame["classe"].tolist()}
    if kind == "ZONE_CONSTRUITE":
        return {"id": ["ZC0", "ZC1", "ZC2", "ZC3"], "millesime": [2022] * 4}
    status = {"artif": ["artif", "artif", "non artif", "non artif"], "crit_seuil": [False] * 4, "aire": [1e4] * 4}
    ids = {"id": [f"OCSGE{number}" for number in range(4)], "millesime": [2022] * 4, "ossature": [0, 1, 0, 0]}
    return codes | ids | (status if kind == "ARTIF" else {})


SIDES = (("before", 2019), ("after", 2022))


@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize(("variant", "suffix", "geometry"), FILES)
def test_every_variant_is_read_to_the_same_layer(tmp_path, kind, variant, suffix, geometry):
    frame = FRAME_VARIANTS[variant](MAKERS[kind]())
    path = write(frame, tmp_path / f"layer{suffix}", geometry=geometry)
    delivery = read_delivery(path, crs="EPSG:2154")
    layer = delivery.layer(kind)
    assert [*layer.frame.columns] == [*COLUMNS[kind], "row", "part", "geometry"]
    for column, values in expected(kind).items():
        assert layer.frame[column].tolist() == values, column
    assert [g.normalize() for g in layer.frame.geometry] == [square.normalize() for square in SQUARES]
    assert (layer.counts["read"], layer.counts["used"], len(layer.set_aside)) == (4, 4, 0)
    assert layer.faults == ()


def test_before_and_after_by_word(tmp_path):
    words = {"cs_2019": "cs_avant", "cs_2022": "cs_apres", "us_2019": "us_avant", "us_2022": "US_APRES"}
    path = write(diff().rename(columns=words), tmp_path / "OCS-GE_2-0__SHP_LAMB93_D032_DIFF_2019-2022.shp")
    layer = read_delivery(path).layer("DIFF")
    assert layer.frame["cs_before"].tolist() == diff()["cs_2019"].tolist()
    assert layer.frame["us_after"].tolist() == diff()["us_2022"].tolist()
    assert layer.years == (2019, 2022)


def test_a_shapefile_cuts_artificialisation_at_ten_letters(tmp_path):
    path = write(upper(artif_diff()), tmp_path / "zan_evol.shp")
    assert "ARTIFICIAL" in geopandas.read_file(path).columns
    assert read_delivery(path).layer("ARTIF_DIFF").frame["artificialisation"].tolist() == [1, 1, 1, -1]


@pytest.mark.parametrize("suffix", [".7z", ".zip", None])
def test_a_delivery_nested_as_published(tmp_path, suffix):
    """The folders of a real delivery, the département's number as D032 outside and D32 inside."""
    root = tmp_path / "OCS-GE_2-0__GPKG_LAMB93_D032_2022-01-01"
    inside = root / "OCS-GE" / "1_DONNEES_LIVRAISON_2025-05-00080" / "OCSGE_2-0_GPKG_LAMB93_D32-2022"
    write(occupation_sol(), inside / "OCCUPATION_SOL.gpkg")
    write(zone_construite(), inside / "ZONE_CONSTRUITE.gpkg")
    supplements = root / "OCS-GE" / "3_SUPPLEMENTS_LIVRAISON_2025-05-00080"
    supplements.mkdir(parents=True)
    (supplements / "NomenclatureOCSGE.csv").write_text("code;nom", encoding="utf-8")
    path = root if suffix is None else pack(root, tmp_path / f"{root.name}{suffix}")
    delivery = read_delivery(path)
    assert [layer.kind for layer in delivery.layers] == ["OCCUPATION_SOL", "ZONE_CONSTRUITE"]
    assert (delivery.territory, delivery.year, delivery.generation) == ("32", 2022, "new")
    assert delivery.layer("OCCUPATION_SOL", year=2022).counts["used"] == 4
    assert delivery.told == ()


def test_several_layers_of_one_file_and_one_that_is_none(tmp_path):
    path = tmp_path / "all.gpkg"
    others = {"commune": occupation_sol()[["geometry"]].assign(nom="x")}
    write_geopackage(path, {kind: make() for kind, make in MAKERS.items() if kind != "COSIA"} | others)
    delivery = read_delivery(path)
    assert sorted(delivery.by_kind) == sorted(set(MAKERS) - {"COSIA"})
    assert delivery.told == ("commune: of no known kind, not read (4 rows)",)
    assert any(sentence.startswith("DIFF: DIFF, 4 rows read, 4 used, 0 set aside") for sentence in delivery.sentences())
    with pytest.raises(InputError, match="holds 0 layers COSIA"):
        delivery.layer("COSIA")


def test_attributes_come_before_the_name_and_the_contradiction_is_told(tmp_path):
    layer = read_delivery(write(artif(), tmp_path / "DIFF_2019_2022.gpkg")).layers[0]
    assert layer.kind == "ARTIF"
    assert any("DIFF" in sentence and "read as ARTIF" in sentence for sentence in layer.told)


def test_two_vintages_in_a_folder_are_told_apart(tmp_path):
    for year in ("2019", "2022"):
        write(occupation_sol(year), tmp_path / f"OCS-GE_2-0__GPKG_LAMB93_D032_{year}-01-01" / "OCCUPATION_SOL.gpkg")
    delivery = read_delivery(tmp_path)
    assert (delivery.years, delivery.year) == ((2019, 2022), None)
    assert delivery.layer("OCCUPATION_SOL", year=2019).frame["millesime"].unique().tolist() == [2019]
    with pytest.raises(InputError, match="holds 2 layers OCCUPATION_SOL"):
        delivery.layer("OCCUPATION_SOL")


@pytest.mark.parametrize(
    ("code", "token", "territory"),
    [
        ("EPSG:2154", "LAMB93", "32"),
        ("EPSG:5490", "RGAF09UTM20", "971"),
        ("EPSG:5490", "RGAF09UTM20", "972"),
        ("EPSG:2972", "RGFG95UTM22", "973"),
        ("EPSG:2975", "RGR92UTM40S", "974"),
        ("EPSG:4471", "RGM04UTM38S", "976"),
    ],
)
@pytest.mark.parametrize("suffix", [".gpkg", ".shp"])
def test_every_territory_in_its_crs(tmp_path, code, token, territory, suffix):
    frame = shifted(occupation_sol(), code)
    number = territory.zfill(3)
    path = write(frame, tmp_path / f"OCS-GE_2-0__GPKG_{token}_D{number}_2022-01-01" / f"OCCUPATION_SOL{suffix}")
    layer = read_delivery(path).layers[0]
    assert layer.frame.crs == code
    assert layer.territory == territory
    assert layer.told == ()
    assert layer.frame.area.tolist() == [10_000.0] * 4
    # The same file without its CRS: the token of the folder tells it.
    bare = frame.set_crs(None, allow_override=True)
    bare_path = tmp_path / "bare" / path.parent.name / "OCCUPATION_SOL.shp"
    bare_path.parent.mkdir(parents=True)
    with pytest.warns(UserWarning, match="crs"):
        bare.to_file(bare_path)
    layer = read_delivery(bare_path).layers[0]
    assert layer.frame.crs == code
    assert any(f"{code} is assumed" in sentence for sentence in layer.told)


def test_crs_that_cannot_be_used(tmp_path):
    degrees = occupation_sol().set_crs("EPSG:4326", allow_override=True)
    with pytest.raises(CrsError, match="unit is not the metre"):
        read_delivery(write(degrees, tmp_path / "degrees.gpkg"))
    bare = occupation_sol().set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="crs"):
        bare.to_file(tmp_path / "bare.shp")
    with pytest.raises(CrsError, match="no CRS"):
        read_delivery(tmp_path / "bare.shp")
    assert read_delivery(tmp_path / "bare.shp", crs="EPSG:2154").layers[0].frame.crs == "EPSG:2154"
    with pytest.raises(CrsError, match="not in"):
        read_delivery(write(occupation_sol(), tmp_path / "a.gpkg"), crs="EPSG:2975")


def test_a_territory_that_its_crs_contradicts_is_told(tmp_path):
    path = write(occupation_sol(), tmp_path / "OCS-GE_2-0__GPKG_RGR92UTM40S_D974_2022-01-01" / "OCCUPATION_SOL.gpkg")
    layer = read_delivery(path).layers[0]
    assert layer.frame.crs == "EPSG:2154"
    assert [s for s in layer.told if "974" in s]
    assert [s for s in layer.told if "EPSG:2975" in s]
    reunion = read_delivery(write(shifted(occupation_sol(), "EPSG:2975"), tmp_path / "x.gpkg")).layers[0]
    assert reunion.territory == "974", "one département only has this CRS"


def test_the_vintage_of_the_attributes_is_believed(tmp_path):
    path = tmp_path / "OCS-GE_2-0__GPKG_LAMB93_D032_2019-01-01" / "OCCUPATION_SOL.gpkg"
    layer = read_delivery(write(occupation_sol("2022"), path)).layers[0]
    assert layer.years == (2022,)
    assert [s for s in layer.told if "2019" in s]
    mixed = read_delivery(write(occupation_sol(["2022", "2022", "2022", "2021"]), tmp_path / "mixed.gpkg")).layers[0]
    assert mixed.years == (2022,)
    assert [s for s in mixed.told if "2021 (1 rows)" in s]
    assert mixed.frame["millesime"].tolist() == [2022, 2022, 2022, 2021]
    empty = read_delivery(write(occupation_sol([None, "2022", "?", "2022-01-01"]), tmp_path / "empty.gpkg")).layers[0]
    assert empty.frame["millesime"].tolist() == [2022] * 4
    assert "2 rows have no readable millesime" in empty.told


def test_cosia_tiles_of_one_departement_are_one_layer(tmp_path):
    """A border tile exists once per département: both copies are read, each with its département."""
    for name in ("D029_2021_0150_6850_vecto", "D029_2021_0160_6850_vecto", "D056_2021_0160_6850_vecto"):
        write(cosia(), tmp_path / f"{name}.gpkg")
    delivery = read_delivery(tmp_path)
    assert [(layer.territory, layer.counts["used"]) for layer in delivery.layers] == [("29", 8), ("56", 4)]
    assert delivery.layers[0].frame["tile"].nunique() == 2


def test_the_other_coding_of_cosia_is_refused_unless_chosen(tmp_path):
    """6 is Surface eau in one coding and Sol nu in the other: keyed on the name, the number must agree."""
    path = write(cosia(numero=[1, 3, 6, 12]), tmp_path / "tile.gpkg")
    with pytest.raises(RefusedError, match=r"1 rows, numero and classe disagree.*value_variant.*6 for 'Sol nu'"):
        read_delivery(path)
    assert read_delivery(path, cosia_coding="value_variant").layers[0].frame["numero"].tolist() == [1, 3, 5, 12]
    neither = write(cosia(numero=[3, 3, 6, 12]), tmp_path / "neither.gpkg")
    with pytest.raises(RefusedError, match=r"2 rows, numero and classe disagree: 3 for 'Bâtiment', 6 for 'Sol nu'"):
        read_delivery(neither)


def test_generations(tmp_path):
    old = occupation_sol(code_us=["US235", "US235", "US1.1", "US1.2"])
    assert read_delivery(write(old, tmp_path / "a.gpkg")).generation == "old"
    assert read_delivery(write(occupation_sol(), tmp_path / "b.gpkg")).generation == "new"
    mixed = occupation_sol(code_us=["US235", "US5", "US1.1", "US1.2"])
    assert read_delivery(write(mixed, tmp_path / "c.gpkg")).generation == "new"
    fields = occupation_sol(code_us="US1.1")
    assert read_delivery(write(fields, tmp_path / "d.gpkg")).generation == "unknown"
    named = tmp_path / "OCS-GE_1-1__GPKG_LAMB93_D032_2016-01-01" / "OCCUPATION_SOL.gpkg"
    assert read_delivery(write(fields, named)).generation == "old"
    changes = diff(us_2019=["US235"] * 4)
    assert read_delivery(write(changes, tmp_path / "e.gpkg")).layers[0].generations == ("old", "new")


def test_the_kind_that_is_wanted(tmp_path):
    """Of several layers those of the kind are read, faults of the others do not matter; a single one is read as it."""
    inside = tmp_path / "both"
    write(occupation_sol(), inside / "OCCUPATION_SOL.gpkg")
    write(zone_construite(id="twice"), inside / "ZONE_CONSTRUITE.gpkg")
    with pytest.raises(RefusedError, match="twice"):
        read_delivery(inside)
    delivery = read_delivery(inside, kind="OCCUPATION_SOL")
    assert [layer.kind for layer in delivery.layers] == ["OCCUPATION_SOL"]
    assert delivery.told == ("ZONE_CONSTRUITE.gpkg: not OCCUPATION_SOL, not read (4 rows)",)
    with pytest.raises(InputError, match="not DIFF, not read"):
        read_delivery(inside, kind="DIFF")
    layer = read_delivery(write(artif(), tmp_path / "artif_2022_32.gpkg"), kind="OCCUPATION_SOL").layers[0]
    assert [*layer.frame.columns] == [*COLUMNS["OCCUPATION_SOL"], "row", "part", "geometry"]
    assert "attribute artif is not used" in layer.told
    bare = write(zone_construite()[["geometry"]].assign(n=1), tmp_path / "x.gpkg")
    nameless = read_delivery(bare, kind="ZONE_CONSTRUITE")
    assert nameless.layers[0].counts["used"] == 4


def test_missing_attributes_are_named_with_those_found(tmp_path):
    path = write(occupation_sol().drop(columns="code_us"), tmp_path / "OCCUPATION_SOL.gpkg")
    with pytest.raises(SchemaError, match=r"lacks code_us.*id_origine"):
        read_delivery(path)
    path = write(occupation_sol()[["geometry"]].assign(nom="x"), tmp_path / "DIFF_2019_2022.gpkg")
    with pytest.raises(SchemaError, match="DIFF lacks cs_before"):
        read_delivery(path)
    with pytest.raises(SchemaError, match="ARTIF lacks artif"):
        read_delivery(write(occupation_sol(), tmp_path / "x.gpkg"), kind="ARTIF")
    with pytest.raises(SchemaError, match="differ by case only: code_cs, CODE_CS"):
        attribute_names(["code_cs", "CODE_CS"], place="map.parquet")


def test_nothing_of_a_delivery(tmp_path):
    with pytest.raises(InputError, match="no layer of OCS GE"):
        read_delivery(tmp_path)
    with pytest.raises(InputError, match="commune"):
        read_delivery(write(occupation_sol()[["geometry"]].assign(nom="x"), tmp_path / "commune.gpkg"))


def test_what_is_not_used_and_what_is_missing_is_told(tmp_path):
    frame = patch().drop(columns=["source", "id"]).assign(agent="x")
    told = read_delivery(write(frame, tmp_path / "patch.gpkg")).layers[0].told
    assert "attribute agent is not used" in told
    assert "there are no ids: rows are called by their number" in told
    sol = read_delivery(write(occupation_sol().drop(columns="source"), tmp_path / "sol.gpkg")).layers[0]
    assert "attribute source is missing" in sol.told
    assert sol.frame["source"].tolist() == [""] * 4


def test_values_are_typed(tmp_path):
    layer = read_delivery(write(artif(), tmp_path / "artif_2022_32.gpkg")).layers[0]
    kinds = {name: str(layer.frame[name].dtype) for name in ("millesime", "ossature", "aire", "crit_seuil", "row")}
    assert kinds == {
        "millesime": "Int64",
        "ossature": "int8",
        "aire": "float64",
        "crit_seuil": "boolean",
        "row": "int64",
    }
    assert layer.frame["artif"].map(type).eq(str).all()
    assert np.issubdtype(layer.frame["part"].dtype, np.integer)
