"""The facts left by a decision, and the sentence made of them."""

from __future__ import annotations

import math

import pytest
import shapely
from hand_made import FIELD, GARDEN, HOUSE, ROAD, WOOD, YARD, frame_of, square

from millesime.artificialisation import Parameters, artificialise, explain
from millesime.errors import ConfigError, SchemaError

BIG = square(0, 0, 200)


def _rows(*rows, **parameters):
    return artificialise(frame_of(*rows), parameters=Parameters(**parameters)).frame.to_dict("records")


def _around(*holes):
    return BIG.difference(shapely.union_all(list(holes)))


def _plain(text):
    return text.replace("\u202f", " ")


def _filled():
    """A wood of 1 600 m² in a road surface of 38 400 m²."""
    wood = square(60, 60, 40)
    return (_around(wood), ROAD), (wood, WOOD)


@pytest.mark.parametrize(
    ("name", "fr", "en"),
    [
        ("OCSGE1", "Le polygone OCSGE1 (", "Polygon OCSGE1 ("),
        ("row 6", "Le polygone de la ligne 6 (", "Polygon of row 6 ("),
        (None, "Le polygone (", "Polygon ("),
    ],
)
def test_a_polygon_is_called_by_its_id_or_its_row(name, fr, en):
    row = _rows(*_filled())[0] | {"id": name}
    assert explain(row).startswith(fr)
    assert explain(row, language="en").startswith(en)


def test_facts_of_a_filled_enclave():
    road, wood = _rows(*_filled())
    assert (road["remove_patch_m2"], road["patch_place"]) == (40_000, "limit")  # the filled wood is part of it
    assert math.isnan(road["fill_patch_m2"])
    assert (wood["fill_patch_m2"], wood["remove_patch_m2"]) == (1_600, 40_000)
    assert math.isnan(wood["built_patch_m2"])
    assert (road["category"], wood["category"]) == (2, 8)


def test_a_filled_enclave_is_explained_in_french():
    text = _plain(explain(_rows(*_filled())[1]))
    assert text.startswith("Le polygone b (CS2.1.1.1 ")
    assert "est artificialisé alors que la matrice couverture x usage le dit non artificialisé" in text
    assert "(catégorie 8° du décret, rattachement déduit par nous)" in text
    assert (
        "l'enclave non artificialisée dont il fait partie mesure 1 600 m², moins de 2 500 m² (seuil de la loi" in text
    )
    assert "et qu'elle est entourée de sol artificialisé" in text
    assert text.endswith("sont notre lecture, la loi ne les fixe pas.")


def test_and_in_english():
    text = explain(_rows(*_filled())[1], language="en")
    assert "is artificial although the matrix of cover and use says not artificial" in text
    assert "has 1,600 m², less than 2,500 m² (the law's threshold" in text
    assert "enclosed in artificial land" in text


def test_a_removed_patch():
    """2 499.5 m² would read 2 500 m² when rounded: beside the threshold the decimals are told."""
    yard = square(60, 60, 50, 49.99)
    text = _plain(explain(_rows((_around(yard), FIELD), (yard, YARD))[1]))
    assert "est non artificialisé alors que la matrice couverture x usage le dit artificialisé" in text
    assert "l'îlot artificialisé dont il fait partie mesure 2 499,5 m², moins de 2 500 m²" in text
    assert "et qu'il est entouré de sol non artificialisé" in text


def test_a_kept_building_and_its_kept_garden():
    house, plot = square(70, 70, 10), square(60, 60, 30)
    rows = [(_around(plot), FIELD), (plot.difference(house), GARDEN), (house, HOUSE)]
    _, garden, built = _rows(*rows, built_forcing="adjacent")
    assert (built["built_patch_m2"], built["remove_patch_m2"]) == (100, 900)
    assert "son bâti mesure 100 m², au moins 50 m² (seuil de la loi pour le bâti)" in _plain(explain(built))
    assert "un côté commun avec un bâti d'au moins 50 m²" in _plain(explain(garden))
    assert "jusqu'où le bâti protège ce qui l'entoure est notre lecture" in explain(garden)


def test_the_matrix_alone():
    field = _plain(explain(_rows((BIG, FIELD))[0]))
    assert "est non artificialisé comme le dit la matrice" in field
    assert "aucun seuil ne change ce statut" in field
    assert "mesure 40 000 m², au moins 2 500 m²" in field


def test_what_keeps_its_status_along_the_limit():
    yard = square(0, 60, 30)
    text = explain(_rows((_around(yard), FIELD), (yard, YARD))[1])
    assert "et garde ce statut" in text
    assert "à la limite des données connues" in text


def test_what_keeps_its_status_between_several_patches():
    ring = square(60, 60, 60).difference(square(65, 65, 50))
    rows = [(_around(square(60, 60, 60)), FIELD), (ring, ROAD), (square(65, 65, 50), FIELD)]
    row = _rows(*rows, enclosure="single")[1]
    assert row["patch_place"] == "several"
    assert "bordé par plusieurs ensembles de l'autre statut" in explain(row)


def test_two_steps():
    """A wood of 100 m² in a yard of 800 m² in a field, filled then removed; a yard of 100 m² in a wood, the reverse."""
    inner, outer = square(70, 70, 10), square(60, 60, 30)
    row = _rows((_around(outer), FIELD), (outer.difference(inner), YARD), (inner, WOOD))[2]
    assert "son enclave de 100 m² a été comblée, puis retirée avec l'îlot artificialisé de 900 m²" in _plain(
        explain(row)
    )
    rows = [(_around(outer), ROAD), (outer.difference(inner), WOOD), (inner, YARD)]
    row = _rows(*rows, order="remove_first")[2]
    assert "son îlot de 100 m² a été retiré, puis comblé avec l'enclave" in _plain(explain(row))


def test_a_chosen_threshold_is_not_called_law():
    text = _plain(explain(_rows(*_filled(), t_other_m2=2000)[1]))
    assert "moins de 2 000 m² (seuil choisi, pas celui de la loi)" in text


def test_mode_sparte():
    house = square(60, 60, 7)
    row = _rows((_around(house), FIELD), (house, HOUSE), mode="sparte-2024")[1]
    text = explain(row)
    assert "ce calcul garde tout polygone bâti" in text
    assert "sparte-2024" in text
    assert "entouré de" not in explain(_rows(*_filled(), mode="sparte-2024")[1])


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_sentence_is_one_sentence(language):
    inner, outer = square(70, 70, 10), square(60, 60, 30)
    for parameters in ({}, {"order": "remove_first"}, {"mode": "sparte-2024"}, {"built_forcing": "adjacent"}):
        for row in _rows((_around(outer), FIELD), (outer.difference(inner), GARDEN), (inner, HOUSE), **parameters):
            text = explain(row, language=language)
            assert text.endswith(".")
            assert ". " not in text
            assert "nan" not in text


def test_rows_without_facts_are_refused():
    row = _rows((BIG, FIELD))[0]
    with pytest.raises(SchemaError, match="lacks status_rules"):
        explain({name: value for name, value in row.items() if name != "status_rules"})
    with pytest.raises(ConfigError, match="does not name the rules"):
        explain({**row, "status_rules": "by heart"})


def test_a_status_delivered_without_its_decision_is_not_explained():
    row = {**_rows(*_filled())[0], "status_step": "delivered"}
    with pytest.raises(SchemaError, match="status_step is 'delivered'"):
        explain(row, language="en")


def test_rules_are_written_and_read_again():
    for chosen in (Parameters(t_other_m2=1234.5, order="remove_first"), Parameters(mode="sparte-2024")):
        assert Parameters.from_rules(chosen.as_rules()) == chosen
    assert Parameters().is_law("t_other_m2")
    assert not Parameters(t_other_m2=1).is_law("t_other_m2")
    assert not Parameters().is_law("connectivity")
