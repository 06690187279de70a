"""Names of deliveries, as they were seen: kind, département, vintages, CRS, edition."""

from __future__ import annotations

import pytest

from millesime.sources.ocsge.kinds import kind_of
from millesime.sources.ocsge.names import kind_named, read_name, territory_code

LAMBERT = "EPSG:2154"


@pytest.mark.parametrize(
    ("name", "kind", "territory", "years", "crs"),
    [
        ("OCS-GE_2-0__GPKG_LAMB93_D032_2022-01-01", None, "32", (2022,), LAMBERT),
        ("OCS-GE_2-0__SHP_LAMB93_D032_2016-01-01", None, "32", (2016,), LAMBERT),
        ("OCS-GE_2-0_DIFF-2019-2022_GPKG_LAMB93_D032_2026-02-26", "DIFF", "32", (2019, 2022), LAMBERT),
        ("OCS-GE_2-0__SHP_LAMB93_D032_DIFF_2016-2019", "DIFF", "32", (2016, 2019), LAMBERT),
        ("OCS-GE_2-0_DIFF_SHP_LAMB93_D001_2018-2021", "DIFF", "01", (2018, 2021), LAMBERT),
        ("OCSGE-ARTIFICIALISATION", "ARTIF", None, (), None),
        ("OCS-GE_2-0_ARTIFICIALISATION_GPKG_LAMB93_D032_2019-01-01", "ARTIF", "32", (2019,), LAMBERT),
        (
            "OCS-GE-ARTIFICIALISATION_2-0_DIFF-2016-2019_GPKG_LAMB93_D032_2025-09-16",
            "ARTIF_DIFF",
            "32",
            (2016, 2019),
            LAMBERT,
        ),
        ("OCS-GE_2-0_PATCHCORRECTIF_GPKG_LAMB93_D022_2018-01-01", "PATCH", "22", (2018,), LAMBERT),
        ("OCSGE_2-0_GPKG_LAMB93_D09-2022", None, "09", (2022,), LAMBERT),
        ("1_DONNEES_LIVRAISON_2025-05-00080", None, None, (), None),
        ("artif_2022_32", "ARTIF", "32", (2022,), None),
        ("PATCH_CORR_D22_2018", "PATCH", "22", (2018,), None),
        ("D029_2021_0150_6850_vecto", "COSIA", "29", (2021,), None),
        ("DIIF_2018_2021", "DIFF", None, (2018, 2021), None),
        ("ocsge_zan_evol_2018_2021", "ARTIF_DIFF", None, (2018, 2021), None),
        ("OCS-GE_2-0__GPKG_RGAF09UTM20_D971_2022-01-01", None, "971", (2022,), "EPSG:5490"),
        ("OCS-GE_2-0__GPKG_RGFG95UTM22_D973_2022-01-01", None, "973", (2022,), "EPSG:2972"),
        ("OCS-GE_2-0__GPKG_RGR92UTM40S_D974_2022-01-01", None, "974", (2022,), "EPSG:2975"),
        ("OCS-GE_2-0__GPKG_RGM04UTM38S_D976_2022-01-01", None, "976", (2022,), "EPSG:4471"),
        ("OCS-GE_2-0__GPKG_LAMB93_D02A_2021-01-01", None, "2A", (2021,), LAMBERT),
    ],
)
def test_names_that_were_seen(name, kind, territory, years, crs):
    found = read_name([name])
    assert (found.kind, found.territory, found.years, found.crs) == (kind, territory, years, crs)
    assert found.edition == ((2, 0) if "_2-0_" in name else None)


def test_the_innermost_name_wins_and_a_contradiction_is_told():
    found = read_name(["OCCUPATION_SOL", "OCSGE_2-0_GPKG_LAMB93_D09-2022", "OCS-GE_2-0__GPKG_LAMB93_D032_2019-01-01"])
    assert (found.territory, found.years) == ("09", (2022,))
    assert any("32" in sentence and "09" in sentence for sentence in found.told)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("032", "32"),
        ("09", "09"),
        ("009", "09"),
        ("02A", "2A"),
        ("2b", "2B"),
        ("974", "974"),
        ("975", None),
        ("20", None),
    ],
)
def test_codes_of_departements(text, code):
    assert territory_code(text) == code


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("zan_evol_diff", "ARTIF_DIFF"),
        ("occupation_sol_diff", "DIFF"),
        ("ZONE_CONSTRUITE", "ZONE_CONSTRUITE"),
        ("commune", None),
    ],
)
def test_words_of_kinds(name, kind):
    assert kind_named(name) == kind


@pytest.mark.parametrize(
    ("columns", "names", "kind"),
    [
        (["id", "code_cs", "code_us"], ["DIFF"], "OCCUPATION_SOL"),
        (["id", "artif", "crit_seuil", "code_cs", "code_us"], [], "ARTIF"),
        (["cs_2019", "cs_2022", "us_2019", "us_2022"], ["OCCUPATION_SOL"], "DIFF"),
        (["cs_avant", "cs_apres", "us_avant", "us_apres"], [], "DIFF"),
        (["cs_2019", "cs_2022", "us_2019", "us_2022", "artificialisation"], [], "ARTIF_DIFF"),
        (["code_cs", "code_us", "cs_corr", "us_corr"], [], "PATCH"),
        (["fid", "numero", "classe"], [], "COSIA"),
        (["classe"], ["D029_2021_0150_6850_vecto"], "COSIA"),
        (["fid", "id", "millesime"], [], "ZONE_CONSTRUITE"),
        (["id"], ["ZONE_CONSTRUITE"], "ZONE_CONSTRUITE"),
        (["id", "nom"], ["commune"], None),
    ],
)
def test_attributes_come_first(columns, names, kind):
    assert kind_of(columns, names=names) == kind
