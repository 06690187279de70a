"""What the figure rests on, on a few squares in one field, each answer derived by hand.

The field is a square of 200 m; islands lie inside of it, well apart. Thresholds are 2 500 m² and 50 m².
"""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from millesime.artificialisation import Artificialisation, artificialise
from millesime.artificialisation import Parameters as StatusParameters
from millesime.differential import difference
from millesime.errors import ConfigError, CrsError, SchemaError
from millesime.indicators.sensitivity import Parameters, Sensitivity, sensitivity

FIELD, GARDEN, HOUSE = ("CS2.2.1", "US1.1"), ("CS2.2.1", "US5"), ("CS1.1.1.1", "US5")
UNKNOWN, MIXED = ("CS2.2.1", "US6.6"), ("CS2.2.1", "US235")

SIDE = 200.0


def square(west, south, width, height=None):
    return shapely.box(west, south, west + width, south + (height or width))


def vintage(*islands, around=FIELD, rules=None, **columns):
    """Islands (geometry, codes) in a field of 200 m; the field is the last row."""
    rest = shapely.difference(square(0, 0, SIDE), shapely.union_all([shape for shape, _ in islands]))
    rows = [*islands, *((part, around) for part in shapely.get_parts(rest))]
    frame = geopandas.GeoDataFrame(
        {
            "id": [f"o{k}" for k in range(len(rows))],
            "code_cs": [codes[0] for _, codes in rows],
            "code_us": [codes[1] for _, codes in rows],
            **{name: [*values, *[None] * (len(rows) - len(values))] for name, values in columns.items()},
        },
        geometry=[shape for shape, _ in rows],
        crs="EPSG:2154",
    )
    return artificialise(frame, parameters=rules or StatusParameters())


def told(result, item, alternative, *, figure="stock", year=2022):
    """Ground, figure, figure otherwise, difference, in square metres."""
    rows = result.of("T")
    row = rows[
        (rows["item"] == item)
        & (rows["alternative"] == alternative)
        & (rows["figure"] == figure)
        & (rows["year_to"] == year)
    ]
    assert len(row) == 1
    columns = ["ground_ha", "figure_ha", "other_ha", "difference_ha"]
    return [pytest.approx(10_000 * value, abs=1e-6) for value in row[columns].iloc[0]]


def stock(*islands, parameters=None, **more):
    return sensitivity([vintage(*islands, **more)], years=[2022], territory=("T", "Essai"), parameters=parameters)


def test_a_garden_that_the_threshold_removes():
    """1 600 m² artificial by the matrix, removed below 2 500: the figure is 0, the matrix alone says 1 600."""
    result = stock((square(50, 50, 40), GARDEN))
    assert told(result, "thresholds", "matrix") == [1600, 0, 1600, 1600]
    assert told(result, "step remove", "without") == [1600, 0, 1600, 1600]
    assert not (result.table["item"] == "step fill").any()


def test_a_house_that_is_kept():
    """100 m² built in a removed garden of 1 600: kept by the threshold of 50 m² alone."""
    garden = shapely.difference(square(50, 50, 40), square(60, 60, 10))
    result = stock((square(60, 60, 10), HOUSE), (garden, GARDEN))
    assert told(result, "step built", "without") == [100, 100, 0, -100]
    assert told(result, "thresholds", "matrix") == [1500, 100, 1600, 1500]
    # "adjacent": the garden has an edge on the house and stays with it
    assert told(result, "built_forcing", "adjacent") == [1500, 100, 1600, 1500]


def test_an_unknown_use_is_decided_again_with_the_thresholds():
    """3 600 m² of unknown use would be artificial as housing; 1 600 m² would be too, were they not below 2 500."""
    result = stock((square(20, 20, 60), UNKNOWN), (square(120, 120, 40), UNKNOWN))
    assert told(result, "unknown_use", "US5") == [5200, 0, 3600, 3600]
    assert told(result, "unknown_use", "US1.1") == [5200, 0, 0, 0]


def test_a_mixed_use():
    result = stock((square(20, 20, 60), MIXED))
    assert told(result, "mixed_use", "US5") == [3600, 3600, 3600, 0]
    assert told(result, "mixed_use", "US1.1") == [3600, 3600, 0, -3600]


def test_near_a_threshold():
    """2 450 m² is 2 % below 2 500: it stays with thresholds 5 % lower. 2 300 m² is 8 % below."""
    result = stock((square(20, 20, 35, 70), GARDEN))
    assert told(result, "near_threshold", "lower") == [2450, 0, 2450, 2450]
    assert told(result, "near_threshold", "higher") == [2450, 0, 0, 0]
    assert told(stock((square(20, 20, 46, 50), GARDEN)), "near_threshold", "lower") == [0, 0, 0, 0]
    wider = stock((square(20, 20, 46, 50), GARDEN), parameters=Parameters(near_share=0.1))
    assert told(wider, "near_threshold", "lower") == [2300, 0, 2300, 2300]


def test_the_reading_of_a_corner():
    """Two gardens of 1 600 m² that meet in a corner: 3 200 together where a corner connects."""
    result = stock((square(20, 20, 40), GARDEN), (square(60, 60, 40), GARDEN))
    assert told(result, "connectivity", "touch") == [3200, 0, 3200, 3200]
    assert told(result, "order", "remove_first") == [0, 0, 0, 0]


def test_the_reading_of_enclosure():
    """A ring of 1 300 m² around 3 600 m² of field lies between two patches: a single one does not surround it."""
    ring = shapely.difference(square(20, 20, 70), square(25, 25, 60))
    result = stock((square(25, 25, 60), FIELD), (ring, GARDEN))
    assert told(result, "enclosure", "single") == [1300, 0, 1300, 1300]


def test_the_reading_of_the_order():
    """A ring of 2 400 m² around 400: filled first 2 800 stay artificial, removed first nothing does."""
    ring = shapely.difference(square(20, 20, 56, 50), square(40, 40, 20))
    result = stock((square(40, 40, 20), FIELD), (ring, GARDEN))
    assert told(result, "order", "remove_first") == [2800, 2800, 0, -2800]
    assert told(result, "step fill", "without") == [400, 2800, 2400, -400]


def test_the_readings_in_force_are_those_of_the_file():
    """A status made with corners that connect is compared with edges."""
    rules = StatusParameters(connectivity="touch")
    result = stock((square(20, 20, 40), GARDEN), (square(60, 60, 40), GARDEN), rules=rules)
    assert told(result, "connectivity", "edge") == [3200, 3200, 0, -3200]
    given_up = stock((square(20, 20, 60), GARDEN), rules=StatusParameters(mode="sparte-2024"))
    assert not set(given_up.table["item"]) & {"connectivity", "order", "enclosure", "built_forcing"}


def test_a_status_without_its_rules_is_told():
    side = vintage(
        (square(20, 20, 40), GARDEN), (square(60, 60, 40), GARDEN), rules=StatusParameters(connectivity="touch")
    )
    side = Artificialisation(side.frame.drop(columns="status_rules"))
    result = sensitivity([side], years=[2022], territory=("T", ""))
    assert "those of the specification are taken" in result.told[0]
    assert "0.32 ha have another status" in result.told[1]
    assert told(result, "connectivity", "touch") == [0, 3200, 3200, 0]


def test_a_low_confidence():
    """0.3 is below a half, 0.8 is not; percents are read as such."""
    islands = (square(20, 20, 60), GARDEN), (square(120, 120, 60), GARDEN)
    for values in ([0.3, 0.8], [30.0, 80.0]):
        result = stock(*islands, confidence=values)
        assert told(result, "low_confidence", "not_artificial") == [3600, 7200, 3600, -3600]
        assert told(result, "low_confidence", "artificial") == [3600, 7200, 7200, 0]
    assert "low_confidence" not in set(stock(*islands).table["item"])


def _flux(first, second, *, places=None, **more):
    done = difference(first, second, years=(2019, 2022), territory="T")
    return sensitivity(
        [first, second], years=[2019, 2022], territory=("T", "Essai"), comparison=done, places=places, **more
    )


def test_the_flux_is_that_of_both_vintages_otherwise():
    """A garden of 1 600 m² grows by a strip of 1 000: together they pass 2 500, so the whole 2 600 are the gain.

    By the matrix alone only the strip is.
    """
    first = vintage((square(20, 20, 40), GARDEN), (square(60, 20, 25, 40), FIELD))
    second = vintage((square(20, 20, 40), GARDEN), (square(60, 20, 25, 40), GARDEN))
    result = _flux(first, second)
    assert told(result, "thresholds", "matrix", figure="net") == [1600, 2600, 1000, -1600]
    assert told(result, "thresholds", "matrix", figure="gain") == [1600, 2600, 1000, -1600]
    assert told(result, "thresholds", "matrix", figure="loss") == [1600, 0, 0, 0]
    assert told(result, "thresholds", "matrix", year=2019) == [1600, 0, 1600, 1600]
    # 2 600 m² is 4 % above 2 500
    assert told(result, "near_threshold", "higher", figure="net") == [2600, 2600, 0, -2600]


def test_slivers_are_an_item_of_the_flux():
    """A strip of 0.5 m x 60 m along a garden of 3 600 m²."""
    first = vintage((square(20, 20, 60), GARDEN))
    second = vintage((square(20, 20, 60.5, 60), GARDEN))
    assert told(_flux(first, second), "slivers", "without", figure="net") == [30, 30, 0, -30]


def test_places_share_the_ground():
    """A limit cuts the garden of 3 600 m² in two: 1 800 each; the table begins with the whole."""
    halves = geopandas.GeoDataFrame(
        {"level": "commune", "code": ["A", "B"], "name": ["Aa", "Bb"]},
        geometry=[square(0, 0, 50, SIDE), square(50, 0, 500, SIDE)],
        crs="EPSG:2154",
    )
    side = vintage((square(20, 20, 60), MIXED))
    result = sensitivity([side], years=[2022], territory=("T", "Essai"), places=halves)
    assert result.table["code"].drop_duplicates().tolist() == ["T", "A", "B"]
    for code in ("A", "B"):
        value = result.value("mixed_use", "US1.1", figure="stock", year=2022, code=code, level="commune")
        assert value == pytest.approx(-0.18)
    with pytest.raises(CrsError, match="reproject"):
        sensitivity([side], years=[2022], territory=("T", ""), places=halves.to_crs(32631))
    with pytest.raises(SchemaError, match="lack level"):
        sensitivity([side], years=[2022], territory=("T", ""), places=halves.drop(columns="level"))


def test_sentences():
    first, second = (
        vintage((square(20, 20, 60), FIELD)),
        vintage((square(20, 20, 60), GARDEN), (square(120, 120, 60), UNKNOWN)),
    )
    said = _flux(first, second).sentences("T")
    assert (
        said[0] == "En 2022, 0,36\u00a0ha sont artificialisés ; aucun seuil ne change le statut que donne la matrice."
    )
    assert said[1] == (
        "L’usage de 0,36\u00a0ha est inconnu (US6.6) : si c’était de l’habitat, le chiffre changerait de +0,36\u00a0ha."
    )
    assert said[2].startswith("De 2019 à 2022, l’artificialisation nette est de +0,36\u00a0ha ;")
    assert _flux(first, second).sentences("nowhere") == ()
    assert "net artificialisation is +0.36\u00a0ha" in _flux(first, second).sentences("T", language="en")[2]


def test_what_does_not_go_together_is_refused():
    side = vintage((square(20, 20, 60), GARDEN))
    done = difference(side, side, years=(2019, 2022), territory="T")
    for vintages, years, comparison in (
        ([side], [2019, 2022], None),
        ([side, side], [2019, 2022], None),
        ([side], [2022], done),
        ([side, side], [2022, 2019], done),
        ([side, side], [2018, 2022], done),
    ):
        with pytest.raises(ConfigError):
            sensitivity(vintages, years=years, territory=("T", ""), comparison=comparison)
    table = stock((square(20, 20, 60), GARDEN)).table
    with pytest.raises(SchemaError, match="twice"):
        Sensitivity(table.iloc[[0, 0]], (2022,), ())


CODES = st.sampled_from([FIELD, GARDEN, HOUSE, UNKNOWN, MIXED, ("CS1.1.2.1", "US6.6")])
GRIDS = st.lists(CODES, min_size=16, max_size=16)


def _grid(codes):
    """4 x 4 squares of 45 m: one is below the threshold of 2 500 m², two are not."""
    frame = geopandas.GeoDataFrame(
        {"id": [f"g{k}" for k in range(16)], "code_cs": [c for c, _ in codes], "code_us": [u for _, u in codes]},
        geometry=[square(45 * (k % 4), 45 * (k // 4), 45) for k in range(16)],
        crs="EPSG:2154",
    )
    return artificialise(frame)


@settings(deadline=None, max_examples=12, phases=[Phase.generate])
@given(GRIDS, GRIDS)
def test_identities(before, after):
    """Otherwise too, net = gain - loss = the difference of the stocks; disjoint places add up to the whole."""
    halves = geopandas.GeoDataFrame(
        {"level": "commune", "code": ["A", "B"], "name": ["Aa", "Bb"]},
        geometry=[square(0, 0, 70, 180), square(70, 0, 110, 180)],
        crs="EPSG:2154",
    )
    table = _flux(_grid(before), _grid(after), places=halves).table
    key = ["figure", "year_to", "item", "alternative"]
    parts = table[table["level"] == "commune"].groupby(key)[["ground_ha", "other_ha"]].sum()
    whole = table[table["level"] == "territory"].groupby(key)[["ground_ha", "other_ha"]].sum()
    np.testing.assert_allclose(parts, whole, atol=1e-9)
    net, gain, loss = (whole["other_ha"].xs((figure, 2022)) for figure in ("net", "gain", "loss"))
    np.testing.assert_allclose(net, gain - loss, atol=1e-9)
    stocks = [whole["other_ha"].xs(("stock", year)) for year in (2019, 2022)]
    both = stocks[0].index.intersection(stocks[1].index)
    assert len(both) >= 11
    np.testing.assert_allclose(net.reindex(both), (stocks[1] - stocks[0]).reindex(both), atol=1e-9)


@settings(deadline=None, max_examples=10, phases=[Phase.generate])
@given(GRIDS, st.permutations(range(16)))
def test_the_order_of_the_rows_has_no_say(codes, order):
    side = _grid(codes)
    shuffled = artificialise(side.frame[["id", "code_cs", "code_us", "geometry"]].iloc[list(order)])
    one, other = (sensitivity([each], years=[2022], territory=("T", "")).table for each in (side, shuffled))
    assert one.drop(columns=["ground_ha", "figure_ha", "other_ha", "difference_ha"]).equals(
        other.drop(columns=["ground_ha", "figure_ha", "other_ha", "difference_ha"])
    )
    np.testing.assert_allclose(one["other_ha"], other["other_ha"], atol=1e-9)
