"""Names, types, states and duplicates of the databases."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely

from millesime.errors import SchemaError
from millesime.sources import admin_express, bd_foret, bd_topo, fichiers_fonciers, rpg
from millesime.sources.attributes import MISREAD
from millesime.sources.source import fold

LINES = [shapely.LineString([(0, y), (10, y)]) for y in range(5)]
BOXES = [shapely.box(x, 0, x + 1, 1) for x in range(0, 10, 2)]


def _frame(geometry, **columns):
    return geopandas.GeoDataFrame(columns, geometry=geometry, crs="EPSG:2154")


def _roads(**columns):
    base = {
        "cleabs": [f"TRONROUT{row:016d}" for row in range(5)],
        "nature": ["Route à 1 chaussée"] * 5,
        "importance": ["4", "5", "3", "1", "2"],
        "largeur_de_chaussee": [5.0, None, 3.5, 7.0, 9.0],
        "position_par_rapport_au_sol": ["0", "1", "-1", "Gué ou radier", None],
    }
    return _frame(LINES, **(base | columns))


def test_position_is_kept_as_text_and_read_as_a_level():
    roads = bd_topo.normalise("troncon_de_route", _roads())
    assert roads["position_par_rapport_au_sol"].tolist() == ["0", "1", "-1", "Gué ou radier", ""]
    assert roads["level"].tolist() == [0, 1, -1, 0, 0]
    np.testing.assert_array_equal(roads["largeur_de_chaussee"], [5.0, np.nan, 3.5, 7.0, 9.0])


def test_numbers_where_text_is_expected_lose_their_decimal_point():
    roads = bd_topo.normalise(
        "troncon_de_route",
        _roads(importance=[4.0, 5.0, 3.0, None, 2.0], position_par_rapport_au_sol=[0, 1, -1, 0, 0]),
    )
    assert roads["importance"].tolist() == ["4", "5", "3", "", "2"]
    assert roads["level"].tolist() == [0, 1, -1, 0, 0]


def test_texts_where_numbers_are_expected_are_read_or_told():
    roads = bd_topo.normalise("troncon_de_route", _roads(largeur_de_chaussee=["5,5", "", "large", None, "7"]))
    np.testing.assert_array_equal(roads["largeur_de_chaussee"], [5.5, np.nan, np.nan, np.nan, 7.0])
    assert roads["remarks"].tolist() == ["", "", "unreadable largeur_de_chaussee", "", ""]


def test_unknown_values_are_kept_and_told_and_known_ones_take_the_producers_spelling():
    nature = ["ROUTE A 1 CHAUSSEE", "Sentier", "Voie lactée", "Rond‑point", "Chemin"]
    roads = bd_topo.normalise("troncon_de_route", _roads(nature=nature))
    assert roads["nature"].tolist() == ["Route à 1 chaussée", "Sentier", "Voie lactée", "Rond-point", "Chemin"]
    assert roads["remarks"].tolist() == ["", "", "unknown nature: Voie lactée", "", ""]


def test_texts_in_another_encoding_are_repaired_and_told():
    frame = _frame(
        BOXES[:4],
        cleabs=["B1", "B2", "B3", "B4"],
        nature=["Indiff\N{REPLACEMENT CHARACTER}renci\N{REPLACEMENT CHARACTER}e", "Serre", "Serre", "Silo"],
        usage_1=["RÃ©sidentiel", "IndiffÃ©renciÃ©", "Annexe", "Ã©trange"],
    )
    buildings = bd_topo.normalise("batiment", frame)
    assert buildings["nature"].tolist() == ["Indifférenciée", "Serre", "Serre", "Silo"]
    assert buildings["usage_1"].tolist() == ["Résidentiel", "Indifférencié", "Annexe", "Ã©trange"]
    assert buildings["remarks"].tolist() == [f"{MISREAD}; {MISREAD}", MISREAD, "", "unknown usage_1: Ã©trange"]


def test_planned_and_fictitious_objects_are_set_aside():
    roads = bd_topo.normalise(
        "troncon_de_route",
        _roads(
            etat_de_l_objet=["En service", "En projet", "En construction", None, "En service"],
            fictif=["Non", "Non", "Non", "Oui", "F"],
        ),
    )
    assert roads["set_aside"].tolist() == ["", "planned, not built", "", "fictitious geometry", ""]


def test_a_feature_delivered_twice_is_used_once():
    """Rows 0 and 1 are the same object; row 2 has the same key elsewhere, row 3 the same place without key."""
    frame = _frame(
        [BOXES[0], BOXES[0], BOXES[1], BOXES[0], BOXES[0]],
        ID_PARCEL=["1", "1", "1", "", ""],
        CODE_CULTU=["BTH"] * 5,
        CODE_GROUP=[1] * 5,
    )
    fields = rpg.normalise("PARCELLES_GRAPHIQUES", frame)
    assert fields["set_aside"].tolist() == ["", "repeats an earlier feature", "", "", ""]
    assert fields["code_group"].tolist() == ["1"] * 5


def test_short_names_of_a_shapefile_and_names_cut_at_ten_characters():
    frame = _frame(
        BOXES[:2],
        ID=["B1", "B2"],
        NATURE=["Serre", "Eglise"],
        USAGE1=["Agricole", "Religieux"],
        NB_LOGTS=[0, 2],
        ETAT=["En service", "En ruine"],
        nombre_d_e=[1, 2],
    )
    buildings = bd_topo.normalise("BATIMENT", frame)
    assert buildings["nombre_de_logements"].tolist() == [0.0, 2.0]
    assert buildings["nombre_d_etages"].tolist() == [1.0, 2.0]
    assert buildings["etat_de_l_objet"].tolist() == ["En service", "En ruine"]


def test_a_name_found_in_two_spellings_is_refused():
    frame = _frame(BOXES[:1], ID_PARCEL=["1"], id_parcel=["2"], CODE_CULTU=["BTH"], CODE_GROUP=["1"])
    with pytest.raises(SchemaError, match="found more than once: ID_PARCEL, id_parcel"):
        rpg.normalise("parcelles_graphiques", frame)


def test_premises_are_a_table():
    frame = _frame([None, None], idlocal=["a", "b"], idpar=["p", "p"], dteloc=[1, 4], cconlc=["", "MA"])
    premises = fichiers_fonciers.normalise("local", frame)
    assert premises["set_aside"].tolist() == ["", ""]
    assert premises["dteloc"].tolist() == ["1", "4"]


def test_codes_get_their_leading_zero_back():
    communes = admin_express.normalise("commune", _frame(BOXES[:2], INSEE_COM=[1004, 25354], NOM=["A", "B"]))
    assert communes["insee_com"].tolist() == ["01004", "25354"]


def test_a_stand_without_type_is_set_aside():
    stands = bd_foret.normalise("formation_vegetale", _frame(BOXES[:2], CODE_TFV=["FF1-00", None]))
    assert stands["set_aside"].tolist() == ["", "no code_tfv"]


def test_a_layer_that_the_database_never_has_is_a_wrong_call():
    with pytest.raises(KeyError, match="BD TOPO v3 has no layer 'volcan'"):
        bd_topo.normalise("volcan", _roads())


def test_another_name_of_the_geometry_column_and_another_index_do_not_matter():
    frame = _roads().rename_geometry("the_geom")
    frame.index = [9, 8, 7, 6, 5]
    roads = bd_topo.normalise("troncon_de_route", frame)
    assert roads.geometry.name == "geometry"
    assert list(roads.index) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Écoulement naturel", "ecoulement_naturel"), ("Plan d’eau", "plan_d_eau"), ("  USAGE1 ", "usage1"), ("", "")],
)
def test_fold(text, expected):
    assert fold(text) == expected
