"""The delivered GeoPackages: attributes as IGN delivers them, styles inside, the same bytes for the same products."""

from __future__ import annotations

import pyogrio
import pytest
from made_up_territory import context_of, write_products

from millesime.errors import CodeError, ConfigError, SchemaError
from millesime.io.vector import read_styles, read_vector
from millesime.io.workspace import Workspace
from millesime.publication import Delivery, style_faults
from millesime.publication.delivered_layers import occupation_layer
from millesime.publication.step import publish

OCCUPATION = ["id", "code_cs", "code_us", "millesime", "source", "ossature", "id_origine", "code_or"]
STOCK, DIFFERENCE = "OCS-GE_TEST_2022.gpkg", "OCS-GE_TEST_DIFF_2019-2022.gpkg"


@pytest.mark.parametrize(
    ("file", "layer", "attributes"),
    [
        (STOCK, "OCCUPATION_SOL", OCCUPATION),
        (STOCK, "ZONE_CONSTRUITE", ["id", "millesime"]),
        (STOCK, "artif_2022_TEST", [*OCCUPATION, "aire", "artif", "crit_seuil"]),
        (
            STOCK,
            "EXPLICATION",
            [
                *("id", "explication_cs", "explication_us", "explication_statut"),
                *("cs_rule", "us_rule", "matrix_status", "status_step"),
            ],
        ),
        (STOCK, "LEXIQUE", ["colonne", "valeur", "sens"]),
        (DIFFERENCE, "DIFF", ["cs_2019", "cs_2022", "us_2019", "us_2022", "id_2019", "id_2022"]),
        (
            DIFFERENCE,
            "ARTIF_DIFF",
            [
                *("cs_2019", "cs_2022", "us_2019", "us_2022", "artif_2019", "artif_2022"),
                *("artificialisation", "id_2019", "id_2022"),
            ],
        ),
        ("COSIA_TEST_2022.gpkg", "COSIA", ["numero", "classe"]),
    ],
)
def test_layers_have_the_delivered_attributes(delivered, file, layer, attributes):
    info = pyogrio.read_info(delivered.folder / file, layer=layer)
    assert list(info["fields"]) == attributes
    assert info["fid_column"] == "fid"
    if layer not in {"EXPLICATION", "LEXIQUE"}:
        assert info["geometry_name"] == "the_geom"
        assert info["crs"] == "EPSG:2154"


def test_internal_attributes_stay_out_of_the_delivered_layers(delivered):
    for layer in ("OCCUPATION_SOL", "artif_2022_TEST"):
        held = set(pyogrio.read_info(delivered.folder / STOCK, layer=layer)["fields"])
        assert not held & {"cs_rule", "us_rule", "matrix_status", "status_step"}


def test_a_first_vintage_has_no_difference(delivered):
    names = {path.name for path in delivered.folder.with_name("2019").iterdir()}
    assert "OCS-GE_TEST_2019.gpkg" in names
    assert not [name for name in names if "DIFF" in name]


def test_artif_diff_holds_the_flux_alone_and_diff_every_change_of_code(delivered):
    """The estate's lawn and roofs, and the workshop, become artificial; the clear cut and the demolition do not."""
    flux = read_vector(delivered.folder / DIFFERENCE, layer="ARTIF_DIFF")
    assert set(flux["artificialisation"]) == {1}
    # Estate 16 x 9 cells and workshop 3 x 10 cells of 64 m².
    assert flux.area.sum() == pytest.approx((144 + 30) * 64)
    changed = read_vector(delivered.folder / DIFFERENCE, layer="DIFF")
    # The clear cut is 10 x 10 cells, the demolished house 3 x 3.
    assert changed.area.sum() == pytest.approx((144 + 30 + 100 + 9) * 64)


def test_occupation_carries_two_styles_cover_first(delivered):
    styles = read_styles(delivered.folder / STOCK)
    assert [style.name for style in styles["OCCUPATION_SOL"]] == ["couverture", "usage"]
    assert [style.is_default for style in styles["OCCUPATION_SOL"]] == [True, False]
    assert set(styles) == {"OCCUPATION_SOL", "ZONE_CONSTRUITE", "artif_2022_TEST"}
    assert set(read_styles(delivered.folder / DIFFERENCE)) == {"DIFF", "ARTIF_DIFF"}


def test_every_stored_style_loads(delivered):
    for file in sorted(delivered.folder.glob("*.gpkg")):
        for found in read_styles(file).values():
            for style in found:
                assert style_faults(style.qml) == ()
    for file in sorted(delivered.folder.glob("*.qml")):
        assert style_faults(file.read_text(encoding="utf-8")) == ()


def test_the_same_products_give_the_same_bytes(delivered, tmp_path):
    write_products(tmp_path)
    workspace = Workspace.open(tmp_path)
    home = workspace.product("publication", 2022)
    publish(context_of(workspace, 2022, home), folder=home, home=home)
    for file in sorted(delivered.folder.iterdir()):
        assert (home / file.name).read_bytes() == file.read_bytes(), file.name


def test_an_unknown_code_and_a_repeated_id_are_refused(delivered):
    frame = read_vector(delivered.workspace.product("ocsge_final", 2022))
    with pytest.raises(CodeError, match=r"CS2\.2\.3"):
        occupation_layer(frame.assign(code_cs="CS2.2.3"))
    with pytest.raises(SchemaError, match="more than once"):
        occupation_layer(frame.assign(id="same"))
    with pytest.raises(SchemaError, match="code_us, ossature"):
        occupation_layer(frame.drop(columns=["ossature", "code_us"]))


def test_names_of_the_files():
    delivery = Delivery("D032", 2019, 2022)  # the reference may be the younger vintage
    assert delivery.difference == "OCS-GE_D032_DIFF_2019-2022.gpkg"
    assert delivery.artificial_layer == "artif_2019_D032"
    with pytest.raises(ConfigError, match="cannot name a file"):
        Delivery("a/b", 2022)
    with pytest.raises(ConfigError, match="no reference"):
        _ = Delivery("D032", 2022).difference
