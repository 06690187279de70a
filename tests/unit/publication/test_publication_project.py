"""The QGIS project opens: every path resolves, every style loads; and the check sees what would not."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from millesime.io.catalogue import describe_file
from millesime.nomenclature import CS, US
from millesime.publication import project_faults, style_faults
from millesime.publication.styles.catalogue import occupation_styles
from millesime.publication.styles.patterns import HATCHES

PROJECT = "OCS-GE_TEST_2022.qgs"


def faults_of(folder: Path, text: str) -> tuple[str, ...]:
    return project_faults(text, lambda path: describe_file(folder / path))


@pytest.fixture
def project(delivered) -> str:
    return (delivered.folder / PROJECT).read_text(encoding="utf-8")


@pytest.mark.parametrize("year", ["2019", "2022"])
def test_both_projects_are_sound(delivered, year):
    folder = delivered.folder.with_name(year)
    text = (folder / f"OCS-GE_TEST_{year}.qgs").read_text(encoding="utf-8")
    assert faults_of(folder, text) == ()


def test_the_project_shows_both_vintages_the_change_and_the_images(project):
    root = ElementTree.fromstring(project)
    sources = [node.text for node in root.iter("datasource")]
    assert "./OCS-GE_TEST_2022.gpkg|layername=OCCUPATION_SOL" in sources
    assert "../2019/OCS-GE_TEST_2019.gpkg|layername=artif_2019_TEST" in sources
    assert "./OCS-GE_TEST_DIFF_2019-2022.gpkg|layername=ARTIF_DIFF" in sources
    assert "../../sources/2019/ortho_rgb.tif" in sources
    groups = [node.get("name") for node in root.findall("layer-tree-group/layer-tree-group")]
    assert groups == ["Évolution 2019-2022", "OCS GE 2022", "OCS GE 2019", "Prédiction 2022", "Images"]
    assert [root.findtext(f"mapcanvas/extent/{edge}") for edge in ("xmin", "ymax")] == ["650000.000", "6860400.000"]
    assert root.findtext("projectCrs/spatialrefsys/authid") == "EPSG:2154"
    assert root.findtext("title") == "Val d'Essai <& Co>, OCS GE 2022"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("./OCS-GE_TEST_2022.gpkg|layername=OCCUPATION_SOL", "./gone.gpkg|layername=OCCUPATION_SOL", "no file './gone"),
        ("|layername=DIFF", "|layername=DIFFERENCE", "not 'DIFFERENCE'"),
        ("<datasource>./", "<datasource>/abs/", "is not relative"),
        ('value="CS2.2.1" type="string"', 'value="CS2.2.3" type="string"', "'CS2.2.3' is not a value of code_cs"),
        ('attr="code_us"', 'attr="usage"', "attribute 'usage', which OCCUPATION_SOL lacks"),
        ("<id>diff</id>", "<id>other</id>", "legend line 'diff' has no layer"),
        ("<authid>EPSG:2154</authid>", "<authid></authid>", "not in one CRS"),
        ('value="255,55,122,255"', 'value="pink"', "'pink' is not a colour"),
        ('<category symbol="0"', '<category symbol="99"', "no symbol '99'"),
        ("</qgis>", "", "is not XML"),
    ],
)
def test_the_check_sees_what_qgis_would_stumble_on(delivered, project, old, new, told):
    assert old in project
    found = faults_of(delivered.folder, project.replace(old, new))
    assert any(told in fault for fault in found), found


def test_a_style_that_draws_nothing_is_told():
    assert style_faults("<qgis version='3.28'/>") == ("the style draws nothing",)
    assert style_faults("<svg/>") == ("the style is not a QGIS document: its root is <svg>",)


def test_styles_show_every_code_in_its_official_colour_with_its_french_label():
    cover, use = occupation_styles()
    for style, table in ((cover, CS), (use, US)):
        assert [category.value for category in style.categories] == [leaf.code for leaf in table.leaves]
        assert [category.fill.colour for category in style.categories] == [leaf.colour for leaf in table.leaves]
        assert all(
            leaf.label_fr in category.label for leaf, category in zip(table.leaves, style.categories, strict=True)
        )


@pytest.mark.parametrize("table", [CS, US], ids=["CS", "US"])
def test_no_two_codes_look_the_same(table):
    """US2 and US235 share a colour: the hatch tells them apart."""
    looks = [(leaf.colour, HATCHES.get(leaf.code)) for leaf in table.leaves]
    assert len(set(looks)) == len(looks)
